/** tabs.test.js: several tabs of one browser are one seat: one connection, one microphone, every event in every tab. Layer: tests. */
import assert from 'node:assert/strict';
import { DEADLINE_MS } from '../peers/process.js';
import { Seat } from '../peers/seat.js';
import { AGENTS, CUSTOMER, useCentre } from '../e2e/centre.js';
import { startBrowser, TabGroup } from './tab_group.js';

describe('tabs that share a seat', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: null });
  let browser;
  let group;

  before(async () => { browser = await startBrowser(centre()); });
  after(() => browser.stop());
  beforeEach(async () => { group = await TabGroup.open(centre(), browser); });
  afterEach(async function tell() {
    if (this.currentTest.state === 'failed') console.log(await group.tell());
    await group.close();
  });

  const calls = (seat, sessionId) => seat.log().then((log) => log.filter((one) => one.fields.sessionId === sessionId && one.name !== 'progress').map((one) => one.name));

  it('SDK-015 SDK-172 SDK-162 a call that one tab dials shows in every tab with its tabUUID; one microphone; any tab hangs up', async () => {
    const [first, second, third] = await group.tabs(3);
    assert.equal(new Set([first.ready.tabUUID, second.ready.tabUUID, third.ready.tabUUID]).size, 3);
    await centre().phone('udp');
    const { sessionId } = await second.call('Call.startOutboundCall', { phoneNumber: CUSTOMER, callerPhoneNumber: centre().number('udp') });
    for (const tab of [first, second, third]) {
      assert.equal((await tab.next('callOuted')).tabUUID, second.ready.tabUUID);
      await tab.next('calloutAccepted');
    }
    assert.deepEqual(await group.microphones(), [true, false, false]);
    assert.equal((await third.call('Call.getStats', { sessionId })).data.path.path !== 'none', true);
    assert.equal((await third.refused('Call.hold', { sessionId: 'nobody' })).code, 'NOT_FOUND');
    await third.call('Call.hungUp', { sessionId });
    for (const tab of [first, second, third]) {
      await tab.next('sessionEnded');
      assert.deepEqual(await calls(tab, sessionId), ['callOuted', 'calloutAccepted', 'sessionEnded']);
      assert.equal((await tab.log()).some((one) => one.name === 'kickedOut'), false);
    }
  });

  it('SDK-150 SDK-103 a call in rings in every tab; userAccessed names the tab that answered; a tab that comes later knows the call', async () => {
    const [first, second] = await group.tabs(2);
    const phone = await centre().phone('udp');
    phone.dial(centre().uri('udp'));
    const { sessionId } = await first.next('callIn');
    await second.next('callIn');
    await second.call('Call.accept', { sessionId });
    for (const tab of [first, second]) assert.equal((await tab.next('userAccessed')).tabUUID, second.ready.tabUUID);
    await first.call('Call.muteMic', { sessionId });
    const third = await group.tab();
    assert.equal((await third.next('userAccessed')).sessionId, sessionId);
    assert.equal((await third.call('Call.isMicMuted', { sessionId })).data.isMicMuted, true);
    await phone.hangup();
    for (const tab of [first, second, third]) await tab.next('sessionEnded');
  });

  for (const [how, leave] of [['closed', (seat) => seat.close()], ['loaded anew', (seat) => seat.tab.reload()],
    ['frozen', (seat) => group.freeze(seat)], ['halted', (seat) => group.halt(seat)], ['killed', (seat) => group.kill(seat)]]) {
    it(`SDK-172 the leading tab is ${how} in a call: another one goes on with it, and nothing is told twice`, async () => {
      const [first, second, third] = await group.tabs(3);
      await centre().phone('udp');
      const { sessionId } = await second.call('Call.startOutboundCall', { phoneNumber: CUSTOMER, callerPhoneNumber: centre().number('udp') });
      for (const tab of [first, second, third]) await tab.next('calloutAccepted');
      await second.call('Call.muteMic', { sessionId });
      await second.call('Call.unmuteMic', { sessionId });
      await leave(first);
      await group.untilLed([second, third]);
      await group.untilSound(second, sessionId);
      assert.equal((await second.call('Call.isMicMuted', { sessionId })).data.isMicMuted, false);
      await third.call('Call.hungUp', { sessionId });
      for (const tab of [second, third]) {
        await tab.next('sessionEnded');
        assert.deepEqual(await calls(tab, sessionId), ['callOuted', 'calloutAccepted', 'sessionEnded']);
        assert.equal((await tab.log()).filter((one) => one.name === 'ready').length, 1);
        assert.equal((await tab.log()).some((one) => ['kickedOut', 'connectionLost'].includes(one.name)), false);
      }
      if (how === 'frozen' || how === 'halted') {
        await group.thaw(first);
        await first.next('sessionEnded');
        assert.deepEqual(await calls(first, sessionId), ['callOuted', 'calloutAccepted', 'sessionEnded']);
        assert.equal((await group.microphones()).filter(Boolean).length, 0);
      }
    });
  }

  it('SDK-171 a sign-in in another browser kicks all tabs out', async () => {
    const [first, second] = await group.tabs(2);
    const other = await centre().seat({ agent: AGENTS[0], browser });
    for (const tab of [first, second]) assert.ok((await tab.next('kickedOut')).reason);
    await other.tab.until(() => tccc.Agent.getStatus() === 'free');
    assert.equal((await second.refused('Agent.online')).code, 'KICKED');
  });

  it('SDK-175 where tabs cannot share, each works alone and says so', async () => {
    const alone = new Seat(await browser.tab({ sound: false, init: [() => { delete window.BroadcastChannel; }] }));
    centre().seats.push(alone);
    await alone.open(await group.url());
    assert.equal((await alone.next('warning', DEADLINE_MS)).code, 'TABS_UNSUPPORTED');
    await alone.tab.until(() => tccc.Agent.getStatus() === 'free');
  });
});
