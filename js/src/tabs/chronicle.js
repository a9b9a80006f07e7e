/**
 * chronicle.js: what the leading tab has told, numbered, so that every tab tells it once and in order. Layer: worker.
 *
 * An entry is what one input of the core led to: {n, events: [{event, data, seq}], mirror}. `n` rises by one over all leaders; `seq` is
 * the number of the server's event that an event tells, 0 for one of ours. A new leader goes on from its own last entry; a tab that had
 * one more of the old leader's counts back and leaves out what it has told already, by `seq`.
 */

/** @typedef {{event: string, data: any, seq: number}} TabEvent */
/** @typedef {{n: number, events: TabEvent[], mirror: string}} Entry */

const KEPT = 1024;

/** What a tab that comes later is told of a running session, so that it knows it as the others do. */
const OPENING = new Set(['callIn', 'callOuted', 'calloutAccepted', 'userAccessed']);
const CLOSING = new Set(['sessionEnded', 'autoTransfer', 'transfer', 'sessionCompleted']);

export class Chronicle {
  constructor() {
    this.n = 0;
    /** Whether this tab knows where the others are. */
    this.isSynced = false;
    /** @type {Entry[]} the newest, without their mirrors */
    this.entries = [];
    /** What the core of a new leader goes on from; '' before ready and after the end. */
    this.mirror = '';
    /** Number of the server's last event that this tab has told. */
    this.seq = 0;
    /** A new leader may tell once more what came up to this one; 0 when it has told what is new. */
    this.skipSeq = 0;
    /** @type {Map<string, {event: string, data: any}[]>} by sessionId */
    this.open = new Map();
    /** @type {any} of the last statusChanged */
    this.status = null;
  }

  /** @param {Entry} entry @returns {TabEvent[] | null} what is to be told now; null: entries between are missing */
  take(entry) {
    if (entry.n <= this.n) return [];
    if (entry.n > this.n + 1) return null;
    const events = entry.events.filter(({ seq }) => !seq || seq > this.skipSeq);
    this.add(entry);
    return events;
  }

  /** @param {Entry} entry the next one */
  add(entry) {
    this.n = entry.n;
    this.entries.push({ n: entry.n, events: entry.events, mirror: '' });
    if (this.entries.length > KEPT) this.entries.splice(0, this.entries.length - KEPT);
    for (const event of entry.events) this.note(event);
    this.mirror = entry.mirror;
  }

  /** @param {TabEvent} told */
  note({ event, data, seq }) {
    if (seq > this.skipSeq) this.skipSeq = 0;
    if (seq > this.seq || (seq > 0 && this.skipSeq === 0)) this.seq = seq; /* less than before: the server began anew */
    if (event === 'statusChanged') this.status = data;
    if (CLOSING.has(event)) this.open.delete(data.sessionId);
    else if (OPENING.has(event)) this.open.set(data.sessionId, [...(this.open.get(data.sessionId) ?? []), { event, data }]);
  }

  /** Entries after n, or null when they are not all here. @param {number} n @returns {Entry[] | null} */
  after(n) {
    if (n >= this.n) return [];
    const first = this.entries[0];
    return first && first.n <= n + 1 ? this.entries.filter((entry) => entry.n > n) : null;
  }

  /** A new leader goes on after entry n. @param {number} n */
  follow(n) {
    if (n >= this.n) return;
    this.n = n;
    this.skipSeq = this.seq;
    this.entries = this.entries.filter((entry) => entry.n <= n);
  }

  /** Everything, for a tab that knows nothing. */
  whole() {
    return { n: this.n, seq: this.seq, mirror: this.mirror, open: [...this.open], status: this.status };
  }

  /**
   * @param {ReturnType<Chronicle['whole']>} whole
   * @returns {{event: string, data: any}[]} what this tab has to be told to know the same
   */
  adopt({ n, seq, mirror, open, status }) {
    const before = this.open;
    const isNews = JSON.stringify(status) !== JSON.stringify(this.status);
    Object.assign(this, { n, seq, skipSeq: 0, mirror, status, entries: [], isSynced: true, open: new Map(open) });
    const gone = [...before.keys()].filter((sessionId) => !this.open.has(sessionId));
    const come = [...this.open].filter(([sessionId]) => !before.has(sessionId));
    return [
      ...(status && isNews ? [{ event: 'statusChanged', data: status }] : []),
      ...gone.map((sessionId) => ({ event: 'sessionEnded', data: { sessionId, type: typeOf(before.get(sessionId)), duration: 0, closeBy: 'admin', mainReason: 'connectionLost' } })),
      ...come.flatMap(([, told]) => told),
    ];
  }
}

/** @param {{event: string, data: any}[] | undefined} told */
const typeOf = (told) => told?.find(({ data }) => data.type)?.data.type ?? 'phone';
