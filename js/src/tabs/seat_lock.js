/** seat_lock.js: the Web Lock that says which tab leads. Layer: worker. Source: Web Locks API (W3C). */

export class SeatLock {
  /** @param {string} name @param {{onGained: () => void, onLost: () => void}} sink onLost: another tab has taken it by force */
  constructor(name, { onGained, onLost }) {
    this.name = name;
    this.onGained = onGained;
    this.onLost = onLost;
    /** @type {AbortController | null} our place in the queue */
    this.waiting = null;
    /** @type {(() => void) | null} gives the lock back; null: it is not ours */
    this.release = null;
    /** Of the lock's holder as the browser names us. */
    this.clientId = '';
  }

  /** Waits in the queue; the browser gives the lock to the first when its holder goes, however it goes. */
  queue() {
    if (this.waiting || this.release) return;
    const waiting = new AbortController();
    this.waiting = waiting;
    this.request({ signal: waiting.signal }, () => this.waiting === waiting);
  }

  /** Takes the lock from a tab that does not move any more. */
  seize() {
    this.leaveQueue();
    this.request({ steal: true }, () => true);
  }

  /** @param {LockOptions} options @param {() => boolean} isWanted */
  request(options, isWanted) {
    /** @type {(() => void) | null} */
    let ours = null;
    const held = () => new Promise((resolve) => {
      if (!isWanted()) {
        resolve(undefined);
        return;
      }
      ours = () => resolve(undefined);
      this.hold(ours);
    });
    navigator.locks.request(this.name, options, held).catch(() => {
      if (!ours || this.release !== ours) return; /* we left the queue */
      this.release = null;
      this.onLost();
    });
  }

  /** @param {() => void} release */
  hold(release) {
    this.waiting = null;
    this.release = release;
    this.holder().then((clientId) => { if (this.release === release) this.clientId = clientId; });
    this.onGained();
  }

  /** @returns {Promise<string>} */
  async holder() {
    const { held = [] } = await navigator.locks.query();
    return held.find(({ name }) => name === this.name)?.clientId ?? '';
  }

  /** Whether nobody has taken it meanwhile: for who stood still and does not know what it missed. */
  async isOurs() {
    const holder = await this.holder();
    return this.release !== null && holder !== '' && (this.clientId === '' || holder === this.clientId);
  }

  leaveQueue() {
    this.waiting?.abort();
    this.waiting = null;
  }

  leave() {
    this.leaveQueue();
    const release = this.release;
    this.release = null;
    release?.();
  }
}
