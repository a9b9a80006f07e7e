/** sound.js: calls in one browser in which both sides must hear each other (SDK-028, SDK-042). Layer: tests. */
import assert from 'node:assert/strict';
import { AGENTS, CUSTOMER, useCentre } from './centre.js';
import { withoutDataChannel, throughShuttle, usedPath } from './paths.js';
import { together } from './together.js';

const STORIES = { out: ['callOuted', 'calloutAccepted', 'sessionEnded'], in: ['callIn', 'userAccessed', 'sessionEnded'] };

async function seatFor(centre, path, agent, closeLater) {
  if (path === 'data channel') return centre.seat({ agent });
  const shuttle = await throughShuttle(centre, path === 'one WebSocket' ? ['media2'] : []);
  closeLater(shuttle);
  return centre.seat({ agent, port: shuttle.port, init: [withoutDataChannel] });
}

/**
 * Tests of these calls: {way: 'out' | 'in', codec, line, path}, each on a line of its own. Pairwise over both browsers: every value of
 * browser, direction, codec, transport and media path meets every other value of another column that the product allows. TLS lines
 * carry SRTP whose ciphertext passes the relay. The calls are up at the same time; who is in one gets no other. more: further
 * tests, with the centre.
 */
export function describeSound(browser, calls, more = () => {}) {
  describe(`sound in ${browser}`, function () {
    this.timeout(60000);
    const centre = useCentre({ browser, tls: true });
    const shuttles = [];
    after(async () => { await Promise.all(shuttles.map((one) => one.stop())); });

    async function callUp({ way, codec, line, path }, agent) {
      const phone = await centre().phone(line, codec);
      const seat = await seatFor(centre(), path, agent, (one) => shuttles.push(one));
      let sessionId;
      if (way === 'out') {
        sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number(line) });
      } else {
        await phone.dial(centre().uri(line));
        sessionId = await seat.answer();
      }
      await phone.waitEvent('CALL_ESTABLISHED');
      return { phone, seat, sessionId };
    }

    together(calls.map((one, i) => {
      const name = one.way === 'out' ? 'SDK-028 a call out' : 'SDK-042 a call in';
      return [`${name} in ${one.codec} over a ${one.line.startsWith('tls') ? 'TLS and SRTP' : 'UDP'} line and ${one.path}: 0.9 correlation, 250 ms`, async (setUp) => {
        const { phone, seat, sessionId } = await setUp(() => callUp(one, AGENTS[i]));
        await usedPath(seat, sessionId, one.path);
        await centre().assertBothHear(seat, phone);
        await seat.call('Call.hungUp', { sessionId });
        await phone.waitEvent('CALL_CLOSED');
        assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
        assert.deepEqual(await seat.story(sessionId), STORIES[one.way]);
      }];
    }));
    more(centre);
  });
}
