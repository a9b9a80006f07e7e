/** demo.test.js: tcccd --demo: sign-in, numbers to dial, the customer who calls. Layer: tests. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { Process, freePort, scratch } from '../peers/process.js';
import { WireSeat } from './wire_seat.js';

const PROGRAM = process.env.TCCCD || path.resolve('build/native/tcccd');

describe('tcccd --demo', function () {
  this.timeout(30000);
  const demo = { cloud: null };
  const seats = [];
  before(async () => {
    const sipPort = String(await freePort()); // TLS has the next: of the kernel's own ports that one may be taken
    demo.process = new Process('tcccd', PROGRAM, ['--demo', '--port', '0', '--sip-port', sipPort, '--data', path.join(scratch('demo'), 'demo.sqlite')]);
    const [, http] = await demo.process.waitLine(/tcccd ready http=(\d+)/);
    demo.httpPort = Number(http);
  });
  afterEach(async () => { await Promise.all(seats.splice(0).map((one) => one.close())); });
  after(async () => assert.deepEqual(await demo.process.stop('SIGTERM', 8000), { code: 0, signal: null }));

  const get = async (where) => (await fetch(`http://127.0.0.1:${demo.httpPort}${where}`)).json();
  const post = (where, body) => fetch(`http://127.0.0.1:${demo.httpPort}${where}`, { method: 'POST', body: JSON.stringify(body) });
  async function signIn(agent) {
    const { sdkUrl } = await (await post('/demo/login', { agent })).json();
    const seat = await WireSeat.open(demo, { token: new URL(sdkUrl).searchParams.get('token') });
    seats.push(seat);
    await seat.ask('agent.online');
    return seat;
  }

  it('tells its numbers and how a softphone registers', async () => {
    assert.deepEqual((await get('/demo/numbers')).map((one) => one.number), ['600', '601', '602', '603', '604', '605', '606']);
    const info = await get('/demo/info');
    assert.equal(info.extension, '1001');
    assert.ok(info.server && info.password);
    await demo.process.waitLine(/register a SIP softphone as extension 1001/);
    assert.equal((await post('/demo/login', { agent: 3 })).status, 400);
  });

  it('echo is answered, and the agent hangs up', async () => {
    const seat = await signIn(1);
    const { sessionId } = await seat.ask('call.start', { phoneNumber: '600' });
    await seat.next('calloutAccepted');
    assert.equal(seat.events.find((one) => one.e === 'media').d.codec, 'opus');
    await seat.ask('call.hangup', { sessionId });
    assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
  });

  for (const [number, reason] of [['603', 'busy'], ['604', 'userReject'], ['606', 'numberNotExist']]) {
    it(`${number} ends with ${reason}`, async () => {
      const seat = await signIn(1);
      await seat.ask('call.start', { phoneNumber: number });
      assert.equal((await seat.next('sessionEnded')).mainReason, reason);
    });
  }

  it('605 rings until the agent gives up', async () => {
    const seat = await signIn(1);
    const { sessionId } = await seat.ask('call.start', { phoneNumber: '605' });
    assert.equal((await seat.next('progress')).ringing, true);
    await seat.ask('call.hangup', { sessionId });
    await seat.next('sessionEnded');
  });

  it('the customer calls and is answered', async () => {
    const seat = await signIn(2);
    assert.equal((await post('/demo/call', { agent: 2 })).status, 202);
    const { sessionId, callerPhoneNumber } = await seat.next('callIn');
    assert.equal(callerPhoneNumber, '13800138000');
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    await seat.ask('call.hangup', { sessionId });
    await seat.next('sessionEnded');
  });

  it('a desk phone that has not registered: notAnswer', async () => {
    const seat = await signIn(1);
    await seat.ask('call.start', { phoneNumber: '1002' });
    assert.equal((await seat.next('sessionEnded')).mainReason, 'notAnswer');
  });
});
