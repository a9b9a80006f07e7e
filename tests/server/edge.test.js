/** edge.test.js: the edge over HTTP, WebSocket and data channel, with a C control thread behind it (edge_peer.c). Layer: tests. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import WebSocket from 'ws';
import { Chromium, Firefox } from '../peers/browser.js';
import { Process, scratch } from '../peers/process.js';

const PEER = process.env.EDGE_PEER || fileURLToPath(new URL('../../build/native/edge_peer', import.meta.url));
const RTP_HEADER = 12;

/** edge_peer with folders of its own; `control` is its HTTP steering. */
class EdgePeer {
  static async start({ web = true, host = '127.0.0.1', tls = null, maxConnections = '', proxy = '' } = {}) {
    const folder = scratch('edge');
    fs.mkdirSync(path.join(folder, 'sdk'));
    fs.mkdirSync(path.join(folder, 'web'));
    fs.writeFileSync(path.join(folder, 'sdk/tccc.js'), `/* ${'x'.repeat(200000)} */`);
    fs.writeFileSync(path.join(folder, 'sdk/tccc.js.br'), zlib.brotliCompressSync(fs.readFileSync(path.join(folder, 'sdk/tccc.js'))));
    fs.writeFileSync(path.join(folder, 'sdk/voice.wasm'), Buffer.from([0, 0x61, 0x73, 0x6d]));
    fs.writeFileSync(path.join(folder, 'web/index.html'), '<!doctype html><title>edge</title>');
    fs.writeFileSync(path.join(folder, 'secret'), 'outside');
    const args = [path.join(folder, 'sdk'), web ? path.join(folder, 'web') : '', host, ...(tls ?? ['', '']), String(maxConnections), ...(proxy ? [proxy] : [])];
    const child = new Process('edge_peer', PEER, args);
    const [line] = await child.waitLine(/^\{"port".*/);
    return Object.assign(new EdgePeer(), { folder, child, secure: Boolean(tls), ...JSON.parse(line) });
  }

  get origin() { return `${this.secure ? 'https' : 'http'}://127.0.0.1:${this.port}`; }

  async control(order, options) {
    const response = await fetch(`${this.origin}/control/${order}`, options);
    return response.json();
  }

  /** The noted events, as soon as `fits` likes them. */
  async events(fits, deadlineMs = 10000) {
    for (const end = Date.now() + deadlineMs; ;) {
      const events = await this.control('events');
      if (fits(events)) return events;
      if (Date.now() > end) throw new Error(`not among the events: ${fits}; ${JSON.stringify(events)}`);
      await delay(20);
    }
  }

  async socket(address, protocol, options = {}) {
    const ws = new WebSocket(`${this.secure ? 'wss' : 'ws'}://127.0.0.1:${this.port}${address}`, protocol, { rejectUnauthorized: false, ...options });
    await new Promise((resolve, reject) => {
      ws.on('open', resolve);
      ws.on('error', reject);
    });
    return ws;
  }

  seat() { return this.socket('/v1/seat', 'tccc.v1'); }

  async stop() {
    const ended = once(this.child, 'ended');
    this.child.child.stdin.end();
    const [{ code }] = await ended;
    assert.equal(code, 0, this.child.lines.slice(-20).join('\n'));
  }
}

/** A request with nothing tidied up by a client library: status, headers and body. */
function raw(peer, options, body) {
  const { request } = peer.secure ? https : http;
  return new Promise((resolve, reject) => {
    const out = request({ host: '127.0.0.1', port: peer.port, agent: false, rejectUnauthorized: false, ...options }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
    });
    out.on('error', reject);
    out.end(body);
  });
}

/** All a server says to these bytes until it closes. */
async function bytesTo(port, text) {
  const socket = net.connect(port, '127.0.0.1');
  const parts = [];
  socket.on('data', (part) => parts.push(part));
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(parts).toString('latin1');
}

const closed = async (ws) => (await once(ws, 'close'))[0];

/** A telephone that sends everything back. */
async function echoPhone(peer) {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = await peer.control('port');
  const phone = { socket, port, packets: [], where: `phone:127.0.0.1:${socket.address().port}` };
  socket.on('message', (packet) => {
    phone.packets.push(packet);
    socket.send(packet, port, '127.0.0.1');
    socket.emit('heard');
  });
  return phone;
}

