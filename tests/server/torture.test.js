/** torture.test.js: RFC 4475: each message gets the right answer, over UDP, TCP and TLS, and never harms the server. Layer: tests. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import net from 'node:net';
import tls from 'node:tls';
import { messages } from '../peers/torture/messages.js';
import { useServer } from './server_centre.js';

const HOST = '127.0.0.77';
const PORT = 5060; /* where answers without rport go */
const PATIENCE_MS = 5000;

const bytes = ({ text }) => {
  const [head, ...rest] = text.split('\n\n');
  const body = Buffer.from(rest.join('\n\n').replace(/\r?\n/g, '\r\n'), 'utf8');
  return Buffer.concat([Buffer.from(`${head.replace('{length}', body.length).replace(/\r?\n/g, '\r\n')}\r\n\r\n`, 'utf8'), body]);
};
const sentinel = (n, transport) => `OPTIONS sip:tcccd@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/${transport} ${HOST}:${PORT};branch=z9hG4bKsentinel${n}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: sentinel${n}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`;
const statusIn = (text) => Number(/^SIP\/2\.0 ([2-6]\d\d) /m.exec(text)?.[1] ?? 0);

describe('RFC 4475', function () {
  this.timeout(30000);

  /* A server for each transport: a request with the same branch would be a retransmission of the one before. */
  const options = { change: { sip: { tlsPort: 0 } }, trunk: { host: HOST, port: PORT } };

  describe('over UDP', () => {
    const centre = useServer(options);
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

    const send = (data) => socket.send(data, centre().tcccd.sipPort, '127.0.0.1');

    /** The status of the final answer to the message; 0 when a request sent after it is answered and it is not. */
    async function statusOf(data, n) {
      received = [];
      send(data);
      send(sentinel(n, 'UDP'));
      const isSentinel = (text) => text.includes(`Call-ID: sentinel${n}\r\n`);
      await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('the server says nothing any more')), PATIENCE_MS);
        wake = () => {
          if (!received.some(isSentinel)) return;
          clearTimeout(timer);
          resolve();
        };
      });
      return received.filter((text) => !isSentinel(text)).map(statusIn).find(Boolean) ?? 0;
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

  for (const transport of ['TCP', 'TLS']) {
    describe(`over ${transport}`, () => {
      const centre = useServer(options);
      const open = () => (transport === 'TLS'
        ? tls.connect({ port: centre().tcccd.sipTlsPort, host: '127.0.0.1', localAddress: HOST, rejectUnauthorized: false, allowHalfOpen: true })
        : net.connect({ port: centre().tcccd.sipPort, host: '127.0.0.1', localAddress: HOST, allowHalfOpen: true }));

      /** What comes back on a connection of its own until `isEnough` of it has come or the server has closed. */
      function conversation(data, isEnough, { end = false, piece = data.length } = {}) {
        return new Promise((resolve, reject) => {
          const socket = open();
          let text = '';
          const timer = setTimeout(() => { socket.destroy(); reject(new Error(`the server says nothing any more; so far ${JSON.stringify(text.slice(0, 200))}`)); }, PATIENCE_MS);
          const finish = () => { clearTimeout(timer); socket.destroy(); resolve(text); };
          socket.on('data', (piece) => { text += piece.toString('latin1'); if (isEnough(text)) finish(); });
          socket.on('error', finish);
          socket.on('close', finish);
          socket.on('end', finish);
          socket.setNoDelay(true);
          for (let at = 0; at < data.length; at += piece) socket.write(data.slice(at, at + piece));
          if (end) socket.end();
        });
      }
      const isAlive = async (n) => assert.equal(statusIn(await conversation(sentinel(n, transport), statusIn)), 200);

      messages.forEach((one, n) => {
        it(`${one.section} ${one.name}`, async () => {
          const answers = one.streamAnswers ?? one.answers;
          const status = statusIn(await conversation(bytes(one), statusIn, { end: answers.includes(0) }));
          assert.ok(answers.includes(status), `${status}, not one of ${answers}`);
          await isAlive(n);
        });
      });

      const cuts = transport === 'TLS' ? 3 : 10; // a handshake each
      it(`every message cut at ${cuts} places leaves the server alive`, async () => {
        for (const [n, one] of messages.entries()) {
          const data = bytes(one);
          for (let end = 1; end < data.length; end += Math.ceil(data.length / cuts)) await conversation(data.subarray(0, end), () => false, { end: true });
          await isAlive(1000 + n);
        }
      });

      it('a message in pieces of a byte gets the same answer', async () => {
        const refused = messages.find(({ name }) => name.startsWith('badvers'));
        assert.equal(statusIn(await conversation(bytes(refused), statusIn, { piece: 1 })), 505);
      });
    });
  }
});
