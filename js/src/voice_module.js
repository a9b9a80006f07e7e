/**
 * voice_module.js: voice.wasm behind plain calls. Layer: worklet (and tests). Source: the table in src/wasm/voice_exports.c.
 * The worklet has no TextDecoder, so text is ASCII by hand.
 */
import { packetMessage } from './packet_message.js';
import { wasmImports } from './compile.js';

const MAILBOX = 4096;
export const FLAG = Object.freeze({ SEND: 1, RECEIVE: 2, MUTED: 4 });
/** What Call.setNoiseSuppression names, as enum tccc_noise. */
export const NOISE_LEVELS = Object.freeze({ off: 0, standard: 1, low: 2, high: 3, ai: 4 });
export const TONES = Object.freeze({ none: 0, ringback: 1, ring: 2, busy: 3 });
export const STATS = Object.freeze(['packetsSent', 'packetsReceived', 'packetsLost', 'packetsLate', 'packetsDuplicate',
  'bytesSent', 'bytesReceived', 'rttMs', 'jitterMs', 'bufferMs', 'targetMs', 'concealedRatio', 'stretchedRatio',
  'remoteLossRatio', 'remoteJitterMs', 'driftPpm', 'inputDbfs', 'outputDbfs', 'mos', 'erleDb', 'lossRatio', 'level']);

/**
 * @typedef {{rateHz: number, aec: number, ns: number, agc: number, tailMs: number, seed: [number, number]}} VoiceConfig
 * @param {WebAssembly.Module} module @param {VoiceConfig} config
 */
export function createVoice(module, config) {
  const wasm = /** @type {any} */ (new WebAssembly.Instance(module, wasmImports()).exports);
  wasm._initialize();
  const mailbox = wasm.voice_mailbox();
  const capturePtr = wasm.voice_capture_buffer();
  const renderPtr = wasm.voice_render_buffer();
  /** @type {ArrayBuffer | null} */
  let heap = null;
  let bytes = new Uint8Array(0);
  let capture = new Float32Array(0);
  let render = new Float32Array(0);

  /** Views are made anew when the memory has grown or the quantum has changed. @param {number} frames */
  function look(frames) {
    if (heap === wasm.memory.buffer && capture.length === frames) return;
    heap = wasm.memory.buffer;
    bytes = new Uint8Array(wasm.memory.buffer, mailbox, MAILBOX);
    capture = new Float32Array(wasm.memory.buffer, capturePtr, frames);
    render = new Float32Array(wasm.memory.buffer, renderPtr, frames);
  }

  /** @param {string} text @returns {number} its length */
  function putText(text) {
    if (text.length > MAILBOX) throw new RangeError('The order is longer than the mailbox.');
    look(capture.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return text.length;
  }

  /** @param {number} result @returns {number} result, or throws with the error's name */
  function check(result) {
    if (result >= 0) return result;
    const length = wasm.voice_error(result);
    look(capture.length);
    throw new Error(String.fromCharCode(...bytes.subarray(0, length)));
  }

  check(wasm.voice_init(config.rateHz, config.aec, config.ns, config.agc, config.tailMs, ...config.seed));

  return {
    /** Takes microphone samples (silence when null) and fills `out`. */
    quantum(/** @type {Float32Array | null} */ mic, /** @type {Float32Array} */ out, /** @type {number} */ nowUs) {
      look(out.length);
      if (mic && mic.length === out.length) capture.set(mic);
      else capture.fill(0);
      wasm.voice_quantum(out.length, nowUs);
      out.set(render);
    },
    /** The next packet to send as a message for the worker; null when there is none. */
    packetOut() {
      const packed = wasm.voice_packet_out();
      if (packed <= 0) return null;
      look(capture.length);
      return packetMessage(packed >>> 16, bytes.subarray(0, packed & 0xffff));
    },
    packetIn(/** @type {number} */ channel, /** @type {Uint8Array} */ packet, /** @type {number} */ nowUs) {
      if (packet.length < 1 || packet.length > MAILBOX) return;
      look(capture.length);
      bytes.set(packet);
      wasm.voice_packet_in(channel, packet.length, nowUs);
    },
    open: (/** @type {number} */ channel, /** @type {object} */ stream) =>
      check(wasm.voice_open(channel, putText(JSON.stringify(stream)))),
    close: (/** @type {number} */ channel) => wasm.voice_close(channel),
    direct: (/** @type {number} */ channel, /** @type {number} */ flags) => check(wasm.voice_direct(channel, flags)),
    digits: (/** @type {number} */ channel, /** @type {string} */ text) =>
      check(wasm.voice_digits(channel, putText(text))),
    configure: (/** @type {number} */ aec, /** @type {number} */ ns, /** @type {number} */ agc) =>
      check(wasm.voice_configure(aec, ns, agc)),
    /** Hands over the model of the noise level "ai" (dist/voice-ai.bin). */
    model(/** @type {Uint8Array} */ data) {
      const at = wasm.voice_model_buffer(data.length);
      if (at !== 0) new Uint8Array(wasm.memory.buffer, at, data.length).set(data);
      check(wasm.voice_model());
    },
    gain: (/** @type {number} */ input, /** @type {number} */ output) => check(wasm.voice_gain(input, output)),
    /** 0..1, of the last 100 ms. */
    levels: () => ({ input: wasm.voice_level(0), output: wasm.voice_level(1), speaking: wasm.voice_speaks() === 1 }),
    mos: (/** @type {number} */ delayMs, /** @type {number} */ loss) => wasm.voice_mos(delayMs, loss),
    tone: (/** @type {keyof typeof TONES} */ name) => check(wasm.voice_tone(TONES[name])),
    warm: () => check(wasm.voice_warm()),
    /** @returns {number[] | null} figures in the order of STATS */
    stats(/** @type {number} */ channel) {
      const count = wasm.voice_stats(channel);
      return count < 0 ? null : [...new Float64Array(wasm.memory.buffer, mailbox, count)];
    },
  };
}
/** @typedef {ReturnType<typeof createVoice>} Voice */
