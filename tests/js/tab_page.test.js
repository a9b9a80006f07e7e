/** tab_page.test.js: what a page does for others that share its seat, and what it takes from one that is not heard. Layer: tests. */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('the page of a tab that shares a seat', () => {
  let createTabPage;
  let tabs;
  let posted;
  let called;
  let scope;
  /** Ends the question for the microphone. */
  let answer;

  /** A window as far as tab_page.js asks it. */
  function makeScope() {
    const made = Object.assign(new EventTarget(), { document: new EventTarget(), navigator: {} });
    made.document.hidden = false;
    return made;
  }

  before(async () => ({ createTabPage } = await load('tabs/tab_page.js')));
  beforeEach(() => {
    [posted, called] = [[], []];
    scope = makeScope();
    const asked = new Promise((resolve) => { answer = resolve; });
    const tccc = { Call: { startOutboundCall: async (args) => { called.push(args); return { sessionId: 's' }; }, hungUp: async () => ({}) } };
    tabs = createTabPage({
      bus: {}, post: (message) => posted.push(message), tccc: () => tccc, onLead: () => {},
      borrowMic: async (work) => { await asked; return work(); },
    }, scope);
    tabs.share();
  });
  const dialled = () => tabs.serve({ id: 7, cmd: 'Call.startOutboundCall', args: { phoneNumber: '1' } });

  it('dials for another tab when the microphone is open', async () => {
    const served = dialled();
    assert.deepEqual(called, []);
    answer();
    await served;
    assert.deepEqual([called, posted.at(-1).result.status], [[{ phoneNumber: '1' }], 'success']);
  });

  it('SDK-172 a call that its tab was told had failed is not dialled when the microphone is allowed at last', async () => {
    const { now } = performance;
    const served = dialled();
    try {
      performance.now = () => now.call(performance) + 11001;
      answer();
      await served;
    } finally {
      performance.now = now;
    }
    assert.deepEqual([called, posted.at(-1).result.code], [[], 'TIMEOUT']);
  });

  const seized = () => posted.filter(({ k }) => k === 'seize').length;

  it('a ring that is held back elsewhere is taken over where somebody has clicked, or clicks', () => {
    tabs.onBlocked(true);
    tabs.takeSound();
    assert.equal(seized(), 0);
    for (const name of ['pointerdown', 'keydown', 'keydown']) scope.document.dispatchEvent(new Event(name));
    assert.equal(seized(), 1);
    tabs.onBlocked(false);
    scope.document.dispatchEvent(new Event('pointerdown'));
    assert.equal(seized(), 1);
    tabs.onBlocked(true);
    tabs.takeSound();
    assert.equal(seized(), 2);
  });

  it('not by a hidden tab, nor by the one that leads', () => {
    scope.document.dispatchEvent(new Event('keydown'));
    scope.document.hidden = true;
    tabs.onBlocked(true);
    tabs.takeSound();
    scope.document.hidden = false;
    tabs.lead(true);
    tabs.takeSound();
    assert.equal(seized(), 0);
  });
});
