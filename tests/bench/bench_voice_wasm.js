// bench_voice_wasm.js: bench_voice.c as WebAssembly in Node, scalar and SIMD, beside the native one. Layer: bench.
// One JSON object a line, as bench_voice.c; the native figure of the same stage is the peer, the ratio has its own line.
// usage: bench_voice_wasm.js [build directory]
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const build = process.argv[2] ?? fileURLToPath(new URL('../../build', import.meta.url));
const RATIO_GOAL = 1.5, BROTLI_GOAL_KB = 220;

const lines = (text) => text.trim().split('\n').map((line) => JSON.parse(line));
const stage = ({ name }) => name.slice(0, name.lastIndexOf(','));
const print = (name, value, unit, goal, peer = null, peerValue = null) =>
  console.log(JSON.stringify({ name, value: Number(value.toFixed(3)), unit, goal, direction: 'lower', peer, peer_value: peerValue }));

/** Runs a WASI program in a Node of its own, whose standard output is its result. All of it is compiled by the optimising compiler
 * before it starts: else the first stages would be measured in the code that runs until that has caught up. */
function runWasm(file) {
  const program = `import { readFileSync } from 'node:fs'; import { WASI } from 'node:wasi';
    const wasi = new WASI({ version: 'preview1', args: ['bench'] });
    const { instance } = await WebAssembly.instantiate(readFileSync(${JSON.stringify(file)}),
      { ...wasi.getImportObject(), env: { emscripten_notify_memory_growth() {} } });
    wasi.start(instance);`;
  return execFileSync(process.execPath, ['--no-warnings', '--no-liftoff', '--input-type=module', '-e', program], { encoding: 'utf8' });
}

/** The smaller of each stage's values over several runs that take turns, so that all meet the same other load. */
const PASSES = 3;
const variants = ['wasm', 'wasm-simd'].filter((variant) => existsSync(`${build}/${variant}/bench_voice.wasm`));
const best = { native: new Map() };
for (const variant of variants) best[variant] = new Map();
function keep(results, output) {
  for (const line of lines(output)) {
    const before = results.get(stage(line));
    if (!before || line.value < before.value) results.set(stage(line), line);
  }
}
for (let pass = 0; pass < PASSES; pass++) {
  keep(best.native, execFileSync(`${build}/native/bench_voice`, { encoding: 'utf8' }));
  for (const variant of variants) keep(best[variant], runWasm(`${build}/${variant}/bench_voice.wasm`));
}

for (const variant of variants) {
  for (const [name, result] of best[variant]) {
    const peer = best.native.get(name).value;
    console.log(JSON.stringify({ ...result, peer: 'native', peer_value: peer }));
    if (name === 'voice: whole path') print(`voice: whole path, ${variant} over native`, result.value / peer, 'times', RATIO_GOAL);
  }
  const bytes = readFileSync(`${build}/${variant}/voice.wasm`);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  print(`size: voice.wasm, ${variant}, raw`, bytes.length / 1000, 'kB', null);
  print(`size: voice.wasm, ${variant}, gzip`, gzipSync(bytes, { level: 9 }).length / 1000, 'kB', null);
  print(`size: voice.wasm, ${variant}, brotli`, brotli.length / 1000, 'kB', BROTLI_GOAL_KB);
}
