/**
 * api_supervise.js: the parts of tccc.Call for a third party (consult) and for supervisors. Layer: page, namespaces.
 * Who may supervise, and what fits the state of a call, the core and the server decide.
 */
import { apiPromise } from './promise.js';

/** @param {any} options @returns {any} */
const sessionArgs = (options) => (typeof options === 'string' ? { sessionId: options } : { ...options });

/** @param {{bus: import('./bus.js').Bus}} sdk */
export function createConsultApi({ bus }) {
  /** @param {string} cmd */
  const plain = (cmd) => (/** @type {any} */ options) => apiPromise(bus.request(`Call.consult.${cmd}`, sessionArgs(options)));
  return {
    start: plain('start'), complete: plain('complete'), cancel: plain('cancel'), conference: plain('conference'), leave: plain('leave'),
  };
}

/**
 * @param {{bus: import('./bus.js').Bus, sessions: import('./sessions.js').Sessions,
 *          withMic: (work: () => Promise<any>) => Promise<any>}} sdk
 */
export function createSuperviseApi({ bus, sessions, withMic }) {
  /** @param {any} options */
  async function monitor(options) {
    const args = sessionArgs(options);
    const data = await bus.request('Call.monitor', args);
    if (!args.textOnly) sessions.monitor(args.sessionId, data);
    return data;
  }

  /** @param {any} options */
  async function unmonitor(options) {
    const args = sessionArgs(options);
    const data = await bus.request('Call.unmonitor', args);
    sessions.unmonitor(args.sessionId);
    return data;
  }

  /** The microphone is open while the agent hears it. @param {any} options */
  async function whisper(options) {
    const args = sessionArgs(options);
    const request = () => bus.request('Call.whisper', args).then((data) => {
      sessions.whisper(args.sessionId, args.on === true);
      return data;
    });
    return args.on === true ? withMic(request) : request();
  }

  /** @param {any} options */
  const intercept = (options) => withMic(async () => {
    const args = sessionArgs(options);
    const data = await bus.request('Call.intercept', args);
    sessions.takeOver(args.sessionId);
    return data;
  });

  /** @param {(options?: any) => Promise<any>} work */
  const api = (work) => (/** @type {any} */ options) => apiPromise(work(options));
  return {
    monitor: api(monitor), unmonitor: api(unmonitor), whisper: api(whisper), intercept: api(intercept),
    kick: api((options) => bus.request('Call.kick', sessionArgs(options))),
    getRunningSessions: api((options) => bus.request('Call.getRunningSessions', options)),
  };
}
