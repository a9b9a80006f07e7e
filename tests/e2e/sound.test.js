/** sound.test.js: both sides hear each other, in both browsers, over every kind of line and media path (SDK-028, SDK-042). */
import assert from 'node:assert/strict';
import { AGENTS, CUSTOMER, EXTENSION, useCentre } from './centre.js';
import { withoutDataChannel, throughShuttle, usedPath } from './paths.js';

/**
 * Pairwise: every value of browser, direction, codec, line and media path meets every other value of another column
 * that the product allows. TLS lines carry SRTP whose ciphertext passes the relay.
 */
const CALLS = {
  chromium: [
    { way: 'out', codec: 'PCMA', line: 'udp', path: 'data channel' },
    { way: 'in', codec: 'opus', line: 'udp', path: 'two WebSockets' },
    { way: 'out', codec: 'PCMU', line: 'tls', path: 'one WebSocket' },
    { way: 'in', codec: 'PCMU', line: 'tls', path: 'data channel' },
  ],
  firefox: [
    { way: 'out', codec: 'opus', line: 'udp', path: 'data channel' },
    { way: 'in', codec: 'PCMA', line: 'udp', path: 'one WebSocket' },
    { way: 'out', codec: 'PCMA', line: 'tls', path: 'two WebSockets' },
  ],
};

const STORIES = { out: ['callOuted', 'calloutAccepted', 'sessionEnded'], in: ['callIn', 'userAccessed', 'sessionEnded'] };

async function seatFor(centre, path, closeLater) {
  if (path === 'data channel') return centre.seat();
  const shuttle = await throughShuttle(centre, path === 'one WebSocket' ? ['media2'] : []);
  closeLater(shuttle);
  return centre.seat({ port: shuttle.port, init: [withoutDataChannel] });
}

for (const [browser, calls] of Object.entries(CALLS)) {
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
  });
}

describe('sound with desk phones', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'chromium' });

  it('a registered desk phone and the page hear each other', async () => {
    const phone = await centre().deskPhone();
    const seat = await centre().seat({ agent: AGENTS[1] });
    await seat.dial(EXTENSION.number);
    await phone.waitEvent('CALL_ESTABLISHED');
    await centre().assertBothHear(seat, phone);
    await phone.hangup();
    await seat.next('sessionEnded');
  });
});