/** A data frame of the carrier with an RTP packet of PCMU. */
function dataFrame(seq, channel = 0) {
  const frame = Buffer.alloc(4 + RTP_HEADER + 160, seq & 0x7f);
  frame.writeUInt8(0, 0);
  frame.writeUInt8(channel, 1);
  frame.writeUInt16BE(seq & 0xffff, 2);
  frame.writeUInt16BE(0x8000, 4);
  frame.writeUInt16BE(seq & 0xffff, 6);
  frame.writeUInt32BE(160 * seq, 8);
  frame.writeUInt32BE(0x01020304, 12);
  return frame;
}

const pingFrame = (seq, mask) => Buffer.from([0x10, mask, seq >> 8, seq & 0xff, 1, 2, 3, 4]);

/** A media WebSocket that keeps its frames; `take(n)` waits until there are n data frames. */
async function mediaPath(peer, ticket, number) {
  const ws = await peer.socket(`/v1/media?ticket=${ticket}&path=${number}`, 'tccc.media.v1');
  const media = { ws, frames: [], pongs: [] };
  ws.on('message', (frame) => {
    (frame[0] >> 4 === 2 ? media.pongs : media.frames).push(frame);
    ws.emit('frame');
  });
  media.take = async (n, list = media.frames) => {
    while (list.length < n) await once(ws, 'frame', { signal: AbortSignal.timeout(10000) });
    return list;
  };
  return media;
}

