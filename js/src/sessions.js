/**
 * sessions.js: what the page knows of its sessions, from the core's events. Layer: page.
 * One function writes a session's state; the call bar and the microphone's owner read it.
 */

/** @typedef {'ringingIn'|'answering'|'dialing'|'ringingOut'|'talking'|'ended'} SessionState */
/**
 * @typedef {object} Session
 * @property {string} sessionId
 * @property {'phone'|'internal'|'im'|'voip'|'video'} type
 * @property {'in'|'out'} direction
 * @property {SessionState} state
 * @property {string} number       the other side's number
 * @property {string} phoneDesc    shown instead of the number
 * @property {boolean} held
 * @property {boolean} muted
 * @property {''|'ringing'|'talking'|'conference'} consult  a third party
 * @property {boolean} cameraMuted
 * @property {number} startMs      Unix ms
 * @property {number} answerMs     Unix ms, 0 not yet
 * @property {number} endMs        Unix ms, 0 not yet
 * @property {number} timeout      seconds left to answer at startMs, 0 none
 * @property {number} channel      of the voice engine, -1 none
 * @property {Record<string, any>} details  what else the event or the snapshot said: nickname, avatar, ivrPath, callerLocation
 * @property {{closeBy?: string, mainReason?: string, subReason?: string}} ending
 */

/** State after an event; an event without a cell leaves the state as it is. */
const NEXT = Object.freeze({
  ringingIn: { accepted: 'answering', userAccessed: 'talking', sessionEnded: 'ended', autoTransfer: 'ended' },
  answering: { userAccessed: 'talking', sessionEnded: 'ended', autoTransfer: 'ended' },
  dialing: { progress: 'ringingOut', calloutAccepted: 'talking', userAccessed: 'talking', sessionEnded: 'ended' },
  ringingOut: { calloutAccepted: 'talking', userAccessed: 'talking', sessionEnded: 'ended' },
  talking: { sessionEnded: 'ended', autoTransfer: 'ended' },
  ended: {},
});

const SNAPSHOT_STATES = Object.freeze({
  offered: 'ringingIn', dialing: 'dialing', ringing: 'ringingOut', talking: 'talking', ended: 'ended',
});

/** @param {Partial<Session> & {sessionId: string}} fields @returns {Session} */
const newSession = (fields) => ({
  type: 'phone', direction: 'in', state: 'ringingIn', number: '', phoneDesc: '', held: false, muted: false, cameraMuted: false, consult: '', startMs: Date.now(),
  answerMs: 0, endMs: 0, timeout: 0, channel: -1, details: {}, ending: {},
  ...fields,
});

/** Types whose sound goes through the voice engine. */
const VOICE = ['phone', 'internal', 'voip'];

/** Whose other side has a name, and an id where others have a number. */
const VISITS = ['im', 'voip', 'video'];

/** As many as the core keeps (WIRE_SESSIONS_MAX). */
const ENDED_MAX = 32;

