// load_wasm.js: instantiates core.wasm or voice.wasm as the SDK does, for tests in Node. Layer: tests.
import { readFile } from 'node:fs/promises';

/** What the modules import; anything else fails the instantiation, which is wanted. */
export const IMPORTS = ['wasi_snapshot_preview1.proc_exit', 'env.emscripten_notify_memory_growth'];

/**
 * @param {string | URL} file path of the .wasm
 * @returns {Promise<{exports: Record<string, any>, grown: () => number, module: WebAssembly.Module}>}
 *   grown: how often the memory has grown since
 */
export async function loadWasm(file) {
  let grown = 0;
  const module = await WebAssembly.compile(await readFile(file));
  const instance = await WebAssembly.instantiate(module, {
    wasi_snapshot_preview1: { proc_exit(code) { throw new Error(`the module exits with ${code}`); } },
    env: { emscripten_notify_memory_growth() { grown++; } },
  });
  instance.exports._initialize();
  return { exports: instance.exports, module, grown: () => grown };
}
