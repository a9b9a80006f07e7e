/**
 * run.js: `make bench-voice`: the voice engine and its peers on the same rooms, noises and networks. Layer: tests.
 *
 * Writes build/bench/voice.json (as build/bench/results.json), build/bench/voice-*.svg and a table. Material is made under
 * build/bench/voice. VOICE_PESQ, when set, is a command that prints the PESQ (wide band) of two WAV files: `$VOICE_PESQ clean.wav out.wav`
 * (ITU-T P.862.2's licence does not let it come with this tree).
 * usage: node tests/bench/voice/run.js [quick] [echo] [noise] [network]
 */
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as wav from '../../peers/wav.js';
import { sources, traces } from './material.js';
import { drawDelays, drawLevels, drawSpectra } from './pictures.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NATIVE = path.join(process.env.TCCC_BUILD_DIR || path.join(ROOT, 'build'), 'native');
const OUT = path.join(ROOT, 'build/bench');
const WORK = path.join(OUT, 'voice');
const start = promisify(execFile);
const quick = process.argv.includes('quick');
const parts = ['echo', 'noise', 'network'].filter((part) => process.argv.includes(part));
const wants = (part) => parts.length === 0 || parts.includes(part);

const run = (program, ...args) => start(path.join(NATIVE, program), args, { maxBuffer: 1 << 24 });
const measure = async (...args) => JSON.parse((await run('voice_measure', ...args)).stdout);

async function pesq(clean, out) {
  const [command, ...rest] = process.env.VOICE_PESQ.split(' ');
  return Number((await start(command, [...rest, clean, out])).stdout.trim().split(/\s+/).pop());
}

/** Runs the jobs, as many at a time as there are processors; their results in order. */
async function all(title, jobs) {
  const results = [];
  let next = 0;
  let done = 0;
  await Promise.all(os.cpus().map(async () => {
    while (next < jobs.length) {
      const i = next++;
      results[i] = await jobs[i]();
      done += 1;
      process.stderr.write(`\r${title}: ${done} of ${jobs.length} `);
    }
  }));
  process.stderr.write('\n');
  return results;
}

const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** Results as build/bench/results.json has them. */
const found = [];
function tell(name, unit, direction, ours, { goal = null, peer = null, peerValue = null } = {}) {
  found.push({ name, value: ours, unit, goal, direction, peer, peer_value: peerValue });
}

/* ---- echo ---- */

const ECHO_ENGINES = {
  ours: (far, mic, out) => run('tccc-audio', 'aec', '--far', far, '--mic', mic, '--out', out),
  SpeexDSP: (far, mic, out) => run('voice_peers', 'speex-aec', far, mic, out),
  'WebRTC 0.3': (far, mic, out) => run('voice_peers', 'webrtc-aec', far, mic, out),
};

/** Which cases a row of the table is about, and its goals: seconds to 20 dB, ERLE, SDR and PESQ of the talker in double talk. */
const CONDITIONS = [
  { name: 'delay 40 to 120 ms', of: (c) => c.delay > 0 && c.ppm === 0, goals: [0.3, 38, 21, 3.7] },
  { name: 'delay 40 to 120 ms, 100 ppm', of: (c) => c.ppm > 0, goals: [0.3, 33, 20, 3.3] },
  { name: 'delay 0', of: (c) => c.delay === 0, goals: [0.5, 27, 19, 3] },
];

const file = (folder, name) => path.join(folder, `${name}.wav`);

async function cutPesq(clean, out, from, to, lagMs, name) {
  const piece = (source, shift, target) => {
    const { rate, samples } = wav.read(source);
    wav.write(target, { rate, samples: samples.subarray(Math.round((from + shift) * rate), Math.round((to + shift) * rate)) });
    return target;
  };
  return pesq(piece(clean, 0, `${name}-clean.wav`), piece(out, lagMs / 1000, `${name}-out.wav`));
}

