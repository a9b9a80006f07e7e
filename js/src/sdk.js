/** sdk.js: one SDK instance: core, audio, data channel and call bar put together, and window.tccc's face. Layer: page. */
import { createAgentApi } from './api_agent.js';
import { createAudio } from './audio.js';
import { createBus } from './bus.js';
import { createCallApi } from './api_call.js';
import { createDataChannelPath } from './data_channel.js';
import { createDevicesApi } from './api_devices.js';
import { createEmitter, events } from './events.js';
import { createSessions } from './sessions.js';
import { createUi } from './ui/ui.js';
import { isBrowserSupported, isEnvSupported } from './env.js';
import { resumeStore } from './resume_store.js';
import { startCoreThread } from './core_thread.js';
import { tcccError } from './errors.js';
import { VERSION } from 'tccc:version';

/** @param {string} base @param {string} origin */
function urlsOf(base, origin) {
  const socket = origin.replace(/^http/, 'ws');
  return { core: `${base}core.wasm`, seat: `${socket}/v1/seat`, media: `${socket}/v1/media` };
}

/** @returns {string} crypto.randomUUID exists only in secure contexts */
function newUuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** @param {import('./script.js').ScriptConfig} config */
export function createSdk(config) {
  const emitter = createEmitter();
  const store = resumeStore(config);
  const tabUUID = newUuid();
  let status = 'offline';
  let micUsers = 0;
  /** @type {import('./core_thread.js').CoreThread | null} */
  let thread = null;
  /** @type {[object, Transferable[]][]} what waits for the thread */
  const early = [];
  let isDestroyed = false;

  /** @param {object} message @param {Transferable[]} [transfer] */
  function post(message, transfer = []) {
    if (thread) thread.post(message, transfer);
    else early.push([message, transfer]);
  }

  const bus = createBus((command) => post({ k: 'command', command }));
  /** Orders wait in the port until the worklet stands. */
  const voicePorts = new MessageChannel();
  post({ k: 'voice', port: voicePorts.port1 }, [voicePorts.port1]);
  const audio = createAudio(config, { voicePort: voicePorts.port2, emit: emitter.emit });
  /** @type {ReturnType<typeof createDataChannelPath> | null} */
  let dataChannel = null;
  const sessions = createSessions(onSessions);
  const Call = createCallApi({ bus, sessions, audio, withMic });
  const Agent = createAgentApi({ bus, status: () => status });
  const Devices = createDevicesApi({ audio });
  const ui = createUi({
    config, Call, Agent, sessions, emitter, quality: (/** @type {number} */ channel) => audio.stats(channel),
  });

  function onSessions() {
    ui.update();
    releaseMic();
  }

  function releaseMic() {
    if (micUsers === 0 && !sessions.needMic()) audio.release();
  }

  /** Runs `work` with the microphone open; without one the call is not touched. @param {() => Promise<any>} work */
  async function withMic(work) {
    await bus.request('Session.list'); /* refuses before ready and after destroy, so that no one is asked in vain */
    micUsers += 1;
    try {
      await audio.acquire();
      return await work();
    } finally {
      micUsers -= 1;
      releaseMic();
    }
  }

  /** @type {Record<string, (order: any) => void>} */
  const MEDIA = {
    prepare: () => { audio.start().catch(onEngineFault); },
    tone: ({ name }) => audio.tone(name !== 'none'),
    open: ({ channel, sessionId }) => {
      sessions.patch(sessionId, { channel });
      audio.acquire().catch((error) => emitter.emit(events.micError, plainError(error)));
    },
    direct: ({ channel, muted }) => {
      const session = sessions.list().find((one) => one.channel === channel);
      if (session && session.muted !== muted) sessions.patch(session.sessionId, { muted });
    },
    close: ({ channel }) => {
      const session = sessions.list().find((one) => one.channel === channel);
      if (session) sessions.patch(session.sessionId, { channel: -1 });
    },
  };

  /** @type {Record<string, (fields: any) => void>} */
  const ON_EVENT = {
    error: (fields) => emitter.emit(events.warning, { ...fields, errorMsg: fields.message }),
    ready: (fields) => {
      bus.open();
      bus.request('Session.list').then(({ sessions: list }) => sessions.restore(list ?? []), () => {});
      audio.preload().catch(onEngineFault);
      emitter.emit(events.ready, { ...fields, tabUUID });
    },
    statusChanged: (fields) => {
      status = fields.status;
      emitter.emit(events.statusChanged, fields);
    },
    kickedOut: (fields) => {
      status = 'offline';
      store.clear();
      bus.close('KICKED');
      emitter.emit(events.kickedOut, fields);
    },
    tokenExpired: (fields) => {
      bus.close('TOKEN_EXPIRED');
      emitter.emit(events.tokenExpired, fields);
    },
  };

  /** @param {{event: string, data: any}} message */
  function onCoreEvent({ event, data }) {
    sessions.onEvent(event, data);
    if (ON_EVENT[event]) ON_EVENT[event](data);
    else emitter.emit(event, data);
    ui.update();
  }

  /** @type {Record<string, (message: any) => void>} */
  const FROM_CORE = {
    event: onCoreEvent,
    result: ({ result }) => bus.answer(result),
    media: ({ order }) => MEDIA[order.op]?.(order),
    store: ({ token }) => store.set(token),
    dataChannel: () => dataChannel?.open(),
    dataChannelClose: () => dataChannel?.close(),
    fault: ({ message }) => onCoreFault(message),
  };

  /** @param {any} error */
  function onEngineFault(error) {
    const known = error.status === 'error' ? error : tcccError(isCspFault(error) ? 'CSP_BLOCKED' : 'INTERNAL');
    emitter.emit(events.warning, plainError(known));
  }

  /** The core is gone: nothing more can be done. @param {string} text */
  function onCoreFault(text) {
    const error = tcccError(isCspFault(text) ? 'CSP_BLOCKED' : 'INTERNAL');
    bus.close(error.code);
    emitter.emit(events.warning, { ...plainError(error), detail: text });
  }

  /** Why this page cannot sign in: the event to tell it by and its error; null when it can. */
  function obstacle() {
    if (!isBrowserSupported()) return { event: events.warning, error: tcccError('BROWSER_UNSUPPORTED') };
    if (!config.token && !store.get()) return { event: events.tokenExpired, error: tcccError('TOKEN_INVALID') };
    return null;
  }

  async function begin() {
    const found = obstacle();
    if (found) {
      bus.close(found.error.code);
      emitter.emit(found.event, plainError(found.error));
      return;
    }
    const started = await startCoreThread(config, {
      onMessage: (message) => !isDestroyed && FROM_CORE[message.k]?.(message),
      onFault: onCoreFault,
    });
    if (isDestroyed) {
      started.stop();
      return;
    }
    thread = started;
    dataChannel = createDataChannelPath({ ask: bus.ask, post, isWorker: started.isWorker });
    if (!started.isWorker) emitter.emit(events.warning, { ...plainError(tcccError('CSP_BLOCKED')), mode: 'page' });
    post({ k: 'start', urls: urlsOf(config.base, config.origin), seat: seat() });
    for (const [message, transfer] of early.splice(0)) post(message, transfer);
  }

  const seat = () => ({
    token: config.token, resumeToken: store.get(), tabUuid: tabUUID, sdkVersion: VERSION, autoOnline: true,
  });

  function destroy() {
    if (isDestroyed) return;
    isDestroyed = true;
    bus.close('DESTROYED');
    status = 'offline';
    ui.dispose();
    dataChannel?.close();
    audio.dispose();
    thread?.post({ k: 'stop' });
    thread?.stop();
    emitter.removeAllListeners();
  }

  const timerEmitter = { on: emitter.on, off: emitter.off, removeAllListeners: emitter.removeAllListeners };

  const tccc = {
    Call, Agent, Devices, UI: ui.api, events,
    on: emitter.on,
    off: emitter.off,
    callOut: Call.callOut,
    isBrowserSupported: () => isBrowserSupported(),
    isEnvSupported: () => isEnvSupported(),
    overrideButtonConfig: ui.overrideButtonConfig,
    timer: { emitter: timerEmitter },
    version: VERSION,
    destroy,
  };
  return { tccc, begin, config, isDestroyed: () => isDestroyed };
}
/** @typedef {ReturnType<typeof createSdk>} Sdk */

/** @param {import('./errors.js').TcccError | any} error */
const plainError = ({ code, errorMsg, remedy }) => ({ code, message: errorMsg, errorMsg, remedy });

/** @param {unknown} error */
const isCspFault = (error) => /CompileError|Content Security Policy|unsafe-eval|blocked by CSP/i.test(String(error));
