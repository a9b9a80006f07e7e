/**
 * rnnoise.js: what RNNoise 0.2 (the npm package @jitsi/rnnoise-wasm, for this benchmark only) makes of a file. Layer: tests.
 * It works at 48 kHz on frames of 10 ms; the file is brought there and back.
 * usage: node tests/bench/voice/rnnoise.js IN.wav OUT.wav
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { resample } from '../../peers/audio.js';
import * as wav from '../../peers/wav.js';

const [input, output] = process.argv.slice(2);
const RATE = 48000;
const FRAME = 480;

/** The package's file is an ES module that does not say so: under another name Node takes it as one. */
async function load() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rnnoise-'));
  const copy = path.join(folder, 'rnnoise.mjs');
  try {
    fs.copyFileSync(createRequire(import.meta.url).resolve('@jitsi/rnnoise-wasm/dist/rnnoise-sync.js'), copy);
    const { default: create } = await import(pathToFileURL(copy));
    return await create();
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const engine = await load();
const state = engine._rnnoise_create(0);
const place = engine._malloc(4 * FRAME);
const { rate, samples } = wav.read(input);
const sound = resample(samples, rate, RATE);
for (let at = 0; at + FRAME <= sound.length; at += FRAME) {
  const frame = engine.HEAPF32.subarray(place / 4, place / 4 + FRAME);
  for (let i = 0; i < FRAME; i++) frame[i] = 32768 * sound[at + i];
  engine._rnnoise_process_frame(state, place, place);
  const out = engine.HEAPF32.subarray(place / 4, place / 4 + FRAME);
  for (let i = 0; i < FRAME; i++) sound[at + i] = out[i] / 32768;
}
engine._rnnoise_destroy(state);
wav.write(output, { rate, samples: resample(sound, RATE, rate) });
