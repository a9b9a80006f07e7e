/** core_module.js: core.wasm behind plain calls. Layer: worker. Source: the table in src/wasm/core_exports.c. */
import { wasmImports } from './compile.js';

/** Kinds of output: enum tccc_out of include/tccc/engine.h. */
export const OUT = Object.freeze({
  WIRE_CONNECT: 1, WIRE_TEXT: 2, WIRE_CLOSE: 3, PATH_OPEN: 4, PATH_CLOSE: 5, PATH_FRAME: 6, PACKET: 7, RESULT: 8, EVENT: 9,
  MEDIA: 10, STORE: 11,
});

/** Seeds are whole numbers below 2^53. */
function randomSeed() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0x1fffff) * 2 ** 32 + low;
}

/** @param {import('./core_host.js').Seat} seat */
const initConfig = (seat) => JSON.stringify({
  token: seat.token || null,
  resumeToken: seat.resumeToken || null,
  tabUUID: seat.tabUuid,
  sdkVersion: seat.sdkVersion,
  seed: randomSeed(),
  autoOnline: seat.autoOnline,
  visitor: seat.visitor === true,
  mirror: seat.mirror || null,
});

/** @param {WebAssembly.Module} module @param {import('./core_host.js').Seat} seat @param {number} nowMs */
export async function loadCore(module, seat, nowMs) {
  const wasm = /** @type {any} */ ((await WebAssembly.instantiate(module, wasmImports())).exports);
  wasm._initialize();
  const mailbox = wasm.core_mailbox();
  const mailboxSize = wasm.core_mailbox_size();
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  /** @type {Uint8Array<ArrayBuffer>} */
  let heap = new Uint8Array(wasm.memory.buffer);

  /** Any call may grow the memory, and old views are empty then. */
  function look() {
    if (heap.buffer !== wasm.memory.buffer) heap = new Uint8Array(wasm.memory.buffer);
    return heap;
  }

  /** Calls `take` with the length of what lies in the mailbox. @param {Uint8Array} bytes @param {(length: number) => number} take */
  function give(bytes, take) {
    if (bytes.length > mailboxSize) return false;
    look().set(bytes, mailbox);
    return take(bytes.length) >= 0;
  }

  /** @param {string} text @param {(length: number) => number} take @returns {boolean} whether it fitted and was taken */
  const giveText = (text, take) => give(encoder.encode(text), take);

  const mailboxText = () => decoder.decode(look().slice(mailbox, look().indexOf(0, mailbox)));

  if (!giveText(initConfig(seat), (length) => wasm.core_init(length, nowMs))) throw new Error(mailboxText());

  const core = {
    /** Kind and index of the output that poll found. */
    kind: 0,
    index: 0,
    /** @returns {boolean} whether there was one more output */
    poll() {
      core.kind = wasm.core_poll();
      core.index = core.kind ? wasm.core_out_index() : 0;
      return core.kind !== 0;
    },
    /** The output's bytes: a view, good until the next call into the core. */
    bytes: () => look().subarray(wasm.core_out_ptr(), wasm.core_out_ptr() + wasm.core_out_len()),
    text: () => decoder.decode(core.bytes()),
    json: () => JSON.parse(core.text()),
    command: (/** @type {string} */ text, /** @type {number} */ now) =>
      giveText(text, (length) => wasm.core_command(length, now)),
    wireOpen: (/** @type {number} */ now) => wasm.core_wire_open(now),
    wireText: (/** @type {string} */ text, /** @type {number} */ now) =>
      giveText(text, (length) => wasm.core_wire_text(length, now)),
    wireClosed: (/** @type {number} */ code, /** @type {number} */ now) => wasm.core_wire_closed(code, now),
    pathOpen: (/** @type {number} */ path, /** @type {number} */ now) => wasm.core_path_open(path, now),
    pathFrame: (/** @type {number} */ path, /** @type {Uint8Array} */ frame, /** @type {number} */ now) =>
      give(frame, (length) => wasm.core_path_frame(path, length, now)),
    pathClosed: (/** @type {number} */ path, /** @type {number} */ now) => wasm.core_path_closed(path, now),
    packet: (/** @type {number} */ channel, /** @type {Uint8Array} */ packet, /** @type {number} */ now) =>
      give(packet, (length) => wasm.core_packet(channel, length, now)),
    tick: (/** @type {number} */ now) => wasm.core_tick(now),
    network: (/** @type {number} */ now) => wasm.core_network(now),
    /** What another tab's core goes on from; '' when there is nothing. */
    mirror() {
      const length = wasm.core_mirror();
      return length ? decoder.decode(look().subarray(mailbox, mailbox + length)) : '';
    },
    nextMs: () => {
      const next = wasm.core_next_ms();
      return next < 0 ? Infinity : next;
    },
  };
  return core;
}
/** @typedef {Awaited<ReturnType<typeof loadCore>>} Core */
