/** audio.js: How well and how late speech arrives: alignment, correlation per second, gaps, clicks. Layer: tests. See docs/testing.md. */
import { correlate, correlateInside } from './fft.js';

const RATE_HZ = 16000;
const BAND_HZ = [300, 3400];     // the telephone band, ITU-T G.712
const TAPS = 255;
const PIECES = 5;                // a second is compared in pieces of 200 ms, each with a lag of its own
const PIECE_SLACK_MS = 25;       // how far a piece may lie from its second's lag: two steps of time stretching
const STEADY = 0.95;             // a piece below this may hold a step of the jitter buffer
const TINY = 1e-6;               // energy: digital silence correlates with nothing
const GOOD = 0.6;                // below this a second's lag is not believed
const WIDE_SLACK = RATE_HZ / 2;  // how far the lag is looked for again when it was lost
const ACTIVE_BELOW_DB = 20;      // a second is speech when its level is at most this far under the whole's

const rms = (x) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / Math.max(1, x.length));
const decibel = (value) => (value > 0 ? 20 * Math.log10(value) : -127);

const sinc = (t) => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t));
const hann = (t) => (Math.abs(t) >= 1 ? 0 : 0.5 + 0.5 * Math.cos(Math.PI * t));

/** Weights for one fraction of a sample, from -half to +half around the floor of the wanted place. */
function phase(fraction, cut, half) {
  const weights = new Float64Array(2 * half + 1);
  for (let k = -half; k <= half; k++) {
    const t = k - fraction;
    weights[k + half] = cut * sinc(cut * t) * hann(t / half);
  }
  return weights;
}

/** Windowed-sinc resampling; pass band to 0.46 of the lower rate. */
function resample(samples, from, to) {
  if (from === to) return Float32Array.from(samples);
  const cut = 0.92 * Math.min(1, to / from);
  const half = Math.ceil(24 / cut);
  const out = new Float32Array(Math.floor((samples.length * to) / from));
  const phases = new Map();
  for (let n = 0; n < out.length; n++) {
    const place = n * from;
    const rest = place % to;
    const base = (place - rest) / to;
    let weights = phases.get(rest);
    if (!weights) {
      weights = phase(rest / to, cut, half);
      if (phases.size < 1000) phases.set(rest, weights);
    }
    const first = Math.max(0, base - half);
    const last = Math.min(samples.length - 1, base + half);
    let sum = 0;
    for (let i = first; i <= last; i++) sum += samples[i] * weights[i - base + half];
    out[n] = sum;
  }
  return out;
}

const bandTaps = (() => {
  const taps = new Float64Array(TAPS);
  const middle = (TAPS - 1) / 2;
  const low = (hz, t) => ((2 * hz) / RATE_HZ) * sinc(((2 * hz) / RATE_HZ) * t);
  for (let i = 0; i < TAPS; i++) {
    const t = i - middle;
    taps[i] = (low(BAND_HZ[1], t) - low(BAND_HZ[0], t)) * hann(t / (middle + 1));
  }
  return taps;
})();

function band(x) {
  const middle = (TAPS - 1) / 2;
  const padded = new Float64Array(x.length + 2 * middle);
  const out = new Float32Array(x.length);
  padded.set(x, middle);
  for (let n = 0; n < x.length; n++) {
    let sum = bandTaps[middle] * padded[n + middle];
    for (let i = 0, j = n + TAPS - 1; i < middle; i++, j--) sum += bandTaps[i] * (padded[n + i] + padded[j]); // the taps are symmetric
    out[n] = sum;
  }
  return out;
}

/** {samples, rate} to the telephone band at 16 kHz. */
const prepare = ({ samples, rate }) => band(resample(samples, rate, RATE_HZ));

const dot = (x, at, y, to, n) => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += x[at + i] * y[to + i];
  return sum;
};

