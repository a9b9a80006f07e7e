/**
 * chaos.js: runs tab_chaos.js over many seeds and prints what it measured. Layer: tests.
 * usage: chaos.js [runs, 200] [first seed, 1] [tabs, 10] [seconds after which no run is begun]
 */
import fs from 'node:fs';
import { StallWatch } from '../peers/stall_watch.js';
import { quantile, TabChaos } from './tab_chaos.js';

const GAP_GOAL_MS = 1500;
/** A process that wanted to run had to wait so long: what was measured then says little about the product (tests/e2e/centre.js). */
const STALL_MS = 60;

const [runs = 200, first = 1, tabs = 10, seconds = Infinity] = process.argv.slice(2).map(Number);
const until = performance.now() + 1000 * seconds;
let n = 0;
let chaos = null;
const failed = [];
/** @type {{ms: number, stallMs: number}[]} silences, and how long the machine stood still during their run */
const gaps = [];
const done = {};

/** Microseconds since the start of the machine in which some process waited for a processor (Documentation/accounting/psi.rst). */
const waited = () => Number(/some .*total=(\d+)/.exec(fs.readFileSync('/proc/pressure/cpu', 'utf8'))?.[1] ?? 0);

/** Runs one seed and prints its line. */
async function one(seed) {
  chaos ??= await TabChaos.start({ tabs });
  chaos.gaps.length = 0;
  const [begun, waitedBefore, watch] = [performance.now(), waited(), new StallWatch()];
  const error = await chaos.run(seed).catch((reason) => reason);
  const [stallMs, ms] = [watch.stop(), performance.now() - begun];
  gaps.push(...chaos.gaps.map((gap) => ({ ms: gap, stallMs })));
  const machine = `standstill ${stallMs} ms, somebody waited for a processor ${Math.round((waited() - waitedBefore) / 10 / ms)} % of the time`;
  console.log(`seed ${seed}: ${error ? 'FAILED' : 'ok'} in ${(ms / 1000).toFixed(1)} s; ${chaos.story?.join(', ')}; silence ${chaos.gaps.map(Math.round).join(', ') || '-'} ms; ${machine}`);
  if (!error && chaos.slow) console.log(`  half of the deadline passed without sound: ${chaos.slow}`);
  return error;
}

/** Counts of runs whose tabs are thrown away are kept. */
async function retire() {
  for (const [what, n] of Object.entries(chaos.done)) done[what] = (done[what] ?? 0) + n;
  await chaos.stop().catch(() => {});
  chaos = null;
}

for (let seed = first; seed < first + runs && performance.now() < until; seed++) {
  n += 1;
  const error = await one(seed);
  if (!error) continue;
  failed.push(seed);
  console.log(`  ${error.stack ?? error}`);
  if (process.env.TCCC_TELL) console.log(await chaos.group.tell());
  await retire();
}
if (chaos) await retire();

/** @param {string} of @param {number[]} list */
function silences(of, list) {
  if (list.length === 0) return;
  console.log(`silence at ${list.length} changes of tabs${of}: median ${Math.round(quantile(list, 0.5))} ms, p95 ${Math.round(quantile(list, 0.95))} ms (goal ${GAP_GOAL_MS}), longest ${Math.round(Math.max(...list))} ms`);
}

const all = gaps.map(({ ms }) => ms);
console.log(`${n} runs of ${tabs} tabs, ${failed.length} failed${failed.length ? ` (seeds ${failed})` : ''}; ${JSON.stringify(done)}`);
silences('', all);
silences(` in runs where the machine stood still for less than ${STALL_MS} ms`, gaps.filter(({ stallMs }) => stallMs < STALL_MS).map(({ ms }) => ms));
process.exit(failed.length || (all.length > 0 && quantile(all, 0.95) > GAP_GOAL_MS) ? 1 : 0);
