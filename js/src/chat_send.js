/** chat_send.js: sends chat messages, files first by upload. Layer: page. */
import { newUuid } from './uuid.js';
import { tcccError } from './errors.js';

/** docs/chat.md, Files. */
const FILE_MAX = 10 * 1024 * 1024;

/** @param {string} url @param {Blob} file */
async function put(url, file) {
  const answer = await fetch(url, { method: 'PUT', body: file, credentials: 'omit' }).catch(() => null);
  if (answer?.ok) return;
  const told = await answer?.json().catch(() => null);
  throw tcccError(told?.error?.code ?? 'IO', told?.error?.message ?? 'The file could not be uploaded.');
}

/**
 * @param {(cmd: string, args: object) => Promise<any>} request
 * @param {string} origin of the server
 */
export function createChatSend(request, origin) {
  /** @param {string} sessionId @param {File} file */
  async function upload(sessionId, file) {
    if (file.size > FILE_MAX) throw tcccError('TOO_LARGE', 'file: a file of a chat may have 10 MiB.');
    const facts = { name: file.name || 'file', size: file.size, mime: file.type || 'application/octet-stream' };
    const { url, getUrl } = await request('Chat.upload', { sessionId, ...facts });
    await put(new URL(url, origin).href, file);
    const kind = facts.mime.startsWith('image/') ? 'image' : 'file';
    return { kind, url: getUrl, ...facts };
  }

  /**
   * Resolves with {seq, timeMs, clientId}. Sent again with the same clientId, a message is stored once.
   * @param {{sessionId: string, text?: string, file?: File, clientId?: string}} options
   */
  return async function send({ sessionId, text, file, clientId = newUuid() }) {
    const content = file instanceof Blob ? await upload(sessionId, /** @type {File} */ (file)) : { kind: 'text', text };
    try {
      return { ...await request('Chat.send', { sessionId, clientId, ...content }), clientId };
    } catch (error) {
      throw Object.assign(/** @type {any} */ (error), { clientId });
    }
  };
}
