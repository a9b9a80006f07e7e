/** speech.js: The recorded speech that the tests send: Debian's asterisk-core-sounds-en-g722, decoded once. Layer: tests. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { resample, rms } from './audio.js';
import * as g722 from './g722.js';
import * as wav from './wav.js';

const SOURCE = '/usr/share/asterisk/sounds/en_US_f_Allison';
const CACHE = fileURLToPath(new URL('../../build/tests/speech', import.meta.url));
const LEVEL = 0.08; // -22 dBFS over all, usual for speech on a line

/** Long texts without pauses of a second; the agent and the telephone say different things. */
const TEXTS = { agent: 'demo-congrats', phone: 'demo-instruct' };

/** Pauses are shortened to 250 ms so that every second holds speech. */
function withoutPauses(samples, rate) {
  const n = rate / 100;
  const floor = 0.02 * rms(samples);
  const out = [];
  let quiet = 0;
  for (let at = 0; at + n <= samples.length; at += n) {
    const frame = samples.subarray(at, at + n);
    quiet = rms(frame) < 4 * floor ? quiet + 1 : 0;
    if (quiet <= 25) out.push(...frame);
  }
  return Float32Array.from(out);
}

/** {samples, rate} of `seconds` seconds of speech at `rate`. */
function speech(who, { rate = 16000, seconds = 10, skipS = 0 } = {}) {
  const raw = withoutPauses(g722.decode(fs.readFileSync(path.join(SOURCE, `${TEXTS[who]}.g722`))), 16000);
  const part = raw.subarray(Math.round(skipS * 16000), Math.round((skipS + seconds) * 16000));
  const gain = LEVEL / rms(part);
  return { rate, samples: resample(part.map((value) => Math.max(-0.95, Math.min(0.95, gain * value))), 16000, rate) };
}

/** The same as a WAV file, made once: {file, rate, samples}. */
function speechFile(who, { rate = 16000, seconds = 10, skipS = 0, channels = 1, leadS = 0, tailS = 0 } = {}) {
  fs.mkdirSync(CACHE, { recursive: true });
  const file = path.join(CACHE, `${who}-${rate}-${channels}-${skipS}+${seconds}-${leadS}-${tailS}.wav`);
  if (!fs.existsSync(file)) {
    const made = speech(who, { rate, seconds, skipS });
    const samples = new Float32Array(Math.round((leadS + tailS) * rate) + made.samples.length);
    samples.set(made.samples, Math.round(leadS * rate));
    const part = `${file}.${process.pid}`;
    wav.write(part, { rate, samples, channels });
    fs.renameSync(part, file);
  }
  return { file, ...wav.read(file) };
}

/** Whole prompts one after the other, as a WAV file made once: {file, rate, samples}. Pauses in seconds. */
function promptsFile(names, { rate = 8000, leadS = 0.5, pauseS = 1.5, tailS = 0 } = {}) {
  fs.mkdirSync(CACHE, { recursive: true });
  const file = path.join(CACHE, `${names.join('+')}-${rate}-${leadS}-${pauseS}-${tailS}.wav`);
  if (!fs.existsSync(file)) {
    const silence = (s) => new Float32Array(Math.round(s * rate));
    const parts = names.flatMap((name, at) => {
      const raw = g722.decode(fs.readFileSync(path.join(SOURCE, `${name}.g722`)));
      const gain = LEVEL / rms(raw);
      return [silence(at ? pauseS : leadS), resample(raw.map((value) => Math.max(-0.95, Math.min(0.95, gain * value))), 16000, rate)];
    });
    parts.push(silence(tailS));
    const samples = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
    parts.reduce((at, part) => { samples.set(part, at); return at + part.length; }, 0);
    const part = `${file}.${process.pid}`;
    wav.write(part, { rate, samples });
    fs.renameSync(part, file);
  }
  return { file, ...wav.read(file) };
}

export { promptsFile, speech, speechFile };
