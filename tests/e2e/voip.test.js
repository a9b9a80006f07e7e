/** voip.test.js: voice sessions between a visitor's page and an agent's, by sound: each hears what the other says. Layer: tests. */
import assert from 'node:assert/strict';
import * as audio from '../peers/audio.js';
import { Chromium } from '../peers/browser.js';
import { speechFile } from '../peers/speech.js';
import { StallWatch } from '../peers/stall_watch.js';
import { VisitorPage } from '../peers/visitor_page.js';
import { AdminClient } from '../server/admin_client.js';
import { AGENTS, CORRELATION, MOUTH_TO_EAR_MS, useCentre } from './centre.js';

const SECONDS = 5, TURNS = 3, STALL_MS = 60, LATEST_MS = 1000;
const SHORT = { text: 'Welcome.' };
const end = { id: 'end', type: 'end' };
/** One key leads to the agents. */
const menu = {
  start: 'menu',
  modules: [
    { id: 'menu', type: 'branch', label: 'Menu', prompt: SHORT, timeoutSeconds: 30, branches: [{ key: '1', name: 'Sales', next: 'agents' }] },
    { id: 'agents', type: 'transferToHuman', label: 'Agents', group: 1, queueOver: 'end', noAgent: 'end', next: 'end' },
    end,
  ],
};

describe('voice sessions of visitors', function suite() {
  this.timeout(90000);
  const centre = useCentre({ change: { visitors: { signInsPerMinute: 100 } }, instance: { skillGroups: [{ name: 'sales', agents: AGENTS }], flows: [{ name: 'menu', kind: 'ivr', document: menu }] } });
  let browser;
  before(async () => {
    const admin = new AdminClient(centre().tcccd);
    const { flows } = await admin.get('flows');
    await admin.post('channels', { channelId: 'shop', name: 'Shop', types: ['voip'] });
    await admin.post('channels', { channelId: 'menu', name: 'Menu', types: ['voip'], flowId: flows[0].flowId });
    browser = await Chromium.start({ microphone: speechFile('phone', { rate: 48000, seconds: 25 }).file });
  });
  after(async () => { if (browser) await browser.stop(); });

  async function visitorPage(channel) {
    const page = new VisitorPage(await browser.tab());
    centre().seats.push(Object.assign(page, { close: () => page.tab.close(), log: () => page.tab.evaluate(() => window.log) }));
    await page.open(centre().pages.page(`http://127.0.0.1:${centre().tcccd.httpPort}/sdk/tccc-visitor.js`), channel);
    return page;
  }

  /** Both directions between two tabs: what one says, compared with what the other hears. */
  async function bothHear(a, b) {
    for (let turn = 1; ; turn++) {
      const watch = new StallWatch();
      await Promise.all([a.startSound(), b.startSound()]);
      const [one, other] = await Promise.all([a.takeSound(SECONDS + 1), b.takeSound(SECONDS + 1)]);
      const way = (from, to) => {
        const start = Math.max(from.mouth.startMs, to.ear.startMs), stop = start + 1000 * SECONDS;
        return audio.compare(audio.between(from.mouth, start, stop), audio.between(to.ear, start, stop + LATEST_MS));
      };
      const results = [['agent to visitor', way(one, other)], ['visitor to agent', way(other, one)]];
      const wrong = results.filter(([, r]) => r.seconds.length < SECONDS - 2 || r.worst < CORRELATION || !(r.delayMs > 0) || r.maxDelayMs > MOUTH_TO_EAR_MS);
      const stallMs = watch.stop();
      if (process.env.TCCC_TELL) for (const [name, r] of results) console.log(`      ${name} ${audio.report(r)}; standstill ${stallMs} ms`);
      if (wrong.length === 0) return;
      if (stallMs < STALL_MS || turn === TURNS) assert.fail(wrong.map(([name, r]) => `${name}: ${audio.report(r)}`).join('\n'));
    }
  }

  it('SDK-125 SDK-126 through a flow by its digits to an agent: both hear each other, hold is silent for the agent, and the record is of type 3', async () => {
    const [seat, visitor] = [await centre().seat(), await visitorPage('menu')];
    const { sessionId } = await visitor.call('startVoice', { remark: 'hello' });
    assert.deepEqual(await visitor.next('progress'), { sessionId, earlyMedia: true });
    await visitor.call('sendDigits', { dtmfText: '1' });
    const callIn = await seat.next('callIn');
    assert.deepEqual([callIn.type, callIn.ivrPath, callIn.remark], ['voip', [{ key: '1', label: 'Sales' }], 'hello']);
    await seat.call('Call.accept', { sessionId });
    await seat.next('userAccessed');
    assert.equal((await visitor.next('joined')).nickname, 'anna');
    await seat.tab.until(async (id) => (await tccc.Call.getStats({ sessionId: id })).packetsReceived > 50, sessionId);
    await bothHear(seat.tab, visitor.tab);
    await seat.call('Call.hold', { sessionId });
    assert.equal((await visitor.next('held')).held, true);
    await seat.call('Call.unHold', { sessionId });
    await visitor.call('end');
    assert.deepEqual([(await seat.next('sessionEnded')).type, (await visitor.next('sessionEnded')).closeBy], ['voip', 'client']);
  });
});
