/**
 * resume_store.js: keeps the resume token over a reload of this tab, per server and user; where tabs share a seat, over a reload of
 * whichever led. Layer: page.
 */
import { originStorage } from './origin_store.js';

/**
 * The storage is opened when it is first used: the browser's process is asked then, and the page waits for it.
 * @param {{origin: string, sdkAppId: string, userId: string, shared?: boolean}} config @param {Storage | null} [given]
 */
export function resumeStore({ origin, sdkAppId, userId, shared = false }, given) {
  const key = `tccc.resume${shared ? ' shared' : ''} ${origin} ${sdkAppId} ${userId}`;
  let storage = given;
  function open() {
    if (storage === undefined) storage = shared ? originStorage() : tabStorage();
    return storage;
  }
  const clear = () => open()?.removeItem(key);
  return {
    get: () => open()?.getItem(key) ?? '',
    set: (/** @type {string} */ token) => (token ? open()?.setItem(key, token) : clear()),
    clear,
  };
}

/** Throws in a sandboxed frame; the page then signs in anew after a reload. @returns {Storage | null} */
function tabStorage() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}
