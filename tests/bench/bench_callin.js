/**
 * bench_callin.js: how long a call takes from its INVITE to the agent's callIn event, over loopback. Layer: bench.
 *
 * The telephone is this script itself, so that both ends are measured by one clock: a UDP socket that sends INVITE, and CANCEL
 * once the event is there. One call at a time: the figure is the way through tcccd (SIP, number, queue, dispatch, offer,
 * WebSocket), not a wait for somebody.
 */
import dgram from 'node:dgram';
import { freePort } from '../peers/process.js';
import { SDK_APP_ID, Tcccd } from '../peers/tcccd.js';
import { SeatClient } from './seat_client.js';

const LINE = { host: '127.0.0.2', number: '02011110002' };
const CALLS = 500;
const GOAL_MS = 20;
const AGENTS = 20;

const port = await freePort(LINE.host);
const agents = Array.from({ length: AGENTS }, (_, i) => ({ userId: `bench${i}@tests.example`, name: `bench ${i}`, number: String(8001 + i) }));
const tcccd = await Tcccd.start({
  change: { log: 'warning' },
  instance: {
    agents, skillGroups: [{ name: 'all', agents: agents.map(({ userId }) => userId) }],
    trunks: [{ name: 'line', host: LINE.host, port, transport: 'udp' }], numbers: [{ number: LINE.number, trunk: 'line', skillGroup: 'all' }],
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

function request(method, id, { tag = '', branch = id, body = '' } = {}) {
  send(`${method} sip:${LINE.number}@127.0.0.1:${tcccd.sipPort} SIP/2.0
Via: SIP/2.0/UDP ${LINE.host}:${port};branch=z9hG4bK${branch}
From: <sip:13800138000@${LINE.host}>;tag=${id}
To: <sip:${LINE.number}@127.0.0.1:${tcccd.sipPort}>${tag && `;tag=${tag}`}
Call-ID: ${id}
CSeq: 1 ${method}
Contact: <sip:13800138000@${LINE.host}:${port}>
Max-Forwards: 70
${body && 'Content-Type: application/sdp\n'}Content-Length: ${body.replaceAll('\n', '\r\n').length}

${body}`);
}

/** The end of the call with this Call-ID: its final response, which is acknowledged. */
const ended = (id) => new Promise((resolve) => {
  const take = (data) => {
    const text = data.toString();
    const [, status] = text.match(/^SIP\/2\.0 (\d+)/) || [];
    if (!(status >= 300) || !text.includes(`Call-ID: ${id}`)) return;
    request('ACK', id, { tag: text.match(/To:.*;tag=(\S+)/)[1] });
    socket.off('message', take);
    resolve();
  };
  socket.on('message', take);
});

try {
  const seats = [];
  for (const { userId } of agents) {
    const { Token } = await tcccd.cloud().CreateSDKLoginToken({ SdkAppId: SDK_APP_ID, SeatUserId: userId });
    seats.push(await SeatClient.start({ port: tcccd.httpPort, token: Token, accepts: false }));
  }
  const times = [];
  for (let n = 0; n < CALLS; n++) {
    const id = `bench${n}`;
    const rings = new Promise((resolve) => { seats.forEach((seat) => seat.once('callIn', () => resolve(performance.now()))); });
    const over = ended(id);
    const begun = performance.now();
    request('INVITE', id, { body: SDP });
    times.push(await rings - begun);
    seats.forEach((seat) => seat.removeAllListeners('callIn'));
    request('CANCEL', id);
    await over;
  }
  times.sort((a, b) => a - b);
  const print = (name, value, goal) => console.log(JSON.stringify({ name, value: Number(value.toPrecision(3)), unit: 'ms', goal, direction: 'lower', peer: null, peer_value: null }));
  print('call: INVITE to callIn, median', times[CALLS / 2], null);
  print('call: INVITE to callIn, 95 of 100', times[Math.floor(CALLS * 0.95)], GOAL_MS);
  seats.forEach((seat) => seat.stop());
} finally {
  socket.close();
  await tcccd.stop();
}
