/** endings_midcall.test.js: what happens to a call when its server or its page goes, in both browsers. Layer: tests. */
import assert from 'node:assert/strict';
import { AGENTS, CUSTOMER, useCentre } from './centre.js';
import { assertEnded } from '../browser/ended.js';
import { settledBuffer } from './paths.js';

const RESUMED_BUFFER_MS = 150; // within the 250 ms of the whole way
const REST_MS = 50; // three steps of 10 ms above what a local way needs: more in one second is compared as other speech

for (const browser of ['chromium', 'firefox']) {
  describe(`endings in mid-call in ${browser}`, function () {
    this.timeout(60000);
    const centre = useCentre({ browser, change: { calls: { resumeSeconds: 4 } } });

    async function callUp() {
      const phone = await centre().phone('udp');
      const seat = await centre().seat();
      const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
      await phone.waitEvent('CALL_ESTABLISHED');
      return { phone, seat, sessionId };
    }

    for (const by of ['seat', 'client']) {
      it(`the ${by === 'seat' ? 'agent' : 'customer'} hangs up: callOuted, calloutAccepted, sessionEnded by ${by}`, async () => {
        const { phone, seat, sessionId } = await callUp();
        await (by === 'seat' ? seat.call('Call.hungUp', { sessionId }) : phone.hangup());
        assertEnded(await seat.next('sessionEnded'), sessionId, by);
        assert.deepEqual(await seat.story(sessionId), ['callOuted', 'calloutAccepted', 'sessionEnded']);
      });
    }

    it('server killed in mid-call and started again: sessionEnded by admin with connectionLost, and the page can call again', async () => {
      const { phone, seat, sessionId } = await callUp();
      centre().tcccd.process.killNow();
      await centre().tcccd.process.waitExit();
      await centre().tcccd.restart();
      const ended = await seat.next('sessionEnded');
      assertEnded(ended, sessionId, 'admin');
      assert.equal(ended.mainReason, 'connectionLost');
      await phone.stop();
      await centre().clear();
      const again = await centre().seat();
      const next = await centre().phone('udp');
      await again.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
      await next.waitEvent('CALL_ESTABLISHED');
    });

    it('page reloaded in mid-call: the call resumes with sound, and the new page can end it', async () => {
      const { phone, seat, sessionId } = await callUp();
      await seat.tab.reload();
      const ready = await seat.next('ready');
      assert.notEqual(ready.tabUUID, seat.ready.tabUUID, 'SDK-101 tabUUID changes on refresh');
      await centre().heardMore(phone, 1);
      const wantedMs = await settledBuffer(seat, sessionId, RESUMED_BUFFER_MS, REST_MS);
      if (process.env.TCCC_TELL) console.log(`      a buffer of ${wantedMs} ms`);
      await centre().assertBothHear(seat, phone, 5);
      await seat.call('Call.hungUp', { sessionId });
      assertEnded(await seat.next('sessionEnded'), sessionId, 'seat');
      await phone.waitEvent('CALL_CLOSED');
    });

    it('page closed in mid-call: the customer is let go when the seat does not come back', async () => {
      const { phone, seat } = await callUp();
      await seat.close();
      await phone.waitEvent('CALL_CLOSED');
    });

    it('a server that is asked to stop takes no new calls and lets the running one end', async () => {
      const other = await centre().seat({ agent: AGENTS[1] });
      const { phone, seat, sessionId } = await callUp();
      centre().tcccd.process.signal('SIGTERM');
      await centre().tcccd.process.waitLine(/ stop calls=1/);
      assert.equal((await other.refused('Call.startOutboundCall', { phoneNumber: '13900000000' })).code, 'SHUTTING_DOWN');
      await centre().assertBothHear(seat, phone, 4);
      await seat.call('Call.hungUp', { sessionId });
      await phone.waitEvent('CALL_CLOSED');
      assert.deepEqual(await centre().tcccd.process.waitExit(), { code: 0, signal: null });
      await centre().tcccd.restart();
    });
  });
}
