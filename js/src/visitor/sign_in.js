/** sign_in.js: signs a visitor in at a channel. Layer: page, visitor. */
import { tcccError } from '../errors.js';

/** @returns {Storage | null} none in sandboxed frames: the visitor is a new one then */
function browserStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}

/** @param {string} key */
function known(key) {
  try {
    return JSON.parse(browserStorage()?.getItem(key) ?? '{}');
  } catch {
    return {};
  }
}

/** @param {string} origin @param {object} body */
async function post(origin, body) {
  const answer = await fetch(`${origin}/v1/visitor`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), credentials: 'omit',
  }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (answer?.ok && told) return told;
  throw tcccError(told?.error?.code ?? 'CONNECTION_LOST', told?.error?.message, told?.error?.remedy);
}

/**
 * The server's answer: token, visitorId, channel. A visitor that this browser has seen before is known again.
 * @param {{origin: string, channel: string, nickname?: string, avatar?: string, clientData?: string, language?: string, remember: boolean}} options
 */
export async function signIn({ origin, remember, ...facts }) {
  const key = `tccc.visitor ${origin} ${facts.channel}`;
  const { visitorId, visitorKey } = remember ? known(key) : /** @type {any} */ ({});
  let told;
  try {
    told = await post(origin, { ...facts, visitorId, visitorKey });
  } catch (error) {
    if (!visitorId || /** @type {any} */ (error).code !== 'UNAUTHORIZED') throw error;
    told = await post(origin, facts); /* the server does not know it any more */
  }
  if (remember) browserStorage()?.setItem(key, JSON.stringify({ visitorId: told.visitorId, visitorKey: told.visitorKey }));
  return told;
}
