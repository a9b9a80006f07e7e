/** patience.test.js: for how long a leading tab may be silent: 600 ms on a machine with time for all, longer where clocks come late. Layer: tests. */
import assert from 'node:assert/strict';
import { load } from './source.js';

const BEAT_MS = 200;

describe('patience with the tab that leads', () => {
  let patience;
  let Patience;
  before(async () => ({ Patience } = await load('tabs/patience.js')));
  beforeEach(() => { patience = new Patience(); });

  it('three beats may be missed', () => {
    assert.equal(patience.limitMs(0, BEAT_MS), 600);
    assert.equal(patience.limitMs(0, 1000), 3000);
  });

  it('each beat may be as late as this tab\'s own clock was, up to 300 ms, which is forgotten in half a minute', () => {
    patience.looked(50);
    assert.equal(patience.limitMs(0, BEAT_MS), 750);
    patience.looked(5000);
    assert.equal(patience.limitMs(0, BEAT_MS), 1500);
    for (let looks = 0; looks < 300; looks++) patience.looked(0);
    assert.ok(patience.limitMs(0, BEAT_MS) < 605);
  });

  it('a lead that was taken from a tab that was only late raises the limit to half as long again, for a minute', () => {
    patience.wronged(1000, 700);
    assert.equal(patience.limitMs(1000, BEAT_MS), 1050);
    assert.equal(patience.limitMs(60999, BEAT_MS), 1050);
    assert.equal(patience.limitMs(61000, BEAT_MS), 600);
  });

  it('it is raised to 1.2 s at most, and a shorter silence does not lower it', () => {
    patience.wronged(0, 2000);
    patience.wronged(10, 300);
    assert.equal(patience.limitMs(20, BEAT_MS), 1200);
  });

  it('a tab that comes back after 2.5 s was frozen: nothing changes', () => {
    patience.wronged(0, 2501);
    assert.equal(patience.limitMs(1, BEAT_MS), 600);
  });
});
