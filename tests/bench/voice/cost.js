/** cost.js: what the voice engine takes in WebAssembly: time, memory and bytes. Layer: tests. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { tell } from './figures.js';
import { BUILD, ROOT, all } from './programs.js';

const RATIO_GOAL = 1.5;
const AI_GOAL_US = 400;
const MODEL_GOAL_KB = 1000;

export function prepareCost() {
  return [['cost', 1, 40]];
}

/** The lines of `make bench` that the issue has a goal for. */
export async function cost() {
  const program = path.join(ROOT, 'tests/bench/bench_voice_wasm.js');
  const [text] = await all('cost', [async () => execFileSync(process.execPath, [program, BUILD], { encoding: 'utf8' })]);
  const lines = new Map(text.trim().split('\n').map((line) => JSON.parse(line)).map((one) => [one.name, one]));
  const give = (name, goal) => {
    const one = lines.get(name);
    if (one) tell(name.replace(/^(voice|size): /, 'cost, '), one.unit, one.direction, one.value, { goal, peers: one.peer ? { [one.peer]: one.peer_value } : {} });
    return one?.value;
  };
  give('voice: whole path, wasm', 200);
  give('voice: whole path, wasm-simd', 160);
  give('voice: whole path, wasm over native', RATIO_GOAL);
  give('voice: whole path, wasm-simd over native', RATIO_GOAL);
  give('size: voice.wasm, wasm, brotli', 220);
}
