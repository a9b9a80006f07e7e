/** wait.js: waits for a condition with a deadline. Layer: tests. */

const DEADLINE_MS = 15000;
const ASK_MS = 25;

/** Resolves with the first truthy value of `ask`; rejects with `what` when the deadline passes. */
export async function until(ask, what, deadlineMs = DEADLINE_MS) {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await ask();
    if (value) return value;
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, ASK_MS); });
  }
}
