/** cost.js: what the voice engine takes in WebAssembly: time, memory and bytes, and whether it computes the same as natively. Layer: tests. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { tell } from './figures.js';
import { traces } from './material.js';
import { noiseCases, prepareNoise } from './noise.js';
import { BUILD, ROOT, WORK, all, program } from './programs.js';

const MODEL_GOAL_KB = 1000;
const folder = path.join(WORK, 'cost');

export async function prepareCost(material, quick) {
  await prepareNoise(material, quick);
  return [['cost', 1, 60], ['native and WebAssembly', COMMANDS.length, 5]];
}

function linesOf(name) {
  const text = execFileSync(process.execPath, [path.join(ROOT, 'tests/bench', name), BUILD], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return text.trim().split('\n').map((line) => JSON.parse(line));
}

/** Those lines of `make bench` that the issue has a goal for, and what else tells how a quantum's time is spread. */
export async function cost() {
  const [lines] = await all('cost', [async () => [...linesOf('bench_voice_wasm.js'), ...linesOf('bench_quantum.js')]]);
  for (const one of lines.filter(({ name, goal }) => goal !== null || name.startsWith('worklet:'))) {
    tell(one.name.replace(/^(voice|size|worklet): /, 'cost, '), one.unit, one.direction, one.value, { goal: one.goal, peers: one.peer ? { [one.peer]: one.peer_value } : {} });
  }
  const model = fs.readFileSync(path.join(ROOT, 'src/dsp/learned.bin'));
  tell('cost, model of the AI mode, brotli', 'kB', 'lower', brotliCompressSync(model).length / 1000, { goal: MODEL_GOAL_KB });
  await sameBits();
}

/** Of noisy speech, the last words of a command; tccc-audio writes to --out and --json. */
const COMMANDS = [['process', '--far', 'CLEAN', '--mic', 'NOISY'], ['process', '--far', 'CLEAN', '--mic', 'NOISY', '--level', 'ai'], ['aec', '--far', 'CLEAN', '--mic', 'NOISY'],
  ['ns', '--in', 'NOISY', '--level', 'high'], ['jitter', '--in', 'CLEAN', '--trace', 'TRACE', '--loss', '0.05'], ['jitter', '--in', 'CLEAN', '--trace', 'TRACE', '--codec', 'pcma', '--ppm', '200']];

async function sameBits() {
  fs.mkdirSync(folder, { recursive: true });
  const { clean, noisy } = noiseCases(false).find(({ name }) => name === 'babble_0_5');
  const trace = traces(folder, 9).find(({ name }) => name === 'jitter 30 ms, loss 5 %').file;
  const fill = (word) => ({ CLEAN: clean, NOISY: noisy, TRACE: trace })[word] ?? word;
  const results = await all('native and WebAssembly', COMMANDS.map((words, i) => async () => {
    const [native, wasm] = ['native', 'wasm'].map((which) => {
      const [out, json] = ['wav', 'json'].map((kind) => path.join(folder, `${i}-${which}.${kind}`));
      const [file, ...first] = which === 'native' ? [program('tccc-audio')] : [process.execPath, path.join(BUILD, 'wasm/tccc-audio.cjs')];
      execFileSync(file, [...first, ...words.map(fill), '--out', out, ...(words[0] === 'ns' ? [] : ['--json', json])], { stdio: 'ignore' });
      return Buffer.concat([out, json].filter((name) => fs.existsSync(name)).map((name) => fs.readFileSync(name)));
    });
    return native.equals(wasm);
  }));
  tell('cost, native and scalar WebAssembly: results that differ', `of ${COMMANDS.length}`, 'lower', results.filter((same) => !same).length, { goal: 0 });
}
