/** tabs.test.js: several tabs of one browser are one seat: one connection, one microphone, every event in every tab. Layer: tests. */
import assert from 'node:assert/strict';
import { levelDb } from '../peers/audio.js';
import { DEADLINE_MS } from '../peers/process.js';
import { PageServer } from '../peers/page_server.js';
import { Seat } from '../peers/seat.js';
import { AGENTS, CUSTOMER, useCentre } from '../e2e/centre.js';
import { FirefoxTabGroup, startBrowser, TabGroup } from './tab_group.js';

/** Of full scale; silence is below -90. */
const SPEECH_DB = -50;
const BOSS = 'boss@tests.example';
const PEOPLE = [...AGENTS.map((userId, i) => ({ userId, name: userId, number: String(8001 + i) })), { userId: BOSS, name: 'Boss', number: '8009', role: 'admin' }];

/** What a seat was told of a session, without what comes with its sound. */
const calls = (seat, sessionId) => seat.log().then((log) => log.filter((one) => one.fields.sessionId === sessionId && !['progress', 'quality'].includes(one.name)).map((one) => one.name));

/** Before the page's own scripts: what the voice engine was told last, by kind. */
function watchEngine() {
  window.engine = {};
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function watched(message, ...more) {
    if (message?.k) window.engine[message.k] = message;
    return post.call(this, message, ...more);
  };
}

/** Before the page's own scripts: the first tab is hidden, and as in any hidden tab nobody is asked for the microphone there. */
function askedWhereLookedAt() {
  if (!location.protocol.startsWith('http')) return;
  if (!localStorage.first || sessionStorage.first) {
    localStorage.first = sessionStorage.first = 'yes';
    Object.defineProperty(document, 'hidden', { get: () => true });
  }
  const query = navigator.permissions.query.bind(navigator.permissions);
  navigator.permissions.query = async (what) => (what.name === 'microphone' ? { state: localStorage.granted ? 'granted' : 'prompt' } : query(what));
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (!localStorage.granted && document.hidden) await new Promise(() => {});
    localStorage.granted = 'yes';
    return open(wanted);
  };
}

