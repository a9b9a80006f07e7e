/** serve.test.js: who serves a customer, one after the other: offers, queues, transfers, telephones; and what the record says. Layer: tests. */
import assert from 'node:assert/strict';
import { called, calling } from '../peers/sipp.js';
import { AdminClient } from './admin_client.js';
import { CUSTOMER, LINE_HOST, NUMBER, ServerCentre } from './server_centre.js';

const agent = (n) => `agent${n}@tests.example`;
const SALES = '02011110002', PROTECTED = '02011110003';

/** A centre of its own for each test: agents keep their status and their place in line. */
function useCentre(options = {}) {
  let centre;
  beforeEach(async () => {
    centre = await ServerCentre.start({
      ...options,
      change: { calls: { ringSeconds: 3, queueSeconds: 4, outboundRingSeconds: 5, noReplySeconds: 5, resumeSeconds: 30, ...options.calls } },
      instance: {
        skillGroups: [{ name: 'sales', agents: [agent(0), agent(1), agent(2)] }, { name: 'service', agents: [agent(3), agent(4)] }],
        numbers: [{ number: NUMBER, trunk: 'line', skillGroup: 'sales' }, { number: SALES, trunk: 'line' }],
        extensions: [{ number: '1001', password: 'phone-password', agent: agent(5) }, { number: '1002', password: 'phone-password' }],
        ...options.instance,
      },
    });
  });
  afterEach(async function clear() {
    if (this.currentTest.state === 'failed') console.log(centre.tell());
    await centre.stop();
  });
  return () => centre;
}

const group = async (centre, name) => {
  const { SkillGroupList } = await centre.tcccd.cloud().DescribeSkillGroupInfoList({ SdkAppId: 1400000001, PageSize: 50, PageNumber: 0 });
  return String(SkillGroupList.find((one) => one.SkillGroupName === name).SkillGroupId);
};

/** An agent takes the next call. */
async function take(seat) {
  const callIn = await seat.next('callIn');
  await seat.ask('call.accept', { sessionId: callIn.sessionId });
  await seat.next('userAccessed');
  return callIn;
}

