/** together.js: tests that listen for long do it at the same time, each on a call of its own. Layer: tests. */

/**
 * tests: [[title, run]]. run(setUp) is called for all of them when the first is; setUp(fn) calls fn when those before have set up theirs
 * (a browser that opens a tab disturbs sound) and resolves with its value when all are up. Each test says then how its run ended.
 */
export function together(tests) {
  let runs;

  function begin() {
    let turn = Promise.resolve(), missing = tests.length, allUp;
    const everyoneIsUp = new Promise((resolve) => { allUp = resolve; });
    const up = () => { if (--missing === 0) allUp(); };
    return tests.map(async ([, run]) => {
      let isUp = false;
      const setUp = async (fn) => {
        const mine = turn.then(fn).finally(() => { isUp = true; up(); });
        turn = mine.catch(() => {});
        const value = await mine;
        await everyoneIsUp;
        return value;
      };
      try {
        await run(setUp);
        return null;
      } catch (error) {
        if (!isUp) up();
        return error;
      }
    });
  }

  for (const [i, [title]] of tests.entries())
    it(title, async () => {
      runs ??= begin();
      const errors = await Promise.all(runs); // what a test leaves is cleared after it: none goes on then
      if (errors[i]) throw errors[i];
    });
}
