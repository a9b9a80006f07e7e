/** phone_settings.test.js: settings of section "phone" as callers and agents meet them: sounds on hold and in the queue, the length of the
 * queue, an agent's mobile. Layer: tests. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { cut, toneShare } from '../peers/audio.js';
import { Baresip } from '../peers/baresip.js';
import { scratch, until } from '../peers/process.js';
import { called, calling } from '../peers/sipp.js';
import { speechFile } from '../peers/speech.js';
import * as wav from '../peers/wav.js';
import { AdminClient } from './admin_client.js';
import { NUMBER, ServerCentre } from './server_centre.js';

const agent = (n) => `agent${n}@tests.example`;
const MOBILE = '13700137000';
const QUEUE_HZ = 600, HOLD_HZ = 1000, RATE_HZ = 16000;

/** A second of a tone as a WAV file. */
function tone(hz) {
  const file = path.join(scratch('tone'), `${hz}.wav`);
  wav.write(file, { rate: RATE_HZ, samples: Float32Array.from({ length: RATE_HZ }, (_, i) => 0.3 * Math.sin((2 * Math.PI * hz * i) / RATE_HZ)) });
  return fs.readFileSync(file);
}

/** Whether the last half second of what a telephone heard is this tone. */
function endsWithTone(hz, heard) {
  const seconds = heard.samples.length / heard.rate;
  return toneShare(cut(heard, seconds - 0.5), hz) > 0.9;
}

describe('settings of calls', function () {
  this.timeout(60000);
  let centre;
  let phones;
  beforeEach(async () => {
    phones = [];
    centre = await ServerCentre.start({
      change: { calls: { ringSeconds: 10, queueSeconds: 30, outboundRingSeconds: 5, resumeSeconds: 30 } },
      instance: {
        skillGroups: [{ name: 'desk', agents: [agent(0)] }],
        numbers: [{ number: NUMBER, trunk: 'line', skillGroup: 'desk' }],
        extensions: [{ number: '1001', password: 'phone-password' }],
      },
    });
  });
  afterEach(async function clear() {
    if (this.currentTest.state === 'failed') console.log(centre.tell(), ...phones.map((one) => one.process.log(30)));
    await Promise.all(phones.map((one) => one.stop()));
    await centre.stop();
  });

  const admin = () => new AdminClient(centre.tcccd);
  const set = (members) => admin().patch('settings/phone', members);
  const rests = async (seat) => seat.ask('agent.status', { status: 'rest', restReason: 'lunch' });

  async function phone(user) {
    const one = await Baresip.start({ user, password: 'phone-password', domain: `127.0.0.1:${centre.tcccd.sipPort}`, register: true, codecs: 'PCMA/8000/1',
      speech: speechFile('phone', { rate: 8000, channels: 1, seconds: 5 }).file });
    phones.push(one);
    await centre.tcccd.process.waitLine(new RegExp(`registrar extension=${user} status=200 contacts=[1-9]`));
    return one;
  }

  const hearsTone = (one, hz) => until(one.recording, 'grown', () => one.recording.heardSeconds() >= 1 && endsWithTone(hz, one.recording.heard()), `${hz} Hz heard`, 20000);

  it('ADM-079 a caller hears the sound of the queue while it waits and that of hold while it is on hold', async () => {
    const [queueSound, holdSound] = await Promise.all([['queue', QUEUE_HZ], ['hold', HOLD_HZ]].map(async ([name, hz]) => (await admin().post(`sounds?name=${name}`, tone(hz))).soundId));
    await set({ queueSound, holdSound });
    const seat = await centre.seatOf(agent(0));
    await rests(seat);
    const customer = await phone('1001');
    await customer.dial(`sip:${NUMBER}@127.0.0.1:${centre.tcccd.sipPort}`);
    await hearsTone(customer, QUEUE_HZ);
    await seat.ask('agent.status', { status: 'free' });
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    await seat.ask('call.hold', { sessionId });
    await hearsTone(customer, HOLD_HZ);
    await seat.ask('call.unhold', { sessionId });
    await customer.hangup();
    await seat.next('sessionEnded');
  });

  it('ACD-002 ACD-027 the countdown shown is the timeout configured, also after a change', async () => {
    const seat = await centre.seatOf(agent(0));
    for (const timeoutTransferSeconds of [7, 90]) {
      await set({ timeoutTransferSeconds });
      const peer = await centre.calls(calling.talks({ talkMs: 200 }), { port: undefined });
      const { sessionId, timeout } = await seat.next('callIn');
      assert.equal(timeout, timeoutTransferSeconds);
      await seat.ask('call.accept', { sessionId });
      await seat.next('sessionEnded');
      await peer.done();
    }
  });

  it('queueMax: who finds the queue full is refused, the one in it stays and is served', async () => {
    await set({ queueMax: 1 });
    const seat = await centre.seatOf(agent(0));
    await rests(seat);
    const first = await centre.calls(calling.isHungUp(), { port: undefined });
    const [, sessionId] = await centre.tcccd.process.waitLine(/acd\.wait session=(\S+)/);
    const from = centre.tcccd.process.lines.length;
    const second = await centre.calls(calling.isRefused(480), { port: undefined });
    const [, refused] = await centre.tcccd.process.waitLine(/call\.in session=(\S+)/, { from });
    await second.done();
    assert.equal((await centre.cdr(refused)).EndStatusString, 'waitingGiveUp');
    await seat.ask('agent.status', { status: 'free' });
    assert.equal((await seat.next('callIn')).sessionId, sessionId);
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    await seat.ask('call.hangup', { sessionId });
    await first.done();
  });

  it('SDK-050 useMobile: a call to an agent rings its mobile over the trunk, though its page is there', async () => {
    await admin().patch(`agents/${encodeURIComponent(agent(1))}`, { phone: MOBILE });
    const anna = await centre.seatOf(agent(0));
    const bob = await centre.seatOf(agent(1));
    const mobile = await centre.called(called.answers());
    const { sessionId } = await anna.ask('call.internal', { calleeUserId: agent(1), useMobile: true });
    await anna.next('calloutAccepted');
    assert.match(mobile.messages(), new RegExp(`INVITE sip:${MOBILE}@`));
    assert.equal((await bob.next('callIn')).serverType, 'staffPhoneSeat');
    assert.equal(bob.events.filter((one) => one.e === 'media').length, 0);
    await anna.ask('call.hangup', { sessionId });
    await mobile.done();
    assert.deepEqual((await centre.cdr(sessionId)).ServeParticipants.map((one) => [one.Type, one.Phone]), [['staffPhoneSeat', MOBILE]]);
  });

  it('useMobile: an agent without a mobile cannot be called on it', async () => {
    const anna = await centre.seatOf(agent(0));
    await centre.seatOf(agent(1));
    await assert.rejects(anna.ask('call.internal', { calleeUserId: agent(1), useMobile: true }), { code: 'NUMBER_INVALID' });
  });
});