/** @param {(sessions: Session[]) => void} changed called after every change */
export function createSessions(changed) {
  /** @type {Map<string, Session>} */
  const all = new Map();
  const notify = () => changed([...all.values()]);

  /** The core forgets the oldest finished sessions that the page never deletes; so does the page. */
  function prune() {
    const ended = [...all.values()].filter(({ state }) => state === 'ended');
    for (const { sessionId } of ended.slice(0, -ENDED_MAX)) all.delete(sessionId);
  }

  /** @param {Session} session @param {string} event */
  function step(session, event) {
    const next = /** @type {SessionState | undefined} */ ((/** @type {any} */ (NEXT)[session.state])[event]);
    if (!next) return;
    session.state = next;
    if (next === 'talking') session.answerMs = Date.now();
    if (next === 'ended') session.endMs = Date.now();
  }

  /** @type {Record<string, (d: any) => void>} */
  const CREATE = {
    callIn: (d) => all.set(d.sessionId, newSession({
      sessionId: d.sessionId, type: d.type ?? 'phone', number: d.callerPhoneNumber ?? d.peerUserId ?? '',
      timeout: d.timeout ?? 0, phoneDesc: d.nickname || d.remark || '', details: { ...d },
    })),
    callOuted: (d) => all.set(d.sessionId, newSession({
      sessionId: d.sessionId, type: d.type ?? 'phone', direction: 'out', state: 'dialing', number: d.calleePhoneNumber ?? '',
      phoneDesc: d.phoneDesc ?? '', details: { ...d },
    })),
  };

  /** @type {Record<string, (session: Session, d: any) => void>} */
  const UPDATE = {
    held: (session, d) => { session.held = d.held; },
    consult: (session, d) => { session.consult = d.state === 'ended' ? '' : d.state; },
    sessionEnded: (session, d) => { session.ending = d; },
    autoTransfer: (session) => { session.ending = { closeBy: 'timer' }; },
  };

  /** An event of the core; `accepted` and `callOuted` also come from answers, which are there first. @param {string} event @param {any} d */
  function onEvent(event, d) {
    if (CREATE[event] && !all.has(d.sessionId)) {
      prune();
      CREATE[event](d);
    }
    if (event === 'monitorEnded') unmonitor(d.sessionId);
    if (event === 'userAccessed' && monitored.has(d.sessionId)) takeOver(d.sessionId);
    const session = all.get(d?.sessionId);
    if (!session) return;
    step(session, event);
    UPDATE[event]?.(session, d);
    if (event === 'sessionCompleted') all.delete(d.sessionId);
    notify();
  }

  /** Calls of others that this page listens to by voice: whether it speaks, and what was told of them. @type {Map<string, {whispers: boolean, details: any}>} */
  const monitored = new Map();

  /** @param {string} sessionId @param {any} details */
  function monitor(sessionId, details) {
    if (!all.has(sessionId)) monitored.set(sessionId, { whispers: false, details });
    notify();
  }

  /** @param {string} sessionId */
  function unmonitor(sessionId) {
    if (monitored.delete(sessionId)) notify();
  }

  /** It is this page's own call from now on. @param {string} sessionId */
  function takeOver(sessionId) {
    const heard = monitored.get(sessionId);
    if (!heard) return;
    monitored.delete(sessionId);
    prune();
    CREATE.callIn({ ...heard.details, sessionId });
    onEvent('userAccessed', { sessionId });
  }

  /** @param {string} sessionId @param {boolean} on */
  function whisper(sessionId, on) {
    const heard = monitored.get(sessionId);
    if (heard) heard.whispers = on;
    notify();
  }

  /** The server's list after a reload. @param {any[]} list */
  function restore(list) {
    for (const one of list) {
      if (one.state === 'monitoring') monitor(one.sessionId, one);
      if (one.state === 'monitoring' || all.has(one.sessionId)) continue;
      all.set(one.sessionId, newSession({
        sessionId: one.sessionId,
        type: one.type ?? 'phone',
        direction: one.direction,
        state: /** @type {SessionState} */ (SNAPSHOT_STATES[/** @type {keyof SNAPSHOT_STATES} */ (one.state)]),
        number: VISITS.includes(one.type) ? '' : one.direction === 'out' ? one.calleePhoneNumber : one.callerPhoneNumber,
        phoneDesc: one.nickname || one.phoneDesc || '',
        details: { ...one, ...(one.type === 'im' ? { remark: one.phoneDesc } : {}) },
        held: one.held === true,
        consult: one.consult ?? '',
        cameraMuted: one.cameraMuted === true,
        muted: one.muted === true,
        startMs: one.startMs,
        answerMs: one.answerMs,
        timeout: one.timeout ?? 0,
        channel: one.media?.channel ?? -1,
      }));
    }
    notify();
  }

  /** @param {string} sessionId @param {Partial<Session>} fields */
  function patch(sessionId, fields) {
    const session = all.get(sessionId);
    if (!session) return;
    Object.assign(session, fields);
    notify();
  }

  /** Whether some call needs the microphone: every outbound one, and inbound ones once answered. Video has its own tracks. */
  const needMic = () => [...all.values()].some(({ type, state }) => VOICE.includes(type) && state !== 'ended' && state !== 'ringingIn') ||
    [...monitored.values()].some(({ whispers }) => whispers);

  /** Whether a contact rings that will need it when it is answered. */
  const isMicAwaited = () => [...all.values()].some(({ type, state }) => VOICE.includes(type) && state === 'ringingIn');

  /** What the leading tab knows and no event tells. @param {{sessionId: string, state: string, muted?: boolean}[]} list */
  function mirror(list) {
    const heard = list.filter(({ state }) => state === 'monitoring');
    for (const one of heard) if (!monitored.has(one.sessionId)) monitor(one.sessionId, one);
    for (const sessionId of [...monitored.keys()]) if (!heard.some((one) => one.sessionId === sessionId)) unmonitor(sessionId);
    for (const { sessionId, muted = false } of list) {
      const session = all.get(sessionId);
      if (session && session.muted !== muted) patch(sessionId, { muted });
    }
  }

  return {
    onEvent, restore, patch, mirror, needMic, isMicAwaited, monitor, unmonitor, takeOver, whisper,
    /** Whether something is to be heard without a microphone. */
    isListening: () => monitored.size > 0,
    get: (/** @type {string} */ sessionId) => all.get(sessionId),
    list: () => [...all.values()],
    onChannel: (/** @type {number} */ channel) => [...all.values()].find((one) => one.channel === channel),
  };
}
/** @typedef {ReturnType<typeof createSessions>} Sessions */