/** Lag of the greatest normalised correlation of x[at..at+n) in y, within [low, high]; parabola between samples. */
function bestLag(x, at, n, y, low, high) {
  const from = Math.max(low, -at);
  const until = Math.min(high, y.length - at - n);
  if (from > until) return null;
  const scores = correlateInside(x.subarray(at, at + n), y.subarray(at + from, at + until + n));
  const score = (lag) => scores.at(lag - from);
  const energies = new Float64Array(until - from + 1);
  energies[0] = dot(y, at + from, y, at + from, n);
  for (let k = 1; k < energies.length; k++) {
    const left = y[at + from + k - 1];
    const right = y[at + from + k - 1 + n];
    energies[k] = Math.max(0, energies[k - 1] - left * left + right * right);
  }
  const own = dot(x, at, x, at, n);
  const floor = 1e-9 * n; // digital silence correlates with nothing
  const value = (lag) => score(lag) / Math.sqrt((own + floor) * (energies[lag - from] + floor));
  let best = from;
  for (let lag = from; lag <= until; lag++) if (value(lag) > value(best)) best = lag;
  let peak = score(best);
  if (best > from && best < until) {
    const [a, b, c] = [score(best - 1), peak, score(best + 1)];
    const bend = a - 2 * b + c;
    if (bend < 0) peak = b - ((a - c) * (a - c)) / (8 * bend);
  }
  return { lag: best, xy: peak, xx: own, yy: energies[best - from], value: peak / Math.sqrt((own + floor) * (energies[best - from] + floor)) };
}

/**
 * A piece in which a jitter buffer put in or took out a period: the lag of what lies before holds up to one place of it, that of what lies
 * behind from there on. Null at the ends of the sound.
 */
function withStep(ref, at, n, rec, lag, near) {
  if (at < n || at + 2 * n > ref.length) return null;
  const before = bestLag(ref, at - n, n, rec, lag - near, lag + near);
  const behind = bestLag(ref, at + n, n, rec, lag - near, lag + near);
  const [a, b] = [at + (before?.lag ?? NaN), at + (behind?.lag ?? NaN)];
  if (!(Math.min(a, b) >= 0 && Math.max(a, b) + n <= rec.length)) return null;
  const xx = dot(ref, at, ref, at, n);
  let [xy, yy] = [dot(ref, at, rec, b, n), dot(rec, b, rec, b, n)];
  let best = { xy, xx, yy };
  for (let i = 0; i < n; i++) {
    xy += ref[at + i] * (rec[a + i] - rec[b + i]);
    yy += rec[a + i] * rec[a + i] - rec[b + i] * rec[b + i];
    if (xy / Math.sqrt(yy + TINY) > best.xy / Math.sqrt(best.yy + TINY)) best = { xy, xx, yy: Math.max(0, yy) };
  }
  return best;
}

/** Correlation of what bestLag and withStep give. */
const likeness = ({ xy, xx, yy }) => xy / Math.sqrt((xx + TINY) * (yy + TINY));

/** One second: its own lag near `lag`, then pieces near that; correlation over all pieces together. */
function oneSecond(ref, at, rec, lag, slack) {
  const whole = bestLag(ref, at, RATE_HZ, rec, lag - slack, lag + slack);
  if (!whole) return null;
  const n = RATE_HZ / PIECES;
  const near = Math.round((PIECE_SLACK_MS * RATE_HZ) / 1000);
  let [xy, xx, yy] = [0, 0, 0];
  for (let k = 0; k < PIECES; k++) {
    const piece = bestLag(ref, at + k * n, n, rec, whole.lag - near, whole.lag + near);
    if (!piece) return null;
    const stepped = likeness(piece) < STEADY ? withStep(ref, at + k * n, n, rec, whole.lag, near) : null;
    const used = stepped && likeness(stepped) > likeness(piece) ? stepped : piece;
    xy += Math.max(0, used.xy);
    xx += used.xx;
    yy += used.yy;
  }
  const correlation = xx && yy ? Math.min(1, xy / Math.sqrt(xx * yy)) : 0;
  return { lag: whole.lag, correlation: yy < 1e-9 * RATE_HZ ? 0 : correlation, gainDb: 10 * Math.log10((yy + 1e-12) / (xx + 1e-12)) };
}

