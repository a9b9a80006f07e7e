/**
 * supervise.test.js: supervisors and third parties: who hears whom, who is told what, and every ending. Layer: tests.
 * Everybody says a tone of its own, real telephones (baresip) and pages alike, so that a mix tells who is in it.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { Baresip } from '../peers/baresip.js';
import { filesUnder, play } from '../peers/ogg.js';
import { scratch, until } from '../peers/process.js';
import { CUSTOMER, NUMBER, useServer } from './server_centre.js';
import { HEARD_DB, SILENT_DB, ToneVoice, toneFile, toneLevel } from './tone_voice.js';
import { called, calling } from '../peers/sipp.js';

const A = 700, B = 1100, BOSS = 1500, CALLER = 440, DESK = 1900;
const roles = { boss: 'admin', check: 'inspector' };
const people = ['boss', 'check', ...Array.from({ length: 50 }, (_, n) => `a${n}`)];

describe('supervisors and third parties', function () {
  this.timeout(40000);
  const centre = useServer({
    change: { calls: { ringSeconds: 3, queueSeconds: 3, outboundRingSeconds: 2, noReplySeconds: 4, resumeSeconds: 1 } },
    instance: {
      agents: people.map((userId, n) => ({ userId, name: `Agent ${userId}`, number: String(8000 + n), ...(roles[userId] ? { role: roles[userId] } : {}) })),
      extensions: ['1001', '1002', '1003', '1004'].map((number) => ({ number, password: 'phone-password' })),
    },
  });
  let next = 0, voices = [], phones = [];
  const dir = scratch('tones');

  /** Made before anybody has to answer heartbeats: it takes a while. */
  const said = (hz, rate) => path.join(dir, `${hz}-${rate}.wav`);
  before(() => {
    for (const hz of [CALLER, DESK]) toneFile(said(hz, 8000), hz);
    toneFile(said(DESK, 48000), DESK, { rate: 48000, channels: 2 });
  });

  afterEach(async function clear() {
    if (this.currentTest.state === 'failed') console.log(...phones.map((one) => one.process.log(20)));
    voices.splice(0).forEach((one) => one.close());
    await Promise.all(phones.splice(0).map((one) => one.stop()));
  });

  /** An agent at a page that says `hz`. */
  async function page(hz, userId = `a${next++}`) {
    const seat = await centre().seatOf(userId);
    seat.voice = await ToneVoice.open(seat, hz);
    voices.push(seat.voice);
    return seat;
  }

  /** A desk phone that says `hz`. */
  async function desk(user, hz, { codecs = 'PCMA/8000/1', ...more } = {}) {
    const rate = codecs.startsWith('opus') ? 48000 : 8000, from = centre().tcccd.process.lines.length;
    const one = await Baresip.start({
      user, password: 'phone-password', domain: `127.0.0.1:${centre().tcccd.sipPort}`, register: true, codecs,
      speech: said(hz, rate), ...more,
    });
    phones.push(one);
    await centre().tcccd.process.waitLine(new RegExp(`registrar extension=${user} status=200 contacts=[1-9]`), { from });
    return one;
  }

  /** Until the telephone hears these tones and not those. */
  function hears(phone, heard, silent = []) {
    const level = (hz) => {
      const { rate, samples } = phone.recording.heardSeconds() > 0 ? phone.recording.heard() : { rate: 8000, samples: [] };
      return toneLevel(samples, rate, hz);
    };
    const good = () => heard.every((hz) => level(hz) > HEARD_DB) && silent.every((hz) => level(hz) < SILENT_DB);
    const what = { toString: () => `sound of ${heard} Hz without ${silent} Hz; there is ${[...heard, ...silent].map((hz) => `${hz}: ${level(hz).toFixed(0)} dB`)}` };
    return until(phone.recording, 'grown', good, what);
  }

  /** The sound of a session's mixed recording, once it is there. */
  async function mixed(sessionId) {
    const { process: log, dir: data } = centre().tcccd;
    const [, id] = await log.waitLine(new RegExp(`record\\.start record=(\\S+) session=${sessionId} .*side=-1`));
    await log.waitLine(new RegExp(`record\\.finished record=${id} `));
    return play(filesUnder(path.join(data, 'records')).find((name) => name.endsWith(`${id}.ogg`)));
  }

  const number = () => `sip:${NUMBER}@127.0.0.1:${centre().tcccd.sipPort}`;

  /** A customer's telephone in a call with an agent's page. */
  async function talk(more = {}) {
    const customer = await desk('1001', CALLER, more);
    const agent = await page(A);
    await customer.dial(number());
    const { sessionId } = await agent.next('callIn');
    await agent.ask('call.accept', { sessionId });
    await agent.next('userAccessed');
    await agent.voice.hears([CALLER]);
    await hears(customer, [A]);
    return { customer, agent, sessionId };
  }

  async function consult(agent, sessionId, target) {
    const { consultSessionId } = await agent.ask('call.consult', { sessionId, ...target });
    assert.equal(consultSessionId, sessionId);
    assert.deepEqual(await agent.next('consult'), { sessionId, state: 'ringing' });
  }

  /** An agent with a customer on hold who talks with a colleague. */
  async function advice(more) {
    const call = await talk(more);
    const colleague = await page(B);
    await consult(call.agent, call.sessionId, { userId: colleague.userId });
    const callIn = await colleague.next('callIn');
    assert.deepEqual([callIn.sessionId, callIn.consultUserId, callIn.callerPhoneNumber], [call.sessionId, call.agent.userId, '1001']);
    await colleague.ask('call.accept', { sessionId: call.sessionId });
    await colleague.next('userAccessed');
    assert.deepEqual(await call.agent.next('consult'), { sessionId: call.sessionId, state: 'talking' });
    return { ...call, colleague };
  }

  async function conference(more) {
    const all = await advice(more);
    await all.agent.ask('call.conference', { sessionId: all.sessionId });
    assert.equal((await all.agent.next('consult')).state, 'conference');
    assert.equal((await all.colleague.next('consult')).state, 'conference');
    await all.agent.voice.hears([CALLER, B], [A]);
    await all.colleague.voice.hears([CALLER, A], [B]);
    await hears(all.customer, [A, B], [CALLER]);
    return all;
  }

  describe('supervisors', () => {
    it('SDK-060 agents may not listen, take over, end or list calls; the welcome tells the role', async () => {
      const { agent, sessionId } = await talk();
      const other = await page(B);
      assert.equal(other.welcome.agent.role, 'agent');
      for (const [method, args] of [['monitor', { sessionId }], ['monitor', { sessionId, textOnly: true }], ['unmonitor', { sessionId }],
        ['whisper', { sessionId, on: true }], ['intercept', { sessionId }], ['kick', { sessionId }], ['running', {}]]) {
        await assert.rejects(other.ask(`call.${method}`, args), { code: 'FORBIDDEN' }, method);
      }
      await agent.ask('call.hangup', { sessionId });
    });

    it('SDK-056 SDK-057 SDK-059 a supervisor hears both and is heard by nobody, one session at a time; the list of running calls', async () => {
      const { customer, agent, sessionId } = await talk();
      const boss = await page(BOSS, 'check');
      assert.equal(boss.welcome.agent.role, 'inspector');
      const { sessions } = await boss.ask('call.running');
      const mine = sessions.find((one) => one.sessionId === sessionId);
      assert.deepEqual([mine.userId, mine.name, mine.type, mine.state, mine.callerPhoneNumber, mine.calleePhoneNumber],
        [agent.userId, `Agent ${agent.userId}`, 'phone', 'talking', '1001', NUMBER]);
      assert.ok(mine.answerMs >= mine.startMs && mine.startMs > 0);
      await assert.rejects(boss.ask('call.monitor', { sessionId: 'nowhere' }), { code: 'NOT_FOUND' });
      await assert.rejects(boss.ask('call.intercept', { sessionId }), { code: 'STATE' }); // SDK-061: not monitored yet
      const answer = await boss.ask('call.monitor', { sessionId });
      assert.deepEqual([answer.sessionId, answer.callerPhoneNumber], [sessionId, '1001']);
      const media = await boss.next('media');
      assert.deepEqual([media.op, media.direction, media.codec, 'srtp' in media], ['start', 'recvonly', 'PCMA', false]);
      await boss.voice.hears([CALLER, A], [BOSS]);
      await agent.voice.hears([CALLER], [BOSS, A]);
      await hears(customer, [A], [BOSS]);
      const second = await page(DESK, 'boss');
      await assert.rejects(second.ask('call.monitor', { sessionId }), { code: 'STATE', message: 'Another supervisor monitors this session.' });
      const another = await page(B);
      const peer = await centre().called(called.answers());
      const out = await centre().dial(another);
      await another.next('calloutAccepted');
      await assert.rejects(boss.ask('call.monitor', { sessionId: out.sessionId }), { code: 'STATE', message: 'Another session is being monitored: one at a time.' });
      await another.ask('call.hangup', { sessionId: out.sessionId });
      await peer.done();
      await boss.ask('call.unmonitor', { sessionId });
      await boss.next('media');
      await second.ask('call.monitor', { sessionId });
      await second.voice.hears([CALLER, A]);
      await customer.hangup();
      assert.deepEqual(await second.next('monitorEnded'), { sessionId, reason: 'ended' });
    });

    it('a whisper is heard by the agent only', async () => {
      const { customer, agent, sessionId } = await talk();
      const boss = await page(BOSS, 'boss');
      await assert.rejects(boss.ask('call.whisper', { sessionId, on: true }), { code: 'STATE' });
      await boss.ask('call.monitor', { sessionId });
      await boss.next('media');
      await boss.ask('call.whisper', { sessionId, on: true });
      assert.equal((await boss.next('media')).direction, 'sendrecv');
      await agent.voice.hears([CALLER, BOSS], [A]);
      await boss.voice.hears([CALLER, A], [BOSS]);
      await hears(customer, [A], [BOSS, CALLER]);
      await boss.ask('call.whisper', { sessionId, on: false });
      await agent.voice.hears([CALLER], [BOSS]);
      await agent.ask('call.hangup', { sessionId });
      await boss.next('monitorEnded');
    });

    it('SDK-061 intercept: the agent leaves by admin, supervisor and customer go on, the record has both', async () => {
      const { customer, agent, sessionId } = await talk();
      const boss = await page(BOSS, 'boss');
      await boss.ask('call.monitor', { sessionId });
      await boss.voice.hears([CALLER, A]);
      await boss.ask('call.intercept', { sessionId });
      const ended = await agent.next('sessionEnded');
      assert.deepEqual([ended.closeBy, ended.mainReason, ended.subReason], ['admin', 'intercepted', 'boss']);
      assert.equal((await boss.next('userAccessed')).sessionId, sessionId);
      await boss.voice.hears([CALLER], [A]);
      await hears(customer, [BOSS], [A]);
      await assert.rejects(agent.ask('call.hold', { sessionId }), { code: 'STATE' });
      await boss.ask('call.hold', { sessionId });
      await boss.ask('call.unhold', { sessionId });
      await customer.hangup();
      assert.equal((await boss.next('sessionEnded')).closeBy, 'client');
      const { ServeParticipants } = await centre().cdr(sessionId);
      assert.equal(ServeParticipants.length, 2);
      assert.equal(ServeParticipants[0].TransferTo, 'boss');
      assert.equal(ServeParticipants[1].TransferFrom, agent.userId);
    });

    it('kick ends the call by force; a session that is not there is an error', async () => {
      const { customer, agent, sessionId } = await talk();
      const boss = await page(BOSS, 'boss');
      await assert.rejects(boss.ask('call.kick', { sessionId: 'nowhere' }), { code: 'NOT_FOUND' });
      await boss.ask('call.kick', { sessionId });
      const ended = await agent.next('sessionEnded');
      assert.deepEqual([ended.closeBy, ended.mainReason, ended.subReason], ['admin', 'kicked', 'supervisor']);
      await customer.waitEvent('CALL_CLOSED');
    });

    it('a supervisor whose page goes away for good: the call goes on, and another one may listen', async () => {
      const { customer, agent, sessionId } = await talk();
      const boss = await page(BOSS, 'boss');
      await boss.ask('call.monitor', { sessionId });
      await boss.voice.hears([CALLER, A]);
      const from = centre().tcccd.process.lines.length;
      await boss.drop();
      const check = await page(B, 'check');
      await centre().tcccd.process.waitLine(/seat\.gone user=boss/, { from });
      await check.ask('call.monitor', { sessionId });
      await check.voice.hears([CALLER, A]);
      await agent.voice.hears([CALLER]);
      await hears(customer, [A]);
      await agent.ask('call.hangup', { sessionId });
      await check.next('monitorEnded');
    });

    it('a supervisor who is offered a call hears no other any more', async () => {
      const { agent, sessionId } = await talk();
      const boss = await page(BOSS, 'boss');
      await boss.ask('call.monitor', { sessionId });
      await boss.next('media');
      const peer = await centre().calls(calling.talks({ talkMs: 100 }));
      assert.deepEqual(await boss.next('monitorEnded'), { sessionId, reason: 'busy' });
      const own = await boss.next('callIn');
      await boss.ask('call.accept', { sessionId: own.sessionId });
      await boss.next('sessionEnded');
      await peer.done();
      await agent.ask('call.hangup', { sessionId });
    });
  });

  describe('third parties', () => {
    it('advice: the customer hears music, the two hear each other; cancel: back to the customer', async () => {
      const { customer, agent, colleague, sessionId } = await advice();
      await agent.voice.hears([B], [CALLER]);
      await colleague.voice.hears([A], [CALLER]);
      await hears(customer, [], [A, B]);
      for (const method of ['hold', 'transfer', 'consult']) {
        await assert.rejects(colleague.ask(`call.${method}`, { sessionId, userId: agent.userId }), { code: 'STATE' }, method);
      }
      await agent.ask('call.consultCancel', { sessionId });
      assert.deepEqual(await agent.next('consult'), { sessionId, state: 'ended', reason: 'cancelled' });
      const ended = await colleague.next('sessionEnded');
      assert.deepEqual([ended.closeBy, ended.mainReason], ['admin', 'consultCancelled']);
      await agent.voice.hears([CALLER], [B]);
      await hears(customer, [A]);
      await agent.ask('call.hangup', { sessionId });
      const { ServeParticipants } = await centre().cdr(sessionId);
      assert.equal(ServeParticipants.length, 2);
    });

    it('advice, then complete: customer and colleague go on, the agent is free; the record tells the transfer', async () => {
      const { customer, agent, colleague, sessionId } = await advice();
      await agent.ask('call.consultComplete', { sessionId });
      assert.equal((await agent.next('sessionEnded')).closeBy, 'seat');
      assert.deepEqual(await colleague.next('consult'), { sessionId, state: 'ended', reason: 'completed' });
      await colleague.voice.hears([CALLER], [A]);
      await hears(customer, [B], [A]);
      await colleague.ask('call.hold', { sessionId });
      await colleague.ask('call.unhold', { sessionId });
      await customer.hangup();
      assert.equal((await colleague.next('sessionEnded')).closeBy, 'client');
      const { ServeParticipants } = await centre().cdr(sessionId);
      assert.equal(ServeParticipants.length, 2);
      assert.equal(ServeParticipants[0].TransferTo, colleague.userId);
      assert.equal(ServeParticipants[1].TransferFrom, agent.userId);
    });

    it('a conference of three: each hears the two others; the third leaves, two go on', async () => {
      const { customer, agent, colleague, sessionId } = await conference();
      await assert.rejects(agent.ask('call.hold', { sessionId }), { code: 'STATE' });
      await colleague.ask('call.hangup', { sessionId });
      assert.deepEqual(await agent.next('consult'), { sessionId, state: 'ended', reason: 'hungUp' });
      await agent.voice.hears([CALLER], [B]);
      await hears(customer, [A], [B]);
      await agent.ask('call.hangup', { sessionId });
    });

    it('a conference with SRTP: who leaves leaves the others together', async () => {
      const { customer, agent, colleague, sessionId } = await conference({ srtp: true });
      await agent.ask('call.conferenceLeave', { sessionId });
      assert.equal((await agent.next('sessionEnded')).closeBy, 'seat');
      assert.deepEqual(await colleague.next('consult'), { sessionId, state: 'ended', reason: 'left' });
      await colleague.voice.hears([CALLER], [A]);
      await hears(customer, [B], [A]);
      await customer.hangup();
      assert.equal((await colleague.next('sessionEnded')).closeBy, 'client');
      const [, step] = (await centre().cdr(sessionId)).ServeParticipants; // its recording began with the conference and went on
      await centre().tcccd.process.waitLine(new RegExp(`record.finished record=${step.RecordId} .* duration_ms=\\d{3}`), { from: 0 });
    });

    it('the customer hangs up in a conference: it is over for all, and the mixed recording has all three', async () => {
      const { customer, agent, colleague, sessionId } = await conference();
      await customer.hangup();
      assert.equal((await agent.next('sessionEnded')).closeBy, 'client');
      assert.equal((await colleague.next('sessionEnded')).closeBy, 'client');
      const { samples, rate } = await mixed(sessionId);
      const last = samples.subarray(Math.max(0, samples.length - rate));
      const levels = [A, B, CALLER].map((hz) => toneLevel(last, rate, hz));
      assert.ok(levels.every((one) => one > HEARD_DB), `levels of agent, third party, customer: ${levels.map((one) => one.toFixed(0))} dB`);
    });

    it('what a third party says as advice is not in the mixed recording', async () => {
      const { customer, agent, sessionId } = await advice();
      await agent.ask('call.consultCancel', { sessionId });
      await hears(customer, [A]);
      await customer.hangup();
      await agent.next('sessionEnded');
      const { samples, rate } = await mixed(sessionId);
      for (let to = rate * 0.4; to <= samples.length; to += rate / 5) assert.ok(toneLevel(samples.subarray(0, to), rate, B) < SILENT_DB, `${to / rate} s`);
      assert.ok(toneLevel(samples.subarray(Math.max(0, samples.length - rate)), rate, CALLER) > HEARD_DB);
    });

    it('the agent\'s page goes away in a conference for good: customer and colleague go on', async () => {
      const { customer, agent, colleague, sessionId } = await conference();
      await agent.drop();
      assert.deepEqual(await colleague.next('consult'), { sessionId, state: 'ended', reason: 'left' });
      await colleague.voice.hears([CALLER], [A]);
      await hears(customer, [B], [A]);
      await colleague.ask('call.hangup', { sessionId });
    });

    it('the customer hangs up while the third party rings: nobody rings any more', async () => {
      const { customer, agent, sessionId } = await talk();
      const colleague = await page(B);
      await consult(agent, sessionId, { userId: colleague.userId });
      await colleague.next('callIn');
      await customer.hangup();
      assert.equal((await agent.next('sessionEnded')).closeBy, 'client');
      assert.equal((await colleague.next('sessionEnded')).closeBy, 'client');
    });

    it('who does not answer, rejects or is busy: the agent is told why, the customer waits and comes back', async () => {
      const { customer, agent, sessionId } = await talk();
      const colleague = await page(B);
      await consult(agent, sessionId, { userId: colleague.userId });
      await colleague.next('callIn');
      await colleague.ask('call.reject', { sessionId });
      assert.equal((await agent.next('consult')).state, 'ended');
      await assert.rejects(agent.ask('call.consultCancel', { sessionId }), { code: 'STATE' });
      await consult(agent, sessionId, { userId: colleague.userId });
      await colleague.next('callIn');
      const late = await agent.next('consult');
      assert.deepEqual([late.state, typeof late.reason], ['ended', 'string']);
      await assert.rejects(agent.ask('call.consult', { sessionId, userId: agent.userId }), { code: 'ARG_RANGE' });
      await assert.rejects(agent.ask('call.consult', { sessionId, userId: 'a49' }), { code: 'COLLEAGUE_OFFLINE' });
      const peer = await centre().called(called.refuses('486 Busy Here'));
      await consult(agent, sessionId, { phoneNumber: CUSTOMER });
      assert.deepEqual(await agent.next('consult'), { sessionId, state: 'ended', reason: 'busy' });
      await peer.done();
      await hears(customer, [], [A]);
      await agent.ask('call.unhold', { sessionId });
      await hears(customer, [A]);
      await agent.ask('call.hangup', { sessionId });
    });

    it('a desk phone with another codec takes part: it is brought to everybody and back', async () => {
      const { customer, agent, sessionId } = await talk();
      const third = await desk('1002', DESK, { codecs: 'opus/48000/2' });
      await consult(agent, sessionId, { extension: '1002' });
      await third.waitEvent('CALL_ESTABLISHED');
      await agent.voice.hears([DESK], [CALLER]);
      await agent.ask('call.conference', { sessionId });
      await hears(third, [A, CALLER], [DESK]);
      await agent.voice.hears([CALLER, DESK], [A]);
      await hears(customer, [A, DESK], [CALLER]);
      await agent.ask('call.conferenceLeave', { sessionId });
      await hears(third, [CALLER], [A]);
      await hears(customer, [DESK], [A]);
      await third.hangup();
      await customer.waitEvent('CALL_CLOSED');
    });
  });

  describe('telephones and colleagues', () => {
    it('two telephones without a common codec hear each other', async () => {
      const one = await desk('1003', CALLER, { codecs: 'PCMU/8000/1' });
      const two = await desk('1004', DESK, { codecs: 'opus/48000/2' });
      await one.dial(`sip:1004@127.0.0.1:${centre().tcccd.sipPort}`);
      await two.waitEvent('CALL_ESTABLISHED');
      await hears(one, [DESK], [CALLER]);
      await hears(two, [CALLER], [DESK]);
      await one.hangup();
      await two.waitEvent('CALL_CLOSED');
    });

    it('SDK-054 SDK-055 an internal call is held by both sides, each by its own', async () => {
      const one = await page(A), two = await page(B);
      const { sessionId } = await one.ask('call.internal', { calleeUserId: two.userId });
      await two.next('callIn');
      await two.ask('call.accept', { sessionId });
      await one.next('calloutAccepted');
      await one.ask('call.hold', { sessionId });
      assert.deepEqual(await one.next('held'), { sessionId, held: true, by: 'seat' });
      assert.deepEqual(await two.next('held'), { sessionId, held: true, by: 'client' });
      await two.ask('call.hold', { sessionId });
      await one.ask('call.unhold', { sessionId });
      await two.ask('call.unhold', { sessionId });
      for (const want of ['true client', 'false seat', 'false client']) {
        const { held, by } = await one.next('held');
        assert.equal(`${held} ${by}`, want);
      }
      const media = one.events.filter((event) => event.e === 'media').pop().d;
      assert.equal(media.direction, 'sendrecv');
      await one.ask('call.hangup', { sessionId });
      await two.next('sessionEnded');
    });

    for (const who of ['who was called', 'who called']) {
      it(`SDK-051 SDK-053 an internal call is transferred by ${who}`, async () => {
        const one = await page(A), two = await page(B), three = await page(DESK);
        const { sessionId } = await one.ask('call.internal', { calleeUserId: two.userId });
        await two.next('callIn');
        await two.ask('call.accept', { sessionId });
        await one.next('calloutAccepted');
        const [leaves, stays] = who === 'who called' ? [one, two] : [two, one];
        await leaves.ask('call.transfer', { sessionId, userId: three.userId });
        assert.equal((await leaves.next('sessionEnded')).closeBy, 'seat');
        const callIn = await three.next('callIn');
        assert.deepEqual([callIn.type, callIn.peerUserId], ['internal', stays.userId]);
        await three.ask('call.accept', { sessionId });
        assert.equal((await leaves.next('transfer')).userId, three.userId);
        await three.next('userAccessed');
        await stays.ask('call.hangup', { sessionId });
        await three.next('sessionEnded');
      });
    }
  });
});

