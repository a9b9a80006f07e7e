/** service.test.js: what the contact centre does with a call, as pages and a telephone live through it. Layer: tests. */
import assert from 'node:assert/strict';
import { AGENTS, useCentre } from './centre.js';

describe('a call in service', function () {
  this.timeout(90000);
  const centre = useCentre({ browser: 'chromium', instance: { settings: { phone: { autoAnswer: true } } } });

  it('ADM-073 SDK-051 SDK-053 ACD-029 the page takes the call by itself, hands it to another agent, and that one and the customer hear each other', async () => {
    const phone = await centre().phone('udp');
    const [first, second] = [await centre().seat({ agent: AGENTS[0] }), await centre().seat({ agent: AGENTS[1] })];
    await Promise.all([first, second].map((seat) => seat.tab.until(() => tccc.Agent.getStatus() === 'free')));
    await second.call('Agent.setStatus', { status: 'notReady' }); // so that the call goes to the first, and the transfer still reaches the second
    phone.dial(centre().uri('udp'));
    const { sessionId, autoAnswer } = await first.next('callIn');
    assert.equal(autoAnswer, true);
    await first.next('userAccessed');
    await centre().assertBothHear(first, phone, 4);
    await first.call('Call.transfer', { sessionId, userId: AGENTS[1] });
    await second.next('userAccessed');
    const { userId } = await first.next('transfer');
    assert.equal(userId, AGENTS[1]);
    await centre().assertBothHear(second, phone, 4);
    await second.call('Call.hungUp', { sessionId });
    await phone.waitEvent('CALL_CLOSED');
  });
});
