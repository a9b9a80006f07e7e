/** rows.test.js: every row of the manual's checklist is named by a test that shows it. Layer: tests. */
import assert from 'node:assert/strict';
import { filesLike, textOf } from './tree.js';

/** SDK-001 to SDK-187: the agent SDK as its manual describes it. */
const N_ROWS = 187;

/** A name in a title or in a table of titles; the ends of a range name themselves, and what lies between is not named. */
const TITLE = /(["'`])(?:(?!\1).)*\bSDK-\d{3}\b(?:(?!\1).)*\1/g;

describe('rows of the checklist', () => {
  const tests = filesLike(/^tests\/.*(\.test\.js|\/test_\w+\.c)$/);
  const named = new Set(tests.flatMap((file) => [...textOf(file).matchAll(TITLE)].flatMap(([title]) => title.match(/SDK-\d{3}/g))));

  it('each is named in the title of a test', () => {
    const rows = Array.from({ length: N_ROWS }, (_, i) => `SDK-${String(i + 1).padStart(3, '0')}`);
    assert.deepEqual(rows.filter((row) => !named.has(row)), []);
  });

  it('and no test names a row that there is not', () => {
    assert.deepEqual([...named].filter((row) => Number(row.slice(4)) < 1 || Number(row.slice(4)) > N_ROWS), []);
  });
});
