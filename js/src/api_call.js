/** api_call.js: tccc.Call. Layer: page, namespaces. Source: the documented agent SDK; shapes of promise.js. */
import { apiPromise } from './promise.js';
import { events } from './events.js';
import { tcccError } from './errors.js';
import { NOISE_LEVELS } from './voice_module.js';

/** Published samples pass {sessionId}, the documented table a bare string. @param {any} options @returns {any} */
const sessionArgs = (options) => (typeof options === 'string' ? { sessionId: options } : { ...options });

/**
 * @param {{bus: import('./bus.js').Bus, sessions: import('./sessions.js').Sessions,
 *          audio: import('./audio.js').Audio, withMic: (work: () => Promise<any>) => Promise<any>, emit: (name: string, fields: object) => void}} sdk
 */
export function createCallApi({ bus, sessions, audio, withMic, emit }) {
  /** @param {string} cmd */
  const plain = (cmd) => (/** @type {any} */ options) => apiPromise(bus.request(`Call.${cmd}`, sessionArgs(options)));

  /** @param {string} cmd @param {boolean} muted */
  const mute = (cmd, muted) => (/** @type {any} */ options) => {
    const args = sessionArgs(options);
    return apiPromise(bus.request(`Call.${cmd}`, args).then((data) => {
      sessions.patch(args.sessionId, { muted });
      return data;
    }));
  };

  /** @param {string} cmd @param {any} args */
  const dial = (cmd, args) => apiPromise(withMic(async () => {
    const data = await bus.request(cmd, args);
    sessions.onEvent('callOuted', { ...data, phoneDesc: args.phoneDesc });
    return data;
  }));

  const startOutboundCall = (/** @type {any} */ options) => dial('Call.startOutboundCall', { ...options });

  /** @param {any} options */
  function accept(options) {
    const args = sessionArgs(options);
    return apiPromise(withMic(async () => {
      const data = await bus.request('Call.accept', args);
      sessions.onEvent('accepted', args);
      return data;
    }));
  }

  /** @param {any} options */
  async function stats(options) {
    const { sessionId } = sessionArgs(options);
    if (sessionId === undefined) throw tcccError('ARG_MISSING', 'The option sessionId is missing.');
    const session = sessions.get(sessionId);
    if (!session) throw tcccError('NOT_FOUND');
    const [voice, path] = await Promise.all([
      session.channel < 0 ? null : audio.stats(session.channel), bus.request('Media.stats')]);
    return { ...voice, path };
  }

  /** @param {any} options {level} */
  async function suppressNoise(options) {
    const level = options?.level;
    if (level === undefined) throw tcccError('ARG_MISSING', 'The option level is missing.');
    if (!Object.keys(NOISE_LEVELS).includes(level)) throw tcccError('ARG_RANGE', 'The option level must be "off", "low", "standard", "high" or "ai".');
    if (!audio.isOurProcessing()) throw tcccError('STATE', 'The browser does the processing (data-processing).', 'Load the script without data-processing.');
    await audio.setNoiseSuppression(level);
    emit(events.noiseReduction, { level }); /* tabs that share the seat go on with it when they lead */
  }

  return {
    startOutboundCall,
    callOut: startOutboundCall,
    startInternalCall: (/** @type {any} */ options) => dial('Call.startInternalCall', { ...options }),
    accept,
    end: plain('end'),
    hungUp: plain('hungUp'),
    deleteCall: plain('deleteCall'),
    muteMic: mute('muteMic', true),
    unmuteMic: mute('unmuteMic', false),
    isMicMuted: plain('isMicMuted'),
    hold: plain('hold'),
    unHold: plain('unHold'),
    sendDigits: plain('sendDigits'),
    transfer: plain('transfer'),
    startSelfService: plain('startSelfService'),
    stopSelfService: plain('stopSelfService'),
    setNoiseSuppression: (/** @type {any} */ options) => apiPromise(suppressNoise(options)),
    getStats: (/** @type {any} */ options) => apiPromise(stats(options)),
  };
}
