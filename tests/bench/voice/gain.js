/** gain.js: gain control on quiet and loud talkers, as figures. Layer: tests. ITU-R BS.1770-4. */
import fs from 'node:fs';
import path from 'node:path';
import { rms } from '../../peers/audio.js';
import { seeded } from '../../peers/shuttle.js';
import * as wav from '../../peers/wav.js';
import { tell } from './figures.js';
import { WORK, all, measure, program, remembered, run } from './programs.js';

const ENGINES = {
  ours: (input, out, silence) => run('tccc-audio', 'process', '--far', silence, '--mic', input, '--out', out),
  'WebRTC 0.3': (input, out) => run('voice_peers', 'webrtc-agc', input, out),
};
const TARGET_LUFS = -23;
const SECONDS = 40;
const RATE = 16000;
const NOISE_RMS = 10 ** (-72 / 20);
/** Gain in dB on speech of -20 dBFS; the loudest is cut off at full scale, as by a microphone that is turned up too far. */
const GAINS_DB = [-26, -18, -10, 0, 8, 20];
/** What goes on while nobody speaks, so many dB under the talker: ten seconds of words, a pause, the same words again. */
const BESIDES = ['keys', 'music', 'babble', 'recorded'];
const BESIDES_DB = -15;
const WORDS_S = 10;
const PAUSE_S = 15;
const HEARD_S = 2; // of words by which the gain is known
const folder = path.join(WORK, 'gain');
const silence = path.join(folder, 'silence.wav');

export async function prepareGain(material, quick) {
  fs.mkdirSync(folder, { recursive: true });
  wav.write(silence, { rate: RATE, samples: new Float32Array(SECONDS * RATE) });
  const random = seeded(23);
  for (const name of talkers(quick)) {
    const { samples } = wav.read(path.join(material.speech, `${name}.wav`));
    for (const gain of GAINS_DB) {
      const piece = samples.subarray(120 * RATE, (120 + SECONDS) * RATE).map((value) => value * 10 ** (gain / 20) + NOISE_RMS * Math.sqrt(12) * (random() - 0.5));
      wav.write(path.join(folder, `${name}_${gain}.wav`), { rate: RATE, samples: piece });
    }
  }
  prepareBesides(material);
  return Object.keys(ENGINES).map((engine) => [`gain, ${engine}`, talkers(quick).length * GAINS_DB.length + BESIDES.length, 0.6]);
}

const read = (file) => wav.read(file).samples;
const besidesFile = (kind) => path.join(folder, `besides_${kind}.wav`);

function prepareBesides(material) {
  const words = read(path.join(material.speech, 'carlo.wav')).subarray(120 * RATE, (120 + WORDS_S) * RATE);
  const others = ['allison', 'june', 'russian', 'spanish'].map((name) => read(path.join(material.speech, `${name}.wav`)));
  const sounds = { keys: read(material.keys), music: read(material.music), recorded: read(material.recorded), babble: others[0].map((_, i) => others.reduce((sum, one) => sum + one[i], 0)) };
  for (const kind of BESIDES) {
    const sound = sounds[kind].subarray(0, (2 * WORDS_S + PAUSE_S) * RATE);
    const gain = (0.5 * rms(words) / rms(sound)) * 10 ** (BESIDES_DB / 20);
    const all_ = sound.map((value) => gain * value);
    for (const at of [0, WORDS_S + PAUSE_S]) words.forEach((value, i) => { all_[at * RATE + i] += 0.5 * value; });
    wav.write(besidesFile(kind), { rate: RATE, samples: all_ });
  }
}

/** By how many dB the talker is louder or softer after the pause than before it. */
async function judgeBesides(engine, kind) {
  const out = path.join(folder, `besides_${kind}_${engine.replace(/\W/g, '_')}.wav`);
  return remembered(out, [program(engine === 'ours' ? 'tccc-audio' : 'voice_peers'), besidesFile(kind)], async () => {
    await ENGINES[engine](besidesFile(kind), out, silence);
    const level = (samples, from) => 20 * Math.log10(rms(samples.subarray(from * RATE, (from + HEARD_S) * RATE)));
    const gain = (from) => level(read(out), from) - level(read(besidesFile(kind)), from);
    return { db: gain(WORDS_S + PAUSE_S) - gain(WORDS_S - HEARD_S) };
  });
}

const talkers = (quick) => (quick ? ['carlo'] : ['carlo', 'allison', 'spanish']);

function judge(engine, name, gain) {
  const input = path.join(folder, `${name}_${gain}.wav`);
  const out = path.join(folder, `${name}_${gain}_${engine.replace(/\W/g, '_')}.wav`);
  return remembered(out, [program(engine === 'ours' ? 'tccc-audio' : 'voice_peers'), program('voice_measure'), input], async () => {
    await ENGINES[engine](input, out, silence);
    return { gain, ...await measure('loudness', input, out) };
  });
}

export async function gain(quick) {
  const seen = {};
  for (const engine of Object.keys(ENGINES)) {
    seen[engine] = await all(`gain, ${engine}`, talkers(quick).flatMap((name) => GAINS_DB.map((one) => () => judge(engine, name, one))));
  }
  const row = (name, unit, collect, goal) => {
    const [ours, ...peers] = Object.entries(seen).map(([engine, list]) => [engine, collect(list)]);
    tell(name, unit, 'lower', ours[1], { goal, peers: Object.fromEntries(peers) });
  };
  const worst = (pick) => (list) => Math.max(...list.map(pick));
  row(`gain, talkers of -46 to 0 dBFS: farthest from ${TARGET_LUFS} LUFS`, 'LU', worst((one) => Math.abs(one.lufs - TARGET_LUFS)), 3);
  row('gain: true peak', 'dBTP', worst((one) => one.peak_dbtp), -1);
  const moved = {};
  for (const engine of Object.keys(ENGINES)) {
    const list = await all(`gain, ${engine}`, BESIDES.map((kind) => () => judgeBesides(engine, kind)));
    moved[engine] = Math.max(...list.map(({ db }) => Math.abs(db)));
  }
  const { ours, ...peers } = moved;
  tell(`gain, keys, music, talkers or a street ${-BESIDES_DB} dB under the talker for ${PAUSE_S} s: talker louder or softer after it`, 'dB', 'lower', ours, { peers });
  row('gain, settled: deviation of the gain in speech', 'dB', worst((one) => one.gain_deviation_db), null);
}
