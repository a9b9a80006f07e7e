/** api_chat.js: tccc.Chat. Layer: page, namespaces. docs/chat.md. */
import { apiPromise } from './promise.js';
import { createChatSend } from './chat_send.js';

/** Published samples pass {sessionId}; a bare string does as well. @param {any} options @returns {any} */
const sessionArgs = (options) => (typeof options === 'string' ? { sessionId: options } : { ...options });

/** "Is writing" is told that often. */
const TYPING_MS = 3000;

/** @param {{bus: import('./bus.js').Bus, log: import('./chat_log.js').ChatLog, origin: string}} sdk */
export function createChatApi({ bus, log, origin }) {
  /** @param {string} cmd */
  const plain = (cmd) => (/** @type {any} */ options) => apiPromise(bus.request(`Chat.${cmd}`, sessionArgs(options)));
  const send = createChatSend(bus.request, origin);
  /** @type {Map<string, number>} */
  const typed = new Map();

  /** @param {any} options */
  function typing(options) {
    const args = sessionArgs(options);
    const now = Date.now();
    if (now - (typed.get(args.sessionId) ?? 0) < TYPING_MS) return apiPromise(Promise.resolve({}));
    typed.set(args.sessionId, now);
    return apiPromise(bus.request('Chat.typing', args));
  }

  return {
    accept: plain('accept'),
    reject: plain('reject'),
    end: plain('end'),
    deleteChat: plain('deleteChat'),
    transfer: plain('transfer'),
    read: plain('read'),
    typing,
    send: (/** @type {any} */ options) => apiPromise(send({ ...options })),
    getHistory: (/** @type {any} */ options) => apiPromise(log.load(bus.request, sessionArgs(options))),
    /** The messages that this page has seen, in order. */
    getMessages: (/** @type {any} */ options) => log.list(sessionArgs(options).sessionId),
  };
}
