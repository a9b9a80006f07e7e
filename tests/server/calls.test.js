/** calls.test.js: calls between a seat and a telephone, seen on the wire: events, fields, endings. Layer: tests. */
import assert from 'node:assert/strict';
import { called, calling } from '../peers/sipp.js';
import { CUSTOMER, NUMBER, useServer } from './server_centre.js';

const REFUSALS = [
  ['486 Busy Here', 'busy'], ['600 Busy Everywhere', 'busy'], ['603 Decline', 'userReject'], ['404 Not Found', 'numberNotExist'],
  ['604 Does Not Exist Anywhere', 'numberNotExist'], ['410 Gone', 'numberNotExist'], ['480 Temporarily Unavailable', 'notAnswer'],
  ['503 Service Unavailable', 'operatorError'], ['403 Forbidden', 'carrierBlocked'],
];

describe('calls of a seat', function () {
  this.timeout(30000);
  const centre = useServer({ change: { calls: { ringSeconds: 2, queueSeconds: 2, outboundRingSeconds: 4, noReplySeconds: 4 } } });

  it('SDK-030 SDK-157 SDK-163 SDK-152 an outbound call: callOuted, ringing, calloutAccepted, media, sessionEnded by seat', async () => {
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    const started = await centre().dial(seat, { uui: 'order 7', phoneDesc: 'Ms Li' });
    assert.deepEqual([started.callerPhoneNumber, started.calleePhoneNumber, started.serverType], [NUMBER, CUSTOMER, 'staffSeat']);
    const outed = await seat.next('callOuted');
    assert.deepEqual(outed, { sessionId: started.sessionId, callerPhoneNumber: NUMBER, calleePhoneNumber: CUSTOMER, phoneDesc: 'Ms Li', serverType: 'staffSeat' });
    assert.deepEqual(await seat.next('progress'), { sessionId: started.sessionId, ringing: true });
    assert.equal((await seat.next('calloutAccepted')).sessionId, started.sessionId);
    const media = seat.events.find((one) => one.e === 'media').d;
    assert.deepEqual({ op: media.op, channel: media.channel, direction: media.direction, codec: media.codec, payloadType: media.payloadType,
      dtmfPayloadType: media.dtmfPayloadType, dtmfRate: media.dtmfRate, ptimeMs: media.ptimeMs },
    { op: 'start', channel: 0, direction: 'sendrecv', codec: 'PCMA', payloadType: 8, dtmfPayloadType: 96, dtmfRate: 8000, ptimeMs: 20 });
    await seat.ask('call.hangup', { sessionId: started.sessionId });
    const ended = await seat.next('sessionEnded');
    assert.equal(ended.closeBy, 'seat');
    assert.equal(ended.type, 'phone');
    assert.ok(ended.duration >= 0 && ended.duration < 10); // 0: hung up within the same millisecond
    assert.deepEqual(seat.story(started.sessionId), ['callOuted', 'calloutAccepted', 'sessionEnded']);
    await peer.done();
    assert.match(peer.messages(), /INVITE sip:13800138000@127\.0\.0\.2/);
    await seat.ask('call.delete', { sessionId: started.sessionId });
  });

  for (const [status, reason] of REFUSALS) {
    it(`SDK-155 the telephone says ${status}: sessionEnded by admin, mainReason ${reason}`, async () => {
      const peer = await centre().called(called.refuses(status));
      const seat = await centre().seat();
      const { sessionId } = await centre().dial(seat);
      const ended = await seat.next('sessionEnded');
      assert.deepEqual([ended.closeBy, ended.mainReason, ended.subReason, ended.duration], ['admin', reason, `SIP ${status.slice(0, 3)}`, 0]);
      assert.deepEqual(seat.story(sessionId), ['callOuted', 'sessionEnded']);
      await peer.done();
    });
  }

  it('nobody answers in time: CANCEL goes out, mainReason notAnswer', async () => {
    const peer = await centre().called(called.ringsUntilCancelled());
    const seat = await centre().seat();
    await centre().dial(seat);
    assert.equal((await seat.next('sessionEnded')).mainReason, 'notAnswer');
    await peer.done();
  });

  it('the line is silent: operatorError after the limit of silence', async () => {
    const seat = await centre().seat();
    await centre().dial(seat);
    const ended = await seat.next('sessionEnded');
    assert.deepEqual([ended.closeBy, ended.mainReason, ended.subReason], ['admin', 'operatorError', 'trunkDown']);
  });

  it('the agent hangs up while it rings: CANCEL, sessionEnded by seat', async () => {
    const peer = await centre().called(called.ringsUntilCancelled());
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat);
    await seat.next('progress');
    await seat.ask('call.hangup', { sessionId });
    assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
    await peer.done();
  });

  it('SDK-103 SDK-148 AMB-34 an inbound call: callIn with its fields, accept, userAccessed, the caller hangs up', async () => {
    const seat = await centre().seat();
    const peer = await centre().calls(calling.talks({ talkMs: 300 }));
    const callIn = await seat.next('callIn');
    assert.match(callIn.sessionId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/); // a UUID (RFC 9562)
    assert.deepEqual({ ...callIn, sessionId: '' }, { sessionId: '', type: 'phone', timeout: 2, calleePhoneNumber: NUMBER, callerPhoneNumber: CUSTOMER, ivrPath: [], serverType: 'staffSeat' });
    await seat.ask('call.accept', { sessionId: callIn.sessionId });
    assert.equal((await seat.next('userAccessed')).sessionId, callIn.sessionId);
    assert.equal((await seat.next('media')).op, 'start');
    const ended = await seat.next('sessionEnded');
    assert.equal(ended.closeBy, 'client');
    assert.equal('mainReason' in ended, false);
    await peer.done();
  });

  it('a caller who gives up: every offer ends, accept is refused afterwards', async () => {
    const seat = await centre().seat();
    const peer = await centre().calls(calling.cancels({ afterMs: 200 }));
    const { sessionId } = await seat.next('callIn');
    assert.equal((await seat.next('sessionEnded')).closeBy, 'client');
    await assert.rejects(seat.ask('call.accept', { sessionId }), { code: 'STATE' });
    await peer.done();
  });

  it('SDK-151 an agent who lets it ring: autoTransfer, and the next agent is offered the call', async () => {
    const anna = await centre().seat();
    const ben = await centre().seat();
    const peer = await centre().calls(calling.talks({ talkMs: 100 }));
    const { sessionId } = await anna.next('callIn');
    assert.equal((await anna.next('autoTransfer')).sessionId, sessionId);
    assert.equal((await ben.next('callIn')).sessionId, sessionId);
    await ben.ask('call.accept', { sessionId });
    await ben.next('userAccessed');
    assert.equal((await ben.next('sessionEnded')).closeBy, 'client');
    await peer.done();
  });

  it('an agent who rejects: sessionEnded by seat there, and the next agent is offered the call', async () => {
    const anna = await centre().seat();
    const ben = await centre().seat();
    const peer = await centre().calls(calling.talks({ talkMs: 100 }));
    const { sessionId } = await anna.next('callIn');
    await anna.ask('call.reject', { sessionId });
    assert.equal((await anna.next('sessionEnded')).closeBy, 'seat');
    await ben.next('callIn');
    await ben.ask('call.accept', { sessionId });
    await ben.next('sessionEnded');
    await peer.done();
  });

  it('the queue: a caller waits until an agent comes online', async () => {
    const peer = await centre().calls(calling.talks({ talkMs: 100 }));
    await centre().tcccd.process.waitLine(/call\.in /, { from: centre().tcccd.process.lines.length });
    const seat = await centre().seat();
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    await seat.next('sessionEnded');
    await peer.done();
  });

  it('nobody comes: the caller gets 480 at the end of the queue', async () => {
    const peer = await centre().calls(calling.isRefused(480));
    await peer.done();
  });

  it('a number that is not ours: 404; an address that is no line: 403', async () => {
    await (await centre().calls(calling.isRefused(404), { number: '02099999999' })).done();
    await (await centre().calls(calling.isRefused(403), { host: '127.0.0.9', port: undefined })).done();
  });

  it('hold and unhold: res, held by seat, media inactive and back', async () => {
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat);
    await seat.next('calloutAccepted');
    assert.equal((await seat.next('media')).op, 'start');
    await seat.ask('call.hold', { sessionId });
    assert.deepEqual(await seat.next('held'), { sessionId, held: true, by: 'seat' });
    assert.deepEqual([(await seat.next('media')).direction], ['inactive']);
    await seat.ask('call.hold', { sessionId });
    await seat.ask('call.unhold', { sessionId });
    assert.deepEqual(await seat.next('held'), { sessionId, held: false, by: 'seat' });
    assert.equal((await seat.next('media')).direction, 'sendrecv');
    await seat.ask('call.hangup', { sessionId });
    await seat.next('sessionEnded');
    await peer.done();
  });

  it('what cannot be dialled is refused with a code', async () => {
    const seat = await centre().seat({ online: false });
    await assert.rejects(centre().dial(seat), { code: 'AGENT_OFFLINE' });
    await seat.ask('agent.online');
    await assert.rejects(centre().dial(seat, { phoneNumber: 'call me' }), { code: 'NUMBER_INVALID' });
    await assert.rejects(centre().dial(seat, { callerPhoneNumber: '999' }), { code: 'NO_OUTBOUND_NUMBER' });
    await assert.rejects(seat.ask('call.hangup', { sessionId: 'nobody' }), { code: 'NOT_FOUND' });
    await assert.rejects(seat.ask('call.start', {}), { code: 'ARG_MISSING' });
  });

  it('SDK-165 the agent is busy in a call and free afterwards', async () => {
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    assert.equal((await seat.next('statusChanged')).status, 'free');
    const { sessionId } = await centre().dial(seat);
    assert.equal((await seat.next('statusChanged')).status, 'busy');
    await assert.rejects(centre().dial(seat), { code: 'AGENT_BUSY' });
    await seat.next('calloutAccepted');
    await seat.ask('call.hangup', { sessionId });
    assert.equal((await seat.next('statusChanged')).status, 'free');
    await peer.done();
  });
});
