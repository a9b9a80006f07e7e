/** torture.test.js: RFC 4475: each message gets the right answer, over UDP, and never harms the server. Layer: tests. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { messages } from '../peers/torture/messages.js';
import { useServer } from './server_centre.js';

const HOST = '127.0.0.77';
const PORT = 5060; /* where answers without rport go */

describe('RFC 4475', function () {
  this.timeout(10000);
  const centre = useServer({ trunk: { host: HOST, port: PORT } });
  let socket;
  let received = [];
  let wake = () => {};

  before(async () => {
    socket = dgram.createSocket('udp4');
    socket.on('message', (data) => {
      received.push(data.toString('latin1'));
      wake();
    });
    await new Promise((resolve) => { socket.bind(PORT, HOST, resolve); });
  });
  after(() => socket.close());

  const bytes = ({ text }) => {
    const [head, ...rest] = text.split('\n\n');
    const body = Buffer.from(rest.join('\n\n').replace(/\r?\n/g, '\r\n'), 'utf8');
    return Buffer.concat([Buffer.from(`${head.replace('{length}', body.length).replace(/\r?\n/g, '\r\n')}\r\n\r\n`, 'utf8'), body]);
  };
  const send = (data) => socket.send(data, centre().tcccd.sipPort, '127.0.0.1');
  const sentinel = (n) => `OPTIONS sip:tcccd@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP ${HOST}:${PORT};branch=z9hG4bKsentinel${n}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: sentinel${n}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`;

  /** The status of the final answer to the message; 0 when a request sent after it is answered and it is not. */
  async function statusOf(data, n) {
    received = [];
    send(data);
    send(sentinel(n));
    const isSentinel = (text) => text.includes(`Call-ID: sentinel${n}\r\n`);
    const isFinal = (text) => !isSentinel(text) && Number(text.slice(8, 11)) >= 200;
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the server says nothing any more')), 5000);
      wake = () => {
        if (!received.some(isSentinel)) return;
        clearTimeout(timer);
        resolve();
      };
    });
    const answer = received.find(isFinal);
    return answer ? Number(answer.slice(8, 11)) : 0;
  }

  messages.forEach((one, n) => {
    it(`${one.section} ${one.name}`, async () => {
      const status = await statusOf(bytes(one), n);
      assert.ok(one.answers.includes(status), `${status}, not one of ${one.answers}`);
    });
  });

  it('every message cut at fifty places leaves the server alive', async () => {
    for (const [n, one] of messages.entries()) {
      const data = bytes(one);
      for (let end = 1; end < data.length; end += Math.ceil(data.length / 50)) send(data.subarray(0, end));
      await statusOf(Buffer.from('\r\n\r\n'), 1000 + n);
    }
  });
});