describe('the edge', () => {
  let peer;
  before(async () => { peer = await EdgePeer.start(); });
  after(() => peer.stop());

  describe('static files', () => {
    it('the SDK is given to pages of any origin, with the headers that WebAssembly needs', async () => {
      const js = await raw(peer, { path: '/sdk/tccc.js' });
      assert.equal(js.status, 200);
      assert.equal(js.body.length, 200006);
      assert.equal(js.headers['content-type'], 'text/javascript; charset=utf-8');
      assert.equal(js.headers['access-control-allow-origin'], '*');
      assert.equal(js.headers['cross-origin-resource-policy'], 'cross-origin');
      assert.equal(js.headers['x-content-type-options'], 'nosniff');
      const wasm = await raw(peer, { path: '/sdk/voice.wasm' });
      assert.equal(wasm.headers['content-type'], 'application/wasm');
    });

    it('a precompressed file is taken where the client accepts it', async () => {
      const { headers, body } = await raw(peer, { path: '/sdk/tccc.js', headers: { 'accept-encoding': 'gzip, br' } });
      assert.equal(headers['content-encoding'], 'br');
      assert.equal(headers.vary, 'accept-encoding');
      assert.equal(zlib.brotliDecompressSync(body).length, 200006);
    });

    it('an unchanged file is not sent again', async () => {
      const { headers } = await raw(peer, { path: '/sdk/tccc.js' });
      const again = await raw(peer, { path: '/sdk/tccc.js', headers: { 'if-none-match': headers.etag } });
      assert.equal(again.status, 304);
      assert.equal(again.body.length, 0);
    });

    it('pages of our own have a strict Content-Security-Policy', async () => {
      const { status, headers } = await raw(peer, { path: '/' });
      assert.equal(status, 200);
      assert.match(headers['content-security-policy'], /^default-src 'self'; script-src 'self' 'wasm-unsafe-eval';/);
      assert.doesNotMatch(headers['content-security-policy'], /unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    });

    it('HEAD tells the length and sends no body; OPTIONS and POST under /sdk/ are answered here', async () => {
      const head = await raw(peer, { path: '/sdk/tccc.js', method: 'HEAD' });
      assert.equal(head.headers['content-length'], '200006');
      assert.equal(head.body.length, 0);
      assert.equal((await raw(peer, { path: '/sdk/tccc.js', method: 'OPTIONS' })).headers['access-control-allow-origin'], '*');
      assert.equal((await raw(peer, { path: '/sdk/tccc.js', method: 'POST', headers: { 'content-length': 0 } })).status, 405);
    });

    it('no path leads out of the folders', async () => {
      const paths = ['/sdk/../secret', '/sdk/..%2fsecret', '/sdk/%2e%2e/secret', '/../secret', '/sdk/....//secret', '/sdk/.%00/secret',
        '/sdk//etc/passwd', '/sdk/..\\secret', '/%2e%2e/%2e%2e/etc/passwd', '/sdk/%252e%252e/secret'];
      for (const one of paths) {
        const answer = await raw(peer, { path: one }).catch(() => ({ status: 0, body: '' }));
        assert.notEqual(answer.status, 200, one);
        assert.doesNotMatch(String(answer.body), /outside|root:/, one);
      }
    });
  });

  describe('requests', () => {
    it('reach the control thread with method, path, query, headers and body', async () => {
      const { status, body } = await raw(peer, {
        path: '/control/echo?a=1%262&b=%E4%BD%A0', method: 'POST',
        headers: { 'X-TC-Action': 'CreateSDKLoginToken', authorization: 'TC3-HMAC-SHA256 x', 'content-type': 'application/json', 'content-length': 2 },
      }, '{}');
      assert.equal(status, 200);
      const [method, where, query, host, ...rest] = body.toString().split('\n');
      assert.deepEqual([method, where, query, host], ['POST', '/control/echo', 'a=1%262&b=%E4%BD%A0', `127.0.0.1:${peer.port}`]);
      for (const line of ['x-tc-action: CreateSDKLoginToken', 'authorization: TC3-HMAC-SHA256 x', 'content-type: application/json']) {
        assert.ok(rest.includes(line), line);
      }
      assert.equal(rest.at(-1), '{}');
    });

    it('a body of 10 MiB arrives whole; a larger one, one without length or with a wrong one does not', async () => {
      const big = Buffer.alloc(10 << 20, 'b');
      const whole = await raw(peer, { path: '/control/echo', method: 'POST', headers: { 'content-length': big.length } }, big);
      assert.ok(whole.body.subarray(-big.length).equals(big));
      const head = (lines) => `POST /control/echo HTTP/1.1\r\nHost: x\r\n${lines}\r\n\r\n`;
      assert.match(await bytesTo(peer.port, head(`Content-Length: ${big.length + 1}`)), /^HTTP\/1.1 413/);
      assert.match(await bytesTo(peer.port, head('Accept: x')), /^HTTP\/1.1 411/);
      assert.match(await bytesTo(peer.port, head('Transfer-Encoding: chunked')), /^HTTP\/1.1 411/);
      assert.match(await bytesTo(peer.port, head('Content-Length: 1e3')), /^HTTP\/1.1 400/);
    });

    it('one connection carries many', async () => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      for (let i = 0; i < 20; i++) {
        const { status } = await raw(peer, { path: i % 2 ? '/control/counts' : '/sdk/voice.wasm', agent });
        assert.equal(status, 200);
      }
      assert.equal(Object.values(agent.freeSockets).flat().length, 1);
      agent.destroy();
    });

    it('a client that goes away before its answer hurts nobody', async () => {
      for (let i = 0; i < 20; i++) {
        const socket = net.connect(peer.port, '127.0.0.1');
        socket.write('GET /control/never HTTP/1.1\r\nHost: x\r\n\r\n');
        await once(socket, 'connect');
        socket.destroy();
      }
      assert.equal((await raw(peer, { path: '/control/counts' })).status, 200);
    });

    it('bytes that are no HTTP end in a closed connection', async () => {
      for (const text of ['\x16\x03\x01\x02\x00\x01\x00', 'GET\r\n\r\n', `GET /${'a'.repeat(40000)} HTTP/1.1\r\n\r\n`, '\0'.repeat(100)]) {
        assert.doesNotMatch(await bytesTo(peer.port, text), /^HTTP\/1.1 200/);
      }
    });
  });

  describe('signalling', () => {
    it('a text goes to the control thread and its answer comes back', async () => {
      const ws = await peer.seat();
      const text = JSON.stringify({ t: 'hello', name: '坐席' });
      ws.send(text);
      const [message, isBinary] = await once(ws, 'message');
      assert.equal(isBinary, false);
      assert.equal(message.toString(), text);
      ws.close();
      assert.equal(await closed(ws), 1005);
    });

    it('64 KiB pass in any number of pieces; one byte more closes with 1009', async () => {
      const ws = await peer.seat();
      const text = 'a'.repeat(65536);
      ws.send(text.slice(0, 30000), { fin: false });
      ws.send(text.slice(30000), { fin: true });
      assert.equal((await once(ws, 'message'))[0].toString(), text);
      ws.send(`${text}a`);
      assert.equal(await closed(ws), 1009);
    });

    it('a binary frame closes with 1002 and text that is not UTF-8 with 1007', async () => {
      const binary = await peer.seat();
      binary.send(Buffer.from([1, 2, 3]));
      assert.equal(await closed(binary), 1002);
      const wrong = await peer.seat();
      wrong.send(Buffer.from([0xff, 0xfe, 0xfd]), { binary: false });
      assert.ok([1006, 1007].includes(await closed(wrong)));
    });

    it('the control thread closes with its code and reason, and is told when a seat has gone', async () => {
      const ws = await peer.seat();
      ws.send('close 4401');
      const [code, reason] = await once(ws, 'close');
      assert.equal(code, 4401);
      assert.equal(reason.toString(), 'as asked');
      await peer.events((events) => events.some(({ event, value }) => event === 'seat_closed' && value === 4401));
      const other = await peer.seat();
      other.close(4000);
      await peer.events((events) => events.some(({ event, value }) => event === 'seat_closed' && value === 4000));
    });

    it('a peer that does not read is cut off with 1013 instead of filling the memory', async () => {
      const ws = await peer.seat();
      ws.pause();
      ws.send('flood 200'); // 12 MB, of which the kernel takes some and the queue 4
      await peer.events((events) => events.some(({ event, value }) => event === 'seat_closed' && (value === 1013 || value === 1006)), 20000);
      ws.terminate();
    });

    it('a flood of messages is closed with 1008', async () => {
      const ws = await peer.seat();
      ws.on('message', () => {});
      for (let i = 0; i < 3000; i++) ws.send('{}');
      assert.equal(await closed(ws), 1008);
    });

    it('no WebSocket without the right path and subprotocol', async () => {
      const refused = (address, protocol) => assert.rejects(peer.socket(address, protocol));
      await refused('/v1/seat', 'chat');
      await refused('/other', 'tccc.v1');
      await refused('/v1/media?ticket=0123456789abcdef0123456789abcdef&path=1', 'tccc.media.v1');
    });
  });

  describe('media', () => {
    let seat;
    let phone;
    let bridge;
    beforeEach(async () => {
      seat = await peer.control('seat');
      phone = await echoPhone(peer);
      ({ bridge } = await peer.control(`bridge?a=page:${seat.seat}:2&b=${phone.where}`));
    });
    afterEach(async () => {
      await peer.control(`close?bridge=${bridge}`);
      await peer.control(`seat-free?seat=${seat.seat}`);
      phone.socket.close();
    });

    it('packets pass from the page to the telephone and back untouched', async () => {
      const one = await mediaPath(peer, seat.ticket, 1);
      for (let seq = 0; seq < 10; seq++) one.ws.send(dataFrame(seq, 2));
      const frames = await one.take(10);
      for (let seq = 0; seq < 10; seq++) {
        assert.ok(frames[seq].subarray(4).equals(dataFrame(seq, 2).subarray(4)));
        assert.equal(frames[seq].readUInt16BE(2), seq); // the server counts its own frames, from 0 as here
        assert.equal(frames[seq][1], 2);
      }
      await peer.events((events) => [0, 1].every((side) => events.some((one) => one.event === 'first_packet' && one.id === bridge && one.side === side)));
      one.ws.close();
    });

    it('of doubled frames the first copy counts, whichever path it came by', async () => {
      const [one, two] = [await mediaPath(peer, seat.ticket, 1), await mediaPath(peer, seat.ticket, 2)];
      for (let seq = 0; seq < 50; seq++) {
        (seq % 2 ? one : two).ws.send(dataFrame(seq, 2));
        (seq % 2 ? two : one).ws.send(dataFrame(seq, 2));
      }
      one.ws.send(dataFrame(50, 2));
      while (!phone.packets.some((packet) => packet.readUInt16BE(2) === 50)) await once(phone.socket, 'heard');
      one.ws.send(pingFrame(1, 2)); // all that went before on both paths has been read when both pongs are there
      two.ws.send(pingFrame(2, 2));
      await one.take(1, one.pongs);
      await two.take(1, two.pongs);
      const numbers = phone.packets.map((packet) => packet.readUInt16BE(2)).sort((a, b) => a - b);
      assert.deepEqual(numbers, Array.from({ length: 51 }, (_, i) => i));
      one.ws.close();
      two.ws.close();
    });

    it('the newest ping decides on which paths the server sends', async () => {
      const [one, two] = [await mediaPath(peer, seat.ticket, 1), await mediaPath(peer, seat.ticket, 2)];
      let seq = 0;
      const exchange = async (mask, ping) => {
        one.ws.send(pingFrame(ping, mask));
        await one.take(ping, one.pongs);
        assert.equal(one.pongs.at(-1)[1], mask);
        const before = [one.frames.length, two.frames.length];
        for (let i = 0; i < 5; i++) one.ws.send(dataFrame(seq++, 2));
        if (mask & 2) await one.take(before[0] + 5);
        if (mask & 4) await two.take(before[1] + 5);
        return [one.frames.length - before[0], two.frames.length - before[1]];
      };
      assert.deepEqual(await exchange(0b010, 1), [5, 0]);
      assert.deepEqual(await exchange(0b100, 2), [0, 5]);
      assert.deepEqual(await exchange(0b110, 3), [5, 5]);
      one.ws.close();
      two.ws.close();
    });

    it('when a path is lost the other one carries on', async () => {
      const [one, two] = [await mediaPath(peer, seat.ticket, 1), await mediaPath(peer, seat.ticket, 2)];
      one.ws.send(pingFrame(1, 0b010));
      await one.take(1, one.pongs);
      one.ws.terminate();
      await peer.events((events) => events.some(({ event, id, side }) => event === 'path_closed' && id === seat.seat && side === 1));
      two.ws.send(dataFrame(7, 2));
      assert.equal((await two.take(1))[0].length, dataFrame(7).length);
      two.ws.close();
    });

    it('a second socket takes a path over, and the end of the seat closes its sockets', async () => {
      const first = await mediaPath(peer, seat.ticket, 1);
      const second = await mediaPath(peer, seat.ticket, 1);
      assert.equal(await closed(first.ws), 1000);
      second.ws.send(dataFrame(1, 2));
      await second.take(1);
      await peer.control(`seat-free?seat=${seat.seat}`);
      assert.equal(await closed(second.ws), 1000);
      await assert.rejects(mediaPath(peer, seat.ticket, 1));
    });

    it('frames that are too long, text and rubbish do not get through', async () => {
      const one = await mediaPath(peer, seat.ticket, 1);
      one.ws.send(Buffer.alloc(0));
      one.ws.send(Buffer.from([0x0f]));
      one.ws.send(Buffer.alloc(100, 0xff));
      one.ws.send(dataFrame(3, 2));
      await one.take(1);
      assert.equal(phone.packets.length, 1);
      one.ws.send(Buffer.alloc(1501));
      assert.equal(await closed(one.ws), 1002);
      const two = await mediaPath(peer, seat.ticket, 2);
      two.ws.send('text');
      assert.equal(await closed(two.ws), 1002);
    });

    it('a page hears the echo number and hold music', async () => {
      const one = await mediaPath(peer, seat.ticket, 1);
      const echo = await peer.control(`bridge?a=page:${seat.seat}:3&b=echo`);
      one.ws.send(dataFrame(0, 3));
      const [answer] = await one.take(1);
      assert.ok(answer.subarray(4 + RTP_HEADER).equals(dataFrame(0).subarray(4 + RTP_HEADER)));
      assert.notEqual(answer.readUInt32BE(12), 0x01020304); // a source of its own
      await peer.control(`hold?bridge=${echo.bridge}&side=0&on=1`);
      const frames = await one.take(30);
      const music = frames.slice(1).filter((frame) => frame[5] < 200); // the others are RTCP
      assert.ok(music.length > 25 && music.every((frame) => frame[1] === 3 && frame.length === 4 + RTP_HEADER + 160));
      await peer.control(`close?bridge=${echo.bridge}`);
      one.ws.close();
    });
  });

  it('500 connections at once are served, and all are gone afterwards', async () => {
    const before = (await peer.control('counts')).connections;
    const sockets = await Promise.all(Array.from({ length: 500 }, () => peer.seat()));
    await Promise.all(sockets.map((ws, i) => { ws.send(`n${i}`); return once(ws, 'message').then(([text]) => assert.equal(text.toString(), `n${i}`)); }));
    assert.ok((await peer.control('counts')).connections >= 500);
    await Promise.all(sockets.map((ws) => { ws.close(1000); return closed(ws); }));
    for (const end = Date.now() + 10000; (await peer.control('counts')).connections > before + 5;) assert.ok(Date.now() < end);
  });
});

