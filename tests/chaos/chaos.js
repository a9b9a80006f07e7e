/**
 * chaos.js: runs tab_chaos.js over many seeds and prints what it measured. Layer: tests.
 * usage: chaos.js [runs, 200] [first seed, 1] [tabs, 10] [seconds after which no run is begun]
 */
import { quantile, TabChaos } from './tab_chaos.js';

const [runs = 200, first = 1, tabs = 10, seconds = Infinity] = process.argv.slice(2).map(Number);
const until = performance.now() + 1000 * seconds;
let n = 0;
let chaos = null;
const failed = [];
const gaps = [];
const done = {};

/** Figures of runs whose tabs are thrown away are kept. */
async function retire() {
  gaps.push(...chaos.gaps);
  for (const [what, n] of Object.entries(chaos.done)) done[what] = (done[what] ?? 0) + n;
  await chaos.stop().catch(() => {});
  chaos = null;
}

for (let seed = first; seed < first + runs && performance.now() < until; seed++) {
  n += 1;
  chaos ??= await TabChaos.start({ tabs });
  try {
    await chaos.run(seed);
    process.stdout.write('.');
  } catch (error) {
    failed.push(seed);
    console.log(`\nseed ${seed}: ${error.message}\n  ${chaos.story?.join(', ')}`);
    if (process.env.TCCC_TELL) console.log(await chaos.group.tell());
    await retire();
  }
}
if (chaos) await retire();
console.log(`\n${n} runs of ${tabs} tabs, ${failed.length} failed${failed.length ? ` (seeds ${failed})` : ''}; ${JSON.stringify(done)}`);
if (gaps.length) {
  console.log(`silence at ${gaps.length} changes of tabs: median ${Math.round(quantile(gaps, 0.5))} ms, p95 ${Math.round(quantile(gaps, 0.95))} ms, longest ${Math.round(Math.max(...gaps))} ms`);
}
process.exit(failed.length || quantile(gaps, 0.95) > 1500 ? 1 : 0);
