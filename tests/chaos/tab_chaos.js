/**
 * tab_chaos.js: ten tabs of one seat, a call, and what can befall tabs: closed, loaded anew, killed, frozen, halted, socket cut. Layer: tests.
 *
 * Whatever is done is drawn from a seed. After each call every tab must have told what the server told, once and in order; the telephone
 * must never have heard two tabs in turn; how long it heard nothing at each change of tabs is measured at its RTP packets.
 */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { SipShuttle, TcpShuttle, seeded } from '../peers/shuttle.js';
import { Centre, CUSTOMER } from '../e2e/centre.js';
import { startBrowser, TabGroup } from '../browser/tab_group.js';
import { watchWire } from './wire_log.js';

/** What the page is told of the server's events as they are. */
const TOLD = ['callIn', 'callOuted', 'calloutAccepted', 'userAccessed', 'sessionEnded', 'statusChanged', 'autoTransfer', 'transfer'];
const DISTURBANCES = ['close', 'reload', 'kill', 'freeze', 'cut', 'close', 'reload', 'halt'];
const SETTLE_MS = 15000;

const nameOf = ({ name, fields }) => (name === 'statusChanged' ? `status ${fields.status}` : `${name} ${fields.sessionId}`);

/** A status that comes again without news is not told. */
const withoutRepeats = (list) => {
  let status = '';
  return list.filter((name) => {
    if (!name.startsWith('status ')) return true;
    const isNews = name !== status;
    status = name;
    return isNews;
  });
};

export class TabChaos {
  static async start({ tabs = 10 } = {}) {
    const chaos = new TabChaos();
    chaos.nTabs = tabs;
    chaos.centre = await Centre.start({ browser: null });
    chaos.browser = await startBrowser(chaos.centre);
    chaos.shuttle = await TcpShuttle.start({ targetPort: chaos.centre.tcccd.httpPort });
    chaos.truth = watchWire(chaos.shuttle);
    chaos.phone = await chaos.centre.phone('exact');
    const line = chaos.centre.lines.udp;
    const server = { host: '127.0.0.1', port: chaos.centre.tcccd.sipPort };
    chaos.sip = await SipShuttle.start({ server, phone: { host: chaos.phone.options.host, port: chaos.phone.port }, host: line.host, sipPort: line.port, seed: 1 });
    chaos.sip.rtpServer.on('message', (packet) => chaos.rtp.push({ at: performance.now(), ssrc: packet.readUInt32BE(8) }));
    chaos.group = await TabGroup.open(chaos.centre, chaos.browser);
    return chaos;
  }

  constructor() {
    this.rtp = [];
    this.live = [];
    this.frozen = new Set();
    this.gaps = [];
    this.done = {};
  }

  /** A number below n, or one of a list. */
  draw(n) { return Array.isArray(n) ? n[this.draw(n.length)] : Math.floor(this.random() * n); }

  async fill() {
    while (this.live.length < this.nTabs) {
      const seat = await this.group.tab({ port: this.shuttle.port });
      seat.isWhole = true;
      this.live.push(seat);
    }
  }

  awake() { return this.live.filter((seat) => !this.frozen.has(seat)); }

  async leader() {
    const awake = this.awake();
    const open = await this.group.microphones(awake);
    return awake[open.indexOf(true)];
  }

  /** Tabs that were there at the beginning of the call and have not been loaded anew. */
  mark() {
    return Promise.all(this.live.map(async (seat) => {
      seat.isWhole = true;
      seat.from = await seat.tab.evaluate(() => window.log.length);
    }));
  }

  async disturb() {
    const what = this.draw(DISTURBANCES);
    const leader = await this.leader();
    const seat = leader && this.draw(4) > 0 ? leader : this.draw(this.awake());
    this.done[what] = (this.done[what] ?? 0) + 1;
    this.story.push(`${what} ${this.group.seats.indexOf(seat) + 1}${seat === leader ? ' (leads)' : ''}`);
    if (what === 'cut') this.shuttle.cut('seat');
    else if (what === 'freeze') this.frozen.add(seat), this.group.freeze(seat);
    else if (what === 'halt') this.frozen.add(seat), await this.group.halt(seat);
    else if (what === 'reload') await this.reload(seat);
    else await this.remove(seat, what);
  }

  async reload(seat) {
    seat.isWhole = false;
    await seat.tab.reload();
    await seat.tab.until(() => window.log?.some(({ name }) => name === 'ready'), null, { deadlineMs: SETTLE_MS, what: 'ready after a reload' });
  }

  async remove(seat, what) {
    this.live.splice(this.live.indexOf(seat), 1);
    if (what === 'kill') await this.group.kill(seat);
    await seat.close();
  }

  async thaw() {
    const frozen = [...this.frozen];
    this.frozen.clear();
    await Promise.all(frozen.map((seat) => this.group.resume(seat)));
  }

  async begin() {
    if (this.draw(3) > 0) {
      const { sessionId } = await this.draw(this.live).call('Call.startOutboundCall', { phoneNumber: CUSTOMER, callerPhoneNumber: this.centre.number('udp') });
      await this.all('calloutAccepted', sessionId);
      return sessionId;
    }
    const before = Math.max(0, ...this.truth.keys());
    const { address, port } = this.sip.sipPhone.address();
    await this.phone.dial(`sip:${this.centre.number('udp')}@${address}:${port}`);
    const limit = performance.now() + SETTLE_MS;
    for (;;) {
      const found = [...this.truth.values()].find(({ seq, e }) => seq > before && e === 'callIn');
      if (found) return this.accept(found.d.sessionId);
      if (performance.now() > limit) throw new Error('no callIn on the wire');
      await delay(20);
    }
  }

