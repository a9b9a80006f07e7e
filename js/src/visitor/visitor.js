/** visitor.js: one visitor of a channel: its connection, sessions and messages. Layer: page, visitor. docs/chat.md. */
import { apiPromise } from '../promise.js';
import { createBus } from '../bus.js';
import { createChatLog } from '../chat_log.js';
import { createChatSend } from '../chat_send.js';
import { createEmitter } from '../events.js';
import { newUuid } from '../uuid.js';
import { resumeStore } from '../resume_store.js';
import { signIn } from './sign_in.js';
import { VisitorMedia } from './media.js';
import { startCoreThread } from '../core_thread.js';
import { tcccError } from '../errors.js';
import { VERSION } from 'tccc:version';

/** After these the seat is over and only a new sign-in helps. */
const OVER = ['CONNECTION_LOST', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'TOKEN_USED', 'PROTOCOL'];
/** As many pages as a visitor may have (docs/chat.md), and the time between their tries. */
const TRIES = 8;
const SPREAD_MS = 300;
const AGAIN_MS = [1000, 2000, 5000, 10000, 30000];

/** What the core's thread sends. @type {Record<string, (visitor: Visitor, message: any) => void>} */
const FROM_CORE = {
  event: (visitor, { event, data }) => visitor.onEvent(event, data),
  result: (visitor, { result }) => visitor.bus.answer(result),
  store: (visitor, { token }) => visitor.store.set(token),
  fault: (visitor, { message }) => visitor.fail(tcccError('INTERNAL', message)),
};

export class Visitor {
  /** @param {{base: string, origin: string, channel: string, nickname?: string, avatar?: string, clientData?: string,
   *   language?: string, remember: boolean, workerSrc: string}} config */
  constructor(config) {
    this.config = config;
    this.emitter = createEmitter();
    this.store = resumeStore({ origin: config.origin, sdkAppId: config.channel, userId: 'visitor' });
    this.log = createChatLog(config.origin);
    this.tabUuid = newUuid();
    this.sessionId = ''; /* of the chat */
    /** Of voice and video sessions. @type {Map<string, string>} */
    this.types = new Map();
    this.lastSessionId = ''; /* begun last, of any type */
    /** @type {VisitorMedia | null} */
    this.media = null;
    this.tries = 0;
    this.isDestroyed = false;
    /** @type {import('../core_thread.js').CoreThread | null} */
    this.thread = null;
    /** @type {((error: Error | null) => void) | null} whoever waits for the first ready */
    this.settle = null;
    this.bus = createBus((id, text) => this.thread?.post({ k: 'command', id, text }));
    this.sendMessage = createChatSend(this.bus.request, config.origin);
  }

