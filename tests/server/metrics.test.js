/** metrics.test.js: /metrics read by a strict reader of Prometheus' text format; names no number and no person. Layer: tests. */
import assert from 'node:assert/strict';
import { called, calling } from '../peers/sipp.js';
import { AdminClient } from './admin_client.js';
import { readMetrics } from './metrics_reader.js';
import { CUSTOMER, NUMBER, useServer } from './server_centre.js';

describe('/metrics', function () {
  this.timeout(60000);
  const centre = useServer({ instance: {} });
  const read = async () => {
    const answer = await fetch(`http://127.0.0.1:${centre().tcccd.httpPort}/metrics`);
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    return { text, families: readMetrics(text) };
  };
  const value = (families, name, labels = '') => families[name].samples.get(`${name}{${labels}}`);

  it('is what the format allows, with help and type for each', async () => {
    const { families } = await read();
    for (const name of ['tcccd_calls', 'tcccd_seats', 'tcccd_agents', 'tcccd_calls_ended_total', 'tcccd_queue_wait_seconds', 'tcccd_pushes_waiting',
      'tcccd_pushes_sent_total', 'tcccd_recordings', 'tcccd_records_waiting', 'tcccd_trunk_up', 'tcccd_desk_phones_registered', 'tcccd_packets_dropped_total']) {
      assert.ok(families[name], name);
    }
    assert.equal(value(families, 'tcccd_trunk_up', 'trunk="line"'), 1);
  });

  it('agents by state and calls follow what happens; no label is a number or a person', async () => {
    const before = (await read()).families;
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat);
    await seat.next('calloutAccepted');
    const during = await read();
    assert.equal(value(during.families, 'tcccd_calls'), 1);
    assert.equal(value(during.families, 'tcccd_agents', 'status="busy"'), 1);
    assert.equal(value(during.families, 'tcccd_agents', 'status="offline"'), value(before, 'tcccd_agents', 'status="offline"') - 1);
    await seat.ask('call.hangup', { sessionId });
    await seat.next('sessionEnded');
    await peer.done();
    const { text, families } = await read();
    assert.equal(value(families, 'tcccd_calls'), 0);
    assert.equal(value(families, 'tcccd_calls_ended_total', 'direction="out",end="ok"'), 1);
    for (const secret of [CUSTOMER, NUMBER, seat.userId, 'tests.example']) assert.ok(!text.includes(secret), secret);
  });

  it('queues: who waits, for how long, and the service level of who was answered', async () => {
    const first = await centre().calls(calling.talks({ talkMs: 200 }));
    let waiting;
    do { waiting = value((await read()).families, 'tcccd_queue_waiting', 'app="1400000001",group="0"'); } while (!waiting);
    assert.equal(waiting, 1);
    const seat = await centre().seat();
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    await seat.next('sessionEnded');
    await first.done();
    const { families } = await read();
    const counts = [...families.tcccd_queue_wait_seconds.samples].filter(([series]) => series.startsWith('tcccd_queue_wait_seconds_count'));
    assert.deepEqual(counts.map(([, n]) => n), [1]);
    const [[infinite, all]] = [...families.tcccd_queue_wait_seconds.samples].filter(([series]) => series.includes('le="+Inf"'));
    assert.ok(infinite && all === 1);
    assert.equal(value(families, 'tcccd_queue_waiting', 'app="1400000001",group="0"'), 0);
  });

  it('a trunk\'s name cannot break a line', async () => {
    const admin = new AdminClient(centre().tcccd);
    await admin.put(`/trunks/${encodeURIComponent("a'b{}=,")}`, { host: '127.0.0.9' });
    let up; // its host is looked up beside the calls
    do { up = value((await read()).families, 'tcccd_trunk_up', 'trunk="a\'b{}=,"'); } while (!up);
    assert.equal(up, 1);
  });
});
