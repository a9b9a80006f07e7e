/** trunk.test.js: TLS with SRTP, qualification, and what --check-config says. Layer: tests. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import * as audio from '../peers/audio.js';
import { Baresip } from '../peers/baresip.js';
import { scratch, until } from '../peers/process.js';
import { calling } from '../peers/sipp.js';
import { speechFile } from '../peers/speech.js';
import * as wav from '../peers/wav.js';
import { CUSTOMER, LINE_HOST, NUMBER, ServerCentre } from './server_centre.js';

const PROGRAM = process.env.TCCCD || path.resolve('build/native/tcccd');

function certificate() {
  const dir = scratch('tls');
  const [key, cert, both] = ['key.pem', 'cert.pem', 'both.pem'].map((name) => path.join(dir, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, '-subj', `/CN=${LINE_HOST}`,
    '-addext', `subjectAltName=IP:127.0.0.1,IP:${LINE_HOST}`], { stdio: 'ignore' });
  fs.writeFileSync(both, fs.readFileSync(key, 'utf8') + fs.readFileSync(cert, 'utf8'));
  return { key, cert, both };
}

describe('a trunk over TLS with SRTP', function () {
  this.timeout(40000);
  const spoken = speechFile('phone', { rate: 8000, channels: 1, seconds: 12 }).file;
  let centre;
  let phone;
  before(async () => {
    const tls = certificate();
    centre = await ServerCentre.start({
      change: { sip: { tlsPort: 0, tlsCert: tls.both, tlsCa: tls.cert } }, trunk: { transport: 'tls', srtp: 'required', allow: '127.0.0.1' }, // a connection's own end is the kernel's choice
    });
    phone = await Baresip.start({
      user: CUSTOMER, host: LINE_HOST, port: centre.port, transport: 'tls', codecs: 'PCMA/8000/1', srtp: true, certificate: tls.both, ca: tls.cert,
      speech: spoken,
    });
  });
  after(async () => {
    await phone.stop();
    await centre.stop();
  });
  afterEach(async function tell() {
    if (this.currentTest.state === 'failed') console.log(centre.tell(), phone.process.log(40));
    await centre.clear();
  });
  const assertKeys = (media) => {
    assert.equal(media.srtp.suite, 'AES_CM_128_HMAC_SHA1_80');
    for (const key of [media.srtp.sendKey, media.srtp.receiveKey]) assert.equal(Buffer.from(key, 'base64').length, 30);
    assert.notEqual(media.srtp.sendKey, media.srtp.receiveKey);
  };

  it('a call out: the page gets the keys of both directions', async () => {
    const seat = await centre.seat();
    const { sessionId } = await centre.dial(seat);
    await seat.next('calloutAccepted');
    assertKeys(await seat.next('media'));
    await seat.ask('call.hangup', { sessionId });
    await seat.next('sessionEnded');
    await phone.waitEvent('CALL_CLOSED');
  });

  it('a call in', async () => {
    const seat = await centre.seat();
    await phone.dial(`sip:${NUMBER}@127.0.0.1:${centre.tcccd.sipTlsPort};transport=tls`);
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    assertKeys(await seat.next('media'));
    await phone.hangup();
    assert.equal((await seat.next('sessionEnded')).closeBy, 'client');
  });

  it('handed over to a desk phone without SRTP: each hears the other, without transcoding', async () => {
    const words = speechFile('agent', { rate: 8000, channels: 1, seconds: 12 });
    const from = centre.tcccd.process.lines.length;
    const desk = await Baresip.start({ user: '1001', password: 'phone-password', domain: `127.0.0.1:${centre.tcccd.sipPort}`, register: true, codecs: 'PCMA/8000/1', speech: words.file });
    try {
      await centre.tcccd.process.waitLine(/registrar extension=1001 status=200 contacts=[1-9]/, { from });
      const seat = await centre.seat();
      await phone.dial(`sip:${NUMBER}@127.0.0.1:${centre.tcccd.sipTlsPort};transport=tls`);
      const { sessionId } = await seat.next('callIn');
      await seat.ask('call.accept', { sessionId });
      await seat.next('userAccessed');
      await seat.ask('call.transfer', { sessionId, extension: '1001' });
      await seat.next('transfer');
      await until(desk.recording, 'grown', () => desk.recording.heardSeconds() > 5, 'five seconds at the desk');
      const result = audio.compare(wav.read(spoken), audio.cut(desk.recording.heard(), 0.5, 5));
      assert.ok(result.mean > 0.8, audio.report(result));
      await until(phone.recording, 'grown', () => phone.recording.heardSeconds() > 6, 'six seconds at the customer');
      await desk.hangup();
      const back = audio.compare(wav.read(words.file), audio.cut(phone.recording.heard(), 2, 6));
      assert.ok(back.mean > 0.8, audio.report(back));
    } finally {
      await desk.stop();
    }
  });
});

describe('a trunk that is qualified', function () {
  this.timeout(40000);
  let centre;
  before(async () => { centre = await ServerCentre.start({ trunk: { qualifySeconds: 1 } }); });
  after(() => centre.stop());

  it('counts as down when it does not answer OPTIONS: calls are refused with TRUNK_DOWN', async () => {
    await centre.tcccd.process.waitLine(/trunk\.down trunk=line/);
    const seat = await centre.seat();
    await assert.rejects(centre.dial(seat), { code: 'TRUNK_DOWN' });
  });
});

describe('tcccd --check-config', () => {
  const check = (text) => {
    const file = path.join(scratch('config'), 'tcccd.json');
    fs.writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(PROGRAM, ['--config', file, '--check-config'], { encoding: 'utf8' });
    return { status, said: (stdout + stderr).trim().replace(file, 'FILE') };
  };

  it('says fine, or names file, line and member', () => {
    assert.deepEqual(check('{}'), { status: 0, said: 'The configuration is fine.' });
    assert.deepEqual(check('{\n"sip": {"port": "x"}}'), { status: 2, said: 'FILE:2: sip.port must be a whole number from 0 to 65535.' });
    assert.match(check('{"instances":[{"sdkAppId":1,"numbers":[{"number":"1","trunk":"none"}]}]}').said, /^FILE:1: instances\[0\]\.numbers\[0\]: /);
    assert.match(spawnSync(PROGRAM, ['--nonsense'], { encoding: 'utf8' }).stderr, /--nonsense is no option/);
  });
});

describe('skill groups', function () {
  this.timeout(30000);
  let centre;
  const MEMBER = 'agent1@tests.example';
  before(async () => {
    centre = await ServerCentre.start({
      change: { calls: { queueSeconds: 10 } },
      instance: {
        skillGroups: [{ name: 'sales', agents: [MEMBER] }],
        numbers: [{ number: NUMBER, trunk: 'line', skillGroup: 'sales' }],
      },
    });
  });
  after(() => centre.stop());

  it('a group\'s number is its members\' alone, for calls in and out', async () => {
    const outsider = await centre.seatOf('agent0@tests.example');
    await assert.rejects(centre.dial(outsider), { code: 'NO_OUTBOUND_NUMBER' });
    const member = await centre.seatOf(MEMBER);
    const peer = await centre.calls(calling.talks({ talkMs: 100 }));
    const { sessionId } = await member.next('callIn');
    await member.ask('call.accept', { sessionId });
    await member.next('sessionEnded');
    await peer.done();
    assert.equal(outsider.events.filter((one) => one.e === 'callIn').length, 0);
  });
});
