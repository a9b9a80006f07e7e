/** pictures.js: what the voice benchmark found, as SVG. Layer: tests. */
import fs from 'node:fs';
import { deflateSync } from 'node:zlib';
import { fft } from '../../peers/fft.js';
import * as wav from '../../peers/wav.js';

const COLOURS = ['#0b6bcb', '#c2571a', '#3c8a3f', '#7a4fb5', '#888'];
const WIDTH = 900;
const HEIGHT = 360;
const LEFT = 60;
const TOP = 30;
const BOTTOM = 40;

const head = (title, height = HEIGHT) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13" role="img">
<title>${title}</title><rect width="100%" height="100%" fill="#fff"/><text x="${LEFT}" y="18" font-size="15">${title}</text>`;

/** Lines in one frame: [{name, points: [[x, y]]}]; the y axis from low to high. */
function chart(file, title, lines, { low, high, unitX, unitY }) {
  const last = Math.max(...lines.flatMap(({ points }) => points.map(([x]) => x)));
  const x = (value) => LEFT + (value / last) * (WIDTH - LEFT - 150);
  const y = (value) => TOP + (1 - (Math.max(low, Math.min(high, value)) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const out = [head(title)];
  for (let i = 0; i <= 5; i++) {
    const value = low + ((high - low) * i) / 5;
    out.push(`<path d="M${LEFT} ${y(value)}H${WIDTH - 150}" stroke="#ddd"/><text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end">${Math.round(value)}</text>`);
    out.push(`<text x="${x((last * i) / 5)}" y="${HEIGHT - 18}" text-anchor="middle">${Math.round((last * i) / 5)}</text>`);
  }
  lines.forEach(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    out.push(`<path fill="none" stroke="${colour}" stroke-width="1.5" d="M${points.map(([px, py]) => `${x(px).toFixed(1)} ${y(py).toFixed(1)}`).join('L')}"/>`);
    out.push(`<text x="${WIDTH - 140}" y="${TOP + 16 + 18 * i}" fill="${colour}">${name}</text>`);
  });
  out.push(`<text x="${WIDTH - 150}" y="${HEIGHT - 4}" text-anchor="end">${unitX}</text><text x="4" y="${TOP - 4}">${unitY}</text></svg>`);
  fs.writeFileSync(file, out.join('\n'));
}

/** Echo return loss enhancement by half seconds while the loudspeaker plays. */
export function drawLevels(file, micFile, engines) {
  const mic = wav.read(micFile);
  const n = mic.rate / 2;
  const power = (samples, at) => samples.subarray(at, at + n).reduce((sum, value) => sum + value * value, 1e-12);
  const lines = engines.map(({ name, file: outFile }) => {
    const out = wav.read(outFile).samples;
    const points = [];
    for (let at = 0; at + n <= Math.min(mic.samples.length, out.length); at += n) points.push([at / mic.rate, 10 * Math.log10(power(mic.samples, at) / power(out, at))]);
    return { name, points };
  });
  chart(file, 'What is taken out of the microphone: 0-15 s and 27-37 s echo, 15-27 s echo and talker, 37-45 s talker', lines, { low: -10, high: 40, unitX: 's', unitY: 'dB' });
}

export function drawDelays(file, figures) {
  const shown = figures.filter(({ name }) => ['jitter 30 ms', 'Wi-Fi spikes', 'LTE', 'hand-over', 'bufferbloat'].includes(name));
  const lines = shown.map((one) => ({ name: one.name, points: one.delay_by_second_ms.map((ms, i) => [i, ms]) }));
  chart(file, 'Delay of the jitter buffer above the fastest packet', lines, { low: 0, high: 500, unitX: 's', unitY: 'ms' });
}

const BINS = 64;
const FRAMES = 300;
const SHADES = 32;

/** Levels in dB by frame and bin: 256-point transforms, two bins together. */
function spectrogram({ samples }) {
  const step = Math.floor(samples.length / FRAMES);
  return Array.from({ length: FRAMES }, (_, f) => {
    const re = new Float64Array(256);
    const im = new Float64Array(256);
    for (let i = 0; i < 256; i++) re[i] = (samples[f * step + i] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / 256));
    fft(re, im);
    return Array.from({ length: BINS }, (__, k) => 10 * Math.log10(re[2 * k] ** 2 + im[2 * k] ** 2 + re[2 * k + 1] ** 2 + im[2 * k + 1] ** 2 + 1e-9));
  });
}

/** -55 to +15 dB as a shade: black, violet, orange, white. */
const shade = (db) => Math.max(0, Math.min(SHADES - 1, Math.round(((db + 55) / 70) * (SHADES - 1))));
const STOPS = [[10, 8, 30], [88, 28, 128], [226, 100, 46], [255, 250, 220]];
const palette = Buffer.concat(Array.from({ length: SHADES }, (_, i) => {
  const place = (i / (SHADES - 1)) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(place));
  return Buffer.from(STOPS[low].map((value, c) => Math.round(value + (place - low) * (STOPS[low + 1][c] - value))));
}));

/** A PNG of indexed colours (W3C PNG, section 11): rows[y][x] = shade. */
function png(rows) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0]);
  header.writeUInt32BE(rows[0].length, 0);
  header.writeUInt32BE(rows.length, 4);
  const pixels = deflateSync(Buffer.concat(rows.map((row) => Buffer.from([0, ...row]))), { level: 9 });
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('PLTE', palette), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function crc32(bytes) {
  let crc = 0xFFFFFFFF;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return (crc ^ 0xFFFFFFFF) >>> 0;
}

/** Spectrograms under each other, 0 to 8 kHz: [{name, file}]. */
export function drawSpectra(file, title, sounds) {
  const each = 130;
  const high = each - 28;
  const out = [head(`${title}: 0 to 8 kHz from bottom to top`, 30 + each * sounds.length)];
  sounds.forEach(({ name, file: source }, row) => {
    const frames = spectrogram(wav.read(source));
    const rows = Array.from({ length: BINS }, (_, k) => frames.map((frame) => shade(frame[BINS - 1 - k])));
    out.push(`<text x="${LEFT}" y="${44 + row * each}">${name}</text>`);
    out.push(`<image x="${LEFT}" y="${50 + row * each}" width="${WIDTH - LEFT - 20}" height="${high}" preserveAspectRatio="none" href="data:image/png;base64,${png(rows).toString('base64')}"/>`);
  });
  out.push('</svg>');
  fs.writeFileSync(file, out.join('\n'));
}