describe('the edge, set up otherwise', () => {
  it('refuses connections above its limit and serves again when there is room', async () => {
    const peer = await EdgePeer.start({ maxConnections: 20 });
    const seats = [];
    for (let i = 0; i < 19; i++) seats.push(await peer.seat());
    const more = await Promise.allSettled([peer.seat(), peer.seat(), peer.seat()]);
    assert.ok(more.some(({ status }) => status === 'rejected'));
    for (const ws of seats) ws.terminate();
    for (const end = Date.now() + 10000; ;) {
      const again = await peer.seat().catch(() => null);
      if (again) break;
      assert.ok(Date.now() < end);
      await delay(20);
    }
    await peer.stop();
  });

  it('behind a trusted proxy limits and logs see who asks; from elsewhere the header says nothing', async () => {
    const peer = await EdgePeer.start({ maxConnections: 20, proxy: '127.0.0.1' });
    const asker = async (headers, localAddress = '127.0.0.1') => {
      const request = http.get({ port: peer.port, host: '127.0.0.1', path: '/control/asker', localAddress, headers });
      const [response] = await once(request, 'response');
      let body = '';
      for await (const piece of response) body += piece;
      return JSON.parse(body);
    };
    const both = (text) => ({ remote: text, place: text });
    assert.deepEqual(await asker({}), both('127.0.0.1'));
    assert.deepEqual(await asker({ 'x-forwarded-for': '198.51.100.6, 203.0.113.1' }), both('203.0.113.1'), 'the asker invented the first');
    assert.deepEqual(await asker({ 'x-forwarded-for': ['198.51.100.6', '203.0.113.1'] }), both('203.0.113.1'), 'in lines of their own');
    assert.deepEqual(await asker({ 'x-forwarded-for': '2001:db8:0:7:1:2:3:4' }), { remote: '2001:db8:0:7:1:2:3:4', place: '2001:db8:0:7::/64' });
    assert.deepEqual(await asker({ 'x-forwarded-for': `203.0.113.1,${' '.repeat(5000)}198.51.100.6` }), both('127.0.0.1'), 'too long to be true');
    assert.deepEqual(await asker({ 'x-forwarded-for': '203.0.113.1' }, '127.0.0.3'), both('127.0.0.3'), 'not a proxy of ours');
    const seat = (address) => peer.socket('/v1/seat', 'tccc.v1', { headers: { 'x-forwarded-for': address } });
    const seats = [];
    for (let i = 0; i < 10; i++) seats.push(await seat('203.0.113.1')); // half of all
    await assert.rejects(seat('203.0.113.1'), /503/);
    seats.push(await seat('203.0.113.2'));
    for (const ws of seats) ws.terminate();
    await peer.stop();
  });

  it('without a page folder every other path is a request for the control thread', async () => {
    const peer = await EdgePeer.start({ web: false });
    const { status, headers } = await raw(peer, { path: '/' });
    assert.equal(status, 404);
    assert.equal(headers['x-peer'], 'edge');
    await peer.stop();
  });

  it('speaks HTTPS and wss with a certificate', async () => {
    const folder = scratch('edge_tls');
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(folder, name));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const peer = await EdgePeer.start({ tls: [cert, key] });
    const { status, body } = await raw(peer, { path: '/sdk/tccc.js' });
    assert.equal(status, 200);
    assert.equal(body.length, 200006);
    const ws = await peer.seat();
    ws.send('over TLS');
    assert.equal((await once(ws, 'message'))[0].toString(), 'over TLS');
    ws.close();
    await peer.stop();
  });

  it('closes with 1001 when it stops', async () => {
    const peer = await EdgePeer.start();
    const { ticket } = await peer.control('seat');
    const seat = await peer.seat();
    const { ws } = await mediaPath(peer, ticket, 1);
    const codes = Promise.all([closed(seat), closed(ws)]);
    await peer.stop();
    assert.deepEqual(await codes, [1001, 1001]);
  });
});

