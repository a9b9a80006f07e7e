/**
 * tab_host.js: one tab of several that share a seat. It stands between its page and the core: in the leading tab the core runs here, in the
 * others commands go to the leader and what it tells comes from there. Layer: worker. Source: docs/tabs.md.
 *
 * Messages between tabs, on one BroadcastChannel. Each has `term`, which rises by one with every leader; what comes of an earlier term is
 * dropped.
 *
 *     join                        a tab is new; the leader answers sync
 *     claim {n}                   a tab has the lock; who has later entries of the term before answers ahead
 *     ahead {entries, whole}
 *     led {n}                     the tab leads; entries go on after n
 *     beat {n, every}             the leader lives, and says so again within `every` milliseconds
 *     back {silentMs}             a tab that led finds that another does, `silentMs` after its own last beat
 *     entry {...}                 what happened (chronicle.js)
 *     more {n} / sync {whole}     a tab misses entries after n / everything at once
 *     ask {id, cmd, args} / answer {id, result}    a command of a follower's page
 */
import { CoreHost } from '../core_host.js';
import { compileUrl } from '../compile.js';
import { Chronicle } from './chronicle.js';
import { Patience } from './patience.js';
import { Pending, isMarked } from './pending.js';
import { SeatLock } from './seat_lock.js';

/** While a session runs the leader is heard of so often, else every SLOW_MS; for how long it may be silent, patience.js says. */
const BEAT_MS = 200;
const SLOW_MS = 1000;
/** A leader that was late itself by so many beats asks whether it still leads before it does anything. */
const DOUBT = 2;
/** Followers look at the clock so often; when that comes late they stood still themselves, and do not count that time. */
const LOOK_MS = 100;
/** Between claiming the seat and taking it: for what other tabs of the term before have and this one has not. */
const CATCH_UP_MS = 30;
/** Before a seat is seized: so that not all do it at once. */
const SEIZE_SPREAD_MS = 150;
/** Ids of followers' commands in the core; the page's own count from 1. */
const FOREIGN_ID = 2 ** 30;
const DOUBTS_MAX = 512;
const N_CHANNELS = 4;

/** Commands that need the leading page's microphone, loudspeaker or devices: the page carries them out. */
const BY_PAGE = new Set(['Call.accept', 'Call.startOutboundCall', 'Call.startInternalCall', 'Call.monitor', 'Call.unmonitor', 'Call.intercept', 'Call.whisper', 'Page.call']);

const now = () => performance.now();

/** What the page sends. @type {Record<string, (tab: TabHost, message: any) => void>} */
const FROM_PAGE = {
  stop: (tab) => tab.stop(),
  command: (tab, message) => tab.command(message),
  voice: (tab, { port }) => tab.keepVoice(port),
  freeze: (tab) => tab.freeze(),
  thaw: (tab) => tab.thaw(),
  seize: (tab) => tab.seize(),
  pageEvent: (tab, message) => tab.onPageEvent(message),
  pageAnswer: (tab, { id, result }) => tab.giveAnswer(id, result),
};

/** What other tabs send. @type {Record<string, (tab: TabHost, message: any) => void>} */
const FROM_TABS = {
  join: (tab, { from }) => { if (tab.isLeader()) tab.say('sync', { to: from, whole: tab.chronicle.whole(), isReady: tab.isReady }); },
  claim: (tab, message) => tab.onClaim(message),
  ahead: (tab, message) => tab.onAhead(message),
  led: (tab, message) => tab.onLed(message),
  beat: (tab, message) => tab.onBeat(message),
  back: (tab, { silentMs }) => tab.patience.wronged(now(), silentMs),
  entry: (tab, { entry }) => tab.take([entry]),
  missed: (tab, { entries }) => tab.take(entries),
  more: (tab, message) => tab.onMore(message),
  sync: (tab, message) => tab.onSync(message),
  ask: (tab, message) => tab.onAsk(message),
  answer: (tab, { result }) => tab.pending.settle(result),
};

const OF_ANY_TERM = new Set(['join', 'more', 'ask', 'back']);

