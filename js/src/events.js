/**
 * events.js: listeners of tccc.on and tccc.off. Layer: page.
 * A payload is flat; `data`, not enumerable, points at the same fields, because published samples read either.
 */

/** @typedef {(payload: any) => void} Listener */

/** The documented names first, then ours, from progress on. */
export const events = Object.freeze({
  ready: 'ready',
  tokenExpired: 'tokenExpired',
  callIn: 'callIn',
  userAccessed: 'userAccessed',
  sessionEnded: 'sessionEnded',
  callOuted: 'callOuted',
  calloutAccepted: 'calloutAccepted',
  statusChanged: 'statusChanged',
  kickedOut: 'kickedOut',
  autoTransfer: 'autoTransfer',
  transfer: 'transfer',
  asr: 'asr',
  sessionCompleted: 'sessionCompleted',
  message: 'message',
  typing: 'typing',
  messageRead: 'messageRead',
  videoMuted: 'videoMuted',
  videoCodec: 'videoCodec',
  videoStreams: 'videoStreams',
  progress: 'progress',
  held: 'held',
  selfService: 'selfService',
  consult: 'consult',
  monitorEnded: 'monitorEnded',
  audioBlocked: 'audioBlocked',
  micError: 'micError',
  micLost: 'micLost',
  micRestored: 'micRestored',
  devicesChanged: 'devicesChanged',
  noiseReduction: 'noiseReduction',
  volume: 'volume',
  quality: 'quality',
  ringBlocked: 'ringBlocked',
  connectionLost: 'connectionLost',
  reconnecting: 'reconnecting',
  reconnected: 'reconnected',
  mediaPath: 'mediaPath',
  warning: 'warning',
});

/** Rare ones that may come before the page listens: kept for listeners that come late. @type {Set<string>} */
const STICKY = new Set([events.ready, events.tokenExpired, events.warning]);

/** So many of one name are kept: the newest. */
const KEPT_MAX = 16;

/** @param {object} [fields] @returns {any} */
export function eventPayload(fields) {
  const payload = { ...fields };
  Object.defineProperty(payload, 'data', { value: { ...fields }, enumerable: false });
  return payload;
}

/** A listener's fault goes to window.onerror, never into the engine. @param {unknown} error */
function reportFault(error) {
  if (typeof reportError === 'function') reportError(error);
  else console.error(error);
}

/** @param {(error: unknown) => void} [report] */
export function createEmitter(report = reportFault) {
  /** @type {Map<string, Listener[]>} */
  const listeners = new Map();
  /** @type {Map<string, object[]>} */
  const kept = new Map();
  /** @type {((name: string, fields: object) => void)[]} of the SDK's own screens: no page can take them away */
  const taps = [];

  /** @param {Listener} listener @param {object} [fields] */
  function deliver(listener, fields) {
    try {
      listener(eventPayload(fields));
    } catch (error) {
      report(error);
    }
  }

  const isListening = (/** @type {string} */ name, /** @type {Listener} */ listener) =>
    (listeners.get(name) ?? []).includes(listener);

  /** @param {string} name @param {Listener} listener @param {object} fields */
  const deliverLate = (name, listener, fields) =>
    Promise.resolve().then(() => isListening(name, listener) && deliver(listener, fields));

  /** @param {string} name @param {Listener} listener */
  function on(name, listener) {
    if (typeof listener !== 'function') throw new TypeError('tccc.on: the second argument must be a function.');
    listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    for (const fields of kept.get(name) ?? []) deliverLate(name, listener, fields);
  }

  /** @param {string} name @param {Listener} listener */
  function off(name, listener) {
    const list = listeners.get(name) ?? [];
    const at = list.indexOf(listener);
    if (at >= 0) listeners.set(name, [...list.slice(0, at), ...list.slice(at + 1)]);
  }

  /** @param {string} name @param {object} [fields] */
  function emit(name, fields = {}) {
    if (STICKY.has(name)) kept.set(name, [...(kept.get(name) ?? []), fields].slice(-KEPT_MAX));
    for (const tap of taps) tap(name, fields);
    for (const listener of listeners.get(name) ?? []) deliver(listener, fields);
  }

  /** Hears every event before the page does. @param {(name: string, fields: object) => void} listener */
  const tap = (listener) => taps.push(listener);

  /** @param {string} [name] */
  function removeAllListeners(name) {
    if (name === undefined) listeners.clear();
    else listeners.delete(name);
  }

  return { on, off, emit, tap, removeAllListeners };
}
/** @typedef {ReturnType<typeof createEmitter>} Emitter */
