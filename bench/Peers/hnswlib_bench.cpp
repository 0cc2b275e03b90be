// hnswlib on .fbin vectors and .ibin truth, inner product on unit vectors. Prints one JSON line for the build and one for each ef.
// The ladder ends where recall is enough. With a path, the index and what building it cost are kept there, and the next run
// only searches: a million rows build for a quarter of an hour. usage: hnswlib_bench base.fbin queries.fbin truth.ibin M efConstruction threads ef[,ef...] [index]
#include <hnswlib/hnswlib.h>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

constexpr double enough_recall = 0.993;
constexpr double least_seconds = 1; // a single pass is over too soon to be measured

struct Cost { double wall, cpu; };

static Cost clock_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) { return double(t.tv_sec) + 1e-6 * double(t.tv_usec); };
  return {std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(),
          seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

template <class T>
struct Matrix {
  uint32_t rows = 0, columns = 0;
  std::vector<T> values;
  const T* row(size_t i) const { return values.data() + i * columns; }
};

template <class T>
static Matrix<T> read(const char* path) {
  Matrix<T> m;
  FILE* file = fopen(path, "rb");
  bool ok = file && fread(&m.rows, 4, 1, file) == 1 && fread(&m.columns, 4, 1, file) == 1;
  if (ok) {
    m.values.resize(size_t(m.rows) * m.columns);
    ok = fread(m.values.data(), sizeof(T), m.values.size(), file) == m.values.size();
  }
  if (!ok) { perror(path); exit(2); }
  fclose(file);
  return m;
}

template <class Body>
static Cost timed(size_t from, size_t to, int threads, Body body) {
  std::atomic<size_t> next{from};
  std::vector<std::thread> pool;
  Cost start = clock_now();
  for (int t = 0; t < threads; t++)
    pool.emplace_back([&] { for (size_t i; (i = next++) < to;) body(i); });
  for (auto& thread : pool) thread.join();
  Cost end = clock_now();
  return {end.wall - start.wall, end.cpu - start.cpu};
}

using Graph = hnswlib::HierarchicalNSW<float>;

static std::unique_ptr<Graph> build(hnswlib::InnerProductSpace& space, char** argv, int threads, const std::string& path) {
  auto base = read<float>(argv[1]);
  auto index = std::make_unique<Graph>(&space, base.rows, size_t(atoi(argv[4])), size_t(atoi(argv[5])));
  index->addPoint(base.row(0), 0);
  Cost cost = timed(1, base.rows, threads, [&](size_t i) { index->addPoint(base.row(i), i); });
  char line[200];
  snprintf(line, sizeof line, "{\"buildWall\":%.2f,\"buildCpu\":%.2f,\"bytesPerVector\":%.0f}", cost.wall, cost.cpu,
           double(index->size_data_per_element_) + 2.0 * sizeof(void*));
  puts(line);
  if (!path.empty()) {
    index->saveIndex(path);
    std::ofstream(path + ".json") << line << "\n";
  }
  return index;
}

int main(int argc, char** argv) {
  if (argc < 8 || argc > 9) { fprintf(stderr, "usage: hnswlib_bench base queries truth M efConstruction threads ef,ef [index]\n"); return 2; }
  auto queries = read<float>(argv[2]);
  auto truth = read<int32_t>(argv[3]);
  int threads = atoi(argv[6]);
  hnswlib::InnerProductSpace space(queries.columns);
  std::string path = argc > 8 ? argv[8] : "", kept;
  std::ifstream cost(path + ".json");
  std::unique_ptr<Graph> graph;
  if (!path.empty() && std::getline(cost, kept)) {
    graph = std::make_unique<Graph>(&space, path);
    puts(kept.c_str());
  } else {
    graph = build(space, argv, threads, path);
  }
  auto& index = *graph;
  fflush(stdout);
  std::stringstream efs(argv[7]);
  for (std::string ef; std::getline(efs, ef, ',');) {
    index.setEf(size_t(std::max(10, atoi(ef.c_str()))));
    long passes = 0;
    std::atomic<long> hits{0};
    Cost cost{0, 0};
    do {
      Cost pass = timed(0, queries.rows, threads, [&](size_t i) {
        auto found = index.searchKnn(queries.row(i), 10);
        for (; !found.empty(); found.pop())
          hits += std::count(truth.row(i), truth.row(i) + 10, int32_t(found.top().second));
      });
      cost = {cost.wall + pass.wall, cost.cpu + pass.cpu};
      passes++;
    } while (cost.wall < least_seconds);
    double searches = double(passes) * queries.rows, recall = double(hits) / (10.0 * searches);
    printf("{\"effort\":%s,\"recall\":%.4f,\"qps\":%.1f,\"cpuMicros\":%.1f}\n", ef.c_str(), recall, searches / cost.wall, 1e6 * cost.cpu / searches);
    fflush(stdout);
    if (recall >= enough_recall) break;
  }
}
