/** pending.test.js: deadlines of commands that another tab carries out. Layer: tests. */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('commands to the tab that leads', () => {
  let Pending;
  before(async () => ({ Pending } = await load('tabs/pending.js')));

  /** Answers of a tab whose clock is at `ms`. */
  function answersAt(ms, cmd) {
    const { setTimeout: real } = globalThis;
    const due = [];
    globalThis.setTimeout = (work, delay) => { due.push([delay, work]); };
    const answers = [];
    const pending = new Pending({ tabUuid: 't', answer: (one) => answers.push(one), ask: () => {} });
    pending.add(1, cmd, {});
    globalThis.setTimeout = real;
    for (const [delay, work] of due) if (delay <= ms) work();
    return answers.map(({ code }) => code);
  }

  it('have a deadline, which leaves time for a preflight and for a model to load', () => {
    assert.deepEqual(answersAt(11999, 'Call.hold'), []);
    assert.deepEqual(answersAt(12000, 'Call.hold'), ['TIMEOUT']);
    assert.deepEqual(answersAt(20500, 'Page.call'), []); /* the model's own deadline is 20 s */
    assert.deepEqual(answersAt(30000, 'Page.call'), ['TIMEOUT']);
  });
});
