/**
 * train_material.js: what voice_train learns from: speech, music and key clicks of Debian packages. Layer: tests.
 *
 * usage: node tests/bench/voice/train_material.js FOLDER
 * All five voices and pieces of music 2 to 5, without what the benchmark judges by: seconds 195 to 225 of each voice, the first piece, the first 60 clicks.
 */
import fs from 'node:fs';
import path from 'node:path';
import { resample } from '../../peers/audio.js';
import * as g722 from '../../peers/g722.js';
import * as wav from '../../peers/wav.js';
import { KEYS, MUSIC, SHORTEST_FILE, SOUNDS, VOICES } from './material.js';

const RATE = 16000;
const JUDGED_S = [195, 225];
const JUDGED_KEYS = 60;

const folder = process.argv[2];
const filesOf = (from, ending) => fs.readdirSync(from).filter((name) => name.endsWith(ending)).sort().map((name) => path.join(from, name));

function write(name, parts) {
  const samples = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  wav.write(path.join(folder, `${name}.wav`), { rate: RATE, samples });
}

fs.mkdirSync(folder, { recursive: true });
for (const [name, pack] of Object.entries(VOICES)) {
  const files = filesOf(path.join(SOUNDS, pack), '.g722').filter((file) => fs.statSync(file).size > SHORTEST_FILE);
  const all = files.flatMap((file) => [g722.decode(fs.readFileSync(file))]);
  let at = 0;
  write(name, all.filter((part) => {
    const begin = at / RATE;
    at += part.length;
    return at / RATE <= JUDGED_S[0] || begin >= JUDGED_S[1];
  }));
}
filesOf(MUSIC, '.g722').slice(1, 5).forEach((file, i) => write(`music${i + 1}`, [g722.decode(fs.readFileSync(file))]));
const clicks = filesOf(KEYS, '.wav').slice(JUDGED_KEYS).map((file) => {
  const { rate, samples } = wav.read(file);
  return resample(samples, rate, RATE);
});
write('keys', clicks);
let end = 0;
fs.writeFileSync(path.join(folder, 'keys.txt'), clicks.map((click) => (end += click.length)).join('\n'));
