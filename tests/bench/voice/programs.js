/** programs.js: starts what the voice benchmark is made of, many at a time, and tells how long it will still take. Layer: tests. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as wav from '../../peers/wav.js';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const BUILD = process.env.TCCC_BUILD_DIR || path.join(ROOT, 'build');
export const OUT = path.join(ROOT, 'build/bench');
export const WORK = path.join(OUT, 'voice');
const start = promisify(execFile);

/** A program under build/native. */
export const run = (name, ...args) => start(program(name), args, { maxBuffer: 1 << 24 });
export const runScript = (name, ...args) => start(process.execPath, [script(name), ...args], { maxBuffer: 1 << 24 });
export const measure = async (...args) => JSON.parse((await run('voice_measure', ...args)).stdout);

/* ---- what was found before ---- */

export const program = (name) => path.join(BUILD, 'native', name);
export const script = (name) => fileURLToPath(new URL(name, import.meta.url));
const sums = new Map();

function sumOf(file) {
  const { mtimeMs, size } = fs.statSync(file);
  const key = `${file} ${mtimeMs} ${size}`;
  if (!sums.has(key)) sums.set(key, createHash('sha256').update(fs.readFileSync(file)).digest('hex'));
  return sums.get(key);
}

/**
 * What the job finds about `out`, a file that it makes; of an earlier run, where the same programs had the same files: peers need not be
 * measured again because ours has changed. `inputs`: the files of both, programs included.
 */
export async function remembered(out, inputs, job) {
  const note = `${out}.json`;
  const from = [...inputs.map(sumOf), process.env.VOICE_PESQ ?? ''].join(' ');
  const before = fs.existsSync(note) && fs.existsSync(out) ? JSON.parse(fs.readFileSync(note, 'utf8')) : {};
  if (before.from === from) return before.found;
  const found = await job();
  fs.writeFileSync(note, JSON.stringify({ from, found }));
  return found;
}

/* ---- time that is left ---- */

const plan = new Map();
let worked = 0; // seconds that stages took which are done
let planned = 0;

/** The stages to come: [[title, jobs, seconds that one takes on an idle machine]]. Only their shares matter. */
export function expect(stages) {
  stages.forEach(([title, n, each], i) => plan.set(title, { n, cost: n * each, number: i + 1 }));
  planned = stages.reduce((sum, [, n, each]) => sum + n * each, 0);
}

const begun = Date.now();

function tellProgress(title, done) {
  const stage = plan.get(title);
  const share = (worked + stage.cost * (done / stage.n)) / planned;
  const left = share > 0.02 ? ((Date.now() - begun) / 1000) * (1 / share - 1) : NaN;
  const text = Number.isNaN(left) ? '' : left < 90 ? `, ${Math.round(left)} s left` : `, ${Math.round(left / 60)} min left`;
  const line = `[${stage.number}/${plan.size}] ${title}: ${done} of ${stage.n}${text}`;
  if (process.stderr.isTTY) process.stderr.write(`\r${line}\x1b[K${done === stage.n ? '\n' : ''}`);
  else if (done === stage.n || done % Math.ceil(stage.n / 4) === 0) process.stderr.write(`${line}\n`);
}

/** Runs the jobs of a stage, as many at a time as there are processors; their results in order. */
export async function all(title, jobs) {
  const results = [];
  let next = 0;
  let done = 0;
  await Promise.all(os.cpus().map(async () => {
    while (next < jobs.length) {
      const i = next++;
      results[i] = await jobs[i]();
      done += 1;
      tellProgress(title, done);
    }
  }));
  worked += plan.get(title).cost;
  return results;
}

/* ---- PESQ ---- */

/** VOICE_PESQ is a command that reads lines of two file names, separated by a tab, and answers each with the PESQ (wide band) of the second. */
export const hasPesq = Boolean(process.env.VOICE_PESQ);
let judge = null;
const waiting = [];

function startJudge() {
  const [command, ...args] = process.env.VOICE_PESQ.split(' ');
  judge = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  readline.createInterface({ input: judge.stdout }).on('line', (line) => waiting.shift()?.resolve(Number(line)));
  judge.on('error', (error) => waiting.splice(0).forEach(({ reject }) => reject(error)));
  judge.on('exit', () => waiting.splice(0).forEach(({ reject }) => reject(new Error(`VOICE_PESQ (${command}) ended before it had answered`))));
}

export const pesq = (clean, out) => new Promise((resolve, reject) => {
  if (!judge) startJudge();
  waiting.push({ resolve, reject });
  judge.stdin.write(`${clean}\t${out}\n`);
});

export function stopJudge() {
  judge?.stdin.end();
}

function cut(source, from, to, target) {
  const { rate, samples } = wav.read(source);
  return wav.write(target, { rate, samples: samples.subarray(Math.round(from * rate), Math.round(to * rate)) });
}

/** Of `from` to `to` seconds, where `out` lags by lagMs: pieces of the same length. name: of files for them. */
export async function pesqBetween(clean, out, from, to, lagMs, name) {
  const lag = lagMs / 1000;
  return pesq(cut(clean, from, to, `${name}-clean.wav`), cut(out, from + lag, to + lag, `${name}-out.wav`));
}

const PIECE_S = 8;
const SLACK_S = 0.5; // a jitter buffer is late, now more, now less: PESQ finds the place itself

/** Mean over pieces of 8 s, where `out` may be half a second late. */
export async function pesqOfPieces(clean, out, seconds, name) {
  const scores = [];
  for (let at = 0; at + PIECE_S <= seconds; at += PIECE_S) {
    scores.push(await pesq(cut(clean, at, at + PIECE_S, `${name}-piece-clean.wav`), cut(out, at, at + PIECE_S + SLACK_S, `${name}-piece-out.wav`)));
  }
  return scores.filter(Number.isFinite).reduce((sum, one, _, list) => sum + one / list.length, 0);
}
