/** noise.js: noise suppressors on eight kinds of noise and on clean speech, as figures and pictures. Layer: tests. */
import fs from 'node:fs';
import path from 'node:path';
import { mean, tell } from './figures.js';
import { drawSpectra } from './pictures.js';
import { OUT, WORK, all, hasPesq, measure, pesqBetween, program, remembered, run, runScript, script } from './programs.js';

const engines = {
  unprocessed: (input, out) => fs.promises.copyFile(input, out),
  light: (input, out) => run('tccc-audio', 'ns', '--in', input, '--out', out),
  AI: (input, out) => run('tccc-audio', 'ns', '--level', 'ai', '--in', input, '--out', out),
  SpeexDSP: (input, out) => run('voice_peers', 'speex-ns', input, out),
  'WebRTC 0.3': (input, out) => run('voice_peers', 'webrtc-ns', input, out),
  RNNoise: (input, out) => runScript('rnnoise.js', input, out),
};
const OURS = ['light', 'AI'];
const PEERS = ['unprocessed', 'SpeexDSP', 'WebRTC 0.3', 'RNNoise'];
const COST_S = { light: 0.2, AI: 0.4, RNNoise: 0.8 };

/** Rows of the issue: [figure, unit, direction, pick, goal of light, goal of AI]. */
const ROWS = [
  ['PESQ', 'MOS', 'higher', (f) => f.pesq, 1.58, 1.7],
  ['quieter in pauses', 'dB', 'higher', (f) => f.pauses_db, 14, 30],
  ['STOI', '', 'higher', (f) => f.stoi, 0.84, 0.85],
  ['SI-SDR gained', 'dB', 'higher', (f) => f.si_sdr_db - f.si_sdr_before_db, null, null],
  ['added delay', 'ms', 'lower', (f) => f.lag_ms, 16, 20],
];

const file = (folder, name) => path.join(folder, `${name}.wav`);
const folder = path.join(WORK, 'noise');
const madeBy = (engine) => path.join(WORK, `noise-${engine.replace(/\W/g, '_')}`);

const RATIOS_DB = [0, 5, 10, 15];
const CLEAN = [0, 1, 2].map((talker) => ({ name: `c${talker}`, noisy: file(folder, `c${talker}`), clean: file(folder, `c${talker}`) })); /* what has no noise must pass */
const CLEAN_GOAL = 4.1;

/** The files of speech in noise: [{name, kind, talker, ratio in dB, noisy, clean: files}]. */
export function noiseCases(quick) {
  const cases = fs.readdirSync(folder).map((name) => /^((\w+)_(\d)_(\d+))\.wav$/.exec(name)).filter(Boolean)
    .map(([, name, kind, talker, ratio]) => ({ name, kind, talker: +talker, ratio: +ratio, noisy: file(folder, name), clean: file(folder, `c${talker}`) }));
  const kinds = [...new Set(cases.map((one) => one.kind))];
  return quick ? cases.filter((one) => one.talker === (kinds.indexOf(one.kind) + RATIOS_DB.indexOf(one.ratio)) % 3) : cases; /* one talker for each kind and ratio */
}

export async function prepareNoise(material, quick) {
  if (!fs.existsSync(file(folder, 'recorded_2_15'))) {
    fs.mkdirSync(folder, { recursive: true });
    await run('voice_noise_cases', material.speech, folder, material.music, material.keys, material.recorded);
  }
  const { stdout, stderr } = await run('tccc-audio', '--help').catch((error) => error);
  if (!/\bai\b/.test(stdout + stderr)) {
    delete engines.AI;
    console.error('this tccc-audio has no level "ai": its figures are left out');
  }
  return Object.keys(engines).map((engine) => [`noise, ${engine}`, noiseCases(quick).length + CLEAN.length, (COST_S[engine] ?? 0.1) + (hasPesq ? 0.6 : 0.4)]);
}

function programsOf(engine) {
  const made = engine === 'unprocessed' ? [] : OURS.includes(engine) ? [program('tccc-audio')] : engine === 'RNNoise' ? [script('rnnoise.js')] : [program('voice_peers')];
  return [...made, program('voice_measure')];
}

function judge(engine, one) {
  const { noisy, clean } = one;
  const out = file(madeBy(engine), one.name);
  return remembered(out, [...programsOf(engine), noisy, clean], async () => {
    await engines[engine](noisy, out);
    const seen = await measure('noise', clean, noisy, out);
    const heard = hasPesq ? { pesq: await pesqBetween(clean, out, 0.9, 8.9, seen.lag_ms, path.join(madeBy(engine), `${one.name}-piece`)) } : {};
    return { ...one, ...seen, ...heard };
  });
}

export async function noise(quick) {
  const seen = {};
  const passed = {}; // clean speech
  for (const engine of Object.keys(engines)) {
    fs.mkdirSync(madeBy(engine), { recursive: true });
    seen[engine] = await all(`noise, ${engine}`, [...noiseCases(quick), ...CLEAN].map((one) => () => judge(engine, one)));
    passed[engine] = seen[engine].splice(-CLEAN.length);
  }
  const of = (engine, pick, kind) => mean(seen[engine].filter((one) => !kind || one.kind === kind).map(pick));
  const beside = (engines, ...args) => Object.fromEntries(engines.map((engine) => [engine, of(engine, ...args)]));
  for (const [what, unit, direction, pick, ...goals] of ROWS) {
    if (what === 'PESQ' && !hasPesq) continue;
    const peers = beside(what === 'PESQ' || what === 'STOI' ? PEERS : PEERS.slice(1), pick);
    OURS.filter((engine) => seen[engine]).forEach((engine) => tell(`noise, ${engine}: ${what}`, unit, direction, of(engine, pick), { goal: goals[OURS.indexOf(engine)], peers }));
  }
  if (hasPesq) {
    const clean = (engine) => mean(passed[engine].map((one) => one.pesq));
    for (const engine of OURS.filter((one) => seen[one])) {
      tell(`noise, ${engine}: PESQ of clean speech`, 'MOS', 'higher', clean(engine), { goal: CLEAN_GOAL, peers: Object.fromEntries(PEERS.slice(1).map((peer) => [peer, clean(peer)])) });
    }
  }
  const [what, unit, pick] = hasPesq ? ['PESQ', 'MOS', (f) => f.pesq] : ['STOI', '', (f) => f.stoi];
  for (const kind of new Set(seen.light.map((one) => one.kind))) {
    for (const engine of OURS.filter((one) => seen[one])) tell(`noise, ${engine}, ${kind}: ${what}`, unit, 'higher', of(engine, pick, kind), { peers: beside(PEERS, pick, kind) });
  }
  const draw = (name, title, kind) => {
    const shown = noiseCases(quick).find((one) => one.kind === kind && one.ratio === 5).name;
    drawSpectra(path.join(OUT, name), title, [{ name: 'before', file: file(folder, shown) }, ...Object.keys(engines).slice(1).map((engine) => ({ name: engine, file: file(madeBy(engine), shown) }))]);
  };
  draw('voice-noise.svg', 'Speech in the noise of a car, 5 dB', 'car');
  draw('voice-keys.svg', 'Speech over typing, 5 dB', 'keys');
}