  /** Signs in and resolves when the connection stands. Pages of one visitor that come at once take each other's token away: then again. */
  async connect() {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.signIn();
        return;
      } catch (error) {
        if (!/^TOKEN_/.test(/** @type {any} */ (error).code) || tries === TRIES || this.isDestroyed) throw error;
      }
      await new Promise((resolve) => { setTimeout(resolve, Math.random() * SPREAD_MS * tries); });
    }
  }

  async signIn() {
    const { base, origin, workerSrc, ...facts } = this.config;
    const told = await signIn({ origin, ...facts });
    this.visitorId = told.visitorId;
    this.channel = told.channel;
    const thread = await startCoreThread({ ...this.config, workerSrc }, {
      onMessage: (message) => { if (this.thread === thread) this.onMessage(message); },
      onFault: (text) => this.fail(tcccError('INTERNAL', text)),
    });
    if (this.isDestroyed) {
      thread.stop();
      throw tcccError('DESTROYED');
    }
    this.thread = thread;
    this.media = new VisitorMedia(thread, {
      config: this.config, ask: this.bus.ask, emit: this.emitter.emit, typeOf: (sessionId) => this.types.get(sessionId) ?? 'voip',
    });
    const ready = new Promise((resolve, reject) => { this.settle = (error) => (error ? reject(error) : resolve(undefined)); });
    const socket = origin.replace(/^http/, 'ws');
    thread.post({
      k: 'start',
      urls: { core: `${base}core.wasm`, seat: `${socket}/v1/seat`, media: `${socket}/v1/media` },
      seat: { token: told.token, resumeToken: this.store.get(), tabUuid: this.tabUuid, sdkVersion: VERSION, autoOnline: false, visitor: true },
    });
    await ready;
  }

  /** @param {any} message of the core's thread */
  onMessage(message) {
    FROM_CORE[message.k]?.(this, message);
    this.media?.take(message);
  }

  /** @param {string} event @param {any} told */
  onEvent(event, told) {
    const data = this.log.onEvent(event, told);
    if (event === 'callOuted') this.types.set(data.sessionId, data.type);
    if (event === 'videoCodec') this.media?.videos.agree(data.sessionId, data.codec);
    if (event === 'sessionEnded') this.media?.over(data);
    if (event === 'queued' && data.type === 'im') this.sessionId = data.sessionId;
    if (event === 'message' || (event === 'joined' && !this.types.has(data.sessionId))) this.sessionId = data.sessionId;
    if (event === 'ready') this.onReady();
    else if (event === 'error') this.onError(data);
    else if (event === 'kickedOut') this.onKicked(data);
    else if (event === 'tokenExpired') this.onError({ code: 'TOKEN_EXPIRED', message: data.message });
    else this.emitter.emit(event, data);
  }

  onReady() {
    this.tries = 0;
    this.bus.open();
    this.bus.request('Session.list').then(({ sessions }) => {
      const chat = sessions.find((/** @type {any} */ one) => one.type === 'im' && one.state !== 'ended');
      if (chat) this.sessionId = chat.sessionId;
      for (const { sessionId, type, state } of sessions) {
        if (type === 'im' || state === 'ended') continue;
        this.types.set(sessionId, type);
        this.lastSessionId = sessionId;
      }
    }, () => {}).then(() => {
      this.settle?.(null);
      this.settle = null;
    });
  }

  /** @param {{code: string, message?: string, remedy?: string}} error */
  onError({ code, message, remedy }) {
    const error = tcccError(code, message, remedy);
    if (OVER.includes(code)) this.fail(error);
    else this.emitter.emit('warning', { code, message });
  }

  /** @param {{reason?: string}} data another page of this browser has taken the visitor over */
  onKicked(data) {
    this.store.clear();
    this.stopThread('KICKED');
    this.emitter.emit('kickedOut', data);
  }

  /** The seat is over: whoever waits for it is told, or a new one is tried for. @param {Error & {code?: string}} error */
  fail(error) {
    this.stopThread('CONNECTION_LOST');
    if (this.settle) {
      this.settle(error);
      this.settle = null;
      return;
    }
    this.emitter.emit('disconnected', { code: error.code, message: error.message });
    this.again();
  }

  again() {
    if (this.isDestroyed) return;
    const delay = AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)];
    this.tries += 1;
    this.timer = setTimeout(() => {
      this.connect().then(() => this.emitter.emit('connected', {}), () => { this.stopThread('CONNECTION_LOST'); this.again(); });
    }, delay);
  }

  /** @param {string} code why commands are refused from now on */
  stopThread(code) {
    const thread = this.thread;
    this.thread = null;
    this.media?.dispose();
    this.media = null;
    this.bus.close(code);
    thread?.post({ k: 'stop' });
    thread?.stop();
  }

  /** @param {'voip' | 'video'} type @param {{remark?: string}} [options] */
  async begin(type, options) {
    const { media } = this;
    if (!media) throw tcccError('CONNECTION_LOST');
    const work = () => this.bus.request('Visit.start', { type, ...options });
    const data = await (type === 'video' ? media.withCamera(work) : media.withMic(work));
    this.types.set(data.sessionId, type);
    this.lastSessionId = data.sessionId;
    return data;
  }

  /** @param {'muteMic' | 'unmuteMic'} cmd @param {any} [options] */
  mute(cmd, options) {
    const args = { sessionId: this.lastSessionId, ...options };
    return this.bus.request(`${this.types.get(args.sessionId) === 'video' ? 'Video' : 'Call'}.${cmd}`, args);
  }

  destroy() {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    clearTimeout(this.timer);
    this.stopThread('DESTROYED');
    this.emitter.removeAllListeners();
  }

  /** What connect() gives. */
  face() {
    const { bus, emitter, log } = this;
    const named = (/** @type {any} */ options) => ({ sessionId: this.sessionId, ...options });
    const plain = (/** @type {string} */ cmd) => (/** @type {any} */ options) => apiPromise(bus.request(cmd, named(options)));
    const latest = (/** @type {any} */ options) => ({ sessionId: this.lastSessionId || this.sessionId, ...options });
    const visit = this;
    return {
      get visitorId() { return visit.visitorId; },
      get channel() { return visit.channel; },
      /** Of the running chat, or the last one; '' none. */
      get sessionId() { return visit.sessionId; },
      on: emitter.on,
      off: emitter.off,
      startChat: (/** @type {{remark?: string, userIds?: string[], skillGroupId?: string}} */ options = {}) => apiPromise(bus.request('Visit.start', { type: 'im', ...options }).then((data) => {
        this.sessionId = data.sessionId;
        this.lastSessionId = data.sessionId;
        return data;
      })),
      startVoice: (/** @type {{remark?: string}} */ options) => apiPromise(this.begin('voip', options)),
      startVideo: (/** @type {{remark?: string}} */ options) => apiPromise(this.begin('video', options)),
      muteMic: (/** @type {any} */ options) => apiPromise(this.mute('muteMic', options)),
      unmuteMic: (/** @type {any} */ options) => apiPromise(this.mute('unmuteMic', options)),
      muteVideo: (/** @type {any} */ options) => apiPromise(bus.request('Video.muteVideo', latest(options))),
      unmuteVideo: (/** @type {any} */ options) => apiPromise(bus.request('Video.unmuteVideo', latest(options))),
      sendDigits: (/** @type {any} */ options) => apiPromise(bus.request('Call.sendDigits', latest(options))),
      getStreams: (/** @type {any} */ options) => this.media?.videos.streams(latest(options).sessionId) ?? null,
      send: (/** @type {any} */ options) => apiPromise(this.sendMessage(named(typeof options === 'string' ? { text: options } : options))),
      read: plain('Chat.read'),
      typing: plain('Chat.typing'),
      history: (/** @type {any} */ options) => apiPromise(log.load(bus.request, named(options))),
      /** What runs, for a page that was loaded again. */
      sessions: () => apiPromise(bus.request('Session.list').then(({ sessions }) => ({
        sessions: sessions.filter((/** @type {any} */ { state }) => state !== 'ended').map((/** @type {any} */ { sessionId, type }) => ({ sessionId, type })),
      }))),
      messages: (/** @type {any} */ options) => log.list(named(options).sessionId),
      end: (/** @type {any} */ options) => apiPromise(bus.request('Visit.end', latest(options))),
      rate: plain('Visit.rate'),
      destroy: () => this.destroy(),
    };
  }
}
