/** audio.test.js: The measure itself is measured: known delays, noise, gaps, clicks, lost seconds. Layer: tests. */
import assert from 'node:assert/strict';
import { clicks, compare, cut, levelDb, resample, toneShare } from './audio.js';
import { decode } from './g722.js';
import { speech } from './speech.js';

const RATE = 16000;

/** Repeatable noise, uniform in -1..1 (xorshift32, Marsaglia 2003). */
function noise(n, seed = 1) {
  let x = seed;
  return Float32Array.from({ length: n }, () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x / 2147483648;
  });
}

const placed = (samples, at, total) => {
  const out = new Float32Array(total);
  out.set(samples.subarray(0, Math.min(samples.length, total - at)), at);
  return out;
};

describe('the measure of speech', function () {
  this.timeout(30000);
  let said;
  before(() => { said = { ...speech('agent', { rate: RATE, seconds: 8 }), startMs: 1000 }; });
  const heardAs = (samples, startMs = 1000) => ({ samples, rate: RATE, startMs });

  it('finds a delay of 123 ms to a tenth of a millisecond and full correlation', () => {
    const result = compare(said, heardAs(placed(said.samples, 1968, 10 * RATE)));
    assert.ok(Math.abs(result.delayMs - 123) < 0.1, String(result.delayMs));
    assert.ok(result.worst > 0.999);
    assert.equal(result.seconds.length, 8);
    assert.equal(result.gapMs, 0);
  });

  it('takes the clocks of both recordings into the delay', () => {
    const result = compare(said, heardAs(placed(said.samples, 1600, 10 * RATE), 950));
    assert.ok(Math.abs(result.delayMs - 50) < 0.1);
  });

  it('stays above 0.99 when the line is 8 kHz wide and half as loud', () => {
    const narrow = resample(said.samples, RATE, 8000).map((value) => value * 0.5);
    const result = compare(said, { samples: narrow, rate: 8000, startMs: 1000 });
    assert.ok(result.worst > 0.99, String(result.worst));
    assert.ok(Math.abs(result.gainDb + 6.02) < 0.2);
  });

  it('falls well under 0.9 when noise in the band is as loud as the speech', () => {
    const loud = noise(said.samples.length, 7);
    const level = 10 ** (levelDb({ samples: said.samples }) / 20);
    const band = toneFree(loud, level);
    const result = compare(said, heardAs(said.samples.map((value, i) => value + band[i])));
    assert.ok(result.mean > 0.4 && result.mean < 0.88, String(result.mean));
    assert.ok(result.worst < 0.8);
  });

  it('does not mistake other speech for the right one', () => {
    const other = speech('phone', { rate: RATE, seconds: 8 });
    const result = compare(said, heardAs(other.samples));
    assert.ok(result.mean < 0.6, String(result.mean));
    assert.ok(result.worst < 0.5, String(result.worst));
  });

  it('does not mistake noise for speech', () => {
    const result = compare(said, heardAs(noise(8 * RATE, 3).map((value) => value * 0.1)));
    assert.ok(result.mean < 0.35, String(result.mean));
  });

  it('sees a second that was replaced by silence, and how long the gap is', () => {
    const holed = placed(said.samples, 800, 9 * RATE);
    holed.fill(0, 800 + 4 * RATE, 800 + 5 * RATE);
    const result = compare(said, heardAs(holed));
    assert.ok(result.seconds[4].correlation < 0.05);
    assert.ok(result.seconds[3].correlation > 0.99 && result.seconds[5].correlation > 0.99);
    assert.ok(result.gapMs >= 400, String(result.gapMs));
  });

  it('sees a second in which every fifth 20 ms packet is missing', () => {
    const holed = Float32Array.from(said.samples);
    for (let at = 3 * RATE; at < 4 * RATE; at += 1600) holed.fill(0, at, at + 320);
    const result = compare(said, heardAs(holed));
    assert.ok(result.seconds[3].correlation < 0.95 && result.seconds[3].correlation > 0.6, String(result.seconds[3].correlation));
  });

  it('allows for a jitter buffer that takes out or puts in 10 ms, wherever that is, and follows the lag', () => {
    for (const place of [4.4, 4.43, 4.5, 4.98]) {
      for (const ms of [10, -10]) {
        const at = Math.round(place * RATE), n = ms * RATE / 1000;
        const stretched = Float32Array.from([...said.samples.subarray(0, at), ...said.samples.subarray(at + n)]);
        const result = compare(said, heardAs(stretched));
        assert.ok(result.worst > 0.93, `${ms} ms at ${place} s: ${result.worst}`);
        assert.ok(Math.abs(result.seconds[7].lagMs - result.seconds[0].lagMs + ms) < 1);
      }
    }
  });

  it('follows a clock that runs 100 ppm fast', () => {
    const fast = resample(said.samples, 1000100, 1000000);
    const result = compare(said, heardAs(fast));
    assert.ok(result.worst > 0.98, String(result.worst));
  });

  it('counts no second that the recording does not hold', () => {
    const result = compare(said, heardAs(said.samples.subarray(0, 5.5 * RATE)));
    assert.equal(result.seconds.length, 5);
  });

  it('gives nothing but zeros for a silent recording', () => {
    const result = compare(said, heardAs(new Float32Array(9 * RATE)));
    assert.equal(result.worst, 0);
    assert.equal(result.mean, 0);
  });

  it('counts clicks and finds none in clean speech', () => {
    assert.equal(clicks(said), 0);
    const broken = Float32Array.from(said.samples);
    for (const at of [1.1, 2.3, 4.7]) broken[Math.round(at * RATE)] += 0.5;
    assert.equal(clicks({ samples: broken, rate: RATE }), 3);
  });

  it('tells a tone from speech', () => {
    const tone = Float32Array.from({ length: RATE }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / RATE));
    assert.ok(toneShare({ samples: tone, rate: RATE }, 440) > 0.99);
    assert.ok(toneShare(cut(said, 1, 2), 440) < 0.2);
  });

  it('decodes G.722 to sound inside -1..1 that is not silent', () => {
    const samples = decode(Uint8Array.from({ length: 800 }, (_, i) => 0xfa ^ (i & 3)));
    assert.equal(samples.length, 1600);
    assert.ok(samples.every((value) => Math.abs(value) <= 1));
  });

  /** Noise scaled so that what falls into the telephone band is as loud as `level`. */
  function toneFree(samples, level) {
    const share = (3400 - 300) / (RATE / 2);
    const gain = level / Math.sqrt(share / 3);
    return samples.map((value) => value * gain);
  }
});
