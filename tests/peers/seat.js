/** seat.js: an agent in a browser tab: window.tccc's methods, results and events as seen by the page. Layer: tests. */
import assert from 'node:assert/strict';
import { DEADLINE_MS } from './process.js';

export class Seat {
  constructor(tab) { this.tab = tab; }

  /** Loads the page and waits for `ready`. */
  async open(url) {
    await this.tab.goto(url);
    return this.next('ready');
  }

  /** The next event of this name that was not taken yet: its fields. */
  async next(name, deadlineMs = DEADLINE_MS) {
    const found = await this.tab.evaluate(([wanted, limit]) => window.nextEvent(wanted, limit), [name, deadlineMs]);
    if (!found) throw this.tab.failure(`no event ${name} within ${deadlineMs} ms; log: ${JSON.stringify(await this.log())}`);
    assert.ok(found.mirror, `event ${name}: data mirrors the fields`);
    return found.fields;
  }

  /** All events so far: [{name, fields, at}]. */
  log() { return this.tab.evaluate(() => window.log); }

  /** Names of the events of one session so far, without those that are ours alone. */
  async story(sessionId) {
    const ours = ['progress', 'held', 'connectionChanged', 'warning', 'audioBlocked', 'micError', 'statusChanged', 'ready', 'sessionCompleted', 'quality', 'volume'];
    return (await this.log()).filter((one) => one.fields.sessionId === sessionId && !ours.includes(one.name)).map((one) => one.name);
  }

  /** Calls e.g. 'Call.accept'; resolves with the result or rejects with an Error that carries status, code, remedy. */
  async call(path, args) {
    const answer = await this.tab.evaluate(async ([name, options]) => {
      const [space, method] = name.split('.');
      try {
        return { ok: await tccc[space][method](options) };
      } catch (error) {
        return { error: { status: error.status, code: error.code, errorMsg: error.errorMsg, message: error.message, remedy: error.remedy } };
      }
    }, [path, args]);
    if (answer.error) throw Object.assign(new Error(`${path}: ${answer.error.errorMsg || answer.error.message}`), answer.error);
    return answer.ok;
  }

  /** Rejection of a call, or an assertion when it succeeds. */
  async refused(path, args) {
    try {
      await this.call(path, args);
    } catch (error) {
      assert.equal(error.status, 'error');
      assert.ok(error.code && error.errorMsg && error.remedy, `code, sentence and remedy of ${JSON.stringify(error)}`);
      return error;
    }
    throw new Error(`${path} succeeded`);
  }

  /** Dials and waits until the callee has answered; returns the sessionId. */
  async dial(phoneNumber, more = {}) {
    const { sessionId } = await this.call('Call.startOutboundCall', { phoneNumber, ...more });
    await this.next('calloutAccepted');
    return sessionId;
  }

  /** Takes the call that comes in; returns the sessionId. */
  async answer() {
    const { sessionId } = await this.next('callIn');
    await this.call('Call.accept', { sessionId });
    await this.next('userAccessed');
    return sessionId;
  }

  stats(sessionId) { return this.call('Call.getStats', { sessionId }); }

  close() { return this.tab.close(); }
}
