/** server_centre.js: tcccd with one line behind which sipp plays the telephone. Layer: tests. */
import assert from 'node:assert/strict';
import { SDK_APP_ID, Tcccd } from '../peers/tcccd.js';
import { Sipp } from '../peers/sipp.js';
import { freePort } from '../peers/process.js';
import { WireSeat } from './wire_seat.js';

/** Each test has agents of its own: a seat stays for the resume window. */
const AGENTS = 60;
const agent = (n) => `agent${n}@tests.example`;
export const NUMBER = '02011110001';
export const CUSTOMER = '13800138000';
export const LINE_HOST = '127.0.0.2';

export class ServerCentre {
  static async start({ change = {}, trunk = {}, instance = {} } = {}) {
    const centre = new ServerCentre();
    centre.port = await freePort(LINE_HOST);
    centre.tcccd = await Tcccd.start({
      change,
      instance: {
        agents: Array.from({ length: AGENTS }, (_, n) => ({ userId: agent(n), name: `agent ${n}`, number: String(8000 + n) })),
        trunks: [{ name: 'line', host: LINE_HOST, port: centre.port, ...trunk }],
        numbers: [{ number: NUMBER, trunk: 'line' }],
        extensions: [{ number: '1001', password: 'phone-password' }],
        ...instance,
      },
    });
    return centre;
  }

  constructor() {
    this.nextAgent = 0;
    this.peers = [];
    this.seats = [];
  }

  /** A new agent, signed in and online. */
  async seat(options) { return this.seatOf(agent(this.nextAgent++), options); }

  async seatOf(userId, options) {
    const seat = await WireSeat.signIn(this.tcccd, userId, options);
    seat.userId = userId;
    this.seats.push(seat);
    return seat;
  }

  remote() { return `127.0.0.1:${this.tcccd.sipPort}`; }

  /** sipp as the telephone behind the line, waiting for calls. */
  async called(scenario, more = {}) { return this.peer({ scenario, host: LINE_HOST, port: this.port, ...more }); }

  /** sipp as a telephone that calls our number. */
  async calls(scenario, more = {}) {
    return this.peer({ scenario, remote: this.remote(), number: NUMBER, from: CUSTOMER, host: LINE_HOST, port: this.port, ...more });
  }

  async peer(options) {
    const one = await Sipp.start(options);
    this.peers.push(one);
    return one;
  }

  /** What to print when a test failed. */
  tell() { return [centreLog(this), ...this.peers.map((one) => `--- sipp:\n${one.messages().slice(-6000)}\n${one.process.log(20)}`)].join('\n'); }

  dial(seat, more = {}) { return seat.ask('call.start', { phoneNumber: CUSTOMER, ...more }); }

  /** The finished record of a session, as DescribeTelCdr tells it. */
  async cdr(sessionId, deadlineMs = 10000) {
    const now = Math.floor(Date.now() / 1000), until = Date.now() + deadlineMs;
    for (;;) {
      const { TelCdrs } = await this.tcccd.cloud().DescribeTelCdr({ SdkAppId: SDK_APP_ID, StartTimeStamp: now - 3600, EndTimeStamp: now + 3600, PageSize: 100, PageNumber: 0, SessionIds: [sessionId] });
      if (TelCdrs.length === 1) return TelCdrs[0];
      assert.ok(TelCdrs.length === 0, 'a session has one record');
      if (Date.now() > until) throw new Error(`no record of ${sessionId}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async clear() {
    await Promise.all(this.seats.splice(0).map((one) => one.close()));
    await Promise.all(this.peers.splice(0).map((one) => one.stop()));
  }

  async stop() {
    await this.clear();
    if (this.tcccd) await this.tcccd.stop();
  }
}

const centreLog = (centre) => `--- tcccd:\n${centre.tcccd.process.log(60)}`;

/** before, afterEach and after of a file: returns a function that gives the centre. */
export function useServer(options) {
  let centre;
  before(async () => { centre = await ServerCentre.start(options); });
  afterEach(async function clear() {
    if (this.currentTest.state === 'failed') console.log(centre.tell());
    await centre.clear();
  });
  after(async () => { if (centre) await centre.stop(); });
  return () => centre;
}