/** In the page: opens a data channel and sends n frames; what came back and when it was open. */
async function inPage({ seat, n }) {
  const pc = new RTCPeerConnection();
  const channel = pc.createDataChannel('tccc', { ordered: false, maxPacketLifeTime: 150 });
  channel.binaryType = 'arraybuffer';
  await pc.setLocalDescription(await pc.createOffer());
  const { sdp, error } = await (await fetch(`/control/offer?seat=${seat}`, { method: 'POST', body: pc.localDescription.sdp })).json();
  if (error) return { error };
  await pc.setRemoteDescription({ type: 'answer', sdp });
  await new Promise((resolve, reject) => {
    channel.onopen = resolve;
    pc.onconnectionstatechange = () => { if (pc.connectionState === 'failed') reject(new Error('failed')); };
  });
  const back = [];
  const all = new Promise((resolve) => {
    channel.onmessage = ({ data }) => { back.push(new Uint8Array(data)); if (back.length === n) resolve(); };
  });
  for (let i = 0; i < n; i++) {
    const frame = new Uint8Array(176);
    frame.set([0, 0, 0, i, 0x80, 0, 0, i, 0, 0, 0, 0, 1, 2, 3, 4, i]);
    channel.send(frame);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  await Promise.race([all, new Promise((resolve) => { setTimeout(resolve, 5000); })]);
  window.pc = pc;
  return { back: back.map((frame) => [frame[7], frame[16], frame.length]) };
}

/** An address of this machine that is not loopback: Firefox pairs no loopback candidates. */
const outside = () => Object.values(os.networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

for (const Browser of [Chromium, Firefox]) {
  describe(`the data channel in ${Browser.name}`, () => {
    let peer;
    let browser;
    before(async function start() {
      if (Browser === Firefox && !outside()) this.skip();
      peer = await EdgePeer.start({ host: outside() ?? '127.0.0.1' });
      browser = await Browser.start();
    });
    after(async () => {
      await browser?.stop();
      await peer?.stop();
    });

    it('carries packets to a telephone and back, and its end is noticed at once', async () => {
      const { seat } = await peer.control('seat');
      const phone = await echoPhone(peer);
      await peer.control(`bridge?a=page:${seat}:0&b=${phone.where}`);
      const tab = await browser.tab({ sound: false });
      await tab.goto(`${peer.origin}/`);
      const { back, error } = await tab.evaluate(inPage, { seat, n: 100 });
      assert.equal(error, undefined);
      assert.equal(new Set(back.map(([seq]) => seq)).size, 100);
      assert.ok(back.every(([seq, byte, length]) => seq === byte && length === 176));
      await peer.events((events) => events.some(({ event, id, side }) => event === 'path_open' && id === seat && side === 0));
      await tab.evaluate(() => window.pc.close());
      await peer.events((events) => events.some(({ event, id, side }) => event === 'path_closed' && id === seat && side === 0));
      phone.socket.close();
      await tab.close();
    });

    it('a new offer replaces the channel, as after a reload of the page', async () => {
      const { seat } = await peer.control('seat');
      const { bridge } = await peer.control(`bridge?a=page:${seat}:0&b=echo`);
      const tab = await browser.tab({ sound: false });
      for (let round = 0; round < 3; round++) {
        await tab.goto(`${peer.origin}/`);
        const { back } = await tab.evaluate(inPage, { seat, n: 20 });
        assert.ok(back.length >= 20);
      }
      await peer.control(`close?bridge=${bridge}`);
      await tab.close();
    });
  });
}

describe('offers of a data channel', () => {
  let peer;
  before(async () => { peer = await EdgePeer.start(); });
  after(() => peer.stop());

  it('a wrong one is refused with a sentence', async () => {
    const { seat } = await peer.control('seat');
    const { error } = await peer.control(`offer?seat=${seat}`, { method: 'POST', body: 'v=0\r\n' });
    assert.equal(error, 'The offer must have one m=application section and no other.');
  });

  it('the UDP port answers nobody who does not know a password', async () => {
    const socket = dgram.createSocket('udp4');
    let answers = 0;
    socket.on('message', () => { answers++; });
    const before = (await peer.control('counts')).dropped;
    const hello = Buffer.concat([Buffer.from([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100]), Buffer.alloc(100)]);
    const check = Buffer.from('0001000021 12a442 000000000000000000000000'.replaceAll(' ', ''), 'hex');
    for (const datagram of [hello, check, Buffer.alloc(1), Buffer.alloc(1400, 0x80), Buffer.from([5])]) {
      socket.send(datagram, peer.dcPort, '127.0.0.1');
    }
    for (const end = Date.now() + 10000; (await peer.control('counts')).dropped < before + 5;) assert.ok(Date.now() < end);
    assert.equal(answers, 0);
    socket.close();
  });
});
