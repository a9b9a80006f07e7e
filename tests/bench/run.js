/**
 * run.js: `make bench`: runs every benchmark, prints a table with goals, writes build/bench/results.json. Layer: bench.
 *
 * Each benchmark is a program of its own that prints one JSON object a line: {name, value, unit, goal, direction: "lower" |
 * "higher", peer, peer_value}; goal and peer may be null. C: build/native/bench_*; scripts: bench_*.js beside this file.
 * usage: node tests/bench/run.js [part of a benchmark's name ...]
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HERE = path.join(ROOT, 'tests/bench');
const NATIVE = path.join(process.env.TCCC_BUILD_DIR || path.join(ROOT, 'build'), 'native');
const RESULTS = path.join(ROOT, 'build/bench/results.json');
const LIMIT_MS = 15 * 60 * 1000;

const named = (dir, pattern) => (fs.existsSync(dir) ? fs.readdirSync(dir) : []).filter((name) => pattern.test(name)).sort();

function benchmarks(wanted) {
  const all = [
    ...named(NATIVE, /^bench_\w+$/).map((name) => ({ name, command: [path.join(NATIVE, name)] })),
    ...named(HERE, /^bench_\w+\.js$/).map((name) => ({ name: name.replace('.js', ''), command: [process.execPath, path.join(HERE, name)] })),
  ];
  return all.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
}

const isResult = (one) => one && typeof one.name === 'string' && Number.isFinite(one.value) && typeof one.unit === 'string'
  && ['lower', 'higher'].includes(one.direction);

function resultOf(line) {
  if (!line.startsWith('{')) return null;
  const one = JSON.parse(line);
  if (!isResult(one)) throw new Error(`no result: ${line}`);
  const { name, value, unit, goal = null, direction, peer = null, peer_value = null } = one;
  return { name, value, unit, goal, direction, peer, peer_value };
}

/** {results, trouble}: what one benchmark printed; trouble is a sentence when it failed. */
function run({ name, command }) {
  const begun = Date.now();
  process.stderr.write(`${name} ...`);
  const done = spawnSync(command[0], command.slice(1), { cwd: ROOT, encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'] });
  process.stderr.write(` ${((Date.now() - begun) / 1000).toFixed(0)} s\n`);
  try {
    const results = done.stdout.split('\n').map(resultOf).filter(Boolean);
    const trouble = done.status === 0 ? null : `${name} ended with ${done.status ?? done.signal}: ${done.stderr.trim().split('\n').slice(-6).join('\n  ')}`;
    return { results, trouble };
  } catch (error) {
    return { results: [], trouble: `${name}: ${error.message}` };
  }
}

const number = (value) => (value === null ? '' : Number(value.toPrecision(4)).toLocaleString('en', { maximumFractionDigits: 4 }));

function verdict({ value, goal, direction }) {
  if (goal === null) return '';
  return (direction === 'lower' ? value <= goal : value >= goal) ? 'pass' : 'MISS';
}

function table(results) {
  const rows = results.map((one) => [
    one.name, number(one.value), one.unit, one.goal === null ? '' : `${one.direction === 'lower' ? '<=' : '>='} ${number(one.goal)}`, verdict(one),
    one.peer === null ? '' : `${one.peer}: ${number(one.peer_value)}`,
  ]);
  const all = [['what', 'value', 'unit', 'goal', '', 'beside it'], ...rows];
  const width = all[0].map((_, i) => Math.max(...all.map((row) => row[i].length)));
  return all.map((row) => row.map((cell, i) => (i === 1 ? cell.padStart(width[i]) : cell.padEnd(width[i]))).join('  ').trimEnd()).join('\n');
}

/** Results of earlier runs stay for the benchmarks that were not asked for. */
function kept(results, isWhole) {
  if (isWhole || !fs.existsSync(RESULTS)) return results;
  const fresh = new Set(results.map(({ name }) => name));
  return [...JSON.parse(fs.readFileSync(RESULTS, 'utf8')).filter(({ name }) => !fresh.has(name)), ...results];
}

const wanted = process.argv.slice(2);
const outcomes = benchmarks(wanted).map(run);
const results = outcomes.flatMap((one) => one.results);
const troubles = outcomes.map((one) => one.trouble).filter(Boolean);
fs.mkdirSync(path.dirname(RESULTS), { recursive: true });
fs.writeFileSync(RESULTS, `${JSON.stringify(kept(results, wanted.length === 0), null, 1)}\n`);
console.log(table(results));
const missed = results.filter((one) => verdict(one) === 'MISS').length;
console.log(`\n${results.length} figures, ${missed} of ${results.filter((one) => one.goal !== null).length} goals missed; written to ${path.relative(process.cwd(), RESULTS)}`);
for (const one of troubles) console.error(`FAILED: ${one}`);
process.exit(troubles.length ? 1 : 0);
