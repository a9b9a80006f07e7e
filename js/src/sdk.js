/** sdk.js: one SDK instance: core, audio, data channel and call bar put together, and window.tccc's face. Layer: page. */
import { Audio } from './audio.js';
import { createAdmin } from './api_admin.js';
import { createAgentApi } from './api_agent.js';
import { createBus } from './bus.js';
import { createCallApi } from './api_call.js';
import { createChatApi } from './api_chat.js';
import { createChatLog } from './chat_log.js';
import { createConsultApi, createSuperviseApi } from './api_supervise.js';
import { createDataChannelPath } from './data_channel.js';
import { createDevicesApi } from './api_devices.js';
import { createEmitter, events } from './events.js';
import { createEquipment } from './equipment.js';
import { createSessions } from './sessions.js';
import { createVideoApi } from './api_video.js';
import { createVideos } from './video.js';
import { createUiApi } from './api_ui.js';
import { createUserSettings } from './user_settings.js';
import { hiddenButtons } from './button_config.js';
import { closeMicrophone, openMicrophone } from './microphone.js';
import { newUuid } from './uuid.js';
import { isBrowserSupported, isEnvSupported } from './env.js';
import { resumeStore } from './resume_store.js';
import { Screens } from './screens.js';
import { startCoreThread } from './core_thread.js';
import { tcccError } from './errors.js';
import { canShare, createTabPage, groupName } from './tabs/tab_page.js';
import { VERSION } from 'tccc:version';

/** @param {string} base @param {string} origin */
function urlsOf(base, origin) {
  const socket = origin.replace(/^http/, 'ws');
  return { core: `${base}core.wasm`, seat: `${socket}/v1/seat`, media: `${socket}/v1/media` };
}

/** @param {import('./errors.js').TcccError | any} error */
const plainError = ({ code, errorMsg, remedy }) => ({ code, message: errorMsg, errorMsg, remedy });

/** @param {unknown} error */
const isCspFault = (error) => /CompileError|Content Security Policy|unsafe-eval|blocked by CSP/i.test(String(error));

/** @param {any} error @returns {import('./errors.js').TcccError} */
const faultError = (error) =>
  (error.status === 'error' ? error : tcccError(isCspFault(error) ? 'CSP_BLOCKED' : 'INTERNAL'));

/** In a task of its own; a timer of a hidden page would come late. @param {() => void} work */
function later(work) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    work();
  };
  port2.postMessage(null);
}

/** What the core's thread sends. @type {Record<string, (sdk: Sdk, message: any) => void>} */
const FROM_CORE = {
  event: (sdk, message) => sdk.onCoreEvent(message),
  result: (sdk, { result }) => sdk.bus.answer(result),
  media: (sdk, { order }) => MEDIA[order.op]?.(sdk, order),
  store: (sdk, { token }) => sdk.store.set(token),
  dataChannel: (sdk) => sdk.dataChannel?.open(),
  dataChannelClose: (sdk) => sdk.dataChannel?.close(),
  fault: (sdk, { message }) => sdk.onCoreFault(message),
  lead: (sdk, { isLeader }) => sdk.tabs.lead(isLeader),
  mirror: (sdk, { sessions }) => sdk.sessions.mirror(sessions),
  pageCommand: (sdk, command) => { sdk.tabs.serve(command); },
};

/** What the page does at an order for the voice engine. @type {Record<string, (sdk: Sdk, order: any) => void>} */
const MEDIA = {
  prepare: (sdk) => { sdk.audio.start().catch((error) => sdk.onEngineFault(error)); },
  iceServers: (sdk, { servers }) => sdk.videos.setIceServers(servers),
  video: (sdk, order) => {
    sdk.sessions.patch(order.sessionId, { muted: order.audioMuted, cameraMuted: order.videoMuted });
    sdk.videos.order(order);
  },
  tone: (sdk, { name }) => sdk.audio.tone(name),
  open: (sdk, { channel, sessionId }) => {
    sdk.sessions.patch(sessionId, { channel });
  },
  direct: (sdk, { channel, send, receive, muted }) => {
    if (send) sdk.acquire().catch((error) => sdk.emit(events.micError, plainError(error)));
    else if (receive) sdk.audio.play().catch((error) => sdk.onEngineFault(error)); /* a monitor */
    const session = sdk.sessions.onChannel(channel);
    if (session && session.muted !== muted) sdk.sessions.patch(session.sessionId, { muted });
  },
  close: (sdk, { channel }) => {
    const session = sdk.sessions.onChannel(channel);
    if (session) sdk.sessions.patch(session.sessionId, { channel: -1 });
  },
};

