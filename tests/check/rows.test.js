/** rows.test.js: every row of the manual's checklist is named by a test that shows it. Layer: tests. */
import assert from 'node:assert/strict';
import { filesLike, textOf } from './tree.js';

/** Families whose rows are named anywhere in a test, or stand in docs/rows.md with the reason: how many rows each has. */
const FAMILIES = { ADM: [88, 3], ACD: [36, 3], IVR: [42, 3], PUSH: [89, 3], AMB: [34, 2] };

/** The rows that a text names, those between the ends of a range, too; C names have _ for - and blank. */
function* rowsIn(text) {
  for (const [, family, first, last = first] of text.matchAll(/\b([A-Z]{3,4})[-_](\d{2,3})(?:[ _]to[ _](?:\1[-_])?(\d{2,3}))?/g))
    for (let n = Number(first); n <= Number(last); n++) yield `${family}-${String(n).padStart(first.length, '0')}`;
}

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

  it('each of the other families is named by a test, or docs/rows.md says why not, and not both', () => {
    const shown = new Set(tests.flatMap((file) => [...rowsIn(textOf(file))])), told = new Set(rowsIn(textOf('docs/rows.md')));
    const rows = Object.entries(FAMILIES).flatMap(([family, [n, digits]]) => Array.from({ length: n }, (_, i) => `${family}-${String(i + 1).padStart(digits, '0')}`));
    assert.deepEqual(rows.filter((row) => !shown.has(row) && !told.has(row)), [], 'neither shown nor told');
    assert.deepEqual([...told].filter((row) => shown.has(row)), [], 'shown, so docs/rows.md need not tell it');
    assert.deepEqual([...told].filter((row) => !rows.includes(row)), [], 'there is no such row');
  });

  it('and no test names a row that there is not', () => {
    assert.deepEqual([...named].filter((row) => Number(row.slice(4)) < 1 || Number(row.slice(4)) > N_ROWS), []);
  });
});
