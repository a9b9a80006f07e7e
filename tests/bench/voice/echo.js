/** echo.js: echo cancellers on simulated rooms, as figures and a picture. Layer: tests. */
import fs from 'node:fs';
import path from 'node:path';
import { rms } from '../../peers/audio.js';
import { seeded } from '../../peers/shuttle.js';
import * as wav from '../../peers/wav.js';
import { mean, median, tell } from './figures.js';
import { drawLevels } from './pictures.js';
import { OUT, WORK, all, hasPesq, measure, pesqBetween, program, remembered, run } from './programs.js';

/** Each with a noise suppressor, ours as in calls: without, the microphone's own noise is the floor of all (docs/voice-quality.md). */
const ENGINES = {
  unprocessed: (far, mic, out) => fs.promises.copyFile(mic, out),
  ours: (far, mic, out) => run('tccc-audio', 'aec', '--level', 'medium', '--far', far, '--mic', mic, '--out', out),
  SpeexDSP: (far, mic, out) => run('voice_peers', 'speex-aec', far, mic, out),
  'WebRTC 0.3': (far, mic, out) => run('voice_peers', 'webrtc-aec', far, mic, out),
};
const PEERS = ['SpeexDSP', 'WebRTC 0.3'];

const inTable = (c) => c.delay <= 120 && c.ppm <= 100;
/** Rows of the issue: goals for seconds to 20 dB, ERLE, PESQ and SDR of the talker in double talk; and AEC3 (2025) on rooms of the same description. */
const CONDITIONS = [
  { name: 'delay 40 to 120 ms', of: (c) => inTable(c) && c.delay > 0 && c.ppm === 0, goals: [0.3, 38, 3.7, 21], aec3: [0.02, 30.5, 1.41, 8.5] },
  { name: 'delay 40 to 120 ms, 100 ppm', of: (c) => inTable(c) && c.ppm > 0, goals: [0.3, 33, 3.3, 20], aec3: [0.11, 26, 1.29, 7.3] },
  { name: 'delay 0', of: (c) => c.delay === 0, goals: [0.5, 27, 3, 19], aec3: [0.06, 16, 1.45, 8.9] },
  { name: 'delay 250 ms', of: (c) => c.delay === 250, goals: [null, null, null, null] },
  { name: 'delay 450 ms', of: (c) => c.delay === 450, goals: [null, null, null, null] },
  { name: '200 ppm', of: (c) => c.ppm === 200, goals: [null, null, null, null] },
];

const file = (folder, name) => path.join(folder, `${name}.wav`);
const folderOf = (quick) => path.join(WORK, quick ? 'echo-quick' : 'echo');
const madeBy = (engine) => path.join(WORK, `echo-${engine.replace(/\W/g, '_')}`);
const ROOMS = [0, 1, 2];
const CHANGES = ROOMS.flatMap((room) => ['change', 'jump'].map((kind) => ({ room, kind })));
const MUTED = ROOMS.map((room) => ({ name: `r${room}_mute`, room }));
/** Another telephone of the call stands in the room: how far over howling that loop is, in dB, and who is judged by it. */
const LOOPS_DB = [3, 6];
const LOOP_S = 16;
const LOOP_SETTLED_S = 6;
const LOOPERS = { unprocessed: 'none', ours: 'ours', SpeexDSP: 'speex', 'WebRTC 0.3': 'webrtc' };

function casesOf(folder) {
  return fs.readdirSync(folder).map((name) => /^(r(\d)_l(\d+)_d(\d+)_p(\d+))\.wav$/.exec(name)).filter(Boolean)
    .map(([, name, room, level, delay, ppm]) => ({ name, room, level: +level, delay: +delay, ppm: +ppm }));
}

