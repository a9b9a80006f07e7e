/** sound.js: calls in one browser in which both sides must hear each other (SDK-028, SDK-042). Layer: tests. */
import assert from 'node:assert/strict';
import { CUSTOMER, useCentre } from './centre.js';
import { withoutDataChannel, throughShuttle, usedPath } from './paths.js';

const STORIES = { out: ['callOuted', 'calloutAccepted', 'sessionEnded'], in: ['callIn', 'userAccessed', 'sessionEnded'] };

async function seatFor(centre, path, closeLater) {
  if (path === 'data channel') return centre.seat();
  const shuttle = await throughShuttle(centre, path === 'one WebSocket' ? ['media2'] : []);
  closeLater(shuttle);
  return centre.seat({ port: shuttle.port, init: [withoutDataChannel] });
}

/**
 * Tests of these calls: {way: 'out' | 'in', codec, line, path}. Pairwise over both browsers: every value of browser, direction,
 * codec, line and media path meets every other value of another column that the product allows. TLS lines carry SRTP
 * whose ciphertext passes the relay. more: further tests, with the centre.
 */
export function describeSound(browser, calls, more = () => {}) {
  describe(`sound in ${browser}`, function () {
    this.timeout(60000);
    const centre = useCentre({ browser, tls: true });
    const shuttles = [];
    afterEach(async () => { await Promise.all(shuttles.splice(0).map((one) => one.stop())); });

    for (const { way, codec, line, path } of calls) {
      const name = way === 'out' ? 'SDK-028 a call out' : 'SDK-042 a call in';
      it(`${name} in ${codec} over a ${line === 'tls' ? 'TLS and SRTP' : 'UDP'} line and ${path}: 0.9 correlation, 250 ms`, async () => {
        const phone = await centre().phone(line, codec);
        const seat = await seatFor(centre(), path, (one) => shuttles.push(one));
        let sessionId;
        if (way === 'out') {
          sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number(line) });
          await phone.waitEvent('CALL_ESTABLISHED');
        } else {
          await phone.dial(centre().uri(line));
          sessionId = await seat.answer();
          await phone.waitEvent('CALL_ESTABLISHED');
        }
        await usedPath(seat, sessionId, path);
        await centre().assertBothHear(seat, phone);
        await seat.call('Call.hungUp', { sessionId });
        await phone.waitEvent('CALL_CLOSED');
        assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
        assert.deepEqual(await seat.story(sessionId), STORIES[way]);
      });
    }
    more(centre);
  });
}