/** What else the page does at an event before its listeners are called. @type {Record<string, (sdk: Sdk, fields: any) => void>} */
const ON_EVENT = {
  ready: (sdk) => sdk.onReady(),
  callIn: (sdk, { sessionId, autoAnswer, type }) => {
    sdk.warm();
    if (autoAnswer && sdk.tabs.isLeader()) sdk.tccc[type === 'video' ? 'Video' : 'Call'].accept({ sessionId });
  },
  callOuted: (sdk) => sdk.warm(),
  videoCodec: (sdk, { sessionId, codec }) => sdk.videos.agree(sessionId, codec),
  sessionEnded: (sdk, { sessionId }) => sdk.videos.drop(sessionId),
  autoTransfer: (sdk, { sessionId }) => sdk.videos.drop(sessionId),
  statusChanged: (sdk, { status }) => { sdk.status = status; },
  noiseReduction: (sdk, { level }) => { if (!sdk.tabs.isLeader()) sdk.reduceNoise(level); },
  tokenExpired: (sdk) => sdk.bus.close('TOKEN_EXPIRED'),
  reconnected: (sdk) => sdk.equipment.signedIn(), /* what the server was told meanwhile may be lost */
  audioBlocked: (sdk, { blocked }) => sdk.tabs.onBlocked(blocked),
  ringBlocked: (sdk) => sdk.tabs.takeSound(),
  kickedOut: (sdk) => {
    sdk.status = 'offline';
    sdk.store.clear();
    sdk.bus.close('KICKED');
  },
};

export class Sdk {
  /** @param {import('./script.js').ScriptConfig} config */
  constructor(config) {
    this.config = config;
    this.emitter = createEmitter();
    this.store = resumeStore(config);
    this.tabUuid = newUuid();
    this.status = 'offline';
    this.micUsers = 0;
    this.isDestroyed = false;
    /** @type {boolean | undefined} */
    this.wasSignedIn = undefined;
    /** @type {import('./core_thread.js').CoreThread | null} */
    this.thread = null;
    /** @type {[object, Transferable[]][]} what waits for the thread */
    this.early = [];
    /** @type {ReturnType<typeof createDataChannelPath> | null} */
    this.dataChannel = null;
    this.bus = createBus((id, text) => this.post({ k: 'command', id, text }));
    this.tabs = createTabPage({
      bus: this.bus, post: (message) => this.post(message), tccc: () => this.tccc,
      onLead: (isLeader) => this.onLead(isLeader), borrowMic: this.borrowMic.bind(this),
    });
    this.audio = new Audio(config, () => this.voicePort(), (name, fields) => this.emit(name, fields), () => this.settings.get().noiseReduction);
    this.settings = createUserSettings();
    /** Ends what another page's choices would change here. */
    this.unfollow = () => {};
    this.admin = createAdmin({ bus: this.bus });
    this.sessions = createSessions(() => this.onSessions());
    this.chatLog = createChatLog(config.origin);
    this.videos = createVideos({
      ask: this.bus.request,
      onStreams: (sessionId) => this.emitter.emit(events.videoStreams, { sessionId }),
      onError: (error) => this.emitter.emit(events.warning, plainError(error)),
      chosen: () => ({ cameraId: this.equipment.devices.selected().camera ?? '', microphoneId: this.audio.microphoneId }),
    });
    this.screens = new Screens({
      config, face: () => this.tccc, sessions: this.sessions, emitter: this.emitter, settings: this.settings, isFirstLogin: () => this.isFirstLogin(),
      hasSound: () => this.tabs.isLeader(),
    });
    this.equipment = createEquipment({
      config, audio: this.audio, bus: this.bus, emitter: this.emitter, sessions: this.sessions, settings: this.settings,
      emit: (name, fields) => this.emit(name, fields), isLeader: this.tabs.isLeader,
      borrowMic: this.borrowMic.bind(this),
    });
    this.equipment.devices.onCamera = (deviceId) => { this.videos.useCamera(deviceId).catch((error) => this.emitter.emit(events.warning, plainError(error))); };
    /** @type {any} */
    this.tccc = this.face();
  }

  /** The kept settings and what listens to devices. */
  settle() {
    this.settings.subscribe((_, { noiseReduction }) => { if (noiseReduction) this.reduceNoise(noiseReduction); });
    this.unfollow = this.settings.follow();
    this.equipment.begin();
  }

  /** @param {import('./user_settings.js').UserSettings['noiseReduction']} level */
  reduceNoise(level) {
    if (!this.audio.isOurProcessing()) return;
    if (this.tabs.isLeader() || this.audio.graph) this.audio.setNoiseSuppression(level).catch((error) => this.audio.warn(error));
    else this.audio.noise = level; /* for when it leads */
  }

