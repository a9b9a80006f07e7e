/** chat_log.js: the messages of each chat that a page has seen, in order. Layer: page. */

/**
 * @typedef {object} ChatMessage
 * @property {number} seq
 * @property {'client'|'seat'|'system'} from
 * @property {string} [userId]
 * @property {'text'|'image'|'file'} kind
 * @property {string} [text]
 * @property {string} [url]
 * @property {string} [name]
 * @property {number} [size]
 * @property {string} [mime]
 * @property {number} timeMs
 * @property {string} [clientId]
 */

/** The core hands messages on in order and once; history fills in from below. */
export function createChatLog() {
  /** @type {Map<string, ChatMessage[]>} */
  const logs = new Map();

  /** @param {string} sessionId @param {ChatMessage[]} messages */
  function put(sessionId, messages) {
    const known = logs.get(sessionId) ?? [];
    const seen = new Set(known.map(({ seq }) => seq));
    logs.set(sessionId, [...known, ...messages.filter(({ seq }) => !seen.has(seq))].sort((a, b) => a.seq - b.seq));
  }

  /** @param {string} event @param {any} data */
  function onEvent(event, data) {
    if (event === 'message') {
      const { sessionId, ...message } = data;
      put(sessionId, [message]);
    }
    if (event === 'sessionCompleted') logs.delete(data.sessionId);
  }

  return { put, onEvent, list: (/** @type {string} */ sessionId) => [...(logs.get(sessionId) ?? [])] };
}
/** @typedef {ReturnType<typeof createChatLog>} ChatLog */