async function echo(material) {
  const folder = path.join(WORK, quick ? 'echo-quick' : 'echo');
  if (!fs.existsSync(file(folder, 'r2_change'))) {
    fs.mkdirSync(folder, { recursive: true });
    await run('voice_echo_cases', material.speech, folder, ...(quick ? ['quick'] : []));
  }
  const cases = fs.readdirSync(folder).map((name) => /^(r(\d)_l(\d+)_d(\d+)_p(\d+))\.wav$/.exec(name)).filter(Boolean)
    .map(([, name, room, level, delay, ppm]) => ({ name, room, level: +level, delay: +delay, ppm: +ppm }));
  for (const [engine, process_] of Object.entries(ECHO_ENGINES)) {
    const made = path.join(WORK, `out-${engine.replace(/\W/g, '_')}`);
    fs.mkdirSync(made, { recursive: true });
    const figures = await all(`echo, ${engine}`, cases.map((one) => async () => {
      const out = file(made, one.name);
      const near = file(folder, `r${one.room}_near`);
      await process_(file(folder, `r${one.room}_far`), file(folder, one.name), out);
      const seen = await measure('echo', file(folder, one.name), out, near);
      const heard = process.env.VOICE_PESQ ? {
        pesq: await cutPesq(near, out, 15, 27, seen.lag_ms, path.join(made, `${one.name}-talk`)),
        alone: await cutPesq(near, out, 37, 45, seen.lag_ms, path.join(made, `${one.name}-alone`)),
      } : {};
      return { ...one, ...seen, ...heard };
    }));
    const changes = await all(`echo path change, ${engine}`, [0, 1, 2].map((room) => async () => {
      const out = file(made, `r${room}_change`);
      await process_(file(folder, `r${room}_far`), file(folder, `r${room}_change`), out);
      return measure('change', file(folder, `r${room}_change`), out);
    }));
    ECHO_ENGINES[engine].figures = { figures, changes };
  }
  echoResults();
  const shown = quick ? 'r1_l12_d40_p0' : 'r1_l12_d120_p100';
  drawLevels(path.join(OUT, 'voice-echo.svg'), file(folder, shown), Object.keys(ECHO_ENGINES).map((engine) => ({ name: engine, file: file(path.join(WORK, `out-${engine.replace(/\W/g, '_')}`), shown) })));
}

function echoResults() {
  const of = (engine, condition, pick, collect = mean) => collect(ECHO_ENGINES[engine].figures.figures.filter(condition.of).map(pick).filter(Number.isFinite));
  const never = (seconds) => (seconds < 0 ? 15 : seconds);
  for (const peer of Object.keys(ECHO_ENGINES).slice(1)) {
    for (const condition of CONDITIONS) {
      const rows = [['to 20 dB', 's', 'lower', (f) => never(f.converge_s), median], ['ERLE', 'dB', 'higher', (f) => f.erle_db],
        ['double talk, SDR', 'dB', 'higher', (f) => f.talk_sdr_db], ['double talk, PESQ', 'MOS', 'higher', (f) => f.pesq]];
      rows.forEach(([what, unit, direction, pick, collect], i) => {
        const ours = of('ours', condition, pick, collect);
        if (Number.isFinite(ours)) tell(`echo, ${condition.name}: ${what}`, unit, direction, ours, { goal: condition.goals[i], peer, peerValue: of(peer, condition, pick, collect) });
      });
    }
    const every = { of: () => true };
    if (process.env.VOICE_PESQ) tell('talker alone: PESQ', 'MOS', 'higher', of('ours', every, (f) => f.alone), { goal: 4.1, peer, peerValue: of(peer, every, (f) => f.alone) });
    else tell('talker alone: SDR', 'dB', 'higher', of('ours', every, (f) => f.alone_sdr_db), { peer, peerValue: of(peer, every, (f) => f.alone_sdr_db) });
    const change = (engine) => mean(ECHO_ENGINES[engine].figures.changes.map((one) => one.after_2_s_db));
    tell('echo, loudspeaker moved 2 s ago: ERLE', 'dB', 'higher', change('ours'), { goal: 30, peer, peerValue: change(peer) });
  }
}

