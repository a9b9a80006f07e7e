/** network.test.js: calls on bad networks: signalling outage, paths that fail in mid-call. Layer: tests. */
import assert from 'node:assert/strict';
import * as audio from '../peers/audio.js';
import { realAddress } from '../peers/process.js';
import { CORRELATION } from './centre.js';
import { useNetwork } from './network.js';
import { dataChannelVia, usedPath, withoutDataChannel } from './paths.js';

const OUTAGE_S = 30;

describe('bad networks', function () {
  this.timeout(120000);
  const { centre, udp, tcp, callUp } = useNetwork();

  it(`${OUTAGE_S} s without signalling do not touch the sound, and the call is ended by the agent afterwards`, async () => {
    const shuttle = await tcp();
    const { phone, seat, sessionId } = await callUp({ port: shuttle.port });
    shuttle.out('seat');
    const sound = await centre().listen(seat, phone, OUTAGE_S);
    for (const result of [sound.up, sound.down]) {
      assert.ok(result.worst >= CORRELATION, audio.report(result));
      assert.equal(result.gapMs, 0, audio.report(result));
    }
    shuttle.back('seat');
    await seat.call('Call.hungUp', { sessionId });
    assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
    await phone.waitEvent('CALL_CLOSED');
    assert.deepEqual(await seat.story(sessionId), ['callOuted', 'calloutAccepted', 'sessionEnded']);
  });

  it('signalling that is cut again and again loses no event and repeats none', async () => {
    const shuttle = await tcp();
    const seat = await centre().seat({ port: shuttle.port });
    const phone = await centre().phone('udp');
    const sessions = [];
    for (let i = 0; i < 3; i++) {
      shuttle.cut('seat');
      await phone.dial(centre().uri('udp'));
      const { sessionId } = await seat.next('callIn');
      shuttle.cut('seat');
      await seat.call('Call.accept', { sessionId });
      await seat.next('userAccessed');
      shuttle.cut('seat');
      await phone.hangup();
      assert.equal((await seat.next('sessionEnded')).closeBy, 'client');
      sessions.push(sessionId);
    }
    for (const id of sessions) assert.deepEqual(await seat.story(id), ['callIn', 'userAccessed', 'sessionEnded']);
  });

  it('one of two WebSockets that is cut in mid-call makes no gap', async () => {
    const shuttle = await tcp();
    const { phone, seat, sessionId } = await callUp({ port: shuttle.port, init: [withoutDataChannel] });
    await usedPath(seat, sessionId, 'two WebSockets');
    const listening = centre().listen(seat, phone, 6);
    await centre().heardMore(phone, 2);
    shuttle.cut('media1');
    const sound = await listening;
    for (const result of [sound.up, sound.down]) {
      assert.ok(result.worst >= CORRELATION, audio.report(result));
      assert.equal(result.gapMs, 0, audio.report(result));
    }
  });

  it('a data channel that falls silent in mid-call is left for WebSockets within a second, and taken again when it is back', async () => {
    const shuttle = await udp();
    const { phone, seat, sessionId } = await callUp({ init: [dataChannelVia(realAddress(), shuttle.port)] });
    await usedPath(seat, sessionId, 'data channel');
    shuttle.isOut = true;
    await usedPath(seat, sessionId, 'two WebSockets');
    await centre().assertBothHear(seat, phone, 5);
    const { gapMs } = (await centre().listen(seat, phone, 3)).down;
    assert.equal(gapMs, 0);
    shuttle.isOut = false;
    await usedPath(seat, sessionId, 'data channel');
    await centre().assertBothHear(seat, phone, 4);
  });

  it('a page whose main thread stands still for two seconds is still heard', async () => {
    const { phone, seat } = await callUp();
    await centre().heardMore(phone, 1);
    const before = phone.recording.heardSeconds();
    const listening = centre().heardMore(phone, 1.5);
    await Promise.all([listening, seat.tab.evaluate(() => {
      const until = performance.now() + 2000;
      while (performance.now() < until);
    })]);
    assert.ok(phone.recording.heardSeconds() > before + 1.5);
  });
});