/** Makes what is not there yet; then the stages to come, as `expect` takes them. */
export async function prepareEcho(material, quick) {
  const folder = folderOf(quick);
  if (!fs.existsSync(file(folder, 'r2_change'))) {
    fs.mkdirSync(folder, { recursive: true });
    console.error('making rooms: some minutes of computing ...');
    await run('voice_echo_cases', material.speech, folder, ...(quick ? ['quick'] : []));
  }
  const n = casesOf(folder).length;
  prepareLoops(material);
  return [...Object.keys(ENGINES).flatMap((engine) => [[`echo, ${engine}`, n + MUTED.length, hasPesq ? 1.4 : 0.8], [`echo that changes, ${engine}`, CHANGES.length, 0.6]]),
    ['loops', Object.keys(LOOPERS).length * LOOPS_DB.length, 2]];
}

const loopFile = (name) => path.join(WORK, 'loops', `${name}.wav`);

/** A talker at the level of telephony, over quiet noise, and the far end, who speaks as well. */
function prepareLoops(material) {
  fs.mkdirSync(path.dirname(loopFile('')), { recursive: true });
  for (const [name, talker, from] of [['near', 'carlo', 90], ['far', 'allison', 20]]) {
    const { rate, samples } = wav.read(path.join(material.speech, `${talker}.wav`));
    const random = seeded(31);
    wav.write(loopFile(name), { rate, samples: samples.subarray(from * rate, (from + LOOP_S) * rate).map((value) => 0.5 * value + 6e-4 * (random() - 0.5)) });
  }
}

async function judgeLoop(engine, gain) {
  const out = loopFile(`${LOOPERS[engine]}-${gain}`);
  return remembered(out, [program('voice_peers'), loopFile('near'), loopFile('far')], async () => {
    await run('voice_peers', `${LOOPERS[engine]}-loop`, loopFile('far'), loopFile('near'), out, String(gain));
    const settled = (name) => { const { rate, samples } = wav.read(name); return rms(samples.subarray(LOOP_SETTLED_S * rate)); };
    return { engine, gain, db: 20 * Math.log10(settled(out) / settled(loopFile('near'))) };
  });
}

function tellLoops(seen) {
  for (const gain of LOOPS_DB) {
    const { ours, ...peers } = Object.fromEntries(seen.filter((one) => one.gain === gain).map(({ engine, db }) => [engine, db]));
    tell(`echo, another telephone in the room, ${gain} dB over howling: sent over the talker`, 'dB', 'lower', ours, { peers });
  }
}

const programsOf = (engine) => [program(PEERS.includes(engine) ? 'voice_peers' : 'tccc-audio'), program('voice_measure')].slice(engine === 'unprocessed' ? 1 : 0);

function judge(engine, one, folder) {
  const made = madeBy(engine);
  const [far, mic, out, near] = [file(folder, `r${one.room}_far`), file(folder, one.name), file(made, one.name), file(folder, `r${one.room}_near`)];
  return remembered(out, [...programsOf(engine), far, mic, near], async () => {
    await ENGINES[engine](far, mic, out);
    const seen = await measure('echo', mic, out, near);
    const heard = hasPesq ? {
      pesq: await pesqBetween(near, out, 15, 26.9, seen.lag_ms, path.join(made, `${one.name}-talk`)),
      alone: await pesqBetween(near, out, 38, 44.9, seen.lag_ms, path.join(made, `${one.name}-alone`)),
    } : {};
    return { ...one, ...seen, ...heard };
  });
}

function judgeChange(engine, { room, kind }, folder) {
  const [far, mic, out] = [file(folder, `r${room}_far`), file(folder, `r${room}_${kind}`), file(madeBy(engine), `r${room}_${kind}`)];
  return remembered(out, [...programsOf(engine), far, mic], async () => {
    await ENGINES[engine](far, mic, out);
    return { kind, ...await measure('change', mic, out) };
  });
}

export async function echo(quick) {
  const folder = folderOf(quick);
  const seen = {};
  for (const engine of Object.keys(ENGINES)) {
    fs.mkdirSync(madeBy(engine), { recursive: true });
    seen[engine] = {
      cases: await all(`echo, ${engine}`, [...casesOf(folder), ...MUTED].map((one) => () => judge(engine, one, folder))),
      changes: await all(`echo that changes, ${engine}`, CHANGES.map((one) => () => judgeChange(engine, one, folder))),
    };
  }
  tellCases(seen);
  tellChanges(seen);
  tellLoops(await all('loops', Object.keys(LOOPERS).flatMap((engine) => LOOPS_DB.map((gain) => () => judgeLoop(engine, gain)))));
  const shown = 'r1_l12_d120_p100';
  drawLevels(path.join(OUT, 'voice-echo.svg'), file(folder, shown), ['ours', ...PEERS].map((engine) => ({ name: engine, file: file(madeBy(engine), shown) })));
}