describe('an inbound call and its record', function () {
  this.timeout(40000);
  const centre = useCentre();

  it('PUSH-013 PUSH-025 PUSH-031 an answered call has one record: ok, who served, who hung up', async () => {
    const anna = await centre().seatOf(agent(0));
    const peer = await centre().calls(calling.talks({ talkMs: 1200 }));
    const { sessionId } = await take(anna);
    await anna.next('sessionEnded');
    await peer.done();
    const cdr = await centre().cdr(sessionId);
    assert.deepEqual([cdr.Caller, cdr.Callee, cdr.Direction, cdr.CallType, cdr.EndStatusString, cdr.HungUpSide], [CUSTOMER, NUMBER, 0, 2, 'ok', 'user']);
    assert.equal(cdr.SeatUser.UserId, agent(0));
    assert.equal(cdr.QueuedSkillGroupName, 'sales');
    assert.ok(cdr.RingTimestamp >= cdr.StartTimestamp && cdr.AcceptTimestamp >= cdr.RingTimestamp && cdr.EndedTimestamp >= cdr.AcceptTimestamp);
    assert.equal(cdr.ServeParticipants.length, 1);
    assert.deepEqual([cdr.ServeParticipants[0].Type, cdr.ServeParticipants[0].EndStatusString], ['staffSeat', 'ok']);
    assert.ok(cdr.RecordId && cdr.ServeParticipants[0].RecordId && cdr.RecordId !== cdr.ServeParticipants[0].RecordId, 'a recording of each (PUSH-039, PUSH-054)');
  });

  it('ACD-001 ACD-025 ACD-026 an agent who lets it ring: autoTransfer, rests (ACD-011); the next one serves; both are in the record', async () => {
    const anna = await centre().seatOf(agent(0));
    const peer = await centre().calls(calling.isHungUp());
    const first = await anna.next('callIn');
    assert.equal(first.timeout, 3);
    const ben = await centre().seatOf(agent(1));
    assert.equal((await anna.next('autoTransfer')).sessionId, first.sessionId);
    await take(ben);
    await anna.until(() => anna.events.some((one) => one.e === 'statusChanged' && one.d.status === 'rest'), 'rest');
    await ben.ask('call.hangup', { sessionId: first.sessionId });
    await peer.done();
    const cdr = await centre().cdr(first.sessionId);
    assert.deepEqual(cdr.ServeParticipants.map((one) => one.EndStatusString), ['seatGiveUp', 'ok']);
    assert.deepEqual([cdr.EndStatusString, cdr.HungUpSide, cdr.SeatUser.UserId], ['ok', 'seat', agent(1)]);
  });

  it('the caller gives up while an agent is asked: ringingGiveUp, the offer ends, the agent is free again', async () => {
    const anna = await centre().seatOf(agent(0));
    const peer = await centre().calls(calling.cancels({ afterMs: 200 }));
    const { sessionId } = await anna.next('callIn');
    assert.equal((await anna.next('sessionEnded')).closeBy, 'client');
    await peer.done();
    const cdr = await centre().cdr(sessionId);
    assert.deepEqual([cdr.EndStatusString, cdr.HungUpSide, cdr.AcceptTimestamp, cdr.Duration], ['ringingGiveUp', 'user', 0, 0]);
    const again = await centre().calls(calling.talks({ talkMs: 100 }));
    await take(anna);
    await again.done();
  });

  it('ACD-024 ACD-035 all busy: the caller waits with music, gives up: waitingGiveUp', async () => {
    const anna = await centre().seatOf(agent(0));
    const first = await centre().calls(calling.isHungUp());
    const { sessionId } = await take(anna);
    const from = centre().tcccd.process.lines.length;
    const second = await centre().calls(calling.givesUp({ afterMs: 1000 }), { port: undefined });
    const [, waiting] = await centre().tcccd.process.waitLine(/call\.in session=(\S+)/, { from });
    await second.done();
    const cdr = await centre().cdr(waiting);
    assert.deepEqual([cdr.EndStatusString, cdr.ServeParticipants?.length || 0], ['waitingGiveUp', 0]);
    await anna.ask('call.hangup', { sessionId });
    await first.done();
  });

  it('ACD-023 nobody of the group is online: the caller is refused at once, noSeatOnline', async () => {
    const from = centre().tcccd.process.lines.length;
    const peer = await centre().calls(calling.isRefused(480));
    const [, sessionId] = await centre().tcccd.process.waitLine(/call\.in session=(\S+)/, { from });
    await peer.done();
    const cdr = await centre().cdr(sessionId);
    assert.deepEqual([cdr.EndStatusString, cdr.HungUpSide], ['noSeatOnline', 'system']);
  });

  it('the first accept wins: the one who was asked before is refused', async () => {
    const anna = await centre().seatOf(agent(0));
    const peer = await centre().calls(calling.isHungUp());
    const { sessionId } = await anna.next('callIn');
    const ben = await centre().seatOf(agent(1));
    await anna.ask('call.reject', { sessionId });
    await take(ben);
    await assert.rejects(anna.ask('call.accept', { sessionId }), (error) => ['STATE', 'NOT_FOUND'].includes(error.code));
    await ben.ask('call.hangup', { sessionId });
    await peer.done();
  });

  it('hold, unhold and mute are events of the record', async () => {
    const anna = await centre().seatOf(agent(0));
    const peer = await centre().calls(calling.isHungUp());
    const { sessionId } = await take(anna);
    await anna.ask('call.hold', { sessionId });
    await anna.ask('call.unhold', { sessionId });
    await anna.ask('call.mute', { sessionId, muted: true });
    await anna.ask('call.hangup', { sessionId });
    await peer.done();
    await centre().cdr(sessionId);
    const now = Math.floor(Date.now() / 1000);
    const { Events } = await centre().tcccd.cloud().DescribeSessionDetail({ SdkAppId: 1400000001, SessionId: sessionId, StartTimestamp: now - 3600, EndTimestamp: now + 3600 });
    assert.deepEqual(Events.map((one) => one.EventType), ['StaffHold', 'StaffUnhold', 'StaffMute']);
  });

  it('an agent who is deleted in a call: the customer is let go, one record; one who is deleted while asked: the next one is asked', async () => {
    const remove = (userId) => new AdminClient(centre().tcccd).del(`agents/${encodeURIComponent(userId)}`);
    const anna = await centre().seatOf(agent(0));
    const first = await centre().calls(calling.isHungUp());
    const talk = await take(anna);
    await remove(agent(0));
    await first.done();
    assert.equal((await centre().cdr(talk.sessionId)).EndStatusString, 'ok');
    const ben = await centre().seatOf(agent(1));
    const second = await centre().calls(calling.isHungUp());
    const { sessionId } = await ben.next('callIn');
    const carl = await centre().seatOf(agent(2));
    await remove(agent(1));
    assert.equal((await take(carl)).sessionId, sessionId);
    await carl.ask('call.hangup', { sessionId });
    await second.done();
    await centre().cdr(sessionId);
  });

  it('HangUpCall ends a running call: closeBy admin', async () => {
    const anna = await centre().seatOf(agent(0));
    const peer = await centre().calls(calling.isHungUp());
    const { sessionId } = await take(anna);
    await centre().tcccd.cloud().HangUpCall({ SdkAppId: 1400000001, SessionId: sessionId });
    const ended = await anna.next('sessionEnded');
    assert.equal(ended.closeBy, 'admin');
    await peer.done();
    assert.equal((await centre().cdr(sessionId)).HungUpSide, 'system');
  });
});