  /** The worklet's end of a new channel between it and the core. */
  voicePort() {
    const { port1, port2 } = new MessageChannel();
    this.post({ k: 'voice', port: port1 }, [port1]);
    return port2;
  }

  /** window.tccc. */
  face() {
    const { audio, bus, emitter, screens, sessions, settings, tabs } = this;
    const withMic = (/** @type {() => Promise<any>} */ work) => this.withMic(work);
    const Call = tabs.atLeader('Call', {
      ...createCallApi({ bus, sessions, audio, withMic, emit: (name, fields) => this.emit(name, fields) }),
      ...createSuperviseApi({ bus, sessions, withMic }),
      consult: createConsultApi({ bus }),
    });
    const Agent = createAgentApi({ bus, status: () => this.status });
    const Video = createVideoApi({ bus, sessions, videos: this.videos });
    const { on, off, removeAllListeners } = emitter;
    return {
      Call, Chat: createChatApi({ bus, log: this.chatLog, origin: this.config.origin }), Video, Agent, Admin: this.admin.api, Devices: tabs.atLeader('Devices', createDevicesApi(this.equipment)), UI: createUiApi({ screens, settings }), events, on, off,
      callOut: Call.callOut,
      isBrowserSupported: () => isBrowserSupported(),
      isEnvSupported: () => isEnvSupported(),
      overrideButtonConfig: (/** @type {any} */ change) => screens.ask('setHiddenButtons', hiddenButtons(change)),
      timer: { emitter: { on, off, removeAllListeners } },
      version: VERSION,
      destroy: () => this.destroy(),
    };
  }

  /** Why this page cannot sign in: the event to tell it by and its error; null when it can. */
  obstacle() {
    if (!isBrowserSupported()) return { event: events.warning, error: tcccError('BROWSER_UNSUPPORTED') };
    if (!this.config.token && !this.store.get()) return { event: events.tokenExpired, error: tcccError('TOKEN_INVALID') };
    return null;
  }

  /** window.tccc stands when the script has run; what asks the browser's other processes comes after: each of them would hold the page up. */
  begin() {
    later(() => {
      if (this.isDestroyed) return;
      this.startCore();
      this.settle();
    });
  }

  async startCore() {
    const found = this.obstacle();
    if (found) {
      this.bus.close(found.error.code);
      this.emitter.emit(found.event, plainError(found.error));
      return;
    }
    const thread = await startCoreThread(this.config, {
      onMessage: (message) => { if (!this.isDestroyed) FROM_CORE[message.k]?.(this, message); },
      onFault: (text) => this.onCoreFault(text),
    });
    if (this.isDestroyed) thread.stop();
    else this.useThread(thread);
  }

  /** Whether this is no reload of a page that was signed in: as it was before the core told a new token. */
  isFirstLogin() {
    this.wasSignedIn ??= this.store.get() !== '';
    return !this.wasSignedIn;
  }

  /** @param {import('./core_thread.js').CoreThread} thread */
  useThread(thread) {
    this.thread = thread;
    this.isFirstLogin();
    const post = this.post.bind(this);
    this.dataChannel = createDataChannelPath({ ask: this.bus.ask, post, isWorker: thread.isWorker, iceServers: () => this.videos.iceServers() });
    if (!thread.isWorker) this.emitter.emit(events.warning, { ...plainError(tcccError('CSP_BLOCKED')), mode: 'page' });
    const shared = this.shareOrNot(thread.isWorker) ? groupName(this.config) : '';
    post({ k: 'start', urls: urlsOf(this.config.base, this.config.origin), seat: this.seat(), shared });
    for (const [message, transfer] of this.early.splice(0)) post(message, transfer);
  }

  /** @param {boolean} isWorker whether the core has a thread of its own */
  shareOrNot(isWorker) {
    if (!this.config.shared) return false;
    if (isWorker && canShare()) this.tabs.share();
    else this.emitter.emit(events.warning, plainError(tcccError('TABS_UNSUPPORTED')));
    return this.tabs.isShared();
  }

  seat() {
    const { config, store, tabUuid } = this;
    return { token: config.token, resumeToken: store.get(), tabUuid, sdkVersion: VERSION, autoOnline: true };
  }

  /** @param {object} message @param {Transferable[]} [transfer] */
  post(message, transfer = []) {
    if (this.thread) this.thread.post(message, transfer);
    else this.early.push([message, transfer]);
  }

