/** pictures.js: what the voice benchmark found, as SVG. Layer: tests. */
import fs from 'node:fs';
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
  chart(file, 'What is taken out of the microphone: 0-15 s and 27-37 s echo, 15-27 s echo and talker, 37-45 s talker', lines, { low: -5, high: 50, unitX: 's', unitY: 'dB' });
}

export function drawDelays(file, figures) {
  const shown = figures.filter(({ name }) => ['jitter 30 ms', 'Wi-Fi spikes', 'LTE', 'hand-over', 'bufferbloat'].includes(name));
  const lines = shown.map((one) => ({ name: one.name, points: one.delay_by_second_ms.map((ms, i) => [i, ms]) }));
  chart(file, 'Delay of the jitter buffer above the fastest packet', lines, { low: 0, high: 500, unitX: 's', unitY: 'ms' });
}

const BINS = 64;
const FRAMES = 220;

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

/** -60 to +20 dB as sixteen shades. */
const shade = (db) => Math.max(0, Math.min(15, Math.round((db + 50) / 4)));

export function drawSpectra(file, sounds) {
  const each = 170;
  const out = [head('Speech in the noise of a car: 0 to 8 kHz over 9 s, before and after', 30 + each * sounds.length)];
  sounds.forEach(({ name, file: source }, row) => {
    const frames = spectrogram(wav.read(source));
    const [dx, dy] = [(WIDTH - LEFT - 20) / FRAMES, (each - 30) / BINS];
    const paths = Array.from({ length: 16 }, () => []);
    for (let k = 0; k < BINS; k++) {
      for (let f = 0; f < FRAMES;) {
        const colour = shade(frames[f][k]);
        let end = f + 1;
        while (end < FRAMES && shade(frames[end][k]) === colour) end++;
        paths[colour].push(`M${(f * dx).toFixed(1)} ${((BINS - k - 1) * dy).toFixed(1)}h${((end - f) * dx).toFixed(1)}v${dy.toFixed(2)}h-${((end - f) * dx).toFixed(1)}z`);
        f = end;
      }
    }
    out.push(`<text x="${LEFT}" y="${44 + row * each}">${name}</text><g transform="translate(${LEFT} ${50 + row * each})" shape-rendering="crispEdges">`);
    paths.forEach((path, colour) => { if (path.length) out.push(`<path fill="hsl(${240 - 13 * colour} 70% ${12 + 5 * colour}%)" d="${path.join('')}"/>`); });
    out.push('</g>');
  });
  out.push('</svg>');
  fs.writeFileSync(file, out.join('\n'));
}
