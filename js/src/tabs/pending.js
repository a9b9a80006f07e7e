/**
 * pending.js: commands of this tab's page without an answer, over a change of leader. Layer: worker.
 *
 * What may be done twice is asked again. A call that was dialled or accepted is not: the event that tells it, with this tab's UUID, is the
 * answer; when none comes, accepting is tried again, and dialling is given up, because somebody's telephone might ring twice.
 */

/** Longer than the core's own deadline for an answer. */
const ANSWER_MS = 12000;
/** What the page of the tab that leads does by itself: a full preflight takes nine seconds, a model of 150 kB up to twenty. */
const PAGE_MS = 30000;
/** What the server did for the leader before is known by then. */
const SETTLED_MS = 1500;

/** Commands whose outcome is told by an event with the tabUUID of who gave them. @type {Record<string, string>} */
const TOLD_BY = { 'Call.startOutboundCall': 'callOuted', 'Call.startInternalCall': 'callOuted', 'Call.accept': 'userAccessed' };

export const isMarked = (/** @type {string} */ cmd) => cmd in TOLD_BY;

/** @typedef {{id: number, cmd: string, args: any, isLate: boolean, timer: any}} Waiting */

export class Pending {
  /** @param {{tabUuid: string, answer: (result: object) => void, ask: (id: number) => void}} tab */
  constructor(tab) {
    this.tab = tab;
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
  }

  /** @param {number} id @param {string} cmd @param {any} args */
  add(id, cmd, args) {
    const timer = setTimeout(() => this.fail(id, 'TIMEOUT'), cmd === 'Page.call' ? PAGE_MS : ANSWER_MS);
    this.waiting.set(id, { id, cmd, args, isLate: false, timer });
  }

  /** @param {number} id */
  drop(id) {
    const one = this.waiting.get(id);
    if (one) clearTimeout(one.timer);
    this.waiting.delete(id);
    return one;
  }

  /** @param {any} result */
  settle(result) {
    if (this.drop(result.id)) this.tab.answer(result);
  }

  /** @param {number} id @param {string} code */
  fail(id, code) {
    this.settle({ id, status: 'error', code });
  }

  /** @param {string} event @param {any} data */
  onEvent(event, data) {
    if (data?.tabUUID !== this.tab.tabUuid) return;
    for (const { id, cmd, args, isLate } of this.waiting.values()) {
      const isIt = TOLD_BY[cmd] === event && (event === 'callOuted' || args.sessionId === data.sessionId);
      if (isIt && isLate) this.settle({ id, status: 'success', data: event === 'callOuted' ? data : {} });
    }
  }

  /** Another tab leads now: what it does not know of is asked again. */
  onNewLeader() {
    const before = [...this.waiting.values()];
    for (const one of before) {
      one.isLate = true;
      if (!isMarked(one.cmd)) this.tab.ask(one.id);
    }
    setTimeout(() => {
      for (const { id, cmd } of before.filter((one) => isMarked(one.cmd) && this.waiting.has(one.id))) {
        if (cmd === 'Call.accept') this.tab.ask(id);
        else this.fail(id, 'CONNECTION_LOST');
      }
    }, SETTLED_MS);
  }

  /** @param {string} code */
  failAll(code) {
    for (const id of [...this.waiting.keys()]) this.fail(id, code);
  }
}
