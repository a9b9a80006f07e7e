/** shuttle.js: bad networks on loopback: TCP, UDP and SIP with RTP pass through with seeded loss, delay, jitter and outages. Layer: tests. */
import dgram from 'node:dgram';
import net from 'node:net';

/** Repeatable uniform numbers in 0..1 (xorshift32, Marsaglia 2003). */
export function seeded(seed) {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 4294967296;
  };
}

/** What happens to packets of one direction. loss 0..1; delayMs each; jitterMs uniform on top, so packets may overtake. */
class Weather {
  constructor(seed, { loss = 0, delayMs = 0, jitterMs = 0 } = {}) {
    this.random = seeded(seed);
    this.set({ loss, delayMs, jitterMs });
    this.passed = 0;
    this.dropped = 0;
  }

  set({ loss = 0, delayMs = 0, jitterMs = 0 }) {
    this.loss = loss;
    this.delayMs = delayMs;
    this.jitterMs = jitterMs;
  }

  pass(deliver) {
    if (this.random() < this.loss) {
      this.dropped++;
      return;
    }
    this.passed++;
    const wait = this.delayMs + this.random() * this.jitterMs;
    if (wait > 0) setTimeout(deliver, wait);
    else deliver();
  }
}

const bound = (type, host, port = 0) => new Promise((resolve, reject) => {
  const socket = dgram.createSocket('udp4');
  socket.once('error', reject);
  socket.bind(port, host, () => resolve(socket));
});

/** UDP to one target; each client gets a socket of its own behind it, as through a NAT. */
export class UdpShuttle {
  static async start({ targetHost, targetPort, host = '127.0.0.1', seed = 1, weather }) {
    const shuttle = new UdpShuttle({ targetHost, targetPort, host, seed, weather });
    shuttle.socket = await bound('udp4', host);
    shuttle.socket.on('message', (data, from) => shuttle.fromClient(data, from));
    return shuttle;
  }

  constructor({ targetHost, targetPort, host, seed, weather }) {
    this.target = { host: targetHost, port: targetPort };
    this.host = host;
    this.there = new Weather(seed, weather);
    this.back = new Weather(seed + 1, weather);
    this.clients = new Map();
    this.isOut = false;
  }

  get port() { return this.socket.address().port; }

  set(weather) {
    this.there.set(weather);
    this.back.set(weather);
  }

  fromClient(data, from) {
    const key = `${from.address}:${from.port}`;
    let behind = this.clients.get(key);
    if (!behind) {
      behind = dgram.createSocket('udp4');
      behind.on('message', (answer) => {
        if (!this.isOut) this.back.pass(() => this.put(this.socket, answer, from.port, from.address));
      });
      this.clients.set(key, behind);
    }
    if (!this.isOut) this.there.pass(() => this.put(behind, data, this.target.port, this.target.host));
  }

  put(socket, data, port, host) { if (!this.closed) socket.send(data, port, host); }

  stop() {
    this.closed = true;
    this.socket.close();
    for (const one of this.clients.values()) one.close();
  }
}

/**
 * TCP to one target. The first line of a connection names its kind: 'seat' (/v1/seat), 'media1', 'media2'
 * (/v1/media?path=n), 'http' (all else). A kind can be out (bytes are held in both directions, nothing is closed, new
 * connections hang), cut (connections are reset) or refused (closed at the first line).
 */
export class TcpShuttle {
  static async start({ targetPort, targetHost = '127.0.0.1', host = '127.0.0.1', port = 0 }) {
    const shuttle = new TcpShuttle({ targetPort, targetHost });
    await new Promise((resolve, reject) => shuttle.server.once('error', reject).listen(port, host, resolve));
    return shuttle;
  }

  constructor({ targetPort, targetHost }) {
    this.target = { port: targetPort, host: targetHost };
    this.links = new Set();
    this.isOut = new Set();
    this.refused = new Set();
    this.seen = [];
    this.delayMs = 0;
    this.server = net.createServer({ allowHalfOpen: true }, (client) => this.accept(client));
  }

  get port() { return this.server.address().port; }

  accept(client) {
    const link = { client, kind: null, held: [[], []] };
    this.links.add(link);
    client.on('error', () => {});
    client.setNoDelay(true);
    client.once('data', (data) => this.open(link, data));
    client.on('close', () => this.drop(link));
  }

  open(link, data) {
    link.kind = kindOf(data);
    this.seen.push(link.kind);
    if (this.refused.has(link.kind)) {
      link.client.destroy();
      return;
    }
    link.server = net.connect(this.target);
    link.server.setNoDelay(true);
    link.server.on('error', () => {});
    link.server.on('close', () => link.client.destroy());
    this.pump(link, link.client, link.server, 0);
    this.pump(link, link.server, link.client, 1);
    this.carry(link, link.server, data, 0);
  }

  pump(link, from, to, way) {
    from.on('data', (data) => this.carry(link, to, data, way));
    from.on('end', () => this.carry(link, to, null, way));
  }

  carry(link, to, data, way) {
    if (this.isOut.has(link.kind)) link.held[way].push([to, data]);
    else if (this.delayMs) setTimeout(() => deliver(to, data), this.delayMs);
    else deliver(to, data);
  }

  /** Holds everything of this kind from now on; an outage that neither end is told of. */
  out(kind) { this.isOut.add(kind); }

