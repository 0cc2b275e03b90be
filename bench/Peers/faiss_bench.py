#!/usr/bin/python3
"""FAISS (Debian's python3-faiss), inner product on unit vectors. Prints one JSON line for the build and one for each value.

The ladder of values ends where recall is enough. With a path, the index and what building it cost are kept there, and the
next run only searches.
usage: faiss_bench.py base.fbin queries.fbin truth.ibin threads FACTORY PARAMETER value[,value...] [index]
"""
import json
import os
import sys
import time

import faiss
import numpy as np

ENOUGH_RECALL = 0.993
LEAST_SECONDS = 1  # a single pass is over too soon to be measured


def read(path, kind):
    rows, columns = np.fromfile(path, "u4", 2)
    return np.fromfile(path, kind, offset=8).reshape(rows, columns)


def clocks():
    return time.perf_counter(), time.process_time()


def build(factory):
    base = read(sys.argv[1], "f4")
    index = faiss.index_factory(int(base.shape[1]), factory, faiss.METRIC_INNER_PRODUCT)
    wall, cpu = clocks()
    index.train(base[:: max(1, len(base) // 100_000)])
    index.add(base)
    built = clocks()
    size = len(faiss.serialize_index(index)) / len(base)
    return index, json.dumps({"buildWall": built[0] - wall, "buildCpu": built[1] - cpu, "bytesPerVector": round(size)})


def main():
    queries, truth = read(sys.argv[2], "f4"), read(sys.argv[3], "i4")
    threads, factory, parameter = int(sys.argv[4]), sys.argv[5], sys.argv[6]
    kept = sys.argv[8] if len(sys.argv) > 8 else None
    faiss.omp_set_num_threads(threads)
    if kept and os.path.exists(kept + ".json"):
        index = faiss.read_index(kept)
        with open(kept + ".json") as file:
            cost = file.read()
    else:
        index, cost = build(factory)
        if kept:
            faiss.write_index(index, kept)
            with open(kept + ".json", "w") as file:
                file.write(cost)
    print(cost, flush=True)
    for value in sys.argv[7].split(","):
        faiss.ParameterSpace().set_index_parameter(index, parameter, float(value))
        wall, cpu = clocks()
        done, passes = (wall, cpu), 0
        while done[0] - wall < LEAST_SECONDS:
            if threads > 1:
                found = index.search(queries, 10)[1]
            else:
                found = np.vstack([index.search(query[None], 10)[1] for query in queries])
            done, passes = clocks(), passes + 1
        recall = np.mean([len(set(f) & set(t[:10])) / 10 for f, t in zip(found.tolist(), truth.tolist())])
        print(json.dumps({"effort": int(value), "recall": round(float(recall), 4), "qps": passes * len(queries) / (done[0] - wall),
                          "cpuMicros": 1e6 * (done[1] - cpu) / (passes * len(queries))}), flush=True)
        if recall >= ENOUGH_RECALL:
            break


main()
