/** stall_watch.js: for how long the machine did not run a process that wanted to run. Layer: tests. */
import { Worker } from 'node:worker_threads';

const SHARED_BYTES = 8;
const BEAT_MS = 10;

/** A thread that wakes every 10 ms and keeps the longest delay of its waking. */
const BEAT = `
const { workerData } = require('node:worker_threads');
const longest = new Int32Array(workerData);
let due = performance.now();
while (Atomics.load(longest, 1) === 0) {
  due = performance.now() + ${BEAT_MS};
  Atomics.wait(longest, 1, 0, ${BEAT_MS});
  const late = Math.round(performance.now() - due);
  if (late > Atomics.load(longest, 0)) Atomics.store(longest, 0, late);
}`;

export class StallWatch {
  constructor() {
    this.shared = new Int32Array(new SharedArrayBuffer(SHARED_BYTES));
    this.worker = new Worker(BEAT, { eval: true, workerData: this.shared.buffer });
    this.worker.unref();
  }

  /** Milliseconds of the longest standstill. */
  stop() {
    Atomics.store(this.shared, 1, 1);
    Atomics.notify(this.shared, 1);
    return Atomics.load(this.shared, 0);
  }
}