  /** Ends the outage; what was held is delivered. */
  back(kind) {
    this.isOut.delete(kind);
    for (const link of this.links) {
      if (link.kind !== kind) continue;
      for (const way of [0, 1]) for (const [to, data] of link.held[way].splice(0)) deliver(to, data);
    }
  }

  cut(kind) { for (const link of [...this.links]) if (link.kind === kind) link.client.resetAndDestroy(); }

  refuse(kind, on = true) {
    if (on) this.refused.add(kind);
    else this.refused.delete(kind);
  }

  drop(link) {
    this.links.delete(link);
    if (link.server) link.server.destroy();
  }

  stop() {
    for (const link of [...this.links]) link.client.destroy();
    return new Promise((resolve) => { this.server.close(resolve); });
  }
}

function deliver(to, data) {
  if (to.destroyed) return;
  if (data === null) to.end();
  else to.write(data);
}

function kindOf(data) {
  const line = data.toString('latin1', 0, 300).split('\r\n')[0];
  if (/^GET \/v1\/seat/.test(line)) return 'seat';
  const media = line.match(/^GET \/v1\/media\?(.*) HTTP/);
  if (media) return `media${new URLSearchParams(media[1]).get('path')}`;
  return 'http';
}

/**
 * SIP over UDP between a server and one telephone, with their RTP: Contact and SDP are rewritten so that both sides
 * send everything here. The server is told `uri`; the telephone is `phone` {host, port}.
 */
export class SipShuttle {
  static async start({ server, phone, host = '127.0.0.1', sipPort = 0, seed = 1, weather }) {
    const shuttle = new SipShuttle({ server, phone, host });
    const sockets = await Promise.all([bound('udp4', host, sipPort), bound('udp4', host), ...(await Promise.all([pair(host), pair(host)])).flat()]);
    [shuttle.sipServer, shuttle.sipPhone, shuttle.rtpServer, shuttle.rtcpServer, shuttle.rtpPhone, shuttle.rtcpPhone] = sockets;
    shuttle.toPhone = new Weather(seed, weather);
    shuttle.toServer = new Weather(seed + 1, weather);
    shuttle.wire();
    return shuttle;
  }

  constructor({ server, phone, host }) {
    this.peers = { server, phone };
    this.host = host;
    this.media = { server: null, phone: null };
    this.times = { toPhone: [], toServer: [] };
  }

  get port() { return this.sipServer.address().port; }

  set(weather) {
    this.toPhone.set(weather);
    this.toServer.set(weather);
  }

  wire() {
    this.sipServer.on('message', (data, from) => {
      this.peers.server = this.peers.server || { host: from.address, port: from.port };
      this.forward(data, 'server', this.sipPhone, this.peers.phone, this.rtpPhone);
    });
    this.sipPhone.on('message', (data) => this.forward(data, 'phone', this.sipServer, this.peers.server, this.rtpServer));
    this.relay(this.rtpServer, this.rtpPhone, 'phone', 0, this.toPhone);
    this.relay(this.rtpPhone, this.rtpServer, 'server', 0, this.toServer);
    this.relay(this.rtcpServer, this.rtcpPhone, 'phone', 1, this.toPhone);
    this.relay(this.rtcpPhone, this.rtcpServer, 'server', 1, this.toServer);
  }

  /** Packets that arrive on `from` (sent by the other side) leave from `to` for `side`. */
  relay(from, to, side, step, weather) {
    from.on('message', (data) => {
      const target = this.media[side];
      if (target) weather.pass(() => { if (!this.closed) to.send(data, target.port + step, target.host); });
    });
  }

  forward(data, from, socket, target, rtp) {
    const text = data.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0 || !target) return;
    let head = text.slice(0, end);
    let sdp = text.slice(end + 4);
    if (/^Content-Type:\s*application\/sdp/im.test(head)) {
      this.media[from] = mediaOf(sdp);
      sdp = sdp.replace(/^c=IN IP4 .*$/gm, `c=IN IP4 ${this.host}`).replace(/^m=audio \d+/m, `m=audio ${rtp.address().port}`)
        .replace(/^a=rtcp:\d+.*\r?\n/gm, '');
    }
    head = head.replace(/^(Contact|m):(.*<sips?:(?:[^@>]*@)?)[^;>]+/gim, `$1:$2${this.host}:${socket.address().port}`)
      .replace(/^(Content-Length|l):.*$/im, `$1: ${sdp.length}`);
    socket.send(Buffer.from(`${head}\r\n\r\n${sdp}`, 'latin1'), target.port, target.host);
  }

  stop() {
    this.closed = true;
    for (const one of [this.sipServer, this.sipPhone, this.rtpServer, this.rtcpServer, this.rtpPhone, this.rtcpPhone]) one.close();
  }
}

function mediaOf(sdp) {
  const host = sdp.match(/^c=IN IP4 (\S+)/m);
  const port = sdp.match(/^m=audio (\d+)/m);
  return host && port && port[1] !== '0' ? { host: host[1], port: Number(port[1]) } : null;
}

/** Two sockets on an even port and the next. */
async function pair(host) {
  for (;;) {
    const first = await bound('udp4', host);
    const { port } = first.address();
    if (port % 2 === 0) {
      try {
        return [first, await bound('udp4', host, port + 1)];
      } catch { /* taken: the next even port is tried */ }
    }
    first.close();
  }
}
