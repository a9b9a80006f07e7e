/** network.js: the jitter buffer on traces of arrivals, as figures and a picture. Layer: tests. */
import fs from 'node:fs';
import path from 'node:path';
import * as wav from '../../peers/wav.js';
import { mean, tell } from './figures.js';
import { standstill, traces } from './material.js';
import { drawDelays } from './pictures.js';
import { OUT, WORK, all, hasPesq, pesqOfPieces, run } from './programs.js';

/** NetEQ (WebRTC 2023) on networks of the same description, Opus 24 kbit/s with copies: mean delay in ms, concealed %, PESQ. Measured once, elsewhere. */
const NETEQ = {
  clean: [18, 0, 4.21], 'loss 3 %': [33, 1.3, 3.44], 'loss 5 %': [33, 2.9, 3.09], 'loss 10 %': [37, 5.6, 2.33], 'loss 20 %': [36, 12.2, 1.73], 'jitter 10 ms': [75, 0, 4.14], 'jitter 20 ms': [155, 0, 4.16], 'jitter 30 ms': [226, 0.03, 4.13],
  'jitter 50 ms': [346, 0.1, 3.99], 'jitter 100 ms': [723, 0.4, 4.03], 'jitter 30 ms, loss 5 %': [199, 3.2, 2.91], 'Wi-Fi spikes': [124, 0.15, 3.99], 'Wi-Fi scan': [89, 0, 4.19], LTE: [167, 0.2, 3.92],
  'hand-over': [102, 1.5, 3.52], bufferbloat: [239, 0.65, 3.12],
};
const NAMES = Object.keys(NETEQ);
const secondsOf = (quick) => (quick ? 30 : 120);
const DRIFTS_PPM = [200, -200];
const DRIFT_S = 3600;
const DRIFT_SETTLED_S = 5;
const STANDSTILL_MS = 400;
const STANDSTILLS = [2000, 20000]; // right after answering, and later
const ON_TIME_MS = 40;

let speech;
let list;
let hour;

export async function prepareNetwork(material, quick) {
  const seconds = secondsOf(quick);
  const folder = path.join(WORK, `network-${seconds}`);
  list = traces(folder, seconds);
  speech = path.join(folder, 'speech.wav');
  const { rate, samples } = wav.read(path.join(material.speech, 'allison.wav'));
  wav.write(speech, { rate, samples: samples.subarray(60 * rate, (60 + seconds) * rate) });
  if (!quick) hour = longRun(folder, rate, samples);
  return [['network', list.length, quick ? 1 : 3], ['standstills', STANDSTILLS.length, 1], ...(quick ? [] : [['an hour of drift', DRIFTS_PPM.length, 20]])];
}

/** An hour of speech over a network that does nothing. */
function longRun(folder, rate, samples) {
  const long = path.join(folder, 'hour.wav');
  const all_ = new Float32Array(DRIFT_S * rate);
  for (let at = 0; at < all_.length; at += samples.length) all_.set(samples.subarray(0, Math.min(samples.length, all_.length - at)), at);
  wav.write(long, { rate, samples: all_ });
  const [{ file }] = traces(path.join(folder, 'hour'), DRIFT_S).filter(({ name }) => name === 'clean');
  return { speech: long, trace: file };
}

async function judge({ name, file: trace }, seconds) {
  const made = trace.replace('.csv', '');
  const lossy = name.includes('loss');
  await run('tccc-audio', 'jitter', '--in', speech, '--trace', trace, '--out', `${made}.wav`, '--json', `${made}.json`, ...(lossy ? ['--loss', '0.05'] : []));
  const seen = JSON.parse(fs.readFileSync(`${made}.json`, 'utf8'));
  return { name, ...seen, ...(hasPesq ? { pesq: await pesqOfPieces(speech, `${made}.wav`, seconds, made) } : {}) };
}

export async function network(quick) {
  const seen = await all('network', list.map((one) => () => judge(one, secondsOf(quick))));
  for (const one of seen) {
    const [delay, concealed, mos] = NETEQ[one.name];
    tell(`network, ${one.name}: mean delay`, 'ms', 'lower', one.delay_mean_ms, { elsewhere: { NetEQ: delay } });
    tell(`network, ${one.name}: concealed`, '%', 'lower', 100 * one.concealed_share, { elsewhere: { NetEQ: concealed } });
    if (hasPesq) tell(`network, ${one.name}: PESQ`, 'MOS', 'higher', one.pesq, { elsewhere: { NetEQ: mos } });
  }
  tellAll(seen);
  drawDelays(path.join(OUT, 'voice-delay.svg'), seen);
  await standstills(quick);
  if (!quick) await drift();
}

function tellAll(seen) {
  const theirs = (i) => mean(NAMES.map((name) => NETEQ[name][i]));
  tell('network, all: mean delay over NetEQ\'s', '', 'lower', mean(seen.map((one) => one.delay_mean_ms)) / theirs(0), { goal: 0.85 });
  if (!hasPesq) return;
  tell('network, all: PESQ', 'MOS', 'higher', mean(seen.map((one) => one.pesq)), { goal: theirs(2), elsewhere: { NetEQ: theirs(2) } });
  const worse = seen.filter((one) => one.delay_mean_ms > NETEQ[one.name][0] && one.pesq < NETEQ[one.name][2]);
  tell('network: traces with more delay and less PESQ than NetEQ', 'traces', 'lower', worse.length, { goal: 0 });
}

/** From one second to the next, in ms. */
const changes = (delays) => delays.slice(1).map((ms, i) => ms - delays[i]);

async function standstills(quick) {
  const folder = path.dirname(speech);
  const seen = await all('standstills', STANDSTILLS.map((at) => async () => {
    const trace = standstill(folder, secondsOf(quick), at, STANDSTILL_MS);
    const json = trace.replace('.csv', '.json');
    await run('tccc-audio', 'jitter', '--in', speech, '--trace', trace, '--json', json);
    const { delay_by_second_ms: delays } = JSON.parse(fs.readFileSync(json, 'utf8'));
    const late = delays.findLastIndex((ms) => ms > delays[at / 1000 - 1] + ON_TIME_MS);
    return { seconds: late + 1 - at / 1000, hastened: Math.max(...changes(delays).map((ms) => -ms)) };
  }));
  tell(`network: after a standstill of ${STANDSTILL_MS} ms, late for`, 's', 'lower', Math.max(...seen.map((one) => one.seconds)));
  tell(`network: after a standstill of ${STANDSTILL_MS} ms, most left out in a second`, 'ms', 'lower', Math.max(...seen.map((one) => one.hastened)));
}

async function drift() {
  const seen = await all('an hour of drift', DRIFTS_PPM.map((ppm) => async () => {
    const json = hour.trace.replace('.csv', `${ppm}.json`);
    await run('tccc-audio', 'jitter', '--in', hour.speech, '--trace', hour.trace, '--ppm', String(ppm), '--json', json);
    return JSON.parse(fs.readFileSync(json, 'utf8'));
  }));
  tell('network, an hour at +-200 ppm: concealed', '%', 'lower', Math.max(...seen.map((one) => 100 * one.concealed_share)), { goal: 0.01 });
  const steps = seen.flatMap((one) => changes(one.delay_by_second_ms.slice(DRIFT_SETTLED_S)).map(Math.abs));
  tell('network, an hour at +-200 ppm: largest change of the delay within a second', 'ms', 'lower', Math.max(...steps), { goal: 15 });
  tell('network, an hour at +-200 ppm: mean delay', 'ms', 'lower', Math.max(...seen.map((one) => one.delay_mean_ms)));
}