export class TabHost {
  /** @param {(message: object) => void} post to the page @param {{shared: string, urls: import('../core_host.js').Urls, seat: import('../core_host.js').Seat}} order */
  constructor(post, { shared, urls, seat }) {
    this.post = post;
    this.urls = urls;
    this.seat = seat;
    this.tabUuid = seat.tabUuid;
    this.term = 0;
    /** @type {'follower' | 'claiming' | 'leader' | 'over'} */
    this.role = 'follower';
    /** Whether the page was told ready. */
    this.isReady = false;
    this.isFrozen = false;
    this.chronicle = new Chronicle();
    this.pending = new Pending({ tabUuid: this.tabUuid, answer: (result) => post({ k: 'result', result }), ask: (id) => this.ask(id) });
    /** @type {CoreHost | null} the core, in the leader */
    this.host = null;
    /** @type {MessagePort | null} */
    this.voice = null;
    this.isVoiceUp = false;
    /** @type {any[]} what the core has put out since its last input */
    this.batch = [];
    /** @type {Map<number, {from: string, id: number}>} by their ids in the core */
    this.foreign = new Map();
    this.lastForeign = FOREIGN_ID;
    /** @type {(() => void)[] | null} inputs of a leader that does not know whether it still is; null: it knows */
    this.doubts = null;
    this.heardMs = now();
    this.lookedMs = now();
    this.beatMs = 0;
    this.everyMs = SLOW_MS;
    this.patience = new Patience();
    this.hasAskedMore = false;
    this.module = compileUrl(urls.core);
    this.module.catch(() => {}); /* told by the core's start */
    this.channel = new BroadcastChannel(shared);
    this.channel.onmessage = ({ data }) => this.hear(data);
    this.lock = new SeatLock(shared, { onGained: () => this.claim(), onLost: () => this.standDown() });
    this.lock.queue();
    this.say('join');
    this.looking = setInterval(() => this.look(), LOOK_MS);
  }

  /** @param {any} message of the page */
  handle(message) {
    if (FROM_PAGE[message.k]) FROM_PAGE[message.k](this, message);
    else this.host?.handle(message); /* data channel, changes of network */
  }

  isLeader() {
    return this.role === 'leader';
  }

  /** @param {string} k @param {object} [fields] */
  say(k, fields = {}) {
    this.channel.postMessage({ k, term: this.term, from: this.tabUuid, ...fields });
  }

  /** @param {any} message of another tab */
  hear(message) {
    if (this.role === 'over' || (message.to && message.to !== this.tabUuid)) return;
    if (message.term < this.term && !OF_ANY_TERM.has(message.k)) return;
    FROM_TABS[message.k]?.(this, message);
  }

  /* ---- who leads */

  look() {
    const ms = now();
    const stoodMs = ms - this.lookedMs - LOOK_MS;
    this.patience.looked(stoodMs);
    if (stoodMs > 2 * LOOK_MS) this.heardMs += stoodMs; /* we stood still ourselves: that time does not count */
    this.lookedMs = ms;
    const limitMs = this.patience.limitMs(ms, this.everyMs);
    if (this.role === 'follower' && !this.isFrozen && ms - this.heardMs > limitMs) this.suspect(ms - limitMs);
    if ((this.role === 'leader' || this.role === 'claiming') && ms - this.beatMs >= this.every()) this.beat();
  }

  /** The leader says nothing: frozen, or the lock went to a tab that is. @param {number} ms when it should have been heard of last */
  suspect(ms) {
    this.heardMs = ms + Math.random() * SEIZE_SPREAD_MS; /* then, if nobody else does it first */
    if (this.isSuspecting) {
      this.isSuspecting = false;
      this.lock.seize();
      return;
    }
    this.isSuspecting = true;
  }

  seize() {
    if (this.role === 'follower' && !this.isFrozen) this.lock.seize();
  }

  every() {
    return this.chronicle.open.size > 0 ? BEAT_MS : SLOW_MS;
  }

  beat() {
    if (this.doubts) return;
    if (this.isStale()) {
      this.doubt([]);
      return;
    }
    this.beatMs = now();
    this.everyMs = this.every();
    this.say('beat', { n: this.chronicle.n, every: this.everyMs });
  }

