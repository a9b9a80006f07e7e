/** chronicle.test.js: what a tab tells of what the leading ones have told: once, in order, nothing left out. Layer: tests. */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('the chronicle of tabs that share a seat', () => {
  let Chronicle;
  let tab;
  before(async () => ({ Chronicle } = await load('tabs/chronicle.js')));
  beforeEach(() => {
    tab = new Chronicle();
    tab.isSynced = true;
  });
  const entry = (n, ...seqs) => ({ n, events: seqs.map((seq) => ({ event: 'held', data: {}, seq })), mirror: 'm' });
  /** Takes it and says the numbers of what is told. */
  const told = (...args) => tab.take(entry(...args))?.map(({ seq }) => seq) ?? null;

  it('tells each entry once, and says when some are missing', () => {
    assert.deepEqual([told(1, 1, 2), told(1, 1, 2), told(3, 4)], [[1, 2], [], null]);
    assert.deepEqual([told(2, 3), told(3, 4)], [[3], [4]]);
  });

  it('leaves out what the leader before had told it already, when the next one tells it again', () => {
    assert.deepEqual([told(1, 104), told(2, 105)], [[104], [105]]);
    tab.follow(1);
    assert.deepEqual([told(2, 105, 106), told(3, 107)], [[106], [107]]);
  });

  it('SDK-172 after such a change of leaders nothing is left out when the server begins to count anew', () => {
    assert.deepEqual([told(1, 104), told(2, 105)], [[104], [105]]);
    tab.follow(1);
    assert.deepEqual([told(2, 105), told(3, 106)], [[], [106]]);
    assert.deepEqual([told(4, 1), told(5, 2, 3)], [[1], [2, 3]]); /* it was started again */
    tab.follow(4);
    assert.deepEqual([told(5, 2, 3), told(6, 4)], [[], [4]]);
  });

  it('events of the tabs themselves, which have no number, are always told', () => {
    assert.deepEqual([told(1, 5), told(2, 0)], [[5], [0]]);
    tab.follow(1);
    assert.deepEqual(told(2, 0, 6), [0, 6]);
  });
});
