/** store.test.js: tcccd on PostgreSQL: calls, restarts, and a database that goes away while calls end. Layer: tests. */
import assert from 'node:assert/strict';
import { called } from '../peers/sipp.js';
import { PASSWORD, Postgres } from '../peers/postgres.js';
import { ServerCentre } from './server_centre.js';

/** A record without what the second of asking decides: addresses are signed for a time. */
const unsigned = (record) => JSON.parse(JSON.stringify(record).replace(/\?expires=\d+&signature=[0-9a-f]+/g, ''));

describe('tcccd on PostgreSQL', function () {
  this.timeout(60000);
  let database, centre;

  before(async () => {
    database = await Postgres.start();
    centre = await ServerCentre.start({ change: { data: database.url, log: 'info' } });
  });

  afterEach(async function () {
    if (this.currentTest.state === 'failed') console.log(centre.tell());
    await centre.clear();
  });

  after(async () => {
    if (centre) await centre.stop();
    if (database) await database.stop();
  });

  async function talk() {
    const peer = await centre.called(called.answers());
    const seat = await centre.seat();
    const { sessionId } = await centre.dial(seat);
    await seat.next('calloutAccepted');
    return { peer, seat, sessionId };
  }

  async function hangUp({ peer, seat, sessionId }) {
    await seat.ask('call.hangup', { sessionId });
    await seat.next('sessionEnded');
    await peer.done();
  }

  it('keeps the record of a call over a restart', async () => {
    const call = await talk();
    await hangUp(call);
    const before = unsigned(await centre.cdr(call.sessionId));
    await centre.clear();
    await centre.tcccd.stop();
    await centre.tcccd.restart();
    assert.deepEqual(unsigned(await centre.cdr(call.sessionId)), before);
  });

  it('a call goes on and ends while the database is away; its record comes when it is back', async () => {
    const call = await talk();
    await database.crash();
    const from = centre.tcccd.process.lines.length;
    await hangUp(call);
    await centre.tcccd.process.waitLine(/backlog\.waits/, { from });
    const health = await fetch(`http://127.0.0.1:${centre.tcccd.httpPort}/healthz`);
    assert.equal(health.status, 200);
    await database.launch();
    await centre.tcccd.process.waitLine(/backlog\.empty/, { from });
    const record = await centre.cdr(call.sessionId);
    assert.equal(record.SessionId, call.sessionId);
    assert.equal(record.EndStatusString, 'ok');
  });

  it('a call that ended while the database was away survives the kill of tcccd', async () => {
    const call = await talk();
    await database.crash();
    const from = centre.tcccd.process.lines.length;
    await hangUp(call);
    await centre.tcccd.process.waitLine(/backlog\.waits/, { from });
    await centre.tcccd.process.stop('SIGKILL');
    await database.launch();
    await centre.tcccd.restart();
    await centre.tcccd.process.waitLine(/backlog\.found/);
    assert.equal((await centre.cdr(call.sessionId)).SessionId, call.sessionId);
  });

  it('the password is in no line of the log', () => {
    assert.ok(!centre.tcccd.process.lines.join('\n').includes(PASSWORD));
  });
});
