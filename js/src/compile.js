/** compile.js: a WebAssembly module from a URL, streaming where the server sends the right type. Layer: page, worker. */

/** @param {Response} response @returns {Promise<WebAssembly.Module>} */
async function compileResponse(response) {
  if (typeof WebAssembly.compileStreaming !== 'function') return WebAssembly.compile(await response.arrayBuffer());
  const again = response.clone();
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; /* wrong MIME type: a proxy between us and the server */
    return WebAssembly.compile(await again.arrayBuffer());
  }
}

/** @param {string} url @param {AbortSignal} [signal] @returns {Promise<Response>} */
async function fetchOk(url, signal) {
  const response = await fetch(url, { credentials: 'omit', signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/** @param {string} url @returns {Promise<WebAssembly.Module>} */
export const compileUrl = async (url) => compileResponse(await fetchOk(url));

/** @param {string} url @param {AbortSignal} [signal] @returns {Promise<ArrayBuffer>} */
export const fetchBytes = async (url, signal) => (await fetchOk(url, signal)).arrayBuffer();

/** The imports of our raw modules (src/wasm/*_exports.c). A failed assertion ends in proc_exit. */
export const wasmImports = () => ({
  env: { emscripten_notify_memory_growth() {} },
  wasi_snapshot_preview1: {
    proc_exit(/** @type {number} */ code) {
      throw new Error(`The WebAssembly module stopped with code ${code}.`);
    },
  },
});
