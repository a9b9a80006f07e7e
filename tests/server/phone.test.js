/** phone.test.js: desk phones that register, called by an agent over the flow they keep open. Layer: tests. Source: RFC 3261 section 10. */
import assert from 'node:assert/strict';
import { Baresip } from '../peers/baresip.js';
import { speechFile } from '../peers/speech.js';
import { NUMBER, useServer } from './server_centre.js';

/** baresip takes several ports at once; when another process was faster with one of them, it starts again with others. */
async function start(options, tries = 3) {
  try {
    return await Baresip.start(options);
  } catch (error) {
    if (tries <= 1 || !/"code":98/.test(error.message)) throw error;
    return start(options, tries - 1);
  }
}

describe('a desk phone that registers', function () {
  this.timeout(40000);
  const centre = useServer();
  const phones = [];
  afterEach(async () => { await Promise.all(phones.splice(0).map((one) => one.stop())); });

  async function register(transport, more = {}) {
    const from = centre().tcccd.process.lines.length;
    const phone = await start({
      user: '1001', password: 'phone-password', domain: `127.0.0.1:${centre().tcccd.sipPort}`, register: true, transport, codecs: 'PCMA/8000/1',
      speech: speechFile('phone', { rate: 8000, channels: 1, seconds: 5 }).file, ...more,
    });
    phones.push(phone);
    await centre().tcccd.process.waitLine(/registrar extension=1001 status=200 contacts=[1-9]/, { from });
    return phone;
  }

  for (const transport of ['udp', 'tcp']) {
    it(`is called and hangs up, over ${transport}`, async () => {
      const phone = await register(transport);
      const seat = await centre().seat();
      const { callerPhoneNumber } = await seat.ask('call.start', { phoneNumber: '1001' });
      assert.equal(callerPhoneNumber, NUMBER);
      await seat.next('calloutAccepted');
      await phone.waitEvent('CALL_ESTABLISHED');
      await phone.hangup();
      assert.equal((await seat.next('sessionEnded')).closeBy, 'client');
    });

    it(`calls the hotline, over ${transport}`, async () => {
      const phone = await register(transport);
      const seat = await centre().seat();
      await phone.dial(`sip:${NUMBER}@127.0.0.1:${centre().tcccd.sipPort};transport=${transport}`);
      const { sessionId, callerPhoneNumber } = await seat.next('callIn');
      assert.equal(callerPhoneNumber, '1001');
      await seat.ask('call.accept', { sessionId });
      await seat.next('userAccessed');
      await seat.ask('call.hangup', { sessionId });
      assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
      await phone.waitEvent('CALL_CLOSED');
    });
  }
});