  /** @param {{event: string, data: any}} message */
  onCoreEvent({ event, data: told }) {
    const data = this.chatLog.onEvent(event, told);
    this.sessions.onEvent(event, data);
    ON_EVENT[event]?.(this, data);
    if (event === 'error') this.emitter.emit(events.warning, plainError(tcccError(data.code, data.message, data.remedy)));
    else this.emitter.emit(event, data);
  }

  /** Of this page's own, told in all tabs that share the seat. @param {string} name @param {object} [fields] */
  emit(name, fields = {}) {
    if (!this.tabs.isShared()) this.emitter.emit(name, fields);
    else if (this.tabs.isLeader()) this.post({ k: 'pageEvent', event: name, data: fields }); /* the others hear it from there */
  }

  /** Sound and microphone are in the tab that leads, and there only. @param {boolean} isLeader */
  onLead(isLeader) {
    this.equipment.update();
    this.listen();
    this.warmMic();
    if (isLeader) {
      this.audio.isBlocked = this.tabs.isSoundBlocked(); /* what the others were told of the one before */
      return;
    }
    this.dataChannel?.close();
    for (const { sessionId, channel } of this.sessions.list()) if (channel >= 0) this.sessions.patch(sessionId, { channel: -1 });
    this.audio.tone('none');
    this.audio.release();
  }

  async acquire() {
    await this.audio.acquire();
    if (!this.tabs.isLeader()) this.audio.release();
  }

  /** A call is coming: this tab may have to go on with its sound. */
  warm() {
    this.audio.preload().catch((error) => this.onEngineFault(error));
  }

  onReady() {
    this.bus.open();
    this.bus.request('Session.list').then(({ sessions }) => this.restore(sessions ?? []), () => {});
    this.admin.load();
    this.equipment.signedIn();
    if (!this.tabs.isLeader()) return;
    this.warm();
    this.audio.stand();
  }

  /** @param {any[]} sessions */
  restore(sessions) {
    this.sessions.restore(sessions);
    const open = sessions.filter(({ type, state }) => type === 'im' && state === 'talking');
    for (const { sessionId } of open) this.chatLog.load(this.bus.request, { sessionId }).then(() => this.screens.onSessions(), () => {}); /* Chat.getHistory tells why */
  }

  onSessions() {
    this.listen();
    this.screens.onSessions();
    this.equipment?.update();
    this.warmMic();
    this.releaseMic();
  }

  /** While a contact rings the microphone is opened where nobody is asked for it, so that the answer does not wait for it. */
  isMicWarm() {
    return this.tabs.isLeader() && this.sessions.isMicAwaited() && this.equipment.isMicGranted();
  }

  /** What hinders it, the answer tells. */
  warmMic() {
    if (!this.audio.mic && this.isMicWarm()) this.acquire().then(() => this.releaseMic(), () => {});
  }

  /** What needs no microphone is heard in the tab that leads. */
  listen() {
    this.audio.listen(this.sessions.isListening() && this.tabs.isLeader()).catch(() => {});
  }

  releaseMic() {
    if (this.micUsers === 0 && !this.sessions.needMic() && !this.isMicWarm()) this.audio.release();
  }

  /** Runs `work` with the microphone open; without one the call is not touched. @param {() => Promise<any>} work */
  async withMic(work) {
    this.bus.check(); /* before ready and after destroy no one is asked in vain */
    if (this.tabs.isLeader()) return this.borrowMic(work);
    await this.askForMic();
    return work(); /* the tab that leads opens its own */
  }

  /** Browsers ask nobody in a hidden tab, and the one that leads may be one: the tab that is looked at asks, for all of its origin. */
  async askForMic() {
    if (document.hidden || !this.equipment.isMicAsked()) return;
    closeMicrophone(await openMicrophone('', false));
  }

  /** @param {() => Promise<any>} work */
  async borrowMic(work) {
    this.micUsers += 1;
    try {
      await this.acquire();
      return await work();
    } finally {
      this.micUsers -= 1;
      this.releaseMic();
    }
  }

  /** @param {any} error */
  onEngineFault(error) {
    this.emitter.emit(events.warning, plainError(faultError(error)));
  }

  /** The core is gone: nothing more can be done. @param {string} text */
  onCoreFault(text) {
    const error = faultError(text);
    this.bus.close(error.code);
    this.emitter.emit(events.warning, { ...plainError(error), detail: text });
  }

  destroy() {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.unfollow();
    this.bus.close('DESTROYED');
    this.status = 'offline';
    this.screens.dispose();
    this.equipment.dispose();
    this.tabs.dispose();
    this.dataChannel?.close();
    this.audio.dispose();
    this.videos.dispose();
    this.thread?.post({ k: 'stop' });
    this.thread?.stop();
    this.emitter.removeAllListeners();
  }
}
