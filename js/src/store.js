/** store.js: the agent and its calls as one immutable value, from the SDK's public events. Layer: page. */
import { events } from './events.js';

/** @typedef {{sessionId: string, type: string, direction: 'in'|'out', state: 'ringing'|'talking'|'ended', number: string, held: boolean}} StoreCall */
/** @typedef {{tccc: any, isReady: boolean, status: string, reason: string, calls: StoreCall[], error: any}} StoreState */

/** @type {StoreState} */
const FIRST = Object.freeze({ tccc: null, isReady: false, status: 'offline', reason: '', calls: [], error: null });

/** @param {any} d @param {'in'|'out'} direction @param {string} number @returns {StoreCall} */
const newCall = (d, direction, number) => ({ sessionId: d.sessionId, type: d.type ?? 'phone', direction, state: 'ringing', number: number ?? '', held: false });

/** @param {StoreCall[]} calls @param {string} sessionId @param {Partial<StoreCall>} fields */
const changed = (calls, sessionId, fields) => calls.map((one) => (one.sessionId === sessionId ? { ...one, ...fields } : one));

/** @param {StoreCall[]} calls @param {StoreCall} call one that is told twice is there once */
const added = (calls, call) => (calls.some(({ sessionId }) => sessionId === call.sessionId) ? calls : [...calls, call]);

const STATES = /** @type {Record<string, StoreCall['state']>} */ ({ talking: 'talking', ended: 'ended' });

/** A session of Agent.getSessions: a page that was loaded again is told no ring. @param {any} one @returns {StoreCall} */
const callOf = (one) => ({
  ...newCall(one, one.direction, one.nickname || (one.direction === 'out' ? one.calleePhoneNumber : one.callerPhoneNumber || one.peerUserId)), state: STATES[one.state] ?? 'ringing', held: one.held,
});

/** What each event makes of the calls. @type {Record<string, (calls: StoreCall[], d: any) => StoreCall[]>} */
const CALLS = {
  callIn: (calls, d) => added(calls, newCall(d, 'in', d.callerPhoneNumber ?? d.nickname ?? d.peerUserId)),
  callOuted: (calls, d) => added(calls, newCall(d, 'out', d.calleePhoneNumber)),
  userAccessed: (calls, { sessionId }) => changed(calls, sessionId, { state: 'talking' }),
  calloutAccepted: (calls, { sessionId }) => changed(calls, sessionId, { state: 'talking' }),
  held: (calls, { sessionId, held }) => changed(calls, sessionId, { held }),
  sessionEnded: (calls, { sessionId }) => changed(calls, sessionId, { state: 'ended' }),
  autoTransfer: (calls, { sessionId }) => calls.filter((one) => one.sessionId !== sessionId),
  sessionCompleted: (calls, { sessionId }) => calls.filter((one) => one.sessionId !== sessionId),
};

export function createStore() {
  let state = FIRST;
  /** @type {Set<() => void>} */
  const listeners = new Set();

  /** @param {Partial<StoreState>} change */
  function put(change) {
    state = Object.freeze({ ...state, ...change });
    for (const listener of [...listeners]) listener();
  }

  /** @param {any} tccc */
  function follow(tccc) {
    put({ tccc, status: tccc.Agent.getStatus() });
    for (const name of Object.keys(CALLS)) tccc.on(name, (/** @type {any} */ d) => put({ calls: CALLS[name](state.calls, d) }));
    tccc.on(events.ready, () => {
      put({ isReady: true, status: tccc.Agent.getStatus() });
      tccc.Agent.getSessions().then((/** @type {any} */ { sessions }) => put({ calls: sessions.map(callOf).reduce(added, state.calls) }), () => {}); /* signed out meanwhile: told by its event */
    });
    tccc.on(events.statusChanged, (/** @type {any} */ { status, reason }) => put({ status, reason: reason ?? '' }));
    tccc.on(events.tokenExpired, (/** @type {any} */ error) => put({ isReady: false, error }));
    tccc.on(events.kickedOut, (/** @type {any} */ { reason }) => put({ isReady: false, status: 'offline', error: { code: 'KICKED', message: reason } }));
  }

  return {
    get: () => state,
    /** @param {() => void} listener @returns {() => void} takes it away again */
    subscribe: (listener) => {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    follow,
    fail: (/** @type {any} */ error) => put({ error }),
  };
}