  async accept(sessionId) {
    await this.all('callIn', sessionId);
    await this.draw(this.live).call('Call.accept', { sessionId });
    await this.all('userAccessed', sessionId);
    return sessionId;
  }

  /** Until every tab that runs was told. */
  async all(name, sessionId) {
    await Promise.all(this.awake().map((seat) => seat.tab.until(([event, id]) => window.log.some((one) => one.name === event && one.fields.sessionId === id),
      [name, sessionId], { deadlineMs: SETTLE_MS, what: `${name} in tab ${this.group.seats.indexOf(seat) + 1}` })));
  }

  /** One call with its disturbances. */
  async run(seed) {
    this.random = seeded(seed * 7919 + 1);
    for (let i = 0; i < 10; i++) this.random();
    this.story = [];
    this.slow = '';
    await this.fill();
    await this.mark();
    const seqs = this.truth.size;
    this.rtp.length = 0;
    const sessionId = await this.begin();
    await this.flowing();
    for (let n = 2 + this.draw(2); n > 0; n--) {
      await this.disturb();
      await this.command(sessionId);
      await delay(300 + this.draw(1500));
      if (this.draw(3) === 0) await this.thaw();
      if (this.live.length < 2) break;
    }
    await this.flowing();
    await this.thaw();
    await this.hangUp(sessionId);
    await this.all('sessionEnded', sessionId);
    await this.settled();
    await this.compare(sessionId, [...this.truth.values()].sort((a, b) => a.seq - b.seq).slice(seqs));
    this.listen();
  }

  /** Some tab mutes and unmutes: commands reach the leader, whoever it is. */
  async command(sessionId) {
    const seat = this.draw(this.awake());
    for (const name of ['Call.muteMic', 'Call.unmuteMic']) {
      await seat.call(name, { sessionId }).catch((error) => { if (!['CONNECTION_LOST', 'TIMEOUT'].includes(error.code)) throw error; });
    }
  }

  async hangUp(sessionId) {
    const seat = this.draw(this.awake());
    await seat.call('Call.hungUp', { sessionId });
  }

  /** Sound of a tab is heard by the telephone. */
  async flowing() {
    const limit = performance.now() + SETTLE_MS;
    const begun = this.rtp.length;
    while (this.rtp.length < begun + 25) {
      if (!this.slow && performance.now() > limit - SETTLE_MS / 2) this.slow = await this.why();
      if (performance.now() > limit) throw new Error(`the telephone hears nothing: ${await this.why()}`);
      await delay(20);
    }
  }

  /** What the tab with the microphone says of it. */
  async why() {
    const leader = await this.leader();
    if (!leader) return 'no tab has the microphone';
    const [one] = await leader.tab.evaluate(() => tccc.Call.getStats({ sessionId: window.log.findLast(({ fields }) => fields.sessionId).fields.sessionId }).then((data) => [data], (error) => [error.code]));
    const contexts = await leader.tab.evaluate(() => window.contexts());
    await delay(500);
    return `tab ${this.group.seats.indexOf(leader) + 1}: ${JSON.stringify(one.data ?? one)}\n  ${contexts}\n  ${await leader.tab.evaluate(() => window.contexts())}`;
  }

  /** After-call work may follow: the status is the same in all tabs. */
  async settled() {
    await Promise.all(this.live.map((seat) => seat.tab.until(() => tccc.Agent.getStatus() === 'free', null, { deadlineMs: SETTLE_MS, what: 'free' })));
  }

  async compare(sessionId, events) {
    const expected = withoutRepeats(events.map(({ e, d }) => ({ name: e, fields: d })).filter(({ name }) => TOLD.includes(name)).map(nameOf));
    for (const seat of this.live) {
      const log = (await seat.log()).slice(seat.isWhole ? seat.from : 0).filter(({ name }) => TOLD.includes(name)).map(nameOf);
      const of = `tab ${this.group.seats.indexOf(seat) + 1}${seat.isWhole ? '' : ', loaded anew'}`;
      if (seat.isWhole) assert.deepEqual(withoutRepeats(log), expected, of);
      else assertEnd(log, expected, sessionId, of);
      assert.equal(log.length, withoutRepeats(log).length, `${of}: ${log}`);
    }
  }

  /** What the telephone heard: one tab after the other, never two in turn; and for how long nothing. */
  listen() {
    const over = new Set();
    for (let i = 1; i < this.rtp.length; i++) {
      const [before, now] = [this.rtp[i - 1], this.rtp[i]];
      assert.ok(!over.has(now.ssrc), 'the telephone heard two microphones in turn');
      if (now.ssrc === before.ssrc) continue;
      over.add(before.ssrc);
      this.gaps.push(now.at - before.at);
    }
  }

  async stop() {
    await this.thaw().catch(() => {}); /* a tab may be gone */
    await this.group.close();
    await this.browser.stop();
    this.sip.stop();
    await this.shuttle.stop();
    await this.centre.stop();
  }
}

/** A tab that came in the middle knows the session as it was then, and then tells what the others tell. */
function assertEnd(log, expected, sessionId, of) {
  const own = log.filter((name) => name.endsWith(sessionId));
  assert.equal(new Set(own).size, own.length, `${of}: told twice: ${log}`);
  const places = own.map((name) => expected.indexOf(name));
  assert.deepEqual(places, [...places].sort((a, b) => a - b), `${of}: out of order: ${log}`);
  assert.ok(places.every((place) => place >= 0), `${of}: not of the server: ${log}`);
  assert.equal(own.at(-1), `sessionEnded ${sessionId}`, `${of}: ${log}`);
}

export const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))];