const better = (narrow, wide) => (wide && wide.correlation > GOOD ? wide : narrow);

/** The lag at which the whole of `ref` fits best into `rec`. */
function globalLag(ref, rec) {
  const scores = correlate(ref, rec);
  let best = 0;
  let most = -Infinity;
  for (let lag = -(ref.length - 1); lag < rec.length; lag++) {
    const value = scores.at(lag);
    if (value > most) {
      most = value;
      best = lag;
    }
  }
  return best;
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];

/** Milliseconds in which the recording is as good as silent while the reference speaks. */
function gapMs(ref, rec, at, lag, level) {
  const n = RATE_HZ / 100;
  let frames = 0;
  for (let k = 0; k < 100; k++) {
    const here = at + k * n;
    const there = here + lag;
    if (there < 0 || there + n > rec.length) continue;
    const spoken = rms(ref.subarray(here, here + n));
    const heard = rms(rec.subarray(there, there + n));
    if (spoken > 0.3 * level && heard < 0.02 * spoken) frames++;
  }
  return frames * 10;
}

/**
 * Compares what was said with what was heard, both {samples, rate, startMs?}. Time stretching of the jitter buffer is
 * allowed for: each second is aligned by itself within slackMs of the last (within 500 ms when that fails), each 200 ms within
 * 25 ms of its second, with one step between the lags of its neighbours where one lag does not fit.
 * Returns seconds: [{atS, correlation, lagMs, gainDb}] for all seconds of speech that lie wholly inside the
 * recording; worst and mean correlation; lagMs (median place of the reference in the recording); delayMs when both
 * carry startMs (wall clock); gapMs; clicks.
 */
function compare(said, heard, { slackMs = 60, fromS = 0, toS = Infinity } = {}) {
  const ref = prepare(said);
  const rec = prepare(heard);
  const level = activeLevel(ref);
  const slack = Math.round((slackMs * RATE_HZ) / 1000);
  const lag0 = globalLag(ref, rec);
  const seconds = [];
  let gaps = 0;
  const take = (at, near) => {
    const speech = rms(ref.subarray(at, at + RATE_HZ));
    if (decibel(speech) < decibel(level) - ACTIVE_BELOW_DB) return near;
    if (at + near < 0 || at + RATE_HZ + near > rec.length) return near;
    let found = oneSecond(ref, at, rec, near, slack);
    if (found && found.correlation < GOOD) found = better(found, oneSecond(ref, at, rec, near, WIDE_SLACK));
    if (!found) return near;
    const good = found.correlation > GOOD;
    const used = good ? found.lag : near;
    gaps += gapMs(ref, rec, at, used, level);
    seconds.push({ atS: at / RATE_HZ, correlation: found.correlation, lagMs: (1000 * found.lag) / RATE_HZ, gainDb: found.gainDb });
    return used;
  };
  // Outwards from the middle of what both have: the lag is followed from one second to the next in both directions.
  const first = Math.ceil(Math.max(0, fromS));
  const last = Math.min(Math.floor(ref.length / RATE_HZ) - 1, Math.floor(Math.min(toS, 1e9)) - 1);
  const overlap = [Math.max(first, Math.ceil(-lag0 / RATE_HZ)), Math.min(last, Math.floor((rec.length - lag0) / RATE_HZ) - 1)];
  const middle = Math.max(first, Math.floor((overlap[0] + overlap[1]) / 2));
  let near = lag0;
  for (let s = middle; s <= last; s++) near = take(s * RATE_HZ, near);
  near = lag0;
  for (let s = middle - 1; s >= first; s--) near = take(s * RATE_HZ, near);
  seconds.sort((a, b) => a.atS - b.atS);
  return summary(seconds, gaps, said, heard);
}

