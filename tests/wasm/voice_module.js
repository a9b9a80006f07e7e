// voice_module.js: voice.wasm as its tests use it. Layer: tests.
import { fileURLToPath } from 'node:url';
import { loadWasm } from './load_wasm.js';

const build = process.env.TCCC_BUILD_DIR ?? fileURLToPath(new URL('../../build', import.meta.url));

export const BLOCK = 128, RATE_HZ = 48000;
export const voicePath = (variant = 'wasm') => `${build}/${variant}/voice.wasm`;

/** voice.wasm with the mailbox in reach. */
export async function loadVoice(variant = 'wasm') {
  const { exports: voice, grown, module } = await loadWasm(voicePath(variant));
  const mailbox = voice.voice_mailbox(), captured = voice.voice_capture_buffer(), rendered = voice.voice_render_buffer();
  return {
    ...voice, grown, module,
    bytes: (len) => new Uint8Array(voice.memory.buffer, mailbox, len),
    text: () => {
      const all = new Uint8Array(voice.memory.buffer, mailbox, 4096);
      return Buffer.from(all.subarray(0, all.indexOf(0))).toString();
    },
    capture: (len) => new Float32Array(voice.memory.buffer, captured, len),
    render: (len) => new Float32Array(voice.memory.buffer, rendered, len),
    put(bytes) {
      new Uint8Array(voice.memory.buffer, mailbox, bytes.length).set(bytes);
      return bytes.length;
    },
    open(channel, config) {
      const json = Buffer.from(typeof config === 'string' ? config : JSON.stringify(config));
      return voice.voice_open(channel, this.put(json));
    },
    /** The next packet as {channel, bytes}, or null; bytes is a view of the mailbox. */
    packet() {
      const head = voice.voice_packet_out();
      return head === 0 ? null : { channel: head >>> 16, bytes: this.bytes(head & 0xffff) };
    },
    stats(channel) {
      const count = voice.voice_stats(channel);
      return count < 0 ? count : [...new Float64Array(voice.memory.buffer, mailbox, count)];
    },
  };
}

const key = (first) => Buffer.from(Array.from({ length: 30 }, (_, i) => first + i)).toString('base64');

/** A stream's configuration; channels 0 and 1 have each other's keys. */
export function streamConfig(codec, channel, suite = null) {
  const config = { codec, payloadType: { opus: 111, PCMA: 8, PCMU: 0 }[codec], dtmfPayloadType: 101, expectedLoss: 5 };
  if (suite) config.srtp = { suite, sendKey: key(1 + 100 * channel), receiveKey: key(101 - 100 * channel) };
  return config;
}

/** tests/unit/golden_voice.h in JavaScript: a generator of samples. */
export function goldenVoice() {
  let random = 1, phase = 0, low = 0, sample = 0;
  return () => {
    const stretch = Math.floor(sample / 8192), place = sample % 8192;
    sample++;
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    phase = (phase + 9842600 + ((stretch * 7) % 12) * 787410) >>> 0;
    const noise = (random >>> 22) - 512;
    const rise = place < 4096 ? place : 8192 - place;
    const buzz = Math.trunc((((phase >>> 17) - 16384) * rise) / 8192);
    const drive = stretch % 3 === 2 ? Math.trunc(noise / 16) : buzz + noise;
    low += Math.trunc((drive - low) / 8);
    return Math.fround(low / 32768);
  };
}

/** FNV-1a, 32 bits. */
export function goldenHash(hash, bytes) {
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619);
  return hash >>> 0;
}
