/** service.test.js: what the contact centre does with a call, as pages and a telephone live through it. Layer: tests. */
import assert from 'node:assert/strict';
import path from 'node:path';
import * as audio from '../peers/audio.js';
import { filesUnder, play } from '../peers/ogg.js';
import { AGENTS, CUSTOMER, useCentre } from './centre.js';

describe('a call in service', function () {
  this.timeout(90000);
  const centre = useCentre({ browser: 'chromium', tls: true, instance: { settings: { phone: { autoAnswer: true } } } });

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

  it('PUSH-073 the recordings of a call have what the page said and what the telephone said, though SRTP passes between the two', async () => {
    const { process: log, dir } = centre().tcccd;
    const from = log.lines.length;
    const phone = await centre().phone('tls');
    const seat = await centre().seat();
    const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('tls') });
    const { mouth, ear } = await centre().listen(seat, phone, 7);
    await seat.call('Call.hungUp', { sessionId });
    const ids = log.lines.slice(from).map((line) => line.match(/record\.start record=(\S+) .*side=(-?\d)/)).filter(Boolean);
    const heard = {};
    for (const [, id, side] of ids) {
      await log.waitLine(new RegExp(`record\\.finished record=${id} `), { from });
      heard[side] = play(filesUnder(path.join(dir, 'records')).find((name) => name.endsWith(`${id}.ogg`)));
    }
    assert.deepEqual(Object.keys(heard).sort(), ['-1', '0', '1'], 'page, telephone and both');
    for (const [side, said] of [['0', mouth], ['1', ear]]) {
      const result = audio.compare(said, heard[side]);
      assert.ok(result.seconds.length >= 4 && result.mean > 0.85, `side ${side}: ${audio.report(result)}`);
      const mixed = audio.compare(said, heard['-1']);
      assert.ok(mixed.mean > 0.4, `side ${side} in the mix: ${audio.report(mixed)}`);
    }
  });
});
