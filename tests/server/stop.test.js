/** stop.test.js: the graceful stop: no new calls, running ones may end, the limit, a second signal. Layer: tests. */
import assert from 'node:assert/strict';
import { called, calling } from '../peers/sipp.js';
import { ServerCentre } from './server_centre.js';

describe('a server that is asked to stop', function () {
  this.timeout(30000);
  let centre;
  const start = async (calls) => { centre = await ServerCentre.start({ change: { calls } }); };
  afterEach(async function end() {
    if (this.currentTest.state === 'failed') console.log(centre.tell());
    await centre.clear();
    await centre.tcccd.process.stop('SIGKILL');
  });
  const exit = () => centre.tcccd.process.waitExit();
  const ask = async () => {
    centre.tcccd.process.signal('SIGTERM');
    await centre.tcccd.process.waitLine(/ stop calls=/);
  };

  it('without calls it says bye and ends at once, with status 0', async () => {
    await start({});
    const seat = await centre.seat();
    await ask();
    assert.deepEqual(await exit(), { code: 0, signal: null });
    assert.equal(seat.bye.error.code, 'SHUTTING_DOWN');
  });

  it('a running call goes on until it ends; new ones are refused with SHUTTING_DOWN and 503', async () => {
    await start({ stopLimitSeconds: 20 });
    const peer = await centre.called(called.answers());
    const seat = await centre.seat();
    const { sessionId } = await centre.dial(seat);
    await seat.next('calloutAccepted');
    const other = await centre.seat();
    await ask();
    await assert.rejects(centre.dial(other), { code: 'SHUTTING_DOWN' });
    await (await centre.calls(calling.isRefused(503), { port: undefined })).done();
    const health = await fetch(`http://127.0.0.1:${centre.tcccd.httpPort}/healthz`);
    assert.deepEqual([health.status, (await health.json()).status], [503, 'stopping']);
    await seat.ask('call.hold', { sessionId });
    await seat.ask('call.hangup', { sessionId });
    assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
    await peer.done();
    assert.deepEqual(await exit(), { code: 0, signal: null });
  });

  it('at the limit running calls are ended by admin', async () => {
    await start({ stopLimitSeconds: 1 });
    const peer = await centre.called(called.answers());
    const seat = await centre.seat();
    await centre.dial(seat);
    await seat.next('calloutAccepted');
    await ask();
    const ended = await seat.next('sessionEnded');
    assert.deepEqual([ended.closeBy, ended.mainReason], ['admin', 'serverStopping']);
    assert.deepEqual(await exit(), { code: 0, signal: null });
    await peer.done();
  });

  it('a second signal ends it at once', async () => {
    await start({ stopLimitSeconds: 1000 });
    await centre.called(called.answers());
    const seat = await centre.seat();
    await centre.dial(seat);
    await seat.next('calloutAccepted');
    await ask();
    centre.tcccd.process.signal('SIGTERM');
    assert.deepEqual(await exit(), { code: 0, signal: null });
  });

  it('who waits in the queue is let go', async () => {
    await start({ stopLimitSeconds: 20, queueSeconds: 100 });
    const peer = await centre.calls(calling.isRefused(480));
    await centre.tcccd.process.waitLine(/call\.in /);
    await ask();
    await peer.done();
    assert.deepEqual(await exit(), { code: 0, signal: null });
  });
});
