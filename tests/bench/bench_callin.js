/**
 * bench_callin.js: how long a call takes from its INVITE to the agent's callIn event, over loopback. Layer: bench.
 *
 * The telephone is this script itself, so that both ends are measured by one clock: a UDP socket that sends INVITE, and CANCEL
 * once the event is there. One call at a time: the figure is the way through tcccd (SIP, number, queue, dispatch, offer,
 * WebSocket), not a wait for somebody. Then the same among 300 callers in a queue, of whom a hundred a second give up and others come:
 * each leaves a record in the store. How long the store's disk takes is no part of a call's way; one fdatasync is printed beside it.
 */
import dgram from 'node:dgram';
import fs from 'node:fs';
import path from 'node:path';
import { freePort, scratch } from '../peers/process.js';
import { SDK_APP_ID, Tcccd } from '../peers/tcccd.js';
import { SeatClient } from './seat_client.js';

const LINE = { host: '127.0.0.2', number: '02011110002', busy: '02011110003' };
const CALLS = 500;
const GOAL_MS = 20;
const AGENTS = 20;
const CALLERS = 300;
const CHANGE_MS = 10; // between two who give up
const RETRY_MS = 500; // RFC 3261: T1

const port = await freePort(LINE.host);
const agents = Array.from({ length: AGENTS + 1 }, (_, i) => ({ userId: `bench${i}@tests.example`, name: `bench ${i}`, number: String(8001 + i) }));
const tcccd = await Tcccd.start({
  change: { log: 'warning' },
  instance: {
    agents, skillGroups: [{ name: 'all', agents: agents.slice(0, AGENTS).map(({ userId }) => userId) }, { name: 'busy', agents: [agents[AGENTS].userId] }],
    trunks: [{ name: 'line', host: LINE.host, port, transport: 'udp' }], numbers: [{ number: LINE.number, trunk: 'line', skillGroup: 'all' }, { number: LINE.busy, trunk: 'line', skillGroup: 'busy' }],
    settings: { phone: { queueSeconds: 3600 } },
  },
});

const socket = dgram.createSocket('udp4');
await new Promise((resolve) => { socket.bind(port, LINE.host, resolve); });
const send = (text) => socket.send(text.replaceAll('\n', '\r\n'), tcccd.sipPort, '127.0.0.1');

const SDP = `v=0
o=bench 1 1 IN IP4 ${LINE.host}
s=-
c=IN IP4 ${LINE.host}
t=0 0
m=audio ${port + 1} RTP/AVP 8
a=rtpmap:8 PCMA/8000
`;

function request(method, id, { tag = '', body = '', number = LINE.number } = {}) {
  send(`${method} sip:${number}@127.0.0.1:${tcccd.sipPort} SIP/2.0
Via: SIP/2.0/UDP ${LINE.host}:${port};branch=z9hG4bK${id}
From: <sip:13800138000@${LINE.host}>;tag=${id}
To: <sip:${number}@127.0.0.1:${tcccd.sipPort}>${tag && `;tag=${tag}`}
Call-ID: ${id}
CSeq: 1 ${method}
Contact: <sip:13800138000@${LINE.host}:${port}>
Max-Forwards: 70
${body && 'Content-Type: application/sdp\n'}Content-Length: ${body.replaceAll('\n', '\r\n').length}

${body}`);
}

/** Every call's final response is acknowledged; who waits for one is told. */
const waiting = new Map();
socket.on('message', (data) => {
  const text = data.toString(), [, status] = text.match(/^SIP\/2\.0 (\d+)/) || [];
  if (!(status >= 300)) return;
  const [, id] = text.match(/Call-ID: (\S+)/);
  request('ACK', id, { tag: text.match(/To:.*;tag=(\S+)/)[1], number: text.match(/To: <sip:(\d+)/)[1] });
  waiting.get(id)?.();
  waiting.delete(id);
});
const ended = (id) => new Promise((resolve) => { waiting.set(id, resolve); });

/** CALLS calls, one after the other: the times from INVITE to callIn, sorted. */
async function measure(name, seats) {
  const times = [];
  for (let n = 0; n < CALLS; n++) {
    const id = `${name}${n}`;
    const rings = new Promise((resolve) => { seats.forEach((seat) => seat.once('callIn', () => resolve(performance.now()))); });
    const over = ended(id);
    const begun = performance.now();
    const again = (method, more) => { request(method, id, more); return setInterval(() => request(method, id, more), RETRY_MS); }; // UDP may lose it
    const inviting = again('INVITE', { body: SDP });
    times.push(await rings - begun);
    clearInterval(inviting);
    seats.forEach((seat) => seat.removeAllListeners('callIn'));
    const cancelling = again('CANCEL');
    await over;
    clearInterval(cancelling);
  }
  return times.sort((a, b) => a - b);
}

/** Callers who wait where nobody is free; the oldest gives up and another one comes, time and again. Returns what ends that. */
function crowd() {
  let first = 0, next = 0;
  const come = () => request('INVITE', `load${next++}`, { body: SDP, number: LINE.busy });
  while (next < CALLERS) come();
  const timer = setInterval(() => {
    request('CANCEL', `load${first++}`, { number: LINE.busy });
    come();
  }, CHANGE_MS);
  return () => clearInterval(timer);
}

/** Milliseconds of one fdatasync of 4 KiB on the store's disk, sorted. */
function syncs() {
  const file = path.join(scratch('sync'), 'block'), fd = fs.openSync(file, 'w'), times = [];
  for (let n = 0; n < 100; n++) {
    const begun = performance.now();
    fs.writeSync(fd, Buffer.alloc(4096));
    fs.fdatasyncSync(fd);
    times.push(performance.now() - begun);
  }
  fs.closeSync(fd);
  return times.sort((a, b) => a - b);
}

try {
  const seats = [];
  for (const { userId } of agents) {
    const { Token } = await tcccd.cloud().CreateSDKLoginToken({ SdkAppId: SDK_APP_ID, SeatUserId: userId });
    seats.push(await SeatClient.start({ port: tcccd.httpPort, token: Token, accepts: false }));
  }
  seats[AGENTS].request('agent.status', { status: 'notReady' });
  const disk = syncs();
  const print = (name, times, part, goal) => console.log(JSON.stringify({
    name, value: Number(times[Math.floor(times.length * part)].toPrecision(3)), unit: 'ms', goal, direction: 'lower', peer: 'one fdatasync', peer_value: Number(disk[Math.floor(disk.length * part)].toPrecision(3)),
  }));
  const alone = await measure('bench', seats.slice(0, AGENTS));
  print('call: INVITE to callIn, median', alone, 0.5, null);
  print('call: INVITE to callIn, 95 of 100', alone, 0.95, GOAL_MS);
  const disperse = crowd();
  const among = await measure('among', seats.slice(0, AGENTS));
  disperse();
  print('call: INVITE to callIn among 300 callers, 100 records a second, median', among, 0.5, null);
  print('call: INVITE to callIn among 300 callers, 100 records a second, 95 of 100', among, 0.95, GOAL_MS);
  seats.forEach((seat) => seat.stop());
} finally {
  socket.close();
  await tcccd.stop();
}
