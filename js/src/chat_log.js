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
 * @property {{key: string, text: string}[]} [options]
 */

/** The core hands messages on in order and once; history fills in from below. @param {string} origin of the server, where files are */
export function createChatLog(origin) {
  /** @type {Map<string, ChatMessage[]>} */
  const logs = new Map();

  /** @param {string} sessionId @param {ChatMessage[]} messages */
  function put(sessionId, messages) {
    const known = logs.get(sessionId) ?? [];
    const seen = new Set(known.map(({ seq }) => seq));
    logs.set(sessionId, [...known, ...messages.filter(({ seq }) => !seen.has(seq))].sort((a, b) => a.seq - b.seq));
  }

  /** Addresses of files are paths of the server. @template {{url?: string}} T @param {T} message @returns {T} */
  const located = (message) => (message.url ? { ...message, url: new URL(message.url, origin).href } : message);

  /** An event's data as listeners get it. @param {string} event @param {any} data */
  function onEvent(event, data) {
    if (event === 'sessionCompleted') logs.delete(data.sessionId);
    if (event !== 'message') return data;
    const told = located(data);
    const { sessionId, ...message } = told;
    put(sessionId, [message]);
    return told;
  }

  /** @param {(cmd: string, args: object) => Promise<any>} request @param {any} args of Chat.getHistory */
  async function load(request, args) {
    const { messages, more } = await request('Chat.getHistory', args);
    const all = messages.map(located);
    put(args.sessionId, all);
    return { messages: all, more };
  }

  return { load, onEvent, list: (/** @type {string} */ sessionId) => [...(logs.get(sessionId) ?? [])] };
}
/** @typedef {ReturnType<typeof createChatLog>} ChatLog */
