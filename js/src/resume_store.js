/**
 * resume_store.js: keeps the resume token over a reload of this tab, per server and user; where tabs share a seat, over a reload of
 * whichever led. Layer: page.
 */

/** @param {{origin: string, sdkAppId: string, userId: string, shared?: boolean}} config @param {Storage | null} [storage] */
export function resumeStore({ origin, sdkAppId, userId, shared = false }, storage = shared ? allTabsStorage() : tabStorage()) {
  const key = `tccc.resume${shared ? ' shared' : ''} ${origin} ${sdkAppId} ${userId}`;
  const clear = () => storage?.removeItem(key);
  return {
    get: () => storage?.getItem(key) ?? '',
    set: (/** @type {string} */ token) => (token ? storage?.setItem(key, token) : clear()),
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

/** @returns {Storage | null} */
function allTabsStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
