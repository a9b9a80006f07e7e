/** sound_chromium.test.js: both sides hear each other: Chromium, and a desk phone. Layer: tests. */
import { AGENTS, EXTENSION, useCentre } from './centre.js';
import { itCancelsEcho } from './echo.js';
import { describeSound } from './sound.js';

describeSound('chromium', [
  { way: 'out', codec: 'PCMA', line: 'udp', path: 'data channel' },
  { way: 'in', codec: 'opus', line: 'udp', path: 'two WebSockets' },
  { way: 'out', codec: 'PCMU', line: 'tls', path: 'one WebSocket' },
  { way: 'in', codec: 'PCMU', line: 'tls', path: 'data channel' },
], itCancelsEcho);

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
