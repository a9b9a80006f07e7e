/** devices.test.js: devices, levels, quality, preflight and the ring in real browsers. Layer: tests. */
import assert from 'node:assert/strict';
import { CUSTOMER, useCentre } from '../e2e/centre.js';
import { minimisable } from './hidden_page.js';

/** Runs before the page: devices can be taken away as a person would, by pulling the plug or by the address bar. */
function removableDevices() {
  const media = navigator.mediaDevices;
  const [open, list] = [media.getUserMedia.bind(media), media.enumerateDevices.bind(media)];
  window.fault = '';
  window.openTracks = [];
  media.getUserMedia = async (wanted) => {
    if (window.fault) throw new DOMException('taken away by the test', window.fault);
    const stream = await open(wanted);
    window.openTracks.push(...stream.getTracks());
    return stream;
  };
  media.enumerateDevices = async () => (await list()).filter(({ kind }) => window.fault !== 'NotFoundError' || kind !== 'audioinput');
  window.unplug = () => {
    window.fault = 'NotFoundError';
    for (const track of window.openTracks.splice(0)) {
      track.stop();
      track.dispatchEvent(new Event('ended'));
    }
    media.dispatchEvent(new Event('devicechange'));
  };
  window.plugIn = () => {
    window.fault = '';
    media.dispatchEvent(new Event('devicechange'));
  };
}

/** Runs before the page: its microphone hears knocks on wood, five a second, and nobody. */
function knockingMicrophone() {
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext({ sampleRate: 16000 });
    const buffer = context.createBuffer(1, 3200, 16000);
    const node = new AudioBufferSourceNode(context, { buffer, loop: true });
    const to = context.createMediaStreamDestination();
    let random = 9;
    buffer.copyToChannel(Float32Array.from({ length: 3200 }, (_, i) => {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return 0.2 * Math.exp(-i / 100) * (Math.sin(0.35 * i) + random / 2 ** 32 - 0.5);
    }), 0);
    node.connect(to);
    node.start();
    return to.stream;
  };
}

/** The next statusChanged with this status. */
async function becomes(seat, status) {
  for (;;) {
    const told = await seat.next('statusChanged');
    if (told.status === status) return told;
  }
}

/** What docs/devices.md says of a network's score on the data channel. */
const judged = ({ mos }) => (mos >= 3.6 ? 'ok' : mos >= 3.1 ? 'warning' : 'failed');
const checkOf = (report, name) => report.checks.find((one) => one.name === name);