describe('more running calls than one answer holds', function () {
  this.timeout(40000);
  const centre = useServer({ change: { calls: { queueSeconds: 600 } }, instance: { agents: [{ userId: 'boss', name: 'Boss', role: 'admin' }, { userId: 'a0', name: 'Ann' }] } });

  it('the list comes in parts, each call once, in the order of their beginning', async () => {
    const CALLS = 230;
    const boss = await centre().seatOf('boss', { online: false }), ann = await centre().seatOf('a0');
    await ann.ask('agent.status', { status: 'notReady' }); // there, so that callers wait
    const { process: log } = centre().tcccd, begun = () => log.lines.filter((line) => line.includes(' call.in ')).length;
    await centre().calls(calling.givesUp({ afterMs: 60000 }), { calls: CALLS, rate: 400, limit: CALLS });
    await until(log, 'line', () => begun() === CALLS, 'all calls');
    const parts = [];
    for (let after; !parts.length || after; after = parts.at(-1).next) parts.push(await boss.ask('call.running', after ? { after } : {}));
    assert.deepEqual(parts.map(({ sessions, next }) => [sessions.length, next !== undefined]), [[100, true], [100, true], [30, false]]);
    const all = parts.flatMap(({ sessions }) => sessions);
    assert.equal(new Set(all.map((one) => one.sessionId)).size, CALLS);
    assert.ok(all.every((one, i) => !i || one.startMs >= all[i - 1].startMs));
    await boss.ask('call.kick', { sessionId: all[99].sessionId }); // where a part ends
    const second = await boss.ask('call.running', { after: parts[0].next });
    assert.deepEqual(second.sessions.map((one) => one.sessionId), parts[1].sessions.map((one) => one.sessionId));
  });
});
