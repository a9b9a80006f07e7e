/**
 * document.js: puts the figures of build/bench/voice.json into docs/voice-quality.md. Layer: tests.
 *
 * Tables stand between `<!-- figures: NAME -->` and `<!-- end -->`; only they are written anew. The figures themselves are kept as
 * docs/voice.json, by which tests/check sees that no table was changed by hand; the pictures go to docs/pictures.
 * usage: node tests/bench/voice/document.js
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMissed, number } from './figures.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const DOCUMENT = path.join(ROOT, 'docs/voice-quality.md');
export const FIGURES = path.join(ROOT, 'docs/voice.json');
const MEASURED = path.join(ROOT, 'build/bench');

const others = (one) => ({ ...one.peers, ...one.elsewhere });
const isBetter = (one, value) => Number.isFinite(value) && number(value) !== number(one.value) && (one.direction === 'lower' ? value < one.value : value > one.value);
const peerCell = (one, peer) => {
  const value = others(one)[peer];
  return Number.isFinite(value) ? (isBetter(one, value) ? `**${number(value)}**` : number(value)) : '';
};
const ours = (one) => (Object.values(others(one)).some((value) => isBetter(one, value)) ? number(one.value) : `**${number(one.value)}**`);
const goal = (one) => (one.goal === null ? '' : `${one.direction === 'lower' ? '≤' : '≥'} ${number(one.goal)}${isMissed(one) ? ' missed' : ''}`);
const inUnit = (label, unit) => (unit && !label.includes(` ${unit}`) ? `${label}, ${unit}` : label);
const lines = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** A line for each figure: ours, goal, and a column for each peer that any of them has. */
function plain(list, labelOf) {
  const peers = [...new Set(list.flatMap((one) => Object.keys(others(one))))];
  const elsewhere = new Set(list.flatMap((one) => Object.keys(one.elsewhere)));
  return lines(['', 'ours', 'goal', ...peers.map((peer) => (elsewhere.has(peer) ? `${peer} (elsewhere)` : peer))],
    list.map((one) => [inUnit(labelOf(one.name), one.unit), ours(one), goal(one), ...peers.map((peer) => peerCell(one, peer))]));
}

const after = (prefix) => (name) => name.slice(prefix.length);
const starting = (figures, prefix) => figures.filter(({ name }) => name.startsWith(prefix));

/** Kinds of noise: both of ours beside the peers. */
function kinds(figures) {
  const of = (engine) => figures.filter(({ name }) => new RegExp(`^noise, ${engine}, `).test(name));
  const ai = new Map(of('AI').map((one) => [one.name.replace('AI', 'light'), one]));
  const peers = Object.keys(of('light')[0].peers);
  return lines([of('light')[0].name.split(': ')[1], 'light', 'AI', ...peers], of('light').map((one) => {
    const best = Math.max(one.value, ai.get(one.name).value, ...Object.values(one.peers));
    const cell = (value) => (value === best ? `**${number(value)}**` : number(value));
    return [one.name.split(/[,:] /)[2], cell(one.value), cell(ai.get(one.name).value), ...peers.map((peer) => cell(one.peers[peer]))];
  }));
}

/** A line for each network, ours before NetEQ's. */
function networks(figures) {
  const rows = new Map();
  for (const one of figures.filter(({ name, elsewhere }) => /^network, .*: (mean delay|concealed|PESQ)$/.test(name) && 'NetEQ' in elsewhere && !name.includes(', all:'))) {
    const [, network, what] = /^network, (.*): (.*)$/.exec(one.name);
    rows.set(network, { ...rows.get(network), [inUnit(what, one.unit)]: `${ours(one)} / ${peerCell(one, 'NetEQ')}` });
  }
  const columns = Object.keys([...rows.values()][0]);
  return lines(['ours / NetEQ', ...columns], [...rows].map(([network, row]) => [network, ...columns.map((column) => row[column])]));
}

/** Every goal that was missed. */
function missed(figures) {
  const list = figures.filter(isMissed);
  const goals = figures.filter((one) => one.goal !== null).length;
  const rows = list.map((one) => [inUnit(one.name, one.unit), number(one.value), goal(one).replace(' missed', '')]);
  return `${goals - list.length} of ${goals} goals are reached.${list.length ? ` Missed:\n\n${lines(['', 'ours', 'goal'], rows)}` : ''}`;
}

const BLOCKS = {
  missed,
  echo: (figures) => plain(starting(figures, 'echo, '), after('echo, ')),
  noise: (figures) => plain(figures.filter(({ name }) => /^noise, (light|AI): /.test(name)), after('noise, ')),
  kinds,
  activity: (figures) => plain(starting(figures, 'activity, '), after('activity, ')),
  gain: (figures) => plain(starting(figures, 'gain'), (name) => name.replace(/^gain[:,] /, '')),
  networks,
  'all networks': (figures) => plain(figures.filter(({ name }) => /^network(, all|, an hour|: )/.test(name)), (name) => name.replace(/^network[:,] /, '')),
  call: (figures) => plain(starting(figures, 'call, '), after('call, ')),
  cost: (figures) => plain(starting(figures, 'cost, '), after('cost, ')),
};

/** The document's text with its tables made of the figures. */
export function filled(text, figures) {
  return text.replace(/<!-- figures: ([a-z ]+) -->\n[\s\S]*?<!-- end -->/g, (_, name) => {
    if (!BLOCKS[name]) throw new Error(`docs/voice-quality.md: there is no table "${name}"; there are ${Object.keys(BLOCKS).join(', ')}`);
    return `<!-- figures: ${name} -->\n${BLOCKS[name](figures)}\n<!-- end -->`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures = fs.readFileSync(path.join(MEASURED, 'voice.json'), 'utf8');
  fs.writeFileSync(DOCUMENT, filled(fs.readFileSync(DOCUMENT, 'utf8'), JSON.parse(figures)));
  fs.writeFileSync(FIGURES, figures);
  for (const name of fs.readdirSync(MEASURED).filter((one) => /^voice-.*\.svg$/.test(one))) fs.copyFileSync(path.join(MEASURED, name), path.join(ROOT, 'docs/pictures', name));
}
