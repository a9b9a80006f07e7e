/**
 * bench_sip.js: what a telephone call costs tcccd: INVITE, offer to an agent, answer, BYE. Layer: bench.
 *
 * sipp calls in over a UDP trunk; agents without browsers accept. Counted is the server's own processor time
 * (/proc/PID/stat), so that sipp and the agents on the same machine do not count: calls a second and core = calls / time.
 */
import fs from 'node:fs';
import { freePort } from '../peers/process.js';
import { Sipp, calling } from '../peers/sipp.js';
import { SDK_APP_ID, Tcccd } from '../peers/tcccd.js';
import { SeatClient } from './seat_client.js';

const TRUNK = { host: '127.0.0.2', number: '02011110002' };
const SEATS = 60;
const CALLS = 1500;
const CALLS_PER_SECOND = 50;
const TALK_MS = 400;
const TICKS_PER_SECOND = 100; // USER_HZ of Linux

const print = (name, value, unit, direction, goal = null) =>
  console.log(JSON.stringify({ name, value: Number(value.toPrecision(4)), unit, goal, direction, peer: null, peer_value: null }));

function cpuSeconds(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const rssKb = (pid) => Number(fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);

const port = await freePort(TRUNK.host);
const agents = Array.from({ length: SEATS }, (_, i) => ({ userId: `bench${i}@tests.example`, name: `bench ${i}`, number: String(8001 + i) }));
const tcccd = await Tcccd.start({
  change: { log: 'warning' },
  instance: { agents, trunks: [{ name: 'udp', host: TRUNK.host, port, transport: 'udp' }], numbers: [{ number: TRUNK.number, trunk: 'udp' }] },
});
const { pid } = tcccd.process.child;

async function signIn({ userId }) {
  const { Token } = await tcccd.cloud().CreateSDKLoginToken({ SdkAppId: SDK_APP_ID, SeatUserId: userId });
  return SeatClient.start({ port: tcccd.httpPort, token: Token });
}

const sipp = (options) => Sipp.start({ remote: `127.0.0.1:${tcccd.sipPort}`, number: TRUNK.number, host: TRUNK.host, port, ...options });

try {
  const seats = [];
  for (const agent of agents) seats.push(await signIn(agent));

  const before = rssKb(pid);
  const standing = await sipp({ scenario: calling.talks({ talkMs: 4000 }), calls: SEATS, rate: 30, limit: SEATS });
  await Promise.all(seats.map((seat) => new Promise((resolve) => { seat.once('userAccessed', resolve); })));
  print('sip: memory per answered call', (rssKb(pid) - before) / SEATS, 'kB', 'lower');
  await standing.done(60000);

  const begun = cpuSeconds(pid);
  const load = await sipp({ scenario: calling.talks({ talkMs: TALK_MS }), calls: CALLS, rate: CALLS_PER_SECOND, limit: SEATS });
  await load.done(180000);
  const used = cpuSeconds(pid) - begun;
  const answered = seats.reduce((sum, seat) => sum + seat.accepted, 0) - SEATS;
  print('sip: processor time per answered call', (1000 * used) / answered, 'ms', 'lower');
  print('sip: answered calls per second and core', answered / used, 'calls/s', 'higher');
  for (const seat of seats) seat.stop();
} finally {
  await tcccd.stop();
}
process.exit(0);
