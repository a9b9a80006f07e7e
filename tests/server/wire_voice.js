/** wire_voice.js: the media path of a WireSeat: speaks samples as PCMA, as a page does. Layer: tests. docs/protocol.md, "Media". */
import WebSocket from 'ws';
import { alaw } from '../peers/g711.js';

const PTIME_MS = 20;
const SAMPLES = 160;

export class WireVoice {
  static async open(seat) {
    const ws = new WebSocket(`ws://127.0.0.1:${seat.tcccd.httpPort}/v1/media?ticket=${seat.welcome.media.ticket}&path=1`, 'tccc.media.v1');
    ws.on('error', () => {});
    await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject));
    return new WireVoice(ws);
  }

  constructor(ws) {
    this.ws = ws;
    this.seq = 0;
  }

  /** Speaks in real time; resolves when all of samples (8 kHz) is said. `channel` is that of the `media` event. */
  speak(samples, channel) {
    return new Promise((resolve) => {
      const begun = performance.now();
      const n = Math.floor(samples.length / SAMPLES);
      let at = 0;
      this.timer = setInterval(() => {
        for (const due = Math.min(n, (performance.now() - begun) / PTIME_MS); at < due; at++) this.packet(samples.subarray(at * SAMPLES, (at + 1) * SAMPLES), channel);
        if (at < n) return;
        clearInterval(this.timer);
        resolve();
      }, PTIME_MS);
    });
  }

  packet(samples, channel) {
    const frame = Buffer.alloc(4 + 12 + SAMPLES);
    this.seq++;
    frame[1] = channel;
    frame.writeUInt16BE(this.seq & 0xffff, 2);
    frame[4] = 0x80;
    frame[5] = 8;
    frame.writeUInt16BE(this.seq & 0xffff, 6);
    frame.writeUInt32BE((this.seq * SAMPLES) >>> 0, 8);
    frame.writeUInt32BE(0x61677431, 12);
    samples.forEach((sample, i) => { frame[16 + i] = alaw(sample); });
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(frame);
  }

  close() {
    clearInterval(this.timer);
    this.ws.terminate();
  }
}
