/** metrics.test.js: /metrics read by a strict reader of Prometheus' text format; names no number and no person. Layer: tests. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import WebSocket from 'ws';
import { called, calling } from '../peers/sipp.js';
import { AdminClient } from './admin_client.js';
import { readMetrics } from './metrics_reader.js';
import { CUSTOMER, LINE_HOST, NUMBER, useServer } from './server_centre.js';

/** 20 ms of PCMA silence. */
function rtp(seq, ssrc) {
  const packet = Buffer.alloc(12 + 160, 0xd5);
  packet.writeUInt16BE(0x8008, 0);
  packet.writeUInt16BE(seq & 0xffff, 2);
  packet.writeUInt32BE(160 * (seq & 0xffff), 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** Sends from the telephone's host to where the invitation wants its sound. */
async function telephone(peer) {
  const port = Number(/^m=audio (\d+) /m.exec(peer.messages())[1]);
  const socket = dgram.createSocket('udp4');
  socket.bind(0, LINE_HOST);
  await once(socket, 'listening');
  return { send: (seq) => new Promise((resolve) => { socket.send(rtp(seq, 1), port, '127.0.0.1', resolve); }), close: () => socket.close() };
}

/** Sends as the page of the seat, over a media WebSocket. */
async function page(tcccd, seat, channel) {
  const ws = new WebSocket(`ws://127.0.0.1:${tcccd.httpPort}/v1/media?ticket=${seat.welcome.media.ticket}&path=1`, 'tccc.media.v1');
  await once(ws, 'open');
  let frame = 0;
  const send = (seq) => ws.send(Buffer.concat([Buffer.from([0, channel, frame >> 8, frame++ & 0xff]), rtp(seq, 2)]));
  return { send, close: () => ws.close() };
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

  it('packets that were lost on the way: from the telephone and from the page', async () => {
    const lost = ({ families }) => ['telephone', 'page'].map((from) => value(families, 'tcccd_media_packets_lost_total', `from="${from}"`));
    const came = ({ families }) => ['phones', 'pages'].map((from) => value(families, `tcccd_packets_from_${from}_total`));
    const until = async (probe) => {
      let now;
      do { now = await read(); } while (!probe(now));
      return now;
    };
    const before = await read();
    assert.deepEqual(lost(before), [0, 0]);
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat);
    await seat.next('calloutAccepted');
    const { channel } = seat.events.find((one) => one.e === 'media').d;
    const phone = await telephone(peer), desk = await page(centre().tcccd, seat, channel);
    // The first two make the telephone's new address known; then 7 are left out over the wrap, one comes late, one twice.
    for (const seq of [65531, 65532, 65533, 65534, 2, 4, 3, 3, 9, 10]) await phone.send(seq);
    for (const seq of [100, 101, 103, 105, 104, 107]) desk.send(seq);
    await until((now) => came(now)[0] === came(before)[0] + 9 && came(now)[1] === came(before)[1] + 6);
    await until((now) => String(lost(now)) === '7,2'); // while they talk
    await phone.send(12);
    await until((now) => came(now)[0] === came(before)[0] + 10);
    await seat.ask('call.hangup', { sessionId });
    await peer.done();
    await until(({ families }) => value(families, 'tcccd_bridges') === 0);
    assert.deepEqual(lost(await read()), [8, 2]);
    phone.close();
    desk.close();
  });

  it('a trunk\'s name cannot break a line', async () => {
    const admin = new AdminClient(centre().tcccd);
    await admin.put(`/trunks/${encodeURIComponent("a'b{}=,")}`, { host: '127.0.0.9' });
    let up; // its host is looked up beside the calls
    do { up = value((await read()).families, 'tcccd_trunk_up', 'trunk="a\'b{}=,"'); } while (!up);
    assert.equal(up, 1);
  });
});
