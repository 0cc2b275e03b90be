// USearch (npm usearch, its prebuilt kernels), one thread, one query at a time. Prints one JSON line for the build and one for each ef.
// The ladder ends where recall is enough. With USEARCH_TOGETHER set it says before each ef that it is ready, and waits for a line.
// With a path, the index and what building it cost are kept there, and the next run only searches.
// usage: node usearch_bench.mjs base.fbin queries.fbin truth.ibin f32|f16|i8 connectivity expansionAdd ef[,ef...] [index]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';

// The package is installed into the benchmark's cache, not beside this file.
const { Index } = createRequire(path.join(process.env.USEARCH_HOME, 'package.json'))('usearch');

function read(file, Type) {
  const descriptor = fs.openSync(file);
  const head = Buffer.alloc(8);
  fs.readSync(descriptor, head, 0, 8, 0);
  const rows = head.readUInt32LE(0), columns = head.readUInt32LE(4);
  const values = new Type(rows * columns), bytes = new Uint8Array(values.buffer);
  for (let at = 0; at < bytes.length;) at += fs.readSync(descriptor, bytes, at, Math.min(bytes.length - at, 1 << 28), at + 8);
  fs.closeSync(descriptor);
  return { rows, columns, row: i => values.subarray(i * columns, (i + 1) * columns) };
}

function clocks() {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1e3, cpu: (user + system) / 1e6 };
}

const enoughRecall = 0.993;
const leastSeconds = 1; // a single pass is over too soon to be measured
const [, , basePath, queryPath, truthPath, quantization, connectivity, expansionAdd, efs, kept] = process.argv;
const queries = read(queryPath, Float32Array), truth = read(truthPath, Int32Array);
const make = ef => new Index({ metric: 'cos', quantization, connectivity: +connectivity, dimensions: queries.columns, expansion_add: +expansionAdd, expansion_search: ef });
const saved = kept ?? path.join(os.tmpdir(), `usearch-${process.pid}.bin`);

function build() {
  const base = read(basePath, Float32Array), index = make(64), start = clocks();
  for (let i = 0; i < base.rows; i++) index.add(BigInt(i), base.row(i));
  const end = clocks();
  index.save(saved);
  const cost = { buildWall: end.wall - start.wall, buildCpu: end.cpu - start.cpu, bytesPerVector: Math.round(fs.statSync(saved).size / base.rows) };
  if (kept) fs.writeFileSync(`${kept}.json`, JSON.stringify(cost));
  return cost;
}

console.log(kept && fs.existsSync(`${kept}.json`) ? fs.readFileSync(`${kept}.json`, 'utf8') : JSON.stringify(build()));
for (const ef of efs.split(',').map(Number)) {
  const searched = make(ef);
  searched.load(saved);
  if (process.env.USEARCH_TOGETHER) { // several processes begin at the same time
    console.log(JSON.stringify({ ready: ef }));
    fs.readSync(0, Buffer.alloc(1));
  }
  let hits = 0, searches = 0, end;
  const start = clocks();
  do {
    for (let i = 0; i < queries.rows; i++) {
      const { keys } = searched.search(queries.row(i), 10, 1);
      const wanted = truth.row(i).subarray(0, 10);
      for (const key of keys) if (wanted.includes(Number(key))) hits++;
    }
    searches += queries.rows;
    end = clocks();
  } while (end.wall - start.wall < leastSeconds);
  const recall = hits / (10 * searches);
  console.log(JSON.stringify({ effort: ef, recall, qps: searches / (end.wall - start.wall), cpuMicros: 1e6 * (end.cpu - start.cpu) / searches }));
  if (recall >= enoughRecall) break;
}
if (!kept) fs.rmSync(saved);