describe('an agent who is lost', function () {
  this.timeout(40000);
  const centre = useCentre({ calls: { resumeSeconds: 1, ringSeconds: 20 } });

  it('while offered: the caller goes on to the next', async () => {
    const anna = await centre().seatOf(agent(0));
    const peer = await centre().calls(calling.isHungUp());
    const { sessionId } = await anna.next('callIn');
    const ben = await centre().seatOf(agent(1));
    await anna.drop();
    assert.equal((await take(ben)).sessionId, sessionId);
    await ben.ask('call.hangup', { sessionId });
    await peer.done();
    assert.deepEqual((await centre().cdr(sessionId)).EndStatusString, 'ok');
  });
});

describe('transfers', function () {
  this.timeout(40000);
  const centre = useCentre();

  it('ACD-028 to a group: the agent leaves at once, the customer waits there with music; transfer comes when it is taken', async () => {
    const anna = await centre().seatOf(agent(0));
    const dora = await centre().seatOf(agent(3));
    const peer = await centre().calls(calling.isHungUp());
    const { sessionId } = await take(anna);
    const service = await group(centre(), 'service');
    await anna.ask('call.transfer', { sessionId, skillGroupId: service });
    assert.equal((await anna.next('sessionEnded')).closeBy, 'seat');
    assert.equal((await dora.next('callIn')).sessionId, sessionId);
    assert.equal(anna.events.filter((one) => one.e === 'transfer').length, 0);
    await dora.ask('call.accept', { sessionId });
    await dora.next('userAccessed');
    assert.deepEqual(await anna.next('transfer'), { sessionId, skillGroupId: service, userId: agent(3) });
    await anna.ask('call.delete', { sessionId });
    await dora.ask('call.hangup', { sessionId });
    await peer.done();
    const cdr = await centre().cdr(sessionId);
    assert.deepEqual(cdr.ServeParticipants.map((one) => [one.Mail || one.UserId, one.TransferTo, one.TransferFrom, one.EndStatusString]),
      [[agent(0), agent(3), cdr.ServeParticipants[0].TransferFrom, 'ok'], [agent(3), cdr.ServeParticipants[1].TransferTo, agent(0), 'ok']]);
    assert.deepEqual([cdr.EndStatusString, cdr.SeatUser.UserId, cdr.QueuedSkillGroupName], ['ok', agent(3), 'sales']);
  });

  it('ACD-029 ACD-016 to an agent: it alone rings, also when it is not ready', async () => {
    const anna = await centre().seatOf(agent(0));
    const ben = await centre().seatOf(agent(1));
    await ben.ask('agent.status', { status: 'notReady' });
    const dora = await centre().seatOf(agent(3));
    const peer = await centre().calls(calling.isHungUp());
    const { sessionId } = await take(anna);
    await anna.ask('call.transfer', { sessionId, userId: agent(1) });
    assert.equal((await take(ben)).sessionId, sessionId);
    assert.equal((await anna.next('transfer')).userId, agent(1));
    assert.equal(dora.events.filter((one) => one.e === 'callIn').length, 0);
    await ben.ask('call.hangup', { sessionId });
    await peer.done();
  });

  it('to an agent who rejects: the customer is not lost, it goes back to the queue that it came from', async () => {
    const anna = await centre().seatOf(agent(0));
    const dora = await centre().seatOf(agent(3));
    const ben = await centre().seatOf(agent(1));
    await ben.ask('agent.status', { status: 'rest', restReason: 'later' });
    const peer = await centre().calls(calling.isHungUp());
    const { sessionId } = await take(anna);
    await anna.ask('call.transfer', { sessionId, userId: agent(3) });
    await dora.next('callIn');
    await ben.ask('agent.status', { status: 'free' });
    await dora.ask('call.reject', { sessionId });
    assert.ok([await Promise.any([ben.next('callIn'), anna.next('callIn')])][0].sessionId === sessionId);
    const seat = ben.events.some((one) => one.e === 'callIn') ? ben : anna;
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    await seat.ask('call.hangup', { sessionId });
    await peer.done();
    assert.deepEqual((await centre().cdr(sessionId)).ServeParticipants.map((one) => one.EndStatusString), ['ok', 'seatGiveUp', 'ok']);
  });

  it('two transfers at once: the second is refused', async () => {
    const anna = await centre().seatOf(agent(0));
    const dora = await centre().seatOf(agent(3));
    const peer = await centre().calls(calling.isHungUp());
    const { sessionId } = await take(anna);
    const both = await Promise.allSettled([anna.ask('call.transfer', { sessionId, userId: agent(3) }), anna.ask('call.transfer', { sessionId, userId: agent(3) })]);
    assert.deepEqual(both.map((one) => one.status).sort(), ['fulfilled', 'rejected']);
    await take(dora);
    await dora.ask('call.hangup', { sessionId });
    await peer.done();
  });

  it('the customer leaves while its transfer rings: the offer ends, waiting is over, the record says ringingGiveUp', async () => {
    const anna = await centre().seatOf(agent(0));
    const dora = await centre().seatOf(agent(3));
    const peer = await centre().calls(calling.talks({ talkMs: 1500 }));
    const { sessionId } = await take(anna);
    await anna.ask('call.transfer', { sessionId, userId: agent(3) });
    await dora.next('callIn');
    assert.equal((await dora.next('sessionEnded')).closeBy, 'client');
    await peer.done();
    assert.equal((await centre().cdr(sessionId)).EndStatusString, 'ringingGiveUp');
    const again = await centre().calls(calling.talks({ talkMs: 100 }));
    await take(anna);
    await again.done();
  });

  it('to a number outside: the trunk is called, both telephones are joined, the record names the number', async () => {
    const anna = await centre().seatOf(agent(0));
    const outside = await centre().called(called.answers());
    const peer = await centre().calls(calling.isHungUp(), { host: LINE_HOST, port: undefined });
    const { sessionId } = await take(anna);
    await anna.ask('call.transfer', { sessionId, phoneNumber: '13900139000' });
    assert.deepEqual(await anna.next('transfer'), { sessionId, phoneNumber: '13900139000' });
    await centre().tcccd.cloud().HangUpCall({ SdkAppId: 1400000001, SessionId: sessionId });
    await Promise.all([peer.done(), outside.done()]);
    const cdr = await centre().cdr(sessionId);
    assert.match(outside.messages(), /INVITE sip:13900139000@127\.0\.0\.2/);
    assert.match(outside.messages(), /m=audio \d+ RTP\/AVP 8 96\r/); // the codec of the first leg alone
    assert.deepEqual(cdr.ServeParticipants.map((one) => one.Phone).at(-1), '13900139000');
  });

  it('what cannot be: another application\'s group, nobody, oneself, a desk phone that is not there', async () => {
    const anna = await centre().seatOf(agent(0));
    const peer = await centre().calls(calling.isHungUp());
    const { sessionId } = await take(anna);
    const transfer = (to) => anna.ask('call.transfer', { sessionId, ...to });
    await assert.rejects(transfer({ skillGroupId: '999999' }), { code: 'NOT_FOUND' });
    await assert.rejects(transfer({ userId: 'nobody' }), { code: 'NOT_FOUND' });
    await assert.rejects(transfer({ userId: agent(0) }), { code: 'ARG_RANGE' });
    await assert.rejects(transfer({ userId: agent(4) }), { code: 'COLLEAGUE_OFFLINE', message: 'The agent who is asked for is offline.', remedy: 'Choose another agent, a group or a number.' });
    await assert.rejects(transfer({ extension: '1002' }), { code: 'STATE' });
    await assert.rejects(transfer({ phoneNumber: 'call me' }), { code: 'NUMBER_INVALID' });
    await anna.ask('call.hangup', { sessionId });
    await peer.done();
  });
});

