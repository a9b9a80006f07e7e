/** script.js: what the script tag says: origin of the SDK, sign-in token, options. Layer: page. */

/**
 * @typedef {object} ScriptConfig
 * @property {string} base          directory of the script, with a final slash: assets lie beside it
 * @property {string} origin        origin of the server, e.g. https://cc.example.com
 * @property {string} token
 * @property {string} sdkAppId
 * @property {string} userId
 * @property {string} renderDomId   '' or the id of the element that takes the workbench
 * @property {'core'|'browser'|'off'} processing who cancels echo and noise
 * @property {string} workerSrc     '' or a same-origin worker.js, for pages whose CSP forbids blob workers
 * @property {boolean} shared       several tabs of one origin are one seat (data-enable-shared)
 * @property {string} nonce
 * @property {string} lang          '' or the screens' language: zh, en
 * @property {boolean} isWorkbenchFirst  open the workbench at sign-in
 */

const PROCESSING = ['core', 'browser', 'off'];

/**
 * @param {{src: string, dataset: Record<string, string|undefined>, nonce?: string}} script
 * @returns {ScriptConfig}
 */
export function scriptConfig({ src, dataset, nonce = '' }) {
  const url = new URL(src);
  const option = (/** @type {string} */ data, /** @type {string} */ query) =>
    dataset[data] || url.searchParams.get(query) || '';
  return {
    base: new URL('.', url).href.split('?')[0],
    origin: url.origin,
    token: option('token', 'token'),
    sdkAppId: option('sdkAppId', 'sdkAppId'),
    userId: option('userid', 'userid'),
    renderDomId: dataset.renderDomId || '',
    processing: /** @type {any} */ (PROCESSING.includes(dataset.processing ?? '') ? dataset.processing : 'core'),
    workerSrc: dataset.workerSrc || '',
    shared: dataset.enableShared === 'true',
    nonce,
    lang: dataset.lang || '',
    isWorkbenchFirst: dataset.showWorkBenchAtFirstLogin === 'true',
  };
}