  claim() {
    this.role = 'claiming';
    this.term += 1;
    this.beatMs = now();
    this.say('claim', { n: this.chronicle.n, isSynced: this.chronicle.isSynced });
    const { term } = this;
    setTimeout(() => { if (this.role === 'claiming' && this.term === term) this.lead(); }, CATCH_UP_MS);
  }

  lead() {
    this.role = 'leader';
    this.chronicle.isSynced = true;
    this.beatMs = 0;
    this.say('led', { n: this.chronicle.n });
    this.post({ k: 'lead', isLeader: true });
    this.begin();
    this.beat();
    if (this.isReady) this.pending.onNewLeader();
  }

  begin() {
    const host = new CoreHost((message) => { if (this.host === host) this.fromHost(message); });
    this.host = host;
    host.guard = (again, isSignalling) => this.guard(host, again, isSignalling);
    host.onPumped = (core, isSignalling) => this.publish(isSignalling ? core.mirror() : this.chronicle.mirror);
    if (this.voice) host.attachVoice(this.voice, this.isVoiceUp);
    host.start({ urls: this.urls, seat: { ...this.seat, mirror: this.chronicle.mirror }, module: this.module });
  }

  /** Another tab leads. */
  standDown() {
    const wasLeader = this.role === 'leader';
    if (wasLeader && !this.isFrozen) this.tellBack(now() - this.beatMs);
    this.role = 'follower';
    this.heardMs = now();
    this.doubts = null;
    this.batch = [];
    this.foreign.clear();
    this.retireHost();
    for (let channel = 0; channel < N_CHANNELS; channel++) this.voice?.postMessage({ op: 'close', channel });
    this.voice?.postMessage({ op: 'tone', name: 'none' });
    if (wasLeader) this.post({ k: 'lead', isLeader: false });
    this.lock.leave();
    if (!this.isFrozen) this.lock.queue();
  }

  /** @param {number} silentMs */
  tellBack(silentMs) {
    this.patience.wronged(now(), silentMs);
    this.say('back', { silentMs });
  }

  retireHost() {
    const { host, voice } = this;
    this.host = null;
    host?.retire();
    this.isVoiceUp = host?.isVoiceUp ?? this.isVoiceUp;
    if (voice) this.keepVoice(voice);
  }

  /** The worklet says once that it is up. @param {MessagePort} port */
  keepVoice(port) {
    if (port !== this.voice) this.isVoiceUp = false; /* of a new worklet */
    this.voice = port;
    if (this.host) this.host.attachVoice(port, this.isVoiceUp);
    else port.onmessage = ({ data }) => { if (data.k === 'up') this.isVoiceUp = true; };
  }

  /** Nobody's turn any more: kicked out, or the tokens are no good. A tab that is loaded anew begins from the start. */
  end() {
    this.role = 'over';
    this.retireHost();
    clearInterval(this.looking);
    this.lock.leave();
    this.channel.close();
  }

  stop() {
    this.pending.failAll('DESTROYED');
    this.end();
    this.voice?.close();
  }

  /** The browser is about to halt this tab. */
  freeze() {
    if (this.role === 'over') return;
    this.isFrozen = true;
    if (this.host || this.role === 'claiming') this.standDown();
    this.lock.leave();
  }

  thaw() {
    if (!this.isFrozen || this.role === 'over') return;
    this.isFrozen = false;
    this.heardMs = now();
    this.lock.queue();
    this.askMore();
  }

  isStale() {
    return this.role === 'leader' && this.beatMs > 0 && now() - this.beatMs > DOUBT * this.everyMs;
  }

  /**
   * Whether the core may be given an input. A leader that stood still may have been taken for frozen: then it must not act any more.
   * @param {CoreHost} host @param {() => void} again @param {boolean} isSignalling
   */
  guard(host, again, isSignalling) {
    if (this.host !== host) return false;
    if (this.doubts) {
      if (isSignalling && this.doubts.length < DOUBTS_MAX) this.doubts.push(again);
      return false;
    }
    if (!this.isStale()) return true;
    this.doubt(isSignalling ? [again] : []);
    return false;
  }

  /** @param {(() => void)[]} inputs that wait for the answer */
  doubt(inputs) {
    const { host } = this;
    this.doubts = inputs;
    this.lock.isOurs().then((isOurs) => { if (host) this.resolveDoubts(host, isOurs); });
  }

