/** call.js: ten minutes of a call between two whole engines whose clocks differ, as figures. Layer: tests. */
import path from 'node:path';
import { tell } from './figures.js';
import { all, run } from './programs.js';

const DRIFTS_PPM = [200, -200, 0]; /* the last one is what the others are compared with */
const NAMES = { false: 'ten minutes', true: 'two minutes' };

let talkers;

export async function prepareCall(material) {
  talkers = ['allison', 'carlo'].map((name) => path.join(material.speech, `${name}.wav`));
  return [['ten minutes of drift', DRIFTS_PPM.length, 40]];
}

export async function call(quick) {
  const seen = await all('ten minutes of drift', DRIFTS_PPM.map((ppm) => async () =>
    JSON.parse((await run('voice_long_call', ...talkers, quick ? '120' : '600', String(ppm))).stdout)));
  const row = (what, unit, direction, pick, goal = null) => {
    const worst = direction === 'lower' ? Math.max : Math.min;
    const [same, ...drifting] = seen.map(pick).reverse();
    tell(`call, ${NAMES[Boolean(quick)]} at +-200 ppm: ${what}`, unit, direction, worst(...drifting), { goal, peers: { 'clocks that agree': same } });
  };
  row('echo taken out, worst turn', 'dB', 'higher', (one) => one.erle_worst_db, 20);
  row('correlation of the talker, 5th of 100', '', 'higher', (one) => one.likeness_5);
  row('correlation of the talker, median', '', 'higher', (one) => one.likeness);
  row('concealed', '%', 'lower', (one) => 100 * one.concealed, 0.1);
  row('longest jitter buffer', 'ms', 'lower', (one) => one.buffer_most_ms);
  row('samples beyond full scale or no number', 'samples', 'lower', (one) => one.strange, 0);
}
