/** metrics.test.js: /metrics read by a strict reader of Prometheus' text format; names no number and no person. Layer: tests. */
import assert from 'node:assert/strict';
import { called } from '../peers/sipp.js';
import { AdminClient } from './admin_client.js';
import { CUSTOMER, NUMBER, useServer } from './server_centre.js';

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (-?\\d+(?:\\.\\d+)?)$`);
const TYPES = ['counter', 'gauge', 'histogram'];

/** {name: {type, help, samples: Map(series -> value)}}; throws at the first line that the format does not allow. */
export function readMetrics(text) {
  const families = {};
  let now = null;
  assert.ok(text.endsWith('\n'), 'ends with a line feed');
  for (const line of text.slice(0, -1).split('\n')) {
    const help = line.match(new RegExp(`^# HELP (${NAME}) (.+)$`));
    const type = line.match(new RegExp(`^# TYPE (${NAME}) (\\w+)$`));
    if (help) {
      assert.ok(!families[help[1]], `one family ${help[1]}`);
      now = families[help[1]] = { name: help[1], help: help[2], samples: new Map() };
    } else if (type) {
      assert.equal(type[1], now?.name, `TYPE follows HELP: ${line}`);
      assert.ok(TYPES.includes(type[2]), line);
      assert.equal(now.samples.size, 0, line);
      now.type = type[2];
    } else {
      const sample = line.match(SAMPLE);
      assert.ok(sample, `a sample: ${line}`);
      const base = now.type === 'histogram' ? sample[1].replace(/_(bucket|sum|count)$/, '') : sample[1];
      assert.equal(base, now.name, `a sample of its family: ${line}`);
      const series = `${sample[1]}{${sample[2] || ''}}`;
      assert.ok(!now.samples.has(series), `once: ${line}`);
      now.samples.set(series, Number(sample[3]));
    }
  }
  for (const one of Object.values(families)) {
    assert.ok(one.type, `${one.name} has a TYPE`);
    if (one.type === 'counter') assert.match(one.name, /_total$/);
  }
  return families;
}

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
    for (const secret of [CUSTOMER, NUMBER, seat.userId, 'tests.example']) assert.ok(!text.includes(secret), secret);
  });

  it('a trunk\'s name cannot break a line', async () => {
    const admin = new AdminClient(centre().tcccd);
    await admin.put(`/trunks/${encodeURIComponent("a'b{}=,")}`, { host: '127.0.0.9' });
    assert.equal(value((await read()).families, 'tcccd_trunk_up', 'trunk="a\'b{}=,"'), 1);
  });
});