  /** @param {CoreHost} host @param {boolean} isOurs */
  resolveDoubts(host, isOurs) {
    const inputs = this.doubts ?? [];
    this.doubts = null;
    if (this.host !== host) return;
    if (!isOurs) {
      this.standDown();
      return;
    }
    this.beatMs = now();
    this.beat();
    for (const again of inputs) again();
  }

  /** @param {any} message */
  onClaim({ term, from, n, isSynced }) {
    if (term < this.term || (term === this.term && this.role !== 'follower' && from < this.tabUuid)) return;
    const { chronicle } = this;
    const answer = chronicle.isSynced && (chronicle.n > n || !isSynced);
    this.obey(term);
    if (answer) this.say('ahead', { to: from, entries: isSynced ? chronicle.after(n) : null, whole: chronicle.whole(), mirror: chronicle.mirror });
  }

  /** @param {any} message */
  onAhead({ entries, whole, mirror }) {
    if (this.role !== 'claiming' || whole.n <= this.chronicle.n) return;
    if (entries && this.chronicle.isSynced) this.take(entries.map((/** @type {any} */ entry) => ({ ...entry, mirror })));
    else this.adopt(whole, whole.mirror !== '');
  }

  /** @param {any} message */
  onLed({ term, n }) {
    this.obey(term);
    if (!this.chronicle.isSynced) {
      this.say('join');
      return;
    }
    this.chronicle.follow(n);
    if (n > this.chronicle.n) this.askMore();
    this.pending.onNewLeader();
  }

  /** @param {any} message */
  onBeat({ term, n, every }) {
    const isNew = term > this.term;
    this.obey(term);
    if (isNew) this.pending.onNewLeader();
    this.everyMs = every;
    if (!this.chronicle.isSynced) this.say('join');
    else if (n > this.chronicle.n) this.askMore();
  }

  /** A leader of this term is there. @param {number} term */
  obey(term) {
    if (term > this.term && this.role !== 'follower') this.standDown();
    if (term > this.term) this.hasAskedMore = false;
    this.term = term;
    this.heardMs = now();
    this.isSuspecting = false;
  }

  /* ---- what happens */

  /** @param {any} message of the core in this tab */
  fromHost(message) {
    this.batch.push(message);
    if (message.k === 'fault') this.publish('');
  }

  /** An event of the page itself, which the others are to know. @param {{event: string, data: any}} message */
  onPageEvent({ event, data }) {
    const message = { k: 'event', event, data, seq: 0 };
    if (this.role !== 'leader') {
      this.post(message);
      return;
    }
    this.batch.push(message);
    this.publish(this.chronicle.mirror);
  }

  /** What one input of the core has led to, in its order. @param {string} mirror */
  publish(mirror) {
    const batch = this.batch;
    const events = batch.filter(({ k }) => k === 'event').map(({ event, data, seq }) => ({ event, data, seq }));
    const isOver = mirror === '' && this.chronicle.mirror !== '';
    this.batch = [];
    if (events.length > 0 || mirror !== this.chronicle.mirror) {
      const entry = { n: this.chronicle.n + 1, events, mirror };
      this.chronicle.add(entry);
      this.say('entry', { entry });
    }
    for (const message of batch) this.pass(message);
    if (this.role === 'leader' && this.every() < this.everyMs) this.beat(); /* a session has begun: followers watch more closely */
    if (isOver) this.resign();
  }

  /** @param {any} message */
  pass(message) {
    if (message.k === 'event') this.tell(message);
    else if (message.k === 'result') this.onHostResult(message.result);
    else this.post(message);
  }

  /** The seat is gone. Another tab may sign in with a token of its own. */
  resign() {
    setTimeout(() => { if (this.role !== 'over') this.end(); });
  }

  /** @param {any[]} entries of the leader */
  take(entries) {
    if (!this.chronicle.isSynced) return;
    this.heardMs = now();
    for (const entry of entries) {
      const before = this.chronicle.mirror;
      const events = this.chronicle.take({ ...entry, mirror: entry.mirror || before });
      if (!events) {
        this.askMore();
        return;
      }
      for (const event of events) this.tell(event);
      this.tellMirror(before);
    }
  }

