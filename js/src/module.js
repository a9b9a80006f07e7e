/** module.js: entry of dist/tccc.mjs, for pages that are bundled: the SDK without a script tag. Layer: page. */
import { createStore } from './store.js';
import { events } from './events.js';
import { load } from './loader.js';
import { scriptConfig } from './script.js';
import { tcccError } from './errors.js';

/** What the options are called on a script tag. @param {any} options */
const datasetOf = ({ renderDomId, enableShared, lang, processing, workerSrc, showWorkBenchAtFirstLogin }) =>
  Object.fromEntries(Object.entries({ renderDomId, enableShared, lang, processing, workerSrc, showWorkBenchAtFirstLogin })
    .filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]));

/** @param {any} options @returns {any} window.tccc, not yet signed in */
function start(options) {
  if (typeof options?.url !== 'string') throw tcccError('ARG_MISSING', 'The option url is missing: the SdkURL of CreateSDKLoginToken.');
  load(globalThis, scriptConfig({ src: options.url, dataset: datasetOf(options), nonce: options.nonce }));
  return /** @type {any} */ (globalThis).tccc;
}

/**
 * Signs in; the same user again gets the same instance. Rejects with the reason of tokenExpired.
 * @param {any} options {url, renderDomId?, enableShared?, lang?, processing?, workerSrc?, nonce?} @returns {Promise<any>} window.tccc
 */
export async function loadTccc(options) {
  const tccc = start(options);
  await new Promise((resolve, reject) => {
    tccc.on(events.ready, resolve);
    tccc.on(events.tokenExpired, (/** @type {any} */ { message, code }) => reject(tcccError(code ?? 'TOKEN_EXPIRED', message)));
  });
  return tccc;
}

/**
 * One store for a whole page, which frameworks can subscribe to.
 * @param {any} options as loadTccc, with getSdkUrl: () => Promise<string> instead of url
 */
export function openTccc({ getSdkUrl, ...options }) {
  const store = createStore();
  Promise.resolve().then(getSdkUrl).then((url) => {
    const tccc = start({ ...options, url });
    store.follow(tccc);
  }).catch((error) => store.fail(error));
  return { get: store.get, subscribe: store.subscribe };
}
