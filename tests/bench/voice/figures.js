/** figures.js: what the voice benchmark found: one object a figure, and a table of them. Layer: tests. */
export const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const found = [];

/**
 * A figure as build/bench/results.json has it. `peers`: {name: value}; the best of them is `peer`. `elsewhere`: the same, measured once by
 * others' programs that Debian bookworm does not have, on material of the same description; it is shown, and `peer` only where nothing
 * else is.
 */
export function tell(name, unit, direction, value, { goal = null, peers = {}, elsewhere = {} } = {}) {
  const better = ([, a], [, b]) => (direction === 'lower' ? a - b : b - a);
  const seen = (list) => Object.entries(list).filter(([, one]) => Number.isFinite(one)).sort(better)[0];
  const [peer, peerValue] = seen(peers) ?? seen(elsewhere) ?? [null, null];
  found.push({ name, value, unit, goal, direction, peer, peer_value: peerValue, peers, elsewhere });
}

export const figures = () => found;

/** Figures of an earlier run for the parts of the benchmark that were not asked for this time, in the order of `parts`. */
export function withEarlier(earlier, asked, parts) {
  const partOf = ({ name }) => name.split(/[:,] /)[0];
  const all = [...earlier.filter((one) => !asked.includes(partOf(one))), ...found];
  return parts.flatMap((part) => all.filter((one) => partOf(one) === part));
}

export const number = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '-');
const reaches = ({ direction }, value, bound) => (direction === 'lower' ? value <= bound : value >= bound);
export const isMissed = (one) => one.goal !== null && !reaches(one, one.value, one.goal);
const verdict = (one) => (one.goal === null ? '' : isMissed(one) ? 'MISS' : 'pass');
const bound = (one) => (one.goal === null ? '' : `${one.direction === 'lower' ? '<=' : '>='} ${number(one.goal)}`);

/** Text for a person; peers whose figures are from elsewhere in brackets. A peer that is better than ours carries a `!`. */
export function table(list = found) {
  const mark = (one, value) => (Number.isFinite(value) && Number(one.value.toPrecision(3)) !== Number(value.toPrecision(3)) && reaches(one, value, one.value) ? '!' : '');
  const beside = (one) => [...Object.entries(one.peers).map(([name, value]) => `${name} ${number(value)}${mark(one, value)}`),
    ...Object.entries(one.elsewhere).map(([name, value]) => `(${name} ${number(value)}${mark(one, value)})`)].join('  ');
  const rows = [['what', 'ours', 'unit', 'goal', '', 'peers'], ...list.map((one) => [one.name, number(one.value), one.unit, bound(one), verdict(one), beside(one)])];
  const width = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((cell, i) => (i === 1 ? cell.padStart(width[i]) : cell.padEnd(width[i]))).join('  ').trimEnd()).join('\n');
}
