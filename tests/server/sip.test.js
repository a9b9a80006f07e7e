/** sip.test.js: the finer points of SIP, with sipp as the other side. Layer: tests. */
import assert from 'node:assert/strict';
import { called, calling } from '../peers/sipp/scenarios.js';
import { CUSTOMER, useServer } from './server_centre.js';

const count = (peer, text) => peer.messages().split(text).length - 1;

describe('SIP toward the called side', function () {
  this.timeout(30000);
  const centre = useServer({ trunk: { username: 'line-user', password: 'line-password' } });

  async function talk(scenario) {
    const peer = await centre().called(scenario);
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat);
    return { peer, seat, sessionId };
  }

  it('RFC 3262: a reliable 183 gets its PRACK, its media is heard before the answer', async () => {
    const { peer, seat, sessionId } = await talk(called.wantsPrack());
    assert.deepEqual(await seat.next('progress'), { sessionId, earlyMedia: true });
    await seat.next('calloutAccepted');
    const media = seat.events.filter((one) => one.e === 'media').map(({ d }) => [d.op, d.direction]);
    assert.deepEqual(media, [['start', 'recvonly'], ['update', 'sendrecv']]);
    await seat.ask('call.hangup', { sessionId });
    await seat.next('sessionEnded');
    await peer.done();
  });

  it('RFC 3261 9.1: a 200 that crosses the CANCEL is acknowledged and ended by BYE', async () => {
    const { peer, seat, sessionId } = await talk(called.answersWhileCancelled());
    await seat.next('progress');
    await seat.ask('call.hangup', { sessionId });
    assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
    await peer.done();
    assert.deepEqual(seat.story(sessionId), ['callOuted', 'sessionEnded']);
  });

  it('RFC 3261 13.2.2.4: a 200 that comes again gets its ACK again', async () => {
    const { peer, seat, sessionId } = await talk(called.losesAck());
    await seat.next('calloutAccepted');
    await seat.ask('call.hangup', { sessionId });
    await peer.done();
  });

  it('RFC 3264, 3311: the customer holds by re-INVITE and comes back by UPDATE', async () => {
    const { peer, seat, sessionId } = await talk(called.holds());
    await seat.next('calloutAccepted');
    assert.deepEqual(await seat.next('held'), { sessionId, held: true, by: 'client' });
    assert.deepEqual(await seat.next('held'), { sessionId, held: false, by: 'client' });
    const media = seat.events.filter((one) => one.e === 'media').map(({ d }) => [d.op, d.direction]);
    assert.deepEqual(media, [['start', 'sendrecv'], ['update', 'recvonly'], ['update', 'sendrecv']]);
    await seat.ask('call.hangup', { sessionId });
    await peer.done();
  });

  it('RFC 4028: 422 is answered with a longer session interval', async () => {
    const { peer, seat, sessionId } = await talk(called.wantsLongerSession());
    await seat.next('calloutAccepted');
    await seat.ask('call.hangup', { sessionId });
    await peer.done();
  });

  it('RFC 7616: a challenge is answered with the line\'s credentials', async () => {
    const { peer, seat, sessionId } = await talk(called.challenges({ user: 'line-user', password: 'line-password' }));
    await seat.next('calloutAccepted');
    await seat.ask('call.hangup', { sessionId });
    await peer.done();
    assert.match(peer.messages(), /Authorization: Digest username="line-user"/);
  });
});

describe('SIP from the calling side', function () {
  this.timeout(30000);
  const centre = useServer({ change: { calls: { queueSeconds: 20 } } });

  async function answered(scenario, { late = false, more } = {}) {
    const seat = await centre().seat();
    if (late) await seat.ask('agent.status', { status: 'notReady' }); // there is somebody to wait for
    const from = centre().tcccd.process.lines.length;
    const peer = await centre().calls(scenario, more);
    if (late) {
      await centre().tcccd.process.waitLine(/next=PRACKING/, { from });
      if (late === 'acknowledged') await centre().tcccd.process.waitLine(/event=GOT_PRACK/, { from });
      await seat.ask('agent.status', { status: 'free' });
    }
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    await peer.done();
    assert.equal((await seat.next('sessionEnded')).closeBy, 'client');
    return { peer, seat };
  }

  it('RFC 3262: who waits hears music in a reliable 183', () => answered(calling.sendsPrack(), { late: 'acknowledged' }));

  it('RFC 3262: a 183 without PRACK comes again, and the 200 waits for the PRACK', async () => {
    const { peer } = await answered(calling.latePrack(), { late: true });
    assert.ok(count(peer, 'SIP/2.0 183') >= 2);
  });

  it('RFC 3261 13.2.1: an INVITE without SDP gets the offer in the 200', async () => {
    const { seat } = await answered(calling.delaysOffer());
    assert.equal(seat.events.find((one) => one.e === 'media').d.codec, 'PCMA');
  });

  it('RFC 3261 13.3.1.4: the 200 is sent until its ACK comes', async () => {
    const { peer } = await answered(calling.slowAck());
    assert.ok(count(peer, 'SIP/2.0 200') >= 4, 'three to the INVITE, one to the BYE');
  });

  it('INFO, UPDATE, session timers, OPTIONS, unknown methods, old CSeq and impossible offers inside the dialog', () => answered(calling.talksInDialog()));

  it('a desk phone registers and calls with digest', () => answered(calling.registersAndCalls({ user: '1001', password: 'phone-password' }),
    { more: { from: '1001', host: '127.0.0.7', port: undefined } }));

  it('a desk phone with a wrong password is refused', async () => {
    const peer = await centre().calls(calling.registersWrongly({ user: '1001', password: 'guess' }), { host: '127.0.0.7', port: undefined });
    await peer.done();
  });

  it('over TCP as well', () => answered(calling.delaysOffer(), { more: { transport: 't1', port: undefined } }));

  it('what the customer called is logged without numbers in clear', () => {
    assert.doesNotMatch(centre().tcccd.process.log(), new RegExp(CUSTOMER));
  });
});