function summary(seconds, gaps, said, heard) {
  const values = seconds.map((one) => one.correlation);
  const good = seconds.filter((one) => one.correlation > GOOD);
  const lagMs = good.length ? median(good.map((one) => one.lagMs)) : NaN;
  const tied = Number.isFinite(said.startMs) && Number.isFinite(heard.startMs);
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return {
    seconds,
    worst: values.length ? Math.min(...values) : 0,
    mean,
    lagMs,
    delayMs: tied ? lagMs + heard.startMs - said.startMs : NaN,
    maxDelayMs: tied && good.length ? Math.max(...good.map((one) => one.lagMs)) + heard.startMs - said.startMs : NaN,
    gainDb: good.length ? median(good.map((one) => one.gainDb)) : NaN,
    gapMs: gaps,
    clicks: clicks(heard),
  };
}

/** Level of the louder frames of 100 ms: what is speech, without the pauses. */
function activeLevel(x) {
  const n = RATE_HZ / 10;
  const levels = [];
  for (let at = 0; at + n <= x.length; at += n) levels.push(rms(x.subarray(at, at + n)));
  levels.sort((a, b) => b - a);
  return levels.length ? rms(Float64Array.from(levels.slice(0, Math.max(1, Math.floor(levels.length * 0.4))))) : 0;
}

/**
 * Clicks: frames of 2 ms whose energy above 4 kHz (at the recording's own rate, second difference) is 12 times the
 * median of the 100 ms around and louder than -46 dBFS: no speech sound starts and ends that fast.
 */
function clicks({ samples, rate }) {
  const n = Math.max(4, Math.round(rate / 500));
  const flux = [];
  for (let at = 2; at + n <= samples.length; at += n) {
    let sum = 0;
    for (let i = at; i < at + n; i++) {
      const bend = samples[i] - 2 * samples[i - 1] + samples[i - 2];
      sum += bend * bend;
    }
    flux.push(Math.sqrt(sum / n));
  }
  let count = 0;
  let last = -9;
  for (let k = 25; k + 25 < flux.length; k++) {
    const around = median(flux.slice(k - 25, k + 25));
    const lone = flux[k] > flux[k - 2] * 5 && flux[k] > flux[k + 2] * 5;
    if (!lone || flux[k] < 0.005 || flux[k] < 12 * around) continue;
    if (k - last > 5) count++;
    last = k;
  }
  return count;
}

/** Share of the power of `samples` at `hz` (Goertzel), 0..1. */
function toneShare({ samples, rate }, hz) {
  const w = (2 * Math.PI * hz) / rate;
  let [re, im, power] = [0, 0, 0];
  samples.forEach((value, i) => {
    re += value * Math.cos(w * i);
    im += value * Math.sin(w * i);
    power += value * value;
  });
  return power ? (2 * (re * re + im * im)) / (samples.length * power) : 0;
}

const levelDb = ({ samples }) => decibel(rms(samples));
const cut = ({ samples, rate, startMs }, fromS, toS = Infinity) => ({
  samples: samples.subarray(Math.round(fromS * rate), Math.min(samples.length, Math.round(toS * rate))),
  rate,
  startMs: Number.isFinite(startMs) ? startMs + (1000 * Math.round(fromS * rate)) / rate : startMs,
});

/** The part of a sound between two times of the wall clock, as far as it goes. */
const between = (sound, fromMs, toMs) => (Number.isFinite(sound.startMs)
  ? cut(sound, Math.max(0, (fromMs - sound.startMs) / 1000), Math.max(0, (toMs - sound.startMs) / 1000)) : sound);

const report = (result) => `worst ${result.worst.toFixed(3)} mean ${result.mean.toFixed(3)} over ${result.seconds.length} s, `
  + `lag ${result.lagMs.toFixed(1)} ms, delay ${result.delayMs.toFixed(1)} ms, gain ${result.gainDb.toFixed(1)} dB, gaps ${result.gapMs} ms, `
  + `clicks ${result.clicks} [${result.seconds.map((one) => `${one.atS}:${one.correlation.toFixed(2)}@${one.lagMs.toFixed(0)}`).join(' ')}]`;

export { between, clicks, compare, cut, decibel, levelDb, report, resample, rms, toneShare };
