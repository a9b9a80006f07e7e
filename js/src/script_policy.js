/** script_policy.js: the Trusted Types policy "tccc", by which the SDK names its own scripts. Layer: page. */

/** A page may forbid a second policy of one name, and the SDK may be loaded twice: the page keeps the one. */
const KEY = Symbol.for('tccc.policy');

/** Throws where the page's policy list does not name "tccc". @returns {{createScriptURL: (url: string) => any}} */
export function scriptPolicy() {
  const scope = /** @type {any} */ (globalThis);
  const identity = { createScriptURL: (/** @type {string} */ url) => url };
  if (!scope.trustedTypes) return identity;
  scope[KEY] ??= scope.trustedTypes.createPolicy('tccc', identity);
  return scope[KEY];
}
