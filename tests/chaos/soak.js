/**
 * soak.js: page_soak.js with many calls: prints what is counted on the way and the growth of the heap. Layer: tests.
 * usage: soak.js [calls, 2000]
 */
import { grown, PageSoak } from './page_soak.js';

const PARTS = 10;
const HEAP_GOAL = 1024; // bytes a call (issue 4)
const calls = Number(process.argv[2] ?? 2000);

const soak = await PageSoak.start();
const before = await soak.count();
let after = before;
console.log(`before: ${JSON.stringify(before)}`);
for (let part = 1; part <= PARTS; part++) {
  await soak.calls(Math.ceil(calls / PARTS));
  after = await soak.count();
  console.log(`${part * Math.ceil(calls / PARTS)} calls: ${JSON.stringify(after)}`);
}
await soak.stop();
const left = grown(before, after);
const n = PARTS * Math.ceil(calls / PARTS);
const perCall = (after.heapBytes - before.heapBytes) / n;
console.log(`left behind: ${left.length ? left.join(', ') : 'nothing'}; the heap grew by ${Math.round(perCall)} bytes a call (goal ${HEAP_GOAL}), tcccd by ${Math.round((1024 * (after.serverKb - before.serverKb)) / n)}`);
process.exit(left.length || perCall > HEAP_GOAL ? 1 : 0);
