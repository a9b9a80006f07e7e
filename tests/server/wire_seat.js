/** wire_seat.js: a seat that speaks tccc.v1 as text, without the core: for tests of the server alone. Layer: tests. */
import { EventEmitter } from 'node:events';
import WebSocket from 'ws';
import { until } from '../peers/process.js';

export const TAB = '11111111-2222-4333-8444-555555555555';

export class WireSeat extends EventEmitter {
  /** hello: {token} or {resume, lastSeq}; resolves after the welcome (or refuse, see `refused`). */
  static async open(tcccd, hello) {
    const seat = new WireSeat(tcccd);
    await seat.connect(hello);
    return seat;
  }

  /** Signs the agent in and goes online. */
  static async signIn(tcccd, userId, { online = true } = {}) {
    const { Token } = await tcccd.cloud().CreateSDKLoginToken({ SdkAppId: 1400000001, SeatUserId: userId });
    const seat = await WireSeat.open(tcccd, { token: Token });
    if (online) await seat.ask('agent.online');
    return seat;
  }

  constructor(tcccd) {
    super();
    this.setMaxListeners(0);
    Object.assign(this, { tcccd, events: [], answers: new Map(), lastId: 0, lastSeq: 0, pings: 0, messages: [] });
  }

  async connect(hello) {
    this.closed = null;
    this.welcome = this.refused = this.bye = null;
    this.ws = new WebSocket(`ws://127.0.0.1:${this.tcccd.httpPort}/v1/seat`, 'tccc.v1');
    this.ws.on('message', (data, isBinary) => this.take(JSON.parse(data), isBinary));
    this.ws.on('close', (code) => {
      clearInterval(this.beat);
      this.closed = code;
      this.emit('change');
    });
    this.ws.on('error', () => {});
    await new Promise((resolve, reject) => this.ws.once('open', resolve).once('error', reject));
    this.send({ t: 'hello', v: 1, tab: TAB, sdk: 'tests', ...hello });
    await this.until(() => this.welcome || this.refused || this.closed, 'welcome');
  }

  take(message) {
    this.messages.push(message);
    if (message.t === 'welcome') {
      this.welcome = message;
      this.beat = setInterval(() => !this.deaf && this.ws.readyState === WebSocket.OPEN && this.send({ t: 'ping', n: ++this.pings }), message.heartbeatMs);
    }
    if (message.t === 'refuse') this.refused = message.error;
    if (message.t === 'bye') this.bye = message;
    if (message.t === 'ping' && !this.deaf) this.send({ t: 'pong', n: message.n });
    if (message.t === 'res') this.answers.set(message.id, message);
    if (message.t === 'ev') {
      this.events.push(message);
      this.lastSeq = message.seq;
    }
    this.emit('change');
  }

  send(message) { this.ws.send(JSON.stringify(message)); }

  until(probe, what, deadlineMs) { return until(this, 'change', probe, what, deadlineMs); }

  /** The answer's result; rejects with {code, message, remedy}. */
  async ask(method, args = {}, id = ++this.lastId) {
    this.send({ t: 'req', id, m: method, a: args });
    const answer = await this.until(() => this.answers.get(id), `answer to ${method}`);
    if (!answer.ok) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer.r;
  }

  /** The next event of this name that was not taken. */
  async next(name, deadlineMs) {
    const found = await this.until(() => this.events.find((one) => one.e === name && !one.taken), `event ${name}; have ${this.events.map((one) => one.e)}`, deadlineMs);
    found.taken = true;
    return found.d;
  }

  /** Names of the events of a session, media and progress left out. */
  story(sessionId) {
    return this.events.filter((one) => one.d.sessionId === sessionId && !['media', 'progress', 'held'].includes(one.e)).map((one) => one.e);
  }

  /** Breaks the connection without a word. */
  async drop() {
    this.ws.terminate();
    await this.until(() => this.closed !== null, 'close');
  }

  async close() {
    if (this.closed === null) this.ws.terminate();
  }
}
