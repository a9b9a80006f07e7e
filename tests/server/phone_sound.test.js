/** phone_sound.test.js: what two telephones hear of each other after a page has left the bridge. Layer: tests. RFC 3550, RFC 3711. */
import assert from 'node:assert/strict';
import { clicks, compare, cut, report } from '../peers/audio.js';
import { Baresip } from '../peers/baresip.js';
import { until } from '../peers/process.js';
import { speechFile } from '../peers/speech.js';
import { NUMBER, ServerCentre } from './server_centre.js';

const SPEECH_S = 25;
const HEARD_S = 8;

describe('two telephones on a bridge that a page has left', function () {
  this.timeout(90000);
  let centre;
  let phones;
  beforeEach(async () => {
    phones = [];
    centre = await ServerCentre.start({
      instance: { extensions: [{ number: '1001', password: 'phone-password' }, { number: '1002', password: 'phone-password' }] },
    });
  });
  afterEach(async function clear() {
    if (this.currentTest.state === 'failed') console.log(centre.tell(), ...phones.map((one) => one.process.log(30)));
    await Promise.all(phones.map((one) => one.stop()));
    await centre.stop();
  });

  async function phone(user, who, more = {}) {
    const from = centre.tcccd.process.lines.length;
    const one = await Baresip.start({
      user, password: 'phone-password', domain: `127.0.0.1:${centre.tcccd.sipPort}`, register: true, codecs: 'PCMA/8000/1',
      speech: speechFile(who, { rate: 8000, channels: 1, seconds: SPEECH_S }).file, ...more,
    });
    phones.push(one);
    await centre.tcccd.process.waitLine(new RegExp(`registrar extension=${user} status=200 contacts=[1-9]`), { from });
    return one;
  }

  const hears = (one, seconds) => until(one.recording, 'grown', () => one.recording.heardSeconds() >= seconds, `${seconds} s heard by ${one.options.user}`, 40000);

  /** One hears the other: near-perfect but where the telephone's own jitter buffer stretches. */
  function understands(listener, speaker) {
    const result = compare(speaker.recording.spoken(), listener.recording.heard(), { toS: SPEECH_S });
    console.log(`        ${speaker.options.user} to ${listener.options.user}: ${report(result)}`);
    const heard = result.seconds.filter((second) => second.correlation > 0.9).length;
    assert.ok(heard >= HEARD_S - 3 && result.gapMs === 0, report(result));
    const joined = cut(listener.recording.heard(), result.lagMs / 1000 + 0.2);
    assert.ok(clicks(joined) <= clicks(speaker.recording.spoken()), 'clicks that were not spoken'); // some sounds of speech look like one
  }

  for (const secure of [false, true]) {
    it(`hear each other without a gap${secure ? ', one with SRTP and one without' : ''}`, async () => {
      const customer = await phone('1001', 'phone', { srtp: secure });
      const desk = await phone('1002', 'agent');
      const seat = await centre.seat();
      await customer.dial(`sip:${NUMBER}@127.0.0.1:${centre.tcccd.sipPort}`);
      const { sessionId } = await seat.next('callIn');
      await seat.ask('call.accept', { sessionId });
      await seat.next('userAccessed');
      await seat.ask('call.hold', { sessionId });   // the bridge speaks to it, as a source of its own
      await hears(customer, 2);
      await seat.ask('call.unhold', { sessionId });
      await seat.ask('call.transfer', { sessionId, extension: '1002' });
      await desk.waitEvent('CALL_ESTABLISHED');
      await seat.next('transfer');
      await hears(desk, HEARD_S);
      await hears(customer, 2 + HEARD_S);
      understands(desk, customer);
      understands(customer, desk);
      await desk.hangup();
      await customer.waitEvent('CALL_CLOSED');
    });
  }
});
