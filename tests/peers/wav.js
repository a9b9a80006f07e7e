/** wav.js: WAV files of 16-bit PCM: read (to mono floats) and write. Layer: tests. Source: RFC 2361, Microsoft RIFF. */
import fs from 'node:fs';

/** Walks the chunks up to the sound data. A file that is still being written has no true sizes: the rest is data. */
function chunks(buffer) {
  if (buffer.length < 12 || buffer.toString('latin1', 0, 4) !== 'RIFF' || buffer.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error('not a WAV file');
  }
  let format = null;
  for (let at = 12; at + 8 <= buffer.length;) {
    const id = buffer.toString('latin1', at, at + 4);
    const size = buffer.readUInt32LE(at + 4);
    if (id === 'fmt ') {
      format = {
        tag: buffer.readUInt16LE(at + 8), channels: buffer.readUInt16LE(at + 10), rate: buffer.readUInt32LE(at + 12), bits: buffer.readUInt16LE(at + 22),
      };
    }
    if (id === 'data') {
      const end = size && at + 8 + size <= buffer.length ? at + 8 + size : buffer.length;
      return { format, from: at + 8, end };
    }
    at += 8 + size + (size & 1);
  }
  return { format, from: buffer.length, end: buffer.length };
}

function readFormat(file) {
  const fd = fs.openSync(file, 'r');
  const head = Buffer.alloc(256);
  const len = fs.readSync(fd, head, 0, head.length, 0);
  fs.closeSync(fd);
  return chunks(head.subarray(0, len)).format;
}

/** {rate, channels, samples}: mono (channels are averaged), -1..1. */
function parse(buffer) {
  const { format, from, end } = chunks(buffer);
  if (!format || format.bits !== 16) throw new Error('not 16-bit PCM');
  const { rate, channels } = format;
  const n = Math.floor((end - from) / (2 * channels));
  const samples = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += buffer.readInt16LE(from + 2 * (i * channels + c));
    samples[i] = sum / channels / 32768;
  }
  return { rate, channels, samples };
}

function read(file) { return parse(fs.readFileSync(file)); }

function write(file, { rate, samples, channels = 1 }) {
  const bytes = samples.length * channels * 2;
  const out = Buffer.alloc(44 + bytes);
  out.write('RIFF', 0, 'latin1');
  out.writeUInt32LE(36 + bytes, 4);
  out.write('WAVEfmt ', 8, 'latin1');
  out.writeUInt32LE(16, 16);
  out.writeUInt16LE(1, 20);
  out.writeUInt16LE(channels, 22);
  out.writeUInt32LE(rate, 24);
  out.writeUInt32LE(rate * channels * 2, 28);
  out.writeUInt16LE(channels * 2, 32);
  out.writeUInt16LE(16, 34);
  out.write('data', 36, 'latin1');
  out.writeUInt32LE(bytes, 40);
  for (let i = 0; i < samples.length; i++) {
    const value = Math.max(-32768, Math.min(32767, Math.round(samples[i] * 32767)));
    for (let c = 0; c < channels; c++) out.writeInt16LE(value, 44 + 2 * (i * channels + c));
  }
  fs.writeFileSync(file, out);
  return file;
}

export { parse, read, readFormat, write };
