/**
 * loader.js: one instance per page, over repeated injections. Layer: page.
 *
 * A page may load the script again. The same user with the same token (or none) keeps the instance; another user or
 * token ends it and starts a new one; so does a page that took window.tccc away itself.
 */
import { Sdk } from './sdk.js';

/** Where the instance is found by the next injection, also when the page has deleted window.tccc. */
const KEY = Symbol.for('tccc.sdk');

/** @param {import('./sdk.js').Sdk} sdk @param {import('./script.js').ScriptConfig} next @param {unknown} global */
export function isSameSeat(sdk, next, global) {
  if (sdk.isDestroyed || global !== sdk.tccc) return false;
  const isOtherUser = next.userId !== '' && next.userId !== sdk.config.userId;
  const isOtherToken = next.token !== '' && next.token !== sdk.config.token;
  return !isOtherUser && !isOtherToken;
}

/** @typedef {import('./script.js').ScriptConfig} ScriptConfig */

/** @param {any} scope the page's window @param {ScriptConfig} config @param {(config: ScriptConfig) => Sdk} [create] */
export function load(scope, config, create = (one) => new Sdk(one)) {
  /** @type {import('./sdk.js').Sdk | undefined} */
  const present = scope[KEY];
  if (present && isSameSeat(present, config, scope.tccc)) {
    console.warn('tccc: the script was loaded twice; the first instance stays.');
    return;
  }
  present?.tccc.destroy();
  const sdk = create(config);
  Object.defineProperty(scope, KEY, { value: sdk, configurable: true });
  scope.tccc = sdk.tccc;
  sdk.begin();
}
