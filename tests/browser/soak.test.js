/** soak.test.js: calls leave nothing behind in the page; `make soak` makes 2,000 and measures the heap. Layer: tests. */
import assert from 'node:assert/strict';
import { grown, PageSoak } from '../chaos/page_soak.js';

describe('calls in one page', function () {
  this.timeout(60000);
  let soak;

  before(async () => { soak = await PageSoak.start(); });
  after(() => soak.stop());

  it('20 calls leave no listener, node, context, worker, microphone, peer connection or socket behind', async () => {
    const before = await soak.count();
    await soak.calls(20);
    assert.deepEqual(grown(before, await soak.count()), []);
  });
});