describe('internal calls', function () {
  this.timeout(40000);
  const centre = useCentre();

  it('ACD-033 SDK-048 SDK-049 SDK-144 to SDK-147 SDK-149 one agent calls another: both pages hear of it, both get media, one record of type 6', async () => {
    const anna = await centre().seatOf(agent(0));
    const dora = await centre().seatOf(agent(3));
    const { sessionId } = await anna.ask('call.internal', { calleeUserId: agent(3) });
    assert.equal((await anna.next('callOuted')).sessionId, sessionId);
    const callIn = await dora.next('callIn');
    assert.deepEqual([callIn.type, callIn.peerUserId, callIn.sessionId], ['internal', agent(0), sessionId]);
    assert.deepEqual(await anna.next('progress'), { sessionId, ringing: true });
    assert.equal(typeof callIn.timeout, 'number');
    await dora.ask('call.accept', { sessionId });
    assert.equal((await dora.next('userAccessed')).sessionId, sessionId);
    await anna.next('calloutAccepted');
    const [a, d] = [(await anna.next('media')), (await dora.next('media'))];
    assert.deepEqual([a.codec, a.op, d.codec, d.op], ['opus', 'start', 'opus', 'start']);
    await anna.ask('call.hangup', { sessionId });
    assert.equal((await dora.next('sessionEnded')).closeBy, 'client');
    const cdr = await centre().cdr(sessionId);
    assert.deepEqual([cdr.CallType, cdr.EndStatusString, cdr.SeatUser.UserId], [6, 'ok', agent(3)]);
  });

  it('is refused, or ends with a reason, when the other cannot take it', async () => {
    const anna = await centre().seatOf(agent(0));
    const dora = await centre().seatOf(agent(3));
    await assert.rejects(anna.ask('call.internal', { calleeUserId: agent(4) }), { code: 'COLLEAGUE_OFFLINE' });
    await assert.rejects(anna.ask('call.internal', { calleeUserId: agent(0) }), { code: 'ARG_RANGE' });
    await dora.ask('agent.status', { status: 'rest', restReason: 'lunch' });
    await assert.rejects(anna.ask('call.internal', { calleeUserId: agent(3) }), { code: 'COLLEAGUE_BUSY' });
    await dora.ask('agent.status', { status: 'free' });
    const { sessionId } = await anna.ask('call.internal', { calleeUserId: agent(3) });
    await dora.next('callIn');
    await dora.ask('call.reject', { sessionId });
    const ended = await anna.next('sessionEnded');
    assert.deepEqual([ended.closeBy, ended.mainReason], ['admin', 'userReject']);
    await centre().cdr(sessionId);
  });
});

