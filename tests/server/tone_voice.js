/** tone_voice.js: the sound of a WireSeat's page: it says one tone and tells which tones it hears. Layer: tests. docs/protocol.md, "Media". */
import WebSocket from 'ws';
import { EventEmitter } from 'node:events';
import { alaw } from '../peers/g711.js';
import { until } from '../peers/process.js';
import { Srtp } from '../peers/srtp.js';
import * as wav from '../peers/wav.js';

const RATE = 8000;
const SAMPLES = 160;
const PTIME_MS = 20;
const WINDOW = RATE * 0.4;
const PING_MS = 100;
const PATH = 1;

/** A tone this loud is heard; one at most so loud is not: a sum of four tones stays far from both. */
export const HEARD_DB = -30;
export const SILENT_DB = -45;

const FROM_ALAW = (() => {
  const table = new Float32Array(256);
  for (let code = 0; code < 256; code++) {
    const byte = code ^ 0x55, exponent = (byte >> 4) & 7, mantissa = byte & 15;
    const size = exponent ? ((mantissa << 4) + 0x108) << (exponent - 1) : (mantissa << 4) + 8;
    table[code] = (byte & 0x80 ? size : -size) / 32768;
  }
  return table;
})();

/** Level of the tone in the last 0.4 s, dBFS (Goertzel). */
export function toneLevel(samples, rate, hz) {
  const n = Math.min(samples.length, Math.floor(rate * 0.4)), from = samples.length - n;
  if (n < rate * 0.4) return -Infinity;
  const turn = 2 * Math.cos(2 * Math.PI * hz / rate);
  let one = 0, two = 0;
  for (let i = 0; i < n; i++) [one, two] = [samples[from + i] + turn * one - two, one];
  return 10 * Math.log10(Math.max(1e-12, 2 * (one * one + two * two - turn * one * two) / (n * n)));
}

/** A WAV file of one tone, for a telephone to say. */
export const toneFile = (file, hz, { rate = RATE, channels = 1, seconds = 25 } = {}) => wav.write(file, {
  rate, channels, samples: Float32Array.from({ length: rate * seconds }, (_, i) => 0.2 * Math.sin(2 * Math.PI * hz * i / rate)),
});

export class ToneVoice extends EventEmitter {
  static async open(seat, hz) {
    const ws = new WebSocket(`ws://127.0.0.1:${seat.tcccd.httpPort}/v1/media?ticket=${seat.welcome.media.ticket}&path=${PATH}`, 'tccc.media.v1');
    ws.on('error', () => {});
    await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject));
    return new ToneVoice(seat, ws, hz);
  }

  constructor(seat, ws, hz) {
    super();
    Object.assign(this, { seat, ws, hz, keys: new Map(), seq: 0, pings: 0, spoken: 0, heard: new Float32Array(0), begun: performance.now() });
    ws.on('message', (data) => this.take(data));
    this.speaking = setInterval(() => this.speak(), PTIME_MS);
    this.pinging = setInterval(() => this.ping(), PING_MS);
    this.ping();
  }

  /** The stream that sounds now: the newest media of a session that is not stopped and not inactive. */
  media() {
    const on = new Map();
    for (const { e, d } of this.seat.events) {
      if (e !== 'media') continue;
      if (d.op === 'stop') on.delete(d.sessionId);
      else on.set(d.sessionId, d);
    }
    return [...on.values()].filter(({ direction }) => direction !== 'inactive').pop();
  }

  /** One direction of the stream's SRTP; null: plain. */
  srtp({ srtp }, key) {
    if (!srtp) return null;
    if (!this.keys.has(srtp[key])) this.keys.set(srtp[key], new Srtp(srtp.suite, srtp[key]));
    return this.keys.get(srtp[key]);
  }

  ping() {
    const frame = Buffer.alloc(12);
    frame[0] = 1 << 4;
    frame[1] = 1 << PATH;
    frame.writeUInt16BE(++this.pings & 0xffff, 2);
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(frame);
  }

  speak() {
    const media = this.media();
    for (const due = (performance.now() - this.begun) / PTIME_MS; this.spoken < due; this.spoken++) {
      if (media && media.direction.startsWith('send') && media.codec === 'PCMA') this.packet(media);
    }
  }

  packet(media) {
    const frame = Buffer.alloc(4), rtp = Buffer.alloc(12 + SAMPLES), n = ++this.seq, at = this.spoken * SAMPLES;
    const srtp = this.srtp(media, 'sendKey');
    frame[1] = media.channel;
    frame.writeUInt16BE(n & 0xffff, 2);
    rtp[0] = 0x80;
    rtp[1] = media.payloadType;
    rtp.writeUInt16BE(n & 0xffff, 2);
    rtp.writeUInt32BE(at >>> 0, 4);
    rtp.writeUInt32BE(0x74000000 + this.hz, 8);
    for (let i = 0; i < SAMPLES; i++) rtp[12 + i] = alaw(0.2 * Math.sin(2 * Math.PI * this.hz * (at + i) / RATE));
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(Buffer.concat([frame, srtp ? srtp.close(rtp) : rtp]));
  }

  take(data) {
    const media = this.media();
    if (data[0] !== 0 || data.length < 16 || !media || data[1] !== media.channel || (data[5] & 0x7f) !== media.payloadType) return;
    const srtp = this.srtp(media, 'receiveKey'), rtp = srtp ? srtp.open(data.subarray(4)) : data.subarray(4);
    if (!rtp) return;
    const sound = Float32Array.from(rtp.subarray(12), (code) => FROM_ALAW[code]);
    const all = new Float32Array(this.heard.length + sound.length);
    all.set(this.heard);
    all.set(sound, this.heard.length);
    this.heard = all.subarray(Math.max(0, all.length - WINDOW));
    this.emit('change');
  }

  level(hz) { return toneLevel(this.heard, RATE, hz); }

  describe(tones) { return tones.map((hz) => `${hz} Hz ${this.level(hz).toFixed(0)} dB`).join(', '); }

  /** Until every tone of `heard` is, and none of `silent`, for as long as the window: it is the sound of this moment. */
  hears(heard, silent = []) {
    const good = () => heard.every((hz) => this.level(hz) > HEARD_DB) && silent.every((hz) => this.level(hz) < SILENT_DB);
    const what = { toString: () => `sound of ${heard} Hz without ${silent} Hz; there is ${this.describe([...heard, ...silent])}` };
    return until(this, 'change', good, what);
  }

  close() {
    clearInterval(this.speaking);
    clearInterval(this.pinging);
    this.ws.terminate();
  }
}