/* ---- noise ---- */

const NOISE_ENGINES = {
  ours: (input, out) => run('tccc-audio', 'ns', '--in', input, '--out', out),
  SpeexDSP: (input, out) => run('voice_peers', 'speex-ns', input, out),
  'WebRTC 0.3': (input, out) => run('voice_peers', 'webrtc-ns', input, out),
};

async function noise(material) {
  const folder = path.join(WORK, 'noise');
  if (!fs.existsSync(file(folder, 'keys_2_15'))) {
    fs.mkdirSync(folder, { recursive: true });
    await run('voice_noise_cases', material.speech, folder, material.music, material.keys);
  }
  const cases = fs.readdirSync(folder).map((name) => /^((\w+)_(\d)_(\d+))\.wav$/.exec(name)).filter(Boolean)
    .map(([, name, kind, talker, ratio]) => ({ name, kind, talker, ratio: +ratio })).filter((one) => !quick || (one.talker === '0' && one.ratio === 5));
  const figures = {};
  for (const [engine, process_] of Object.entries(NOISE_ENGINES)) {
    const made = path.join(WORK, `noise-${engine.replace(/\W/g, '_')}`);
    fs.mkdirSync(made, { recursive: true });
    figures[engine] = await all(`noise, ${engine}`, cases.map((one) => async () => {
      const out = file(made, one.name);
      const clean = file(folder, `c${one.talker}`);
      await process_(file(folder, one.name), out);
      const seen = await measure('noise', clean, file(folder, one.name), out);
      return { ...one, ...seen, ...(process.env.VOICE_PESQ ? { pesq: await pesq(clean, out) } : {}) };
    }));
  }
  for (const peer of Object.keys(NOISE_ENGINES).slice(1)) {
    const both = (pick) => [mean(figures.ours.map(pick)), mean(figures[peer].map(pick))];
    for (const [what, unit, goal, pick] of [['in pauses', 'dB', 14, (f) => f.pauses_db], ['STOI', '', 0.84, (f) => f.stoi], ['SI-SDR gained', 'dB', null, (f) => f.si_sdr_db - f.si_sdr_before_db],
      ...(process.env.VOICE_PESQ ? [['PESQ', 'MOS', 1.58, (f) => f.pesq]] : [])]) {
      const [ours, peerValue] = both(pick);
      tell(`noise, all kinds: ${what}`, unit, 'higher', ours, { goal, peer, peerValue });
    }
  }
  for (const kind of new Set(cases.map((one) => one.kind))) {
    const of = (engine, pick) => mean(figures[engine].filter((one) => one.kind === kind).map(pick));
    tell(`noise, ${kind}: in pauses`, 'dB', 'higher', of('ours', (f) => f.pauses_db), { peer: 'WebRTC 0.3', peerValue: of('WebRTC 0.3', (f) => f.pauses_db) });
  }
  tell('noise: STOI unprocessed', '', 'higher', mean(figures.ours.map((f) => f.stoi_before)));
  const shown = 'car_0_5';
  drawSpectra(path.join(OUT, 'voice-noise.svg'), [{ name: 'in', file: file(folder, shown) }, ...Object.keys(NOISE_ENGINES)
    .map((engine) => ({ name: engine, file: file(path.join(WORK, `noise-${engine.replace(/\W/g, '_')}`), shown) }))]);
}

/* ---- network ---- */

/** NetEQ on networks of the same description, Opus 24 kbit/s with copies: mean delay in ms, concealed %, PESQ. Measured once, elsewhere. */
const NETEQ = {
  clean: [18, 0, 4.21], 'loss 5 %': [33, 2.9, 3.09], 'loss 10 %': [37, 5.6, 2.33], 'loss 20 %': [36, 12.2, 1.73], 'jitter 10 ms': [75, 0, 4.14], 'jitter 30 ms': [226, 0.03, 4.13],
  'jitter 50 ms': [346, 0.1, 3.99], 'jitter 30 ms, loss 5 %': [199, 3.2, 2.91], 'Wi-Fi spikes': [124, 0.15, 3.99], 'Wi-Fi scan': [89, 0, 4.19], LTE: [167, 0.2, 3.92],
  'hand-over': [102, 1.5, 3.52], bufferbloat: [239, 0.65, 3.12],
};

