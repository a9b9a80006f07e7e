/** controls.test.js: hold with music, mute and digits, as the telephone hears them. Layer: tests. */
import assert from 'node:assert/strict';
import * as audio from '../peers/audio.js';
import { until } from '../peers/process.js';
import { CORRELATION, CUSTOMER, useCentre } from './centre.js';

const QUIET_DB = -55;
const COMFORT_NOISE_DB = -45; // a muted line is not dead
const AUDIBLE_DB = -45;

/** The last seconds of what the telephone has heard. */
function lately(phone, seconds) {
  const all = phone.recording.heard();
  const total = all.samples.length / all.rate;
  return audio.cut(all, Math.max(0, total - seconds), total);
}

describe('controls of a call', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'chromium' });

  async function callUp(codec = 'PCMA') {
    const phone = await centre().phone('udp', codec);
    const seat = await centre().seat();
    const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    await phone.waitEvent('CALL_ESTABLISHED');
    await centre().heardMore(phone, 1);
    return { phone, seat, sessionId };
  }

  it('SDK-054 SDK-055 hold plays music to the customer and silence to the agent; unHold joins both again', async () => {
    const { phone, seat, sessionId } = await callUp();
    await seat.call('Call.hold', { sessionId });
    assert.deepEqual(await seat.next('held').then(({ held, by }) => ({ held, by })), { held: true, by: 'seat' });
    await centre().heardMore(phone, 1);
    const sound = await centre().listen(seat, phone, 3);
    const music = lately(phone, 2);
    assert.ok(audio.levelDb(music) > AUDIBLE_DB, `music at ${audio.levelDb(music)} dBFS`);
    assert.ok(audio.compare(audio.cut(sound.mouth, 1), music).mean < 0.6, 'the agent is not heard');
    assert.ok(audio.levelDb(audio.cut(sound.ear, 1)) < QUIET_DB, `the agent hears ${audio.levelDb(sound.ear)} dBFS`);
    await seat.call('Call.unHold', { sessionId });
    await seat.next('held');
    await centre().assertBothHear(seat, phone, 5);
  });

  it('a customer (linphonec) who holds and comes back is told to the page, and is heard again', async () => {
    const phone = await centre().linphone('udp');
    const seat = await centre().seat();
    const dialled = seat.call('Call.startOutboundCall', { phoneNumber: CUSTOMER, callerPhoneNumber: centre().number('udp') });
    await phone.ringing();
    phone.answer();
    await dialled;
    await seat.next('calloutAccepted');
    phone.hold();
    assert.deepEqual(await seat.next('held').then(({ held, by }) => ({ held, by })), { held: true, by: 'client' });
    await phone.paused();
    phone.resume();
    assert.deepEqual(await seat.next('held').then(({ held, by }) => ({ held, by })), { held: false, by: 'client' });
    await seat.tab.startSound();
    const { ear } = await seat.tab.takeSound(4);
    assert.ok(audio.levelDb(audio.cut(ear, 2)) > AUDIBLE_DB, `the agent hears ${audio.levelDb(audio.cut(ear, 2))} dBFS`);
  });

  it('SDK-045 SDK-046 SDK-047 muteMic silences the agent for the customer only; unmuteMic restores', async () => {
    const { phone, seat, sessionId } = await callUp();
    assert.equal((await seat.call('Call.isMicMuted', { sessionId })).data.isMicMuted, false);
    await seat.call('Call.muteMic', { sessionId });
    assert.equal((await seat.call('Call.isMicMuted', { sessionId })).data.isMicMuted, true);
    await centre().heardMore(phone, 0.5);
    const muted = await centre().listen(seat, phone, 4);
    assert.ok(audio.levelDb(lately(phone, 3)) < COMFORT_NOISE_DB, `the customer hears ${audio.levelDb(lately(phone, 3))} dBFS`);
    assert.ok(audio.compare(audio.cut(muted.mouth, 1), lately(phone, 3)).mean < 0.4, 'nothing of the agent is in it');
    assert.ok(muted.down.worst >= CORRELATION, `the agent still hears: ${audio.report(muted.down)}`);
    await seat.call('Call.unmuteMic', { sessionId });
    assert.equal((await seat.call('Call.isMicMuted', { sessionId })).data.isMicMuted, false);
    await centre().assertBothHear(seat, phone, 4);
  });

  for (const codec of ['PCMA', 'opus']) {
    it(`SDK-062 sendDigits: the telephone reads all twelve keys once and in order (${codec})`, async () => {
      const { phone, seat, sessionId } = await callUp(codec);
      await seat.call('Call.sendDigits', { sessionId, dtmfText: '1234567890*#' });
      const read = () => phone.events.filter((one) => one.type === 'CALL_DTMF_START').map((one) => one.param).join('');
      await until(phone.process, 'control', () => read().length >= 12, 'twelve digits');
      assert.equal(read(), '1234567890*#');
    });
  }

  it('SDK-062 sendDigits refuses what is no digit', async () => {
    const { seat, sessionId } = await callUp();
    assert.equal((await seat.refused('Call.sendDigits', { sessionId, dtmfText: '12x' })).code, 'ARG_RANGE');
  });
});
