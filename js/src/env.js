/** env.js: what the browser and the page offer. Layer: page. Runs in browsers that the SDK does not support too. */

/** A module with memory.fill and i32.trunc_sat_f32_s, which voice.wasm is built with: bytes from the WebAssembly specification. */
const ENGINE_PROBE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 10, 21, 1, 19, 0,
  65, 0, 65, 0, 65, 0, 252, 11, 0, 67, 0, 0, 0, 0, 252, 0, 26, 11]);

/** Browsers show the worklet only to secure pages; a page that is not one is told so when it calls. @param {any} [scope] @returns {boolean} */
export function isBrowserSupported(scope = globalThis) {
  return typeof scope.WebAssembly === 'object' && scope.WebAssembly.validate(ENGINE_PROBE)
    && typeof scope.WebSocket === 'function'
    && typeof scope.Worker === 'function'
    && typeof scope.AudioContext === 'function'
    && (scope.isSecureContext === false || typeof scope.AudioWorkletNode === 'function')
    && typeof scope.customElements === 'object';
}

/** Browser, secure origin and microphone API together. @param {any} [scope] @returns {boolean} */
export function isEnvSupported(scope = globalThis) {
  return isBrowserSupported(scope) && scope.isSecureContext === true
    && typeof scope.navigator?.mediaDevices?.getUserMedia === 'function';
}

/** A module with one v128.const: bytes from the WebAssembly SIMD specification. */
const SIMD_PROBE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0,
  65, 0, 253, 15, 253, 98, 11]);

export const hasSimd = () => WebAssembly.validate(SIMD_PROBE);
