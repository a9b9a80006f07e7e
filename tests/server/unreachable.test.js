/** unreachable.test.js: pages whose connection is lost: where their contacts go, and what becomes of a seat that another page takes. Layer: tests. */
import assert from 'node:assert/strict';
import { called, calling } from '../peers/sipp.js';
import { useServer } from './server_centre.js';
import { TAB, WireSeat } from './wire_seat.js';

const OTHER_TAB = '31111111-2222-4333-8444-555555555555';

describe('a page that cannot be reached', function () {
  this.timeout(30000);
  const centre = useServer({ change: { heartbeatMs: 400, calls: { ringSeconds: 20, queueSeconds: 20 } } });

  for (const [how, leave] of [['says nothing any more', (seat) => { seat.deaf = true; }], ['has closed its connection', (seat) => seat.drop()]]) {
    it(`${how}: what rings there rings at the next agent, and there it is answered`, async () => {
      const [anna, ben] = [await centre().seat(), await centre().seat()];
      const peer = await centre().calls(calling.talks({ talkMs: 200 }));
      const [first, second] = await Promise.race([anna.next('callIn').then(() => [anna, ben]), ben.next('callIn').then(() => [ben, anna])]);
      await leave(first);
      const { sessionId } = await second.next('callIn', 12000);
      await second.ask('call.accept', { sessionId, tabUUID: OTHER_TAB });
      assert.deepEqual(await second.next('userAccessed'), { sessionId, tabUUID: OTHER_TAB });
      await second.next('sessionEnded');
      await peer.done();
      const back = await WireSeat.open(centre().tcccd, { resume: first.welcome.resume, lastSeq: first.lastSeq });
      assert.equal((await back.next('autoTransfer')).sessionId, sessionId);
      await back.close();
    });
  }

  it('an heir goes on after lastSeq, is told the media again, and begins its request numbers at 1', async () => {
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat);
    await seat.next('calloutAccepted');
    const { lastSeq } = seat;
    await seat.ask('call.mute', { sessionId, muted: true });
    await seat.ask('call.hold', { sessionId });
    seat.send({ t: 'ack', seq: seat.lastSeq });
    await seat.ask('call.unhold', { sessionId });
    const heir = await WireSeat.open(centre().tcccd, { resume: seat.welcome.resume, lastSeq, heir: true, tab: OTHER_TAB });
    assert.deepEqual([heir.welcome.replay, heir.welcome.sessions], [true, []]);
    await seat.until(() => seat.closed, 'close of the page before');
    assert.equal(seat.bye, null);
    const media = () => heir.events.filter(({ e, d }) => e === 'media' && d.op === 'start');
    await heir.until(() => media().length > 0, 'media');
    assert.equal(media().at(-1).seq, heir.lastSeq);
    assert.equal(heir.events[0].seq, lastSeq + 1);
    await heir.ask('call.hangup', { sessionId });
    await heir.next('sessionEnded');
    await peer.done();
  });

  it('a snapshot tells that the agent had muted its microphone', async () => {
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat);
    await seat.next('calloutAccepted');
    await seat.ask('call.mute', { sessionId, muted: true });
    const reloaded = await WireSeat.open(centre().tcccd, { resume: seat.welcome.resume, tab: OTHER_TAB });
    assert.equal(reloaded.welcome.sessions.find((one) => one.sessionId === sessionId).muted, true);
    await reloaded.ask('call.hangup', { sessionId });
    await peer.done();
  });

  it('SDK-171 a page that was duplicated with its resume token takes the seat, and the first one is told KICKED', async () => {
    const seat = await centre().seat();
    const copy = await WireSeat.open(centre().tcccd, { resume: seat.welcome.resume, tab: OTHER_TAB });
    await seat.until(() => seat.closed, 'close');
    assert.equal(seat.bye.error.code, 'KICKED');
    const again = await WireSeat.open(centre().tcccd, { resume: copy.welcome.resume, tab: OTHER_TAB, lastSeq: copy.lastSeq });
    await copy.until(() => copy.closed, 'close');
    assert.equal(copy.bye, null, 'the same page comes back');
    assert.notEqual(OTHER_TAB, TAB);
    await again.close();
  });

  it('hello: heir needs resume and lastSeq', async () => {
    const seat = await centre().seat();
    const bad = await WireSeat.open(centre().tcccd, { resume: seat.welcome.resume, heir: true });
    assert.match(bad.bye.error.message, /lastSeq and resume must come with heir/);
  });
});
