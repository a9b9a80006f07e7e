/** activity.js: who is speaking when: detectors of voice on speech in noise, as figures. Layer: tests. */
import fs from 'node:fs';
import path from 'node:path';
import { rms } from '../../peers/audio.js';
import { seeded } from '../../peers/shuttle.js';
import * as wav from '../../peers/wav.js';
import { tell } from './figures.js';
import { WORK, all, measure, program, remembered, run } from './programs.js';
import { noiseCases, prepareNoise } from './noise.js';

const ENGINES = {
  ours: (input, out) => run('voice_activity', 'medium', input, out),
  'without suppression': (input, out) => run('voice_activity', 'off', input, out),
  SpeexDSP: (input, out) => run('voice_peers', 'speex-vad', input, out),
  'WebRTC 0.3': (input, out) => run('voice_peers', 'webrtc-vad', input, out),
};
const OURS = { ours: 'standard suppression', 'without suppression': 'no suppression' };
const PEERS = ['SpeexDSP', 'WebRTC 0.3'];
/** Noise that stays as it is; the rest babbles, plays or clicks: what others say is speech too. */
const STEADY = ['white', 'pink', 'car', 'hum'];
const RATIOS_DB = [0, 5, 10, 15];

const PIECES = 3;

const folder = path.join(WORK, 'activity');

/** A noisy file (noise.js) with pauses of two seconds: before its talker, and after each third of what he says. */
function spaced(one) {
  const [{ rate, samples: clean }, { samples: noisy }] = [wav.read(one.clean), wav.read(one.noisy)];
  const pause = 2 * rate;
  const piece = Math.floor((clean.length - rate) / PIECES);
  const words = new Float32Array(pause + PIECES * (piece + pause));
  for (let i = 0; i < PIECES; i++) words.set(clean.subarray(rate + i * piece, rate + (i + 1) * piece), pause + i * (piece + pause));
  const mixed = words.map((value, i) => value + noisy[i % clean.length] - clean[i % clean.length]);
  const write = (kind, samples) => wav.write(path.join(folder, `${one.name}-${kind}.wav`), { rate, samples });
  return { ...one, clean: write('clean', words), noisy: write('noisy', mixed) };
}

/** A second of nothing, then half a minute of a talker who never stops for more than 50 ms, over white noise 30 dB below. */
function unbroken(speech, name) {
  const { rate, samples } = wav.read(path.join(speech, `${name}.wav`));
  const frame = rate / 100;
  const clean = new Float32Array(31 * rate);
  const random = seeded(29);
  let at = rate;
  for (let i = 0, quiet = 0; at + frame <= clean.length && i + frame <= samples.length; i += frame) {
    const piece = samples.subarray(i, i + frame);
    quiet = rms(piece) < 0.01 ? quiet + 1 : 0; /* 20 dB under the whole */
    if (quiet > 5) continue;
    clean.set(piece, at);
    at += frame;
  }
  const noise = 0.1 * 10 ** (-30 / 20) * Math.sqrt(12);
  const write = (kind, list) => wav.write(path.join(folder, `unbroken-${name}-${kind}.wav`), { rate, samples: list });
  return { name: `unbroken-${name}`, kind: 'unbroken', ratio: 30, clean: write('clean', clean), noisy: write('noisy', clean.map((value) => value + noise * (random() - 0.5))) };
}

let cases;

export async function prepareActivity(material, quick) {
  await prepareNoise(material, quick);
  fs.mkdirSync(folder, { recursive: true });
  cases = [...noiseCases(quick).map(spaced), ...['allison', 'carlo', 'spanish'].map((name) => unbroken(material.speech, name))];
  return Object.keys(ENGINES).map((engine) => [`activity, ${engine}`, cases.length, 0.05]);
}

function judge(engine, { name, kind, ratio, noisy, clean }) {
  const out = path.join(folder, `${name}-${engine.replace(/\W/g, '_')}.wav`);
  return remembered(out, [program(engine in OURS ? 'voice_activity' : 'voice_peers'), program('voice_measure'), noisy, clean], async () => {
    await ENGINES[engine](noisy, out);
    return { kind, ratio, ...await measure('activity', clean, out) };
  });
}

export async function activity() {
  const seen = {};
  for (const engine of Object.keys(ENGINES)) seen[engine] = await all(`activity, ${engine}`, cases.map((one) => () => judge(engine, one)));
  const share = (engine, of, some) => {
    const list = seen[engine].filter(some);
    return (100 * list.reduce((sum, one) => sum + one[of[0]], 0)) / list.reduce((sum, one) => sum + one[of[1]], 0);
  };
  const row = (what, engine, name, direction, of, some) => tell(`activity, ${OURS[engine]}, ${name}: ${what}`, '%', direction, share(engine, of, some),
    { peers: Object.fromEntries(PEERS.map((peer) => [peer, share(peer, of, some)])) });
  for (const engine of Object.keys(OURS)) {
    for (const ratio of RATIOS_DB) {
      const steady = (one) => one.ratio === ratio && STEADY.includes(one.kind);
      row('of speech found', engine, `steady noise at ${ratio} dB`, 'higher', ['hits', 'speech'], steady);
      row('of pauses taken for speech', engine, `steady noise at ${ratio} dB`, 'lower', ['alarms', 'pauses'], steady);
    }
    row('of speech found', engine, 'speech without pauses', 'higher', ['hits', 'speech'], (one) => one.kind === 'unbroken');
    const unsteady = (one) => !STEADY.includes(one.kind) && one.kind !== 'unbroken';
    row('of speech found', engine, 'talkers, music, keys, recorded', 'higher', ['hits', 'speech'], unsteady);
    row('of pauses taken for speech', engine, 'talkers, music, keys, recorded', 'lower', ['alarms', 'pauses'], unsteady);
  }
}