describe('tabs that share a seat', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: null, instance: { agents: PEOPLE } });
  let browser;
  let group;

  before(async () => { browser = await startBrowser(centre()); });
  after(() => browser.stop());
  beforeEach(async () => { group = await TabGroup.open(centre(), browser); });
  afterEach(async function tell() {
    if (this.currentTest.state === 'failed') console.log(await group.tell());
    await group.close();
  });

  /** The tab plays speech. */
  async function untilHeard(seat) {
    const limit = Date.now() + DEADLINE_MS;
    for (;;) {
      await seat.tab.startSound();
      const { ear } = await seat.tab.takeSound(1);
      if (levelDb(ear) > SPEECH_DB) return;
      if (Date.now() > limit) throw seat.tab.failure(`nothing is heard within ${DEADLINE_MS} ms`);
    }
  }

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

  it('SDK-103 while a call rings the tab that leads has the microphone open already, and lets it go when nobody answers', async () => {
    const [first, second] = await group.tabs(2);
    const phone = await centre().phone('udp');
    phone.dial(centre().uri('udp'));
    await second.next('callIn');
    await group.untilLed([first]);
    assert.deepEqual(await group.microphones(), [true, false]);
    await phone.hangup();
    await first.next('sessionEnded');
    await first.tab.until(() => !window.hasMicrophone(), null, { what: 'the microphone is closed' });
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

  it('SDK-056 a supervisor\'s tabs: one asks to listen, the one that leads hears it without a microphone, and another goes on with it', async () => {
    const anna = await centre().seat({ agent: AGENTS[0], browser });
    const phone = await centre().phone('udp');
    await phone.dial(centre().uri('udp'));
    const sessionId = await anna.answer();
    const bosses = await TabGroup.open(centre(), browser, { agent: BOSS, sound: true });
    try {
      const [first, second, third] = await bosses.tabs(3);
      await third.call('Call.monitor', { sessionId });
      await untilHeard(first);
      assert.deepEqual(await bosses.microphones(), [false, false, false]);
      await first.close();
      await untilHeard(second);
      assert.deepEqual(await bosses.microphones([second, third]), [false, false]);
      await third.call('Call.unmonitor', { sessionId });
      await second.tab.until(() => window.pageSound.contexts.every(({ state }) => state !== 'running'), null, { what: 'the loudspeaker sleeps' });
      assert.equal((await second.refused('Call.intercept', { sessionId })).code, 'STATE');
    } finally {
      await bosses.close();
    }
  });

  it('SDK-095 SDK-172 settings and volumes that one tab chooses hold in the others at once, and where the lead goes', async () => {
    await group.context.addInitScript(watchEngine);
    const [first, second, third] = await group.tabs(3);
    await centre().phone('udp');
    const { sessionId } = await first.call('Call.startOutboundCall', { phoneNumber: CUSTOMER, callerPhoneNumber: centre().number('udp') });
    for (const tab of [first, second, third]) await tab.next('calloutAccepted');
    await third.tab.evaluate(() => tccc.UI.updateUserCustomSettings({ noiseReduction: 'high', disableRingtone: true }));
    await second.call('Devices.setVolume', 0.5);
    const isChosen = ([ns, volume]) => window.engine.configure?.ns === ns && window.engine.gain.output === volume && window.engine.ring.isOn === false;
    await first.tab.until(isChosen, [3, 0.5], { what: 'high, half as loud and without a ring in the tab that leads' });
    await second.call('Call.setNoiseSuppression', { level: 'low' });
    for (const tab of [first, second, third]) assert.equal((await tab.next('noiseReduction')).level, 'low');
    await first.close();
    await group.untilLed([second, third]);
    const [leads] = await group.microphones([second, third]);
    await (leads ? second : third).tab.until(isChosen, [2, 0.5], { what: 'the same in the next one' });
    await second.call('Call.hungUp', { sessionId });
  });

  it('SDK-172 a tab that is looked at asks for the microphone in the place of a hidden one that leads, and shows the number by its description', async () => {
    await group.context.addInitScript(askedWhereLookedAt);
    const [first, second, third] = await group.tabs(3);
    await centre().phone('udp');
    const { sessionId } = await second.call('Call.startOutboundCall', { phoneNumber: CUSTOMER, phoneDesc: 'Ms Li', callerPhoneNumber: centre().number('udp') });
    for (const tab of [first, second, third]) assert.equal((await tab.next('callOuted')).phoneDesc, 'Ms Li');
    await third.next('calloutAccepted');
    assert.deepEqual(await group.microphones(), [true, false, false]);
    await third.call('Call.hungUp', { sessionId });
  });

  it('SDK-171 a sign-in in another browser kicks all tabs out', async () => {
    const [first, second] = await group.tabs(2);
    const other = await centre().seat({ agent: AGENTS[0], browser });
    for (const tab of [first, second]) assert.ok((await tab.next('kickedOut')).reason);
    await other.tab.until(() => tccc.Agent.getStatus() === 'free');
    assert.equal((await second.refused('Agent.online')).code, 'KICKED');
  });

  for (const [row, who, open] of [
    ['SDK-173', 'of a private window', async () => (await TabGroup.open(centre(), browser)).tab()],
    ['SDK-174', 'of another origin', async (pages) => group.tab({ pages })],
  ]) {
    it(`${row} a tab ${who} is no part of the seat: it signs in by itself, and kicks the others out`, async () => {
      const pages = await PageServer.start();
      const [first, second] = await group.tabs(2);
      const stranger = await open(pages);
      for (const tab of [first, second]) assert.ok((await tab.next('kickedOut')).reason);
      await stranger.tab.until(() => tccc.Agent.getStatus() === 'free');
      assert.equal((await stranger.log()).some(({ name }) => name === 'kickedOut'), false);
      await stranger.close();
      await pages.stop();
    });
  }

  it('SDK-175 where tabs cannot share, each works alone and says so', async () => {
    const alone = new Seat(await browser.tab({ sound: false, init: [() => { delete window.BroadcastChannel; }] }));
    centre().seats.push(alone);
    await alone.open(await group.url());
    assert.equal((await alone.next('warning', DEADLINE_MS)).code, 'TABS_UNSUPPORTED');
    await alone.tab.until(() => tccc.Agent.getStatus() === 'free');
  });
});

describe('tabs that share a seat in Firefox', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'firefox' });
  let group;
  before(async () => { group = await FirefoxTabGroup.open(centre(), centre().browser); });
  after(() => group?.close());

  it('SDK-172 a call that one tab dials shows in both, with one microphone, and goes on when the tab that leads is closed', async () => {
    const [first, second] = await group.tabs(2);
    await centre().phone('udp');
    centre().browser.say(centre().mic.file);
    const { sessionId } = await second.call('Call.startOutboundCall', { phoneNumber: CUSTOMER, callerPhoneNumber: centre().number('udp') });
    for (const tab of [first, second]) {
      assert.equal((await tab.next('callOuted')).tabUUID, second.ready.tabUUID);
      await tab.next('calloutAccepted');
    }
    assert.deepEqual(await group.microphones(), [true, false]);
    await group.untilSound(second, sessionId);
    await first.close();
    await group.untilLed([second]);
    await group.untilSound(second, sessionId);
    await second.call('Call.hungUp', { sessionId });
    assert.equal((await second.next('sessionEnded')).closeBy, 'seat');
    assert.deepEqual(await calls(second, sessionId), ['callOuted', 'calloutAccepted', 'sessionEnded']);
  });
});