  askMore() {
    if (this.hasAskedMore) return;
    this.hasAskedMore = true;
    this.say('more', { n: this.chronicle.n, isSynced: this.chronicle.isSynced });
    setTimeout(() => { this.hasAskedMore = false; }, SLOW_MS);
  }

  /** @param {any} message */
  onMore({ from, n }) {
    if (!this.isLeader()) return;
    const entries = this.chronicle.after(n);
    const { mirror } = this.chronicle;
    if (entries) this.say('missed', { to: from, entries: entries.map((entry, i) => ({ ...entry, mirror: i === entries.length - 1 ? mirror : '' })) });
    else this.say('sync', { to: from, whole: this.chronicle.whole(), isReady: this.isReady });
  }

  /** @param {any} message */
  onSync({ term, whole, isReady }) {
    this.obey(term);
    this.hasAskedMore = false;
    if (!this.chronicle.isSynced || whole.n > this.chronicle.n) this.adopt(whole, isReady);
  }

  /** @param {any} whole @param {boolean} isReady */
  adopt(whole, isReady) {
    const before = this.chronicle.mirror;
    const told = this.chronicle.adopt(whole);
    if (isReady) this.tell({ event: 'ready', data: {}, seq: 0 });
    for (const one of told) this.tell({ ...one, seq: 0 });
    this.tellMirror(before);
  }

  /** To this tab's page. @param {import('./chronicle.js').TabEvent} one */
  tell({ event, data }) {
    if (event === 'ready' && this.isReady) return;
    if (event === 'ready') this.isReady = true;
    this.post({ k: 'event', event, data: event === 'ready' ? { tabUUID: this.tabUuid } : data });
    this.pending.onEvent(event, data);
    if (event === 'kickedOut' || event === 'tokenExpired') {
      this.pending.failAll(event === 'kickedOut' ? 'KICKED' : 'TOKEN_EXPIRED');
      this.resign(); /* after what else this input of the core has led to */
    }
  }

  /** What the page shows of sessions and is told by no event. @param {string} before the mirror that it knows */
  tellMirror(before) {
    const { mirror } = this.chronicle;
    if (mirror && mirror !== before) this.post({ k: 'mirror', sessions: JSON.parse(mirror).sessions });
  }

  /* ---- commands */

  /** @param {{id: number, text: string}} message */
  command({ id, text }) {
    const { cmd, args } = JSON.parse(text);
    if (cmd === 'Media.offer') { /* of the leading page's own data channel */
      this.pending.add(id, cmd, args);
      this.host?.command({ id, text });
      return;
    }
    this.pending.add(id, cmd, isMarked(cmd) && typeof args === 'object' ? { tabUUID: this.tabUuid, ...args } : args);
    this.ask(id);
  }

  /** Of this tab's page, to whoever leads. @param {number} id */
  ask(id) {
    const one = this.pending.waiting.get(id);
    if (!one) return;
    const { cmd, args } = one;
    if (this.role === 'leader') this.host?.command({ id, text: JSON.stringify({ id, cmd, args }) });
    else if (this.role === 'follower') this.say('ask', { id, cmd, args });
    else if (this.role === 'over') this.pending.fail(id, 'CONNECTION_LOST');
  }

  /** Of another tab's page. @param {{from: string, id: number, cmd: string, args: any}} message */
  onAsk({ from, id, cmd, args }) {
    if (!this.isLeader()) return;
    this.lastForeign += 1;
    const ours = this.lastForeign;
    this.foreign.set(ours, { from, id });
    if (BY_PAGE.has(cmd)) this.post({ k: 'pageCommand', id: ours, cmd, args });
    else this.host?.command({ id: ours, text: JSON.stringify({ id: ours, cmd, args }) });
  }

  /** @param {any} result */
  onHostResult(result) {
    if (result.id < FOREIGN_ID) this.pending.settle(result);
    else this.giveAnswer(result.id, result);
  }

  /** @param {number} ours @param {any} result */
  giveAnswer(ours, result) {
    const whose = this.foreign.get(ours);
    this.foreign.delete(ours);
    if (whose) this.say('answer', { to: whose.from, result: { ...result, id: whose.id } });
  }
}