async function network(material) {
  const seconds = quick ? 30 : 120;
  const folder = path.join(WORK, `network-${seconds}`);
  const speech = file(folder, 'speech');
  const list = traces(folder, seconds);
  const { rate, samples } = wav.read(file(material.speech, 'allison'));
  wav.write(speech, { rate, samples: samples.subarray(60 * rate, (60 + seconds) * rate) });
  const figures = await all('network', list.map(({ name, file: trace }) => async () => {
    const made = trace.replace('.csv', '');
    const lossy = name.includes('loss');
    await run('tccc-audio', 'jitter', '--in', speech, '--trace', trace, '--out', `${made}.wav`, '--json', `${made}.json`, ...(lossy ? ['--loss', '0.05'] : []));
    const seen = JSON.parse(fs.readFileSync(`${made}.json`, 'utf8'));
    return { name, ...seen, ...(process.env.VOICE_PESQ ? { pesq: await pesq(speech, `${made}.wav`) } : {}) };
  }));
  for (const one of figures) {
    const [delay, concealed, mos] = NETEQ[one.name];
    tell(`network, ${one.name}: mean delay`, 'ms', 'lower', one.delay_mean_ms, { peer: 'NetEQ', peerValue: delay });
    tell(`network, ${one.name}: concealed`, '%', 'lower', 100 * one.concealed_share, { peer: 'NetEQ', peerValue: concealed });
    if (one.pesq) tell(`network, ${one.name}: PESQ`, 'MOS', 'higher', one.pesq, { peer: 'NetEQ', peerValue: mos });
  }
  const ratio = mean(figures.map((one) => one.delay_mean_ms)) / mean(figures.map((one) => NETEQ[one.name][0]));
  tell('network, all: delay against NetEQ', 'ratio', 'lower', ratio, { goal: 0.85 });
  if (process.env.VOICE_PESQ) tell('network, all: PESQ', 'MOS', 'higher', mean(figures.map((one) => one.pesq)), { goal: mean(figures.map((one) => NETEQ[one.name][2])), peer: 'NetEQ', peerValue: mean(figures.map((one) => NETEQ[one.name][2])) });
  drawDelays(path.join(OUT, 'voice-delay.svg'), figures);
}

function table() {
  const number = (value) => (value === null ? '' : String(Number(value.toPrecision(3))));
  const verdict = ({ value, goal, direction }) => (goal === null ? '' : (direction === 'lower' ? value <= goal : value >= goal) ? 'pass' : 'MISS');
  const rows = found.map((one) => [one.name, number(one.value), one.unit, one.goal === null ? '' : `${one.direction === 'lower' ? '<=' : '>='} ${number(one.goal)}`, verdict(one),
    one.peer ? `${one.peer}: ${number(one.peer_value)}` : '']);
  const width = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((cell, i) => (i === 1 ? cell.padStart(width[i]) : cell.padEnd(width[i]))).join('  ').trimEnd()).join('\n');
}

execFileSync(path.join(NATIVE, 'tccc-audio'), ['quality', '--delay-ms', '0', '--loss', '0']); /* fails at once when nothing was built */
const material = sources(path.join(WORK, 'sources'));
if (wants('echo')) await echo(material);
if (wants('noise')) await noise(material);
if (wants('network')) await network(material);
fs.writeFileSync(path.join(OUT, 'voice.json'), `${JSON.stringify(found, null, 1)}\n`);
console.log(table());
console.log('\nwritten: build/bench/voice.json, build/bench/voice-*.svg');