/** -1 in `converge_s`: never in the 15 s that were looked at. */
const never = (seconds) => (seconds < 0 ? 15 : seconds);

function tellCases(seen) {
  const figure = (engine, { of }, pick, collect = mean) => collect(seen[engine].cases.filter(of).map(pick).filter(Number.isFinite));
  const peersOf = (...args) => Object.fromEntries([...PEERS, 'unprocessed'].map((engine) => [engine, figure(engine, ...args)]));
  for (const condition of CONDITIONS) {
    if (!seen.ours.cases.some(condition.of)) continue;
    const rows = [['to 20 dB', 's', 'lower', (f) => never(f.converge_s), median], ['ERLE', 'dB', 'higher', (f) => f.erle_db],
      ['double talk, PESQ', 'MOS', 'higher', (f) => f.pesq], ['double talk, SDR', 'dB', 'higher', (f) => f.talk_sdr_db]];
    rows.forEach(([what, unit, direction, pick, collect], i) => {
      if (what.endsWith('PESQ') && !hasPesq) return;
      const { unprocessed, ...peers } = peersOf(condition, pick, collect);
      if (i >= 2) peers.unprocessed = unprocessed;
      tell(`echo, ${condition.name}: ${what}`, unit, direction, figure('ours', condition, pick, collect),
        { goal: condition.goals[i], peers, elsewhere: condition.aec3 ? { AEC3: condition.aec3[i] } : {} });
    });
    const stoi = (f) => f.talk_stoi;
    if (!hasPesq) tell(`echo, ${condition.name}: double talk, STOI`, '', 'higher', figure('ours', condition, stoi), { peers: peersOf(condition, stoi) });
  }
  const muted = { of: (c) => c.name.endsWith('_mute') };
  const rows = [hasPesq ? ['both speak, PESQ', 'MOS', (f) => f.pesq] : ['both speak, STOI', '', (f) => f.talk_stoi], ['both speak, SDR', 'dB', (f) => f.talk_sdr_db],
    ['one second after: ERLE', 'dB', (f) => f.erle_db]];
  for (const [what, unit, pick] of rows) {
    const { unprocessed, ...peers } = peersOf(muted, pick);
    if (!what.endsWith('ERLE')) peers.unprocessed = unprocessed;
    tell(`echo, loudspeaker muted for 12 s: ${what}`, unit, 'higher', figure('ours', muted, pick), { peers });
  }
  const every = { of: inTable };
  const alone = hasPesq ? ['PESQ', 'MOS', (f) => f.alone, 4.1] : ['SDR', 'dB', (f) => f.alone_sdr_db, null];
  tell(`echo, talker alone: ${alone[0]}`, alone[1], 'higher', figure('ours', every, alone[2]), { goal: alone[3], peers: peersOf(every, alone[2]) });
}

function tellChanges(seen) {
  const row = (name, kind, pick, extra = {}) => {
    const of = (engine) => mean(seen[engine].changes.filter((one) => one.kind === kind).map(pick));
    tell(name, 'dB', 'higher', of('ours'), { ...extra, peers: Object.fromEntries(PEERS.map((engine) => [engine, of(engine)])) });
  };
  row('echo, loudspeaker moved: ERLE in the first 2 s', 'change', (one) => one.first_2_s_db);
  row('echo, loudspeaker moved 2 s ago: ERLE', 'change', (one) => one.after_2_s_db, { goal: 30, elsewhere: { AEC3: 29 } });
  row('echo, 60 ms later at once: ERLE in the first 2 s', 'jump', (one) => one.first_2_s_db, { elsewhere: { AEC3: 10.4 } });
  row('echo, 60 ms later 2 s ago: ERLE', 'jump', (one) => one.after_2_s_db);
}