describe('devices and ring in chromium', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'chromium' });
  const ringing = async (seat, before) => {
    const phone = before ?? await centre().phone('udp');
    phone.dial(centre().uri('udp'));
    const { sessionId } = await seat.next('callIn');
    return { phone, sessionId };
  };

  it('SDK-083 SDK-084 SDK-085 SDK-086 a preflight checks browser, microphone, loudspeaker and network and finds all well', async () => {
    const seat = await centre().seat();
    const report = await seat.call('Devices.preflight', { full: true });
    assert.equal(report.checks.slice(0, 3).map(({ name, result }) => `${name} ${result}`).join(', '), 'browser ok, microphone ok, speaker ok', JSON.stringify(report.checks));
    const [microphone, speaker, network] = ['microphone', 'speaker', 'network'].map((name) => checkOf(report, name));
    assert.ok(microphone.peak > 0.5 && microphone.label, 'the file that is the microphone was heard');
    assert.ok(speaker.peak > 0.3, 'the tone reached the loudspeaker');
    assert.deepEqual([network.path, network.sent, network.code], ['dataChannel', 150, undefined]);
    assert.ok(network.received >= 100 && network.rttMs >= 0 && network.mos > 1 && network.mos < 4.5, JSON.stringify(network));
    assert.equal(network.result, judged(network), 'a busy machine is a bad network');
    assert.ok(report.ok === (network.result !== 'failed') && report.checks.every(({ sentence }) => sentence.length > 10));
    await seat.tab.until(() => window.log.length && true);
    assert.equal((await seat.refused('Devices.watchVolume', { ms: 5 })).code, 'ARG_RANGE');
    assert.equal((await seat.refused('Devices.setVolume', 3)).code, 'ARG_RANGE');
    assert.equal((await seat.refused('Devices.setMicrophone', 'nonsense')).code, 'ARG_RANGE');
  });

  it('SDK-005 SDK-184 an unplugged microphone makes the agent notReady with a reason and a link to the check, and is told in the report; its return undoes that', async () => {
    const seat = await centre().seat({ init: [removableDevices] });
    await becomes(seat, 'free');
    await seat.tab.evaluate(() => window.unplug());
    const lost = await seat.next('micLost');
    assert.deepEqual([lost.reason, lost.code], ['lost', 'MIC_NOT_FOUND']);
    assert.match(lost.errorMsg, /microphone/);
    assert.equal((await becomes(seat, 'notReady')).reason, 'microphoneLost');
    const report = await seat.call('Devices.preflight');
    const { result, finding, remedy } = checkOf(report, 'microphone');
    assert.deepEqual([report.ok, result, finding], [false, 'failed', 'micNone']);
    assert.ok(remedy.length > 10);
    assert.equal((await seat.refused('Call.startOutboundCall', { phoneNumber: CUSTOMER })).code, 'MIC_NOT_FOUND');
    await seat.tab.evaluate(() => window.plugIn());
    await seat.next('micRestored');
    await becomes(seat, 'free');
  });

  it('SDK-184 a microphone that is pulled out while a contact rings: accept is refused, the contact rings on, and is taken with the next one', async () => {
    const seat = await centre().seat({ init: [removableDevices] });
    await becomes(seat, 'free');
    const { phone, sessionId } = await ringing(seat);
    await seat.tab.until(() => window.openTracks.some(({ readyState }) => readyState === 'live'), null, { what: 'the microphone is open before the answer' });
    await seat.tab.evaluate(() => window.unplug());
    await seat.next('micLost');
    assert.equal((await seat.refused('Call.accept', { sessionId })).code, 'MIC_NOT_FOUND');
    await seat.tab.evaluate(() => window.plugIn());
    await seat.next('micRestored');
    await seat.call('Call.accept', { sessionId });
    await seat.next('userAccessed');
    await centre().heardMore(phone, 1);
    await seat.call('Call.hungUp', { sessionId });
  });

  it('a microphone that is lost in a call does not end it, and another takes over', async () => {
    const seat = await centre().seat({ init: [removableDevices] });
    const phone = await centre().phone('udp');
    const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    await seat.call('Devices.watchVolume', { ms: 100, threshold: 0.3 });
    assert.ok((await seat.next('volume')).input >= 0);
    await seat.tab.evaluate(() => window.unplug());
    await seat.next('micLost');
    await seat.tab.evaluate(() => window.plugIn());
    await seat.next('micRestored');
    assert.equal(await seat.tab.evaluate(() => window.openTracks.filter(({ readyState }) => readyState === 'live').length), 1);
    await centre().heardMore(phone, 1);
    await seat.call('Call.hungUp', { sessionId });
  });

  it('WB-038 AI noise reduction in a call: the telephone hears no more knocks, until it is switched off; without its model the call goes on as before', async () => {
    const seat = await centre().seat({ init: [knockingMicrophone] });
    const phone = await centre().phone('udp');
    const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    const heard = async () => {
      await centre().heardMore(phone, 2.5);
      const { rate, samples } = phone.recording.heard();
      return samples.slice(-rate).reduce((sum, x) => sum + x * x, 0) / rate + 1e-12;
    };
    const withoutModel = { url: '**/voice-ai.bin', refuse: (route) => route.abort() };
    await seat.tab.page.route(withoutModel.url, withoutModel.refuse);
    const refused = await seat.refused('Call.setNoiseSuppression', { level: 'ai' });
    assert.deepEqual([refused.code, /could not be loaded/.test(refused.errorMsg), refused.remedy.length > 10], ['IO', true, true]);
    const knocks = await heard();
    await seat.tab.page.unroute(withoutModel.url);
    await seat.call('Call.setNoiseSuppression', { level: 'ai' });
    const learned = await heard();
    await seat.tab.evaluate(() => window.tccc.UI.updateUserCustomSettings({ noiseReduction: 'standard' }));
    const again = await heard();
    assert.ok(knocks > 1e-5 && learned < knocks / 30 && again > learned * 10, `${[knocks, learned, again].map((x) => (10 * Math.log10(x)).toFixed(1))} dB`);
    await seat.call('Call.hungUp', { sessionId });
  });

  it('a call tells its quality and its levels; the volumes change what is heard and sent', async () => {
    const seat = await centre().seat();
    await centre().phone('udp');
    const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    const quality = await seat.next('quality');
    assert.equal(quality.sessionId, sessionId);
    assert.ok(quality.mos >= 1 && quality.mos <= 4.5 && quality.loss < 0.5 && quality.jitterMs >= 0, JSON.stringify(quality));
    assert.equal(quality.level, 1 + [2.58, 3.10, 3.60, 4.03].filter((border) => quality.mos >= border).length, 'the level is that of the score');
    const stats = await seat.stats(sessionId);
    assert.ok(stats.level >= 1 && stats.lossRatio < 0.5 && stats.packetsReceived > 0);
    await seat.call('Devices.setVolume', { volume: 0 });
    await seat.call('Devices.setMicVolume', { volume: 0 });
    await seat.call('Devices.watchVolume', 50);
    await seat.tab.until(() => window.log.filter(({ name }) => name === 'volume').slice(-4).filter(({ fields }) => fields.input === 0 && fields.output === 0).length === 4);
    await seat.call('Devices.setVolume', { volume: 1 });
    await seat.tab.until(() => window.log.filter(({ name, fields }) => name === 'volume' && fields.output > 0.2).length > 0);
    const kept = await seat.tab.evaluate(() => [tccc.Devices.getSelected(), JSON.parse(localStorage.getItem('tccc.devices'))]);
    assert.deepEqual([kept[0].micVolume, kept[1].micVolume, kept[0].volume], [0, 0, 1]);
    await seat.call('Devices.setMicVolume', { volume: 1 });
    await seat.call('Call.hungUp', { sessionId });
  });

  it('SDK-185 SDK-097 in a minimised page a contact raises a notification and flashes the title until it is answered; disableNotification keeps it away', async () => {
    const seat = await centre().seat({ init: [minimisable, removableDevices] });
    await seat.tab.page.context().grantPermissions(['notifications', 'microphone']);
    await becomes(seat, 'free');
    const { phone, sessionId } = await ringing(seat);
    assert.deepEqual(await seat.tab.evaluate(() => [document.title, window.notes.length]), ['test', 0]);
    await seat.tab.evaluate(() => window.minimise(true));
    const shown = await seat.tab.until(() => document.title !== 'test' && window.notes.length === 1 && { title: document.title, note: window.notes[0] });
    assert.match(shown.title, /Incoming contact|有新的来访/);
    assert.ok(shown.note.tag === sessionId && shown.note.body.includes(CUSTOMER.slice(-4)), JSON.stringify(shown.note));
    await seat.call('Call.accept', { sessionId });
    await seat.tab.until(() => document.title === 'test' && !window.notes[0].isOpen);
    await seat.call('Call.hungUp', { sessionId });
    await phone.waitEvent('CALL_CLOSED');
    await seat.call('Agent.setStatus', { status: 'free' });
    await seat.tab.evaluate(() => tccc.UI.updateUserCustomSettings({ disableNotification: true }));
    const second = await ringing(seat, phone);
    await seat.tab.until(() => document.title !== 'test');
    assert.equal(await seat.tab.evaluate(() => window.notes.length), 1);
    await seat.call('Call.end', { sessionId: second.sessionId });
  });

  it('SDK-095 SDK-096 disableRingtone silences the ring, merges, and takes effect while it rings', async () => {
    const seat = await centre().seat();
    await becomes(seat, 'free');
    await seat.call('Devices.watchVolume', 50);
    const { sessionId } = await ringing(seat);
    await seat.tab.until(() => window.log.some(({ name, fields }) => name === 'volume' && fields.output > 0.3), null, { what: 'the ring in the loudspeaker' });
    await seat.tab.evaluate(() => {
      tccc.UI.updateUserCustomSettings({ disableRingtone: true });
      tccc.UI.updateUserCustomSettings({ disableNotification: false });
      window.log = window.log.filter(({ name }) => name !== 'volume');
    });
    /* the context sleeps when nothing is to be heard, so the preflight keeps it awake */
    const { checks } = await seat.call('Devices.preflight');
    assert.equal(checks.find(({ name }) => name === 'speaker').peak, 0);
    await seat.tab.evaluate(() => tccc.UI.updateUserCustomSettings({ disableRingtone: false }));
    await seat.tab.until(() => window.log.some(({ name, fields }) => name === 'volume' && fields.output > 0.3), null, { what: 'the ring again' });
    await seat.call('Call.end', { sessionId });
  });
});

