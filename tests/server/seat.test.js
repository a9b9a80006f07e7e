/** seat.test.js: sign-in, resume, replay, idempotent requests, heartbeats, broken protocol. Layer: tests. Source: docs/protocol.md. */
import assert from 'node:assert/strict';
import { called, calling } from '../peers/sipp.js';
import { useServer } from './server_centre.js';
import { TAB, WireSeat } from './wire_seat.js';

describe('a seat on the wire', function () {
  this.timeout(30000);
  const centre = useServer({ change: { heartbeatMs: 400, calls: { resumeSeconds: 2 } } });
  const open = async (hello) => {
    const seat = await WireSeat.open(centre().tcccd, hello);
    centre().seats.push(seat);
    return seat;
  };
  const token = async (userId) => (await centre().tcccd.cloud().CreateSDKLoginToken({ SdkAppId: 1400000001, SeatUserId: userId })).Token;

  it('the welcome has everything that a page needs', async () => {
    const { welcome } = await centre().seat({ online: false });
    assert.equal(welcome.v, 1);
    assert.match(welcome.resume, /^[0-9a-f]{64}$/);
    assert.match(welcome.media.ticket, /^[0-9a-f]{32}$/);
    assert.deepEqual([welcome.agent.status, welcome.sessions, welcome.replay, welcome.heartbeatMs, welcome.resumeWindowMs], ['offline', [], false, 400, 2000]);
    assert.deepEqual(welcome.media.paths, ['dc', 'ws']);
  });

  it('SDK-102 a token works once, an unknown one never', async () => {
    const once = await token('agent50@tests.example');
    const first = await open({ token: once });
    await first.ask('agent.online');
    const second = await open({ token: once });
    assert.equal(second.refused.code, 'TOKEN_USED');
    await second.until(() => second.closed, 'close');
    assert.equal(second.closed, 4401);
    assert.equal((await open({ token: 'f'.repeat(32) })).refused.code, 'TOKEN_INVALID');
    assert.equal((await open({ resume: 'f'.repeat(64) })).refused.code, 'TOKEN_INVALID');
  });

  it('a welcome that got lost: the same token is good until anything else arrives', async () => {
    const once = await token('agent51@tests.example');
    const first = await open({ token: once });
    assert.ok(first.welcome);
    await first.drop();
    const again = await open({ token: once });
    assert.ok(again.welcome);
    await again.drop();
    const resumed = await open({ resume: again.welcome.resume });
    await resumed.drop();
    assert.ok((await open({ resume: again.welcome.resume, lastSeq: 0 })).welcome);
  });

  it('SDK-166 a second sign-in of the agent: kickedOut and bye KICKED to the first, its calls go on at the second', async () => {
    const peer = await centre().called(called.answers());
    const first = await centre().seat();
    const { sessionId } = await centre().dial(first);
    await first.next('calloutAccepted');
    const second = await centre().seatOf(first.userId, { online: false });
    assert.ok((await first.next('kickedOut')).reason);
    await first.until(() => first.closed, 'close');
    assert.equal(first.bye.error.code, 'KICKED');
    const [session] = second.welcome.sessions;
    assert.deepEqual([session.sessionId, session.state, session.direction, session.media.op], [sessionId, 'talking', 'out', 'start']);
    second.lastId = 0;
    await second.ask('call.hangup', { sessionId });
    await second.next('sessionEnded');
    await peer.done();
  });

  it('a lost connection: events are replayed in order, once, and the call goes on', async () => {
    const seat = await centre().seat();
    const peer = await centre().calls(calling.talks({ talkMs: 1500 }));
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    const { lastSeq, welcome } = seat;
    await seat.drop();
    await peer.done();
    await seat.connect({ resume: welcome.resume, lastSeq });
    assert.equal(seat.welcome.replay, true);
    assert.notEqual(seat.welcome.resume, welcome.resume);
    assert.equal((await seat.next('sessionEnded')).closeBy, 'client');
    const numbers = seat.events.map((one) => one.seq);
    assert.deepEqual(numbers, numbers.map((_, i) => i + 1));
  });

  it('a reloaded page (no lastSeq) gets a snapshot, and starts its ids anew', async () => {
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat);
    await seat.next('calloutAccepted');
    await seat.drop();
    const page = await open({ resume: seat.welcome.resume });
    assert.equal(page.welcome.replay, false);
    assert.deepEqual(page.welcome.sessions.map((one) => [one.sessionId, one.state]), [[sessionId, 'talking']]);
    assert.ok(page.welcome.sessions[0].answerMs > 0);
    await page.ask('call.hangup', { sessionId });
    await peer.done();
    await page.next('sessionEnded');
    const later = await open({ resume: page.welcome.resume });
    assert.deepEqual(later.welcome.sessions.map((one) => one.state), ['ended']);
    await later.ask('call.delete', { sessionId });
    assert.deepEqual((await open({ resume: later.welcome.resume })).welcome.sessions, []);
  });

  const isGone = (seat) => centre().tcccd.process.waitLine(new RegExp(`seat.gone user=${seat.userId}`));

  it('the resume window passes: the customer is let go, and a page that was loaded anew signs in anew', async () => {
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    await centre().dial(seat);
    await seat.next('calloutAccepted');
    await seat.drop();
    await peer.done();
    assert.equal((await open({ resume: seat.welcome.resume })).refused.code, 'TOKEN_INVALID');
  });

  it('SDK-009 a page that slept for longer than the window comes back without a new token, to its agent as it was', async () => {
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat);
    await seat.next('calloutAccepted');
    await seat.ask('agent.status', { status: 'notReady' });
    const { lastSeq, lastId, welcome } = seat;
    await seat.drop();
    await Promise.all([peer.done(), isGone(seat)]);
    await seat.connect({ resume: welcome.resume, lastSeq });
    assert.deepEqual([seat.welcome.replay, seat.welcome.sessions, seat.welcome.agent.status], [false, [], 'notReady']);
    assert.equal((await seat.ask('agent.status', { status: 'free' }, lastId + 1)).status, 'free');
    await assert.rejects(seat.ask('call.hangup', { sessionId }, lastId + 2), { code: 'NOT_FOUND' });
    assert.equal((await open({ resume: welcome.resume, lastSeq })).refused.code, 'TOKEN_INVALID'); // used
    const caller = await centre().calls(calling.talks({ talkMs: 100 }));
    const offered = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId: offered.sessionId }, lastId + 3);
    await caller.done();
  });

  for (const [when, late] of [['within its window', false], ['after it', true]]) {
    it(`SDK-171 a page that was away while its agent signed in elsewhere is told KICKED when it comes back ${when}`, async () => {
      const first = await centre().seat();
      await first.drop();
      if (late) await isGone(first);
      const second = await centre().seatOf(first.userId);
      assert.equal((await open({ resume: first.welcome.resume, lastSeq: first.lastSeq })).refused.code, 'KICKED');
      assert.equal((await second.ask('agent.status', { status: 'rest', restReason: 'meal' })).status, 'rest');
      assert.equal(second.closed, null);
    });
  }

  it('an agent whom an administrator has sent offline meanwhile stays so when its page comes back', async () => {
    const seat = await centre().seat();
    await seat.drop();
    await isGone(seat);
    await centre().tcccd.cloud().ForceMemberOffline({ SdkAppId: 1400000001, UserId: seat.userId });
    await seat.connect({ resume: seat.welcome.resume, lastSeq: seat.lastSeq });
    assert.equal(seat.welcome.agent.status, 'offline');
  });

  it('a request that is sent again gets its first answer again and is carried out once', async () => {
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat);
    const id = seat.lastId;
    seat.answers.delete(id);
    assert.equal((await seat.ask('call.start', { phoneNumber: '13800138000' }, id)).sessionId, sessionId);
    await seat.next('calloutAccepted');
    assert.equal(seat.events.filter((one) => one.e === 'callOuted').length, 1);
    await seat.ask('call.hangup', { sessionId });
    await peer.done();
  });

  it('heartbeats: the server pings, and lets go of who says nothing', async () => {
    const seat = await centre().seat();
    seat.deaf = true;
    await seat.until(() => seat.messages.some((one) => one.t === 'ping'), 'ping');
    await seat.until(() => seat.closed, 'close');
    assert.equal((await open({ resume: seat.welcome.resume, lastSeq: seat.lastSeq })).welcome.replay, true);
  });

  const broken = [
    ['no JSON', (seat) => seat.ws.send('{')], ['an unknown kind', (seat) => seat.send({ t: 'what' })],
    ['a second hello', (seat) => seat.send({ t: 'hello', v: 1, token: 'x', tab: TAB })], ['a server\'s message', (seat) => seat.send({ t: 'res', id: 1, ok: true, r: {} })],
    ['an ack for what was never sent', (seat) => seat.send({ t: 'ack', seq: 999 })],
  ];
  for (const [what, send] of broken) {
    it(`${what}: bye PROTOCOL and 1002`, async () => {
      const seat = await centre().seat({ online: false });
      send(seat);
      await seat.until(() => seat.closed, 'close');
      assert.equal(seat.bye.error.code, 'PROTOCOL');
      assert.equal(seat.closed, 1002);
    });
  }

  it('an unknown method or a wrong argument is answered, the connection stays', async () => {
    const seat = await centre().seat();
    await assert.rejects(seat.ask('agent.status', { status: 'asleep' }), { code: 'ARG_RANGE' });
    await assert.rejects(seat.ask('call.accept', {}), { code: 'ARG_MISSING' });
    assert.equal((await seat.ask('agent.status', { status: 'rest', restReason: 'meal' })).status, 'rest');
    assert.equal((await seat.next('statusChanged')).status, 'free');
    assert.equal((await seat.next('statusChanged')).status, 'rest');
  });

  it('GET /healthz and /metrics tell how it is', async () => {
    const base = `http://127.0.0.1:${centre().tcccd.httpPort}`;
    assert.equal((await (await fetch(`${base}/healthz`)).json()).status, 'ok');
    assert.match(await (await fetch(`${base}/metrics`)).text(), /^tcccd_calls \d+$/m);
    assert.equal((await fetch(`${base}/nothing/here`)).status, 404);
  });

  it('a page that takes the seat over hears nothing before its welcome, whatever its coming changes', async () => {
    const first = await WireSeat.open(centre().tcccd, { token: await token('agent55@tests.example') });
    await first.ask('agent.online');
    assert.equal((await first.ask('agent.device', { microphone: 'denied' })).status, 'notReady');
    const second = await WireSeat.open(centre().tcccd, { token: await token('agent55@tests.example') });
    assert.equal(second.messages[0].t, 'welcome'); // the page has not said yet what its microphone is: free again
    assert.equal(second.welcome.agent.status, 'free');
    await second.ask('agent.status', { status: 'notReady' });
    assert.deepEqual(second.events.filter((one) => one.seq <= second.welcome.seq), []);
    await first.until(() => first.closed, 'the end of the first');
    await second.close();
  });
});
