// bench_voice_wasm.js: bench_voice.c as WebAssembly in Node, scalar and SIMD, beside the native one. Layer: bench.
// One JSON object a line, as bench_voice.c; the native figure of the same stage is the peer, the ratio has its own line.
// usage: bench_voice_wasm.js [build directory]
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const build = process.argv[2] ?? fileURLToPath(new URL('../../build', import.meta.url));
const RATIO_GOAL = 1.6, BROTLI_GOAL_KB = 220;

const lines = (text) => text.trim().split('\n').map((line) => JSON.parse(line));
const stage = ({ name }) => name.slice(0, name.lastIndexOf(','));
const print = (name, value, unit, goal, peer = null, peerValue = null) =>
  console.log(JSON.stringify({ name, value: Number(value.toFixed(3)), unit, goal, direction: 'lower', peer, peer_value: peerValue }));

/** Runs a WASI program in a Node of its own, whose standard output is its result. */
function runWasm(file) {
  const program = `import { readFileSync } from 'node:fs'; import { WASI } from 'node:wasi';
    const wasi = new WASI({ version: 'preview1', args: ['bench'] });
    const { instance } = await WebAssembly.instantiate(readFileSync(${JSON.stringify(file)}),
      { ...wasi.getImportObject(), env: { emscripten_notify_memory_growth() {} } });
    wasi.start(instance);`;
  return execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], { encoding: 'utf8' });
}

const native = new Map(lines(execFileSync(`${build}/native/bench_voice`, { encoding: 'utf8' })).map((r) => [stage(r), r.value]));
for (const variant of ['wasm', 'wasm-simd']) {
  const file = `${build}/${variant}/bench_voice.wasm`, shipped = `${build}/${variant}/voice.wasm`;
  if (!existsSync(file)) continue;
  for (const result of lines(runWasm(file))) {
    const peer = native.get(stage(result));
    console.log(JSON.stringify({ ...result, peer: 'native', peer_value: peer }));
    if (stage(result) === 'voice: whole path') print(`voice: whole path, ${variant} over native`, result.value / peer, 'times', RATIO_GOAL);
  }
  const bytes = readFileSync(shipped);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  print(`size: voice.wasm, ${variant}, raw`, statSync(shipped).size / 1000, 'kB', null);
  print(`size: voice.wasm, ${variant}, gzip`, gzipSync(bytes, { level: 9 }).length / 1000, 'kB', null);
  print(`size: voice.wasm, ${variant}, brotli`, brotli.length / 1000, 'kB', BROTLI_GOAL_KB);
}