describe('the page that checks devices', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'chromium' });

  it('SDK-184 runs without signing in: browser, microphone and loudspeaker are checked, the network is not', async () => {
    const tab = await centre().browser.tab({ sound: false });
    await tab.goto(`http://127.0.0.1:${centre().tcccd.httpPort}/sdk/check.html`);
    await tab.click('#start');
    const shown = await tab.until(() => document.querySelectorAll('#checks li').length === 4
      && [...document.querySelectorAll('#checks li')].map(({ dataset }) => `${dataset.name} ${dataset.result}`));
    if (process.env.TCCC_SHOT) await tab.page.screenshot({ path: process.env.TCCC_SHOT });
    assert.deepEqual(shown, ['browser ok', 'microphone ok', 'speaker ok', 'network skipped']);
    assert.deepEqual(tab.errors, []);
    await tab.close();
  });
});

describe('a refused microphone', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'chromium' });

  it('SDK-184 a permission that is taken away is told at once and keeps contacts away, and comes back without a reload', async () => {
    const seat = await centre().seat();
    await becomes(seat, 'free');
    const context = seat.tab.page.context();
    /* what is not among those that are granted is denied */
    const set = (setting) => context.grantPermissions([setting === 'granted' ? 'microphone' : 'geolocation'], { origin: centre().pages.origin });
    await set('denied');
    const lost = await seat.next('micLost');
    assert.deepEqual([lost.reason, lost.code], ['denied', 'MIC_DENIED']);
    assert.equal((await becomes(seat, 'notReady')).reason, 'microphoneDenied');
    assert.equal((await seat.refused('Agent.setStatus', { status: 'free' })).code, 'MIC_DENIED');
    assert.equal((await seat.call('Devices.getPermission')).microphone, 'denied');
    await set('granted');
    await seat.next('micRestored');
    await becomes(seat, 'free');
  });
});