describe('number mapping', function () {
  this.timeout(40000);
  const centre = useCentre({ instance: { settings: { phone: { numberMapping: true } }, numbers: [{ number: PROTECTED, trunk: 'line' }] } });

  it('ADM-081 agents see a protected number, in and out, and the record keeps it', async () => {
    const anna = await centre().seatOf(agent(0));
    const peer = await centre().calls(calling.isHungUp(), { number: PROTECTED });
    const callIn = await take(anna);
    assert.deepEqual([callIn.callerPhoneNumber, callIn.protectedCaller], ['138****8000', '138****8000']);
    await anna.ask('call.hangup', { sessionId: callIn.sessionId });
    await peer.done();
    const cdr = await centre().cdr(callIn.sessionId);
    assert.equal(cdr.ProtectedCaller, '138****8000');
    const out = await centre().called(called.answers());
    const { sessionId } = await centre().dial(anna);
    assert.equal((await anna.next('callOuted')).protectedCallee, '138****8000');
    await anna.next('calloutAccepted');
    await anna.ask('call.hangup', { sessionId });
    await out.done();
  });

  it('ADM-081 SDK-035 who dials the protected number calls that customer back; one that looks the same is another', async () => {
    const anna = await centre().seatOf(agent(0));
    const [first, second] = ['13811118000', '13822228000'];
    const shown = [];
    for (const from of [first, second]) {
      const peer = await centre().calls(calling.isHungUp(), { number: PROTECTED, from, port: undefined });
      const callIn = await take(anna);
      shown.push(callIn.protectedCaller);
      await anna.ask('call.hangup', { sessionId: callIn.sessionId });
      await anna.next('sessionEnded');
      await peer.done();
    }
    assert.match(shown[0], /^138\*{4}8000(-\d+)?$/);
    assert.match(shown[1], /^138\*{4}8000-\d+$/);
    assert.notEqual(shown[0], shown[1]);
    const out = await centre().called(called.answers());
    const { sessionId, calleePhoneNumber } = await anna.ask('call.start', { phoneNumber: shown[1] });
    assert.equal(calleePhoneNumber, shown[1]);
    await anna.next('calloutAccepted');
    await anna.ask('call.hangup', { sessionId });
    await out.done();
    assert.match(out.messages(), new RegExp(`INVITE sip:${second}@`));
    const meant = await centre().called(called.refuses('404 Not Found'));
    await anna.ask('call.start', { phoneNumber: shown[0], phoneEncodeType: 'number' });
    await meant.done();
    assert.doesNotMatch(meant.messages(), new RegExp(first));
  });
});
