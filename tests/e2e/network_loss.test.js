/** network_loss.test.js: calls with loss and jitter on one of their ways. Layer: tests. */
import assert from 'node:assert/strict';
import * as audio from '../peers/audio.js';
import { realAddress } from '../peers/process.js';
import { SipShuttle } from '../peers/shuttle.js';
import { CUSTOMER } from './centre.js';
import { useNetwork } from './network.js';
import { dataChannelVia, settledBuffer, usedPath } from './paths.js';

const BAD = { loss: 0.1, delayMs: 20, jitterMs: 60 };
/** baresip's own buffer is made deep enough for what passes through to it; it conceals nothing. */
const PATIENT = { jitterFrames: '10-30' };
const WARY_MS = 500; // jitter is remembered for 13 s: until then the way is longer than 250 ms
const WARY_BUFFER_MS = 300;

describe('loss and jitter', function () {
  this.timeout(120000);
  const { centre, open, udp, callUp } = useNetwork();

  it('10 % loss and 60 ms jitter between page and server (data channel): the call lives and speech stays recognisable', async () => {
    const shuttle = await udp({ seed: 11 });
    const { phone, seat, sessionId } = await callUp({ init: [dataChannelVia(realAddress(), shuttle.port)] }, 'opus', PATIENT);
    await usedPath(seat, sessionId, 'data channel');
    shuttle.set(BAD);
    const sound = await centre().listen(seat, phone, 10);
    shuttle.set({});
    if (process.env.TCCC_TELL) console.log(`      up ${audio.report(sound.up)}\n      down ${audio.report(sound.down)}`);
    for (const result of [sound.up, sound.down]) assert.ok(result.mean >= 0.75, audio.report(result));
    assert.ok(shuttle.there.dropped > 20 && shuttle.back.dropped > 20);
    await settledBuffer(seat, sessionId, WARY_BUFFER_MS);
    await centre().assertBothHear(seat, phone, 5, WARY_MS);
    await seat.call('Call.hungUp', { sessionId });
    await phone.waitEvent('CALL_CLOSED');
  });

  it('10 % loss and 60 ms jitter between server and telephone (RTP): the call lives and speech stays recognisable', async () => {
    const line = centre().lines.udp;
    const real = await centre().phone('exact');
    const shuttle = await open(SipShuttle.start({ phone: { host: real.options.host, port: real.port }, host: line.host, sipPort: line.port, seed: 12 }));
    const seat = await centre().seat();
    const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    await real.waitEvent('CALL_ESTABLISHED');
    shuttle.set(BAD);
    const sound = await centre().listen(seat, real, 10);
    if (process.env.TCCC_TELL) console.log(`      up ${audio.report(sound.up)}\n      down ${audio.report(sound.down)}`);
    assert.ok(sound.down.mean >= 0.75, audio.report(sound.down));
    const { packetsLost, concealedRatio, mos } = await seat.stats(sessionId);
    assert.ok(packetsLost > 10 && concealedRatio > 0 && mos > 1, JSON.stringify({ packetsLost, concealedRatio, mos }));
    shuttle.set({});
    await settledBuffer(seat, sessionId, WARY_BUFFER_MS);
    await centre().assertBothHear(seat, real, 5, WARY_MS);
    await seat.call('Call.hungUp', { sessionId });
    await real.waitEvent('CALL_CLOSED');
  });
});