describe('devices in firefox', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'firefox' });

  it('a headset that is plugged in and out in a call is told and followed, and the call goes on; the preflight runs here too', async () => {
    const { pulse } = centre().browser;
    const seat = await centre().seat();
    const phone = await centre().phone('udp');
    const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    await pulse.control('load-module', 'module-remap-source', 'master=mouth.monitor', 'source_name=headset', 'source_properties=device.description=headset');
    const { microphones } = await seat.next('devicesChanged');
    const headset = microphones.find(({ label }) => /headset/.test(label));
    assert.ok(headset, JSON.stringify(microphones));
    await seat.call('Devices.setMicrophone', headset.deviceId);
    assert.equal(await seat.tab.evaluate(() => tccc.Devices.getSelected().microphone), headset.deviceId);
    await pulse.control('unload-module', 'module-remap-source').catch(() => {}); /* both: every microphone is gone */
    await pulse.control('load-module', 'module-remap-source', 'master=mouth.monitor', 'source_name=other', 'source_properties=device.description=other');
    await seat.tab.until(() => window.log.some(({ name, fields }) => name === 'devicesChanged' && fields.microphones.some(({ label }) => /other/.test(label))));
    await centre().heardMore(phone, 1);
    await seat.call('Call.hungUp', { sessionId });
    const report = await seat.call('Devices.preflight');
    assert.equal(checkOf(report, 'network').result, judged(checkOf(report, 'network')), JSON.stringify(report.checks));
    assert.ok(checkOf(report, 'network').received > 0);
    assert.equal(checkOf(report, 'browser').result, 'ok');
  });
});
