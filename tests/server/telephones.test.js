/** telephones.test.js: agents on desk phones and mobiles, forwarding, calls between desk phones and outward. Layer: tests. */
import assert from 'node:assert/strict';
import { Baresip } from '../peers/baresip.js';
import { called, calling } from '../peers/sipp.js';
import { speechFile } from '../peers/speech.js';
import { AdminClient } from './admin_client.js';
import { CUSTOMER, NUMBER, ServerCentre } from './server_centre.js';

const agent = (n) => `agent${n}@tests.example`;
const MOBILE = '13700137000';

describe('agents on telephones', function () {
  this.timeout(60000);
  let centre, phones;
  beforeEach(async () => {
    phones = [];
    centre = await ServerCentre.start({
      change: { calls: { ringSeconds: 3, queueSeconds: 10, outboundRingSeconds: 5, noReplySeconds: 5, resumeSeconds: 30 } },
      instance: {
        skillGroups: [{ name: 'desk', agents: [agent(0)] }, { name: 'others', agents: [agent(1)] }],
        numbers: [{ number: NUMBER, trunk: 'line', skillGroup: 'desk' }, { number: '02011110009', trunk: 'line' }],
        extensions: [{ number: '1001', password: 'phone-password', agent: agent(0) }, { number: '1002', password: 'phone-password' }],
      },
    });
  });
  afterEach(async function clear() {
    if (this.currentTest.state === 'failed') console.log(centre.tell(), ...phones.map((one) => one.process.log(30)));
    await Promise.all(phones.map((one) => one.stop()));
    await centre.stop();
  });

  async function phone(user, more = {}) {
    const from = centre.tcccd.process.lines.length;
    const one = await Baresip.start({
      user, password: 'phone-password', domain: `127.0.0.1:${centre.tcccd.sipPort}`, register: true, codecs: 'PCMA/8000/1',
      speech: speechFile('phone', { rate: 8000, channels: 1, seconds: 5 }).file, ...more,
    });
    phones.push(one);
    await centre.tcccd.process.waitLine(new RegExp(`registrar extension=${user} status=200 contacts=[1-9]`), { from });
    return one;
  }

  const admin = () => new AdminClient(centre.tcccd);
  const set = (userId, members) => admin().patch(`agents/${encodeURIComponent(userId)}`, members);
  const cloud = () => centre.tcccd.cloud();

  /** The agent's page is gone, but the agent is not offline: its desk phone rings (ACD-021). */
  async function leavesItsDesk(seat, userId) {
    await seat.close();
    await centre.tcccd.process.waitLine(new RegExp(`seat.lost user=${userId}`));
  }

  it('ACD-033 PUSH-055 an agent without a page is called on its desk phone: staffExtensionSeat in the record', async () => {
    const desk = await phone('1001');
    const seat = await centre.seatOf(agent(0));
    await leavesItsDesk(seat, agent(0));
    const from = centre.tcccd.process.lines.length;
    const peer = await centre.calls(calling.talks({ talkMs: 1500 }));
    const [, sessionId] = await centre.tcccd.process.waitLine(/call\.in session=(\S+)/, { from });
    await desk.waitEvent('CALL_ESTABLISHED');
    await peer.done();
    await desk.waitEvent('CALL_CLOSED');
    const cdr = await centre.cdr(sessionId);
    assert.deepEqual(cdr.ServeParticipants.map((one) => [one.Type, one.EndStatusString]), [['staffExtensionSeat', 'ok']]);
    assert.deepEqual([cdr.SeatUser.UserId, cdr.HungUpSide], [agent(0), 'user']);
  });

  it('ACD-021 an agent whose page is closed goes on getting calls until it logs out', async () => {
    const desk = await phone('1001');
    const seat = await centre.seatOf(agent(0));
    await leavesItsDesk(seat, agent(0));
    const status = async () => (await cloud().DescribeStaffStatusMetrics({ SdkAppId: 1400000001, StaffList: [agent(0)] })).Metrics[0].Status;
    for (let n = 0; n < 2; n++) { // one after the other, not only the one that was under way
      assert.equal(await status(), 'free');
      const peer = await centre.calls(calling.talks({ talkMs: 300 }));
      await desk.waitEvent('CALL_ESTABLISHED');
      await peer.done();
      await desk.waitEvent('CALL_CLOSED');
    }
    const again = await centre.seatOf(agent(0));
    await again.ask('agent.offline');
    await again.close();
    assert.equal(await status(), 'offline');
    await (await centre.calls(calling.isRefused(480))).done();
    assert.equal(desk.events.filter((one) => one.type === 'CALL_ESTABLISHED').length, 2);
  });

  it('a caller whose number would break a header is shown as anonymous', async () => {
    const desk = await phone('1001');
    const seat = await centre.seatOf(agent(0));
    await leavesItsDesk(seat, agent(0));
    const peer = await centre.calls(calling.talks({ talkMs: 700 }), { from: '1%3E' });
    await desk.waitEvent('CALL_ESTABLISHED');
    assert.match(JSON.stringify(desk.events), /sip:anonymous@/);
    assert.doesNotMatch(JSON.stringify(desk.events), /1%3E/);
    await peer.done();
  });

  it('a transfer to a desk phone of nobody: both telephones are joined, the record names the extension', async () => {
    const desk = await phone('1002');
    const seat = await centre.seatOf(agent(0));
    const peer = await centre.calls(calling.isHungUp({ speaks: true }));
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    await seat.ask('call.transfer', { sessionId, extension: '1002' });
    await desk.waitEvent('CALL_ESTABLISHED');
    assert.deepEqual(await seat.next('transfer'), { sessionId, extension: '1002' });
    await desk.hangup();
    await peer.done();
    const cdr = await centre.cdr(sessionId);
    assert.deepEqual([cdr.HungUpSide, cdr.ServeParticipants.map((one) => one.Type), cdr.ServeParticipants[0].TransferTo], ['seat', ['staffSeat', 'staffExtensionSeat'], '1002']);
  });

  it('AMB-05 mobile answer mode "always": the mobile is called over the trunk, the page is told with staffPhoneSeat and may hang up', async () => {
    await set(agent(0), { phone: MOBILE, mobileAccept: 'always' });
    const seat = await centre.seatOf(agent(0));
    const mobile = await centre.called(called.answers());
    const peer = await centre.calls(calling.isHungUp(), { port: undefined });
    const callIn = await seat.next('callIn');
    assert.equal(callIn.serverType, 'staffPhoneSeat');
    await seat.next('userAccessed');
    assert.equal(seat.events.filter((one) => one.e === 'media').length, 0);
    await seat.ask('call.hangup', { sessionId: callIn.sessionId });
    await Promise.all([peer.done(), mobile.done()]);
    assert.match(mobile.messages(), new RegExp(`INVITE sip:${MOBILE}@`));
    const cdr = await centre.cdr(callIn.sessionId);
    assert.deepEqual(cdr.ServeParticipants.map((one) => [one.Type, one.Phone]), [['staffPhoneSeat', MOBILE]]);
  });

  it('mobile answer mode "when offline": an agent who is not there is called all the same', async () => {
    await set(agent(0), { phone: MOBILE, mobileAccept: 'whenOffline' });
    const mobile = await centre.called(called.answers());
    const peer = await centre.calls(calling.talks({ talkMs: 1500 }), { port: undefined });
    await Promise.all([peer.done(), mobile.done()]);
  });

  it('a mobile that is busy: the customer waits on, and the next agent gets it', async () => {
    await set(agent(0), { phone: MOBILE, mobileAccept: 'always' });
    const seat = await centre.seatOf(agent(0));
    const other = await centre.seatOf(agent(1));
    const mobile = await centre.called(called.refuses('486 Busy Here'));
    const peer = await centre.calls(calling.isHungUp(), { number: '02011110009', port: undefined });
    await mobile.done();
    const { sessionId } = await other.next('callIn');
    await other.ask('call.accept', { sessionId });
    await other.next('userAccessed');
    await other.ask('call.hangup', { sessionId });
    await peer.done();
    assert.deepEqual((await centre.cdr(sessionId)).ServeParticipants.map((one) => one.EndStatusString), ['busy', 'ok']);
    assert.equal(seat.events.filter((one) => one.e === 'userAccessed').length, 0);
  });

  it('ACD-030 forward always: the agent is passed over, a group gets the call', async () => {
    const { SkillGroupList } = await cloud().DescribeSkillGroupInfoList({ SdkAppId: 1400000001, PageSize: 50, PageNumber: 0 });
    const others = String(SkillGroupList.find((one) => one.SkillGroupName === 'others').SkillGroupId);
    await set(agent(0), { forward: { when: 'always', to: 'group', target: others } });
    const seat = await centre.seatOf(agent(0));
    const other = await centre.seatOf(agent(1));
    const peer = await centre.calls(calling.isHungUp());
    const { sessionId } = await other.next('callIn');
    await other.ask('call.accept', { sessionId });
    await other.next('userAccessed');
    await other.ask('call.hangup', { sessionId });
    await peer.done();
    assert.equal(seat.events.filter((one) => one.e === 'callIn').length, 0);
  });

  it('ACD-031 forward when it cannot answer: on ring time-out, to another agent; the one who let it ring does not rest', async () => {
    await set(agent(0), { forward: { when: 'cannotAnswer', to: 'agent', target: agent(1) } });
    const seat = await centre.seatOf(agent(0));
    const other = await centre.seatOf(agent(1));
    const peer = await centre.calls(calling.isHungUp());
    const { sessionId } = await seat.next('callIn');
    await seat.next('autoTransfer');
    assert.equal((await other.next('callIn')).sessionId, sessionId);
    await other.ask('call.accept', { sessionId });
    await other.next('userAccessed');
    await other.ask('call.hangup', { sessionId });
    await peer.done();
    assert.equal(seat.events.filter((one) => one.e === 'statusChanged').at(-1).d.status, 'free');
  });

  it('two agents who forward to each other: nobody goes round for ever', async () => {
    await set(agent(0), { forward: { when: 'always', to: 'agent', target: agent(1) } });
    await set(agent(1), { forward: { when: 'always', to: 'agent', target: agent(0) } });
    const seats = [await centre.seatOf(agent(0)), await centre.seatOf(agent(1))];
    const peer = await centre.calls(calling.isHungUp());
    const { sessionId } = await Promise.any(seats.map((one) => one.next('callIn')));
    const seat = seats.find((one) => one.events.some((event) => event.e === 'callIn'));
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    await seat.ask('call.hangup', { sessionId });
    await peer.done();
  });

  it('a desk phone calls out over the trunk: the agent is busy meanwhile, one record of type 1', async () => {
    const desk = await phone('1001');
    const seat = await centre.seatOf(agent(0));
    const outside = await centre.called(called.answers());
    const from = centre.tcccd.process.lines.length;
    await desk.dial(`sip:${CUSTOMER}@127.0.0.1:${centre.tcccd.sipPort}`);
    const [, sessionId] = await centre.tcccd.process.waitLine(/call\.out session=(\S+)/, { from });
    await desk.waitEvent('CALL_ESTABLISHED');
    await seat.until(() => seat.events.some((one) => one.e === 'statusChanged' && one.d.status === 'busy'), 'busy');
    await desk.hangup();
    await outside.done();
    const cdr = await centre.cdr(sessionId);
    assert.deepEqual([cdr.Direction, cdr.CallType, cdr.Callee, cdr.EndStatusString, cdr.HungUpSide, cdr.SeatUser.UserId], [1, 1, CUSTOMER, 'ok', 'seat', agent(0)]);
    assert.deepEqual(cdr.ServeParticipants.map((one) => one.Type), ['staffExtensionSeat']);
  });

  it('ACD-033 a desk phone calls another: type 6', async () => {
    const first = await phone('1001');
    const second = await phone('1002');
    const from = centre.tcccd.process.lines.length;
    await first.dial(`sip:1002@127.0.0.1:${centre.tcccd.sipPort}`);
    const [, sessionId] = await centre.tcccd.process.waitLine(/call\.internal session=(\S+)/, { from });
    await second.waitEvent('CALL_ESTABLISHED');
    await first.hangup();
    await second.waitEvent('CALL_CLOSED');
    const cdr = await centre.cdr(sessionId);
    assert.deepEqual([cdr.CallType, cdr.Caller, cdr.Callee, cdr.EndStatusString], [6, '1001', '1002', 'ok']);
  });

  it('an agent dials the extension of a colleague whose desk phone is not there: its page rings', async () => {
    const anna = await centre.seatOf(agent(0));
    const ben = await centre.seatOf(agent(1));
    const { sessionId } = await ben.ask('call.start', { phoneNumber: '1001' });
    const callIn = await anna.next('callIn');
    assert.deepEqual([callIn.type, callIn.peerUserId, callIn.sessionId], ['internal', agent(1), sessionId]);
    await ben.ask('call.hangup', { sessionId });
    assert.equal((await anna.next('sessionEnded')).closeBy, 'client');
    assert.equal((await centre.cdr(sessionId)).EndStatusString, 'ringingGiveUp');
  });

  it('a desk phone calls an agent who sits at its page', async () => {
    const second = await phone('1002');
    const seat = await centre.seatOf(agent(0));
    await second.dial(`sip:1001@127.0.0.1:${centre.tcccd.sipPort}`);
    const callIn = await seat.next('callIn');
    assert.deepEqual([callIn.type, callIn.peerUserId, callIn.callerPhoneNumber], ['internal', '1002', '1002']);
    await seat.ask('call.accept', { sessionId: callIn.sessionId });
    await seat.next('userAccessed');
    await seat.ask('call.hangup', { sessionId: callIn.sessionId });
    await second.waitEvent('CALL_CLOSED');
    assert.equal((await centre.cdr(callIn.sessionId)).CallType, 6);
  });
});
