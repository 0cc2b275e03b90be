// USearch (npm usearch, its prebuilt kernels), one thread, one query at a time. Prints one JSON line for the build and one for each ef.
// usage: node usearch_bench.mjs base.fbin queries.fbin truth.ibin f32|f16|i8 connectivity expansionAdd ef[,ef...]
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

const [, , basePath, queryPath, truthPath, quantization, connectivity, expansionAdd, efs] = process.argv;
const base = read(basePath, Float32Array), queries = read(queryPath, Float32Array), truth = read(truthPath, Int32Array);
const make = ef => new Index({ metric: 'cos', quantization, connectivity: +connectivity, dimensions: base.columns, expansion_add: +expansionAdd, expansion_search: ef });
const saved = path.join(os.tmpdir(), `usearch-${process.pid}.bin`);
const index = make(64);
let start = clocks();
for (let i = 0; i < base.rows; i++) index.add(BigInt(i), base.row(i));
let end = clocks();
index.save(saved);
const bytesPerVector = Math.round(fs.statSync(saved).size / base.rows);
console.log(JSON.stringify({ buildWall: end.wall - start.wall, buildCpu: end.cpu - start.cpu, bytesPerVector }));
for (const ef of efs.split(',').map(Number)) {
  const searched = make(ef);
  searched.load(saved);
  let hits = 0;
  start = clocks();
  for (let i = 0; i < queries.rows; i++) {
    const { keys } = searched.search(queries.row(i), 10, 1);
    const wanted = truth.row(i).subarray(0, 10);
    for (const key of keys) if (wanted.includes(Number(key))) hits++;
  }
  end = clocks();
  console.log(JSON.stringify({ effort: ef, recall: hits / (10 * queries.rows), qps: queries.rows / (end.wall - start.wall), cpuMicros: 1e6 * (end.cpu - start.cpu) / queries.rows }));
}
fs.rmSync(saved);
