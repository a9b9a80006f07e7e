// audio.test.js: tccc-audio on files that this test writes. Layer: tests.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const build = process.env.TCCC_BUILD_DIR ?? fileURLToPath(new URL('../../build', import.meta.url));
const folder = mkdtempSync(`${tmpdir()}/tccc-audio-`), path = (name) => `${folder}/${name}`;
const run = (...args) => spawnSync(`${build}/native/tccc-audio`, args, { encoding: 'utf8' });

/** Samples of -1..1 as a WAV file. */
function wav(name, samples, { rateHz = 16000, channels = 1 } = {}) {
  const file = Buffer.alloc(44 + 2 * samples.length);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + 2 * samples.length, 4);
  file.write('WAVEfmt ', 8);
  for (const [at, value] of [[16, 16], [24, rateHz], [28, 2 * rateHz * channels], [40, 2 * samples.length]]) file.writeUInt32LE(value, at);
  for (const [at, value] of [[20, 1], [22, channels], [32, 2 * channels], [34, 16]]) file.writeUInt16LE(value, at);
  file.write('data', 36);
  samples.forEach((x, i) => file.writeInt16LE(Math.round(32767 * x), 44 + 2 * i));
  writeFileSync(path(name), file);
  return path(name);
}

function noise(n) {
  let random = 1;
  return Array.from({ length: n }, () => ((random = (Math.imul(random, 1664525) + 1013904223) >>> 0) / 2147483648 - 1) * 0.3);
}

function power(name, fromS) {
  const file = readFileSync(path(name));
  let sum = 0;
  for (let at = 44 + 2 * 16000 * fromS; at < file.length; at += 2) sum += file.readInt16LE(at) ** 2;
  return sum / ((file.length - 44) / 2 - 16000 * fromS);
}

describe('tccc-audio', () => {
  after(() => rmSync(folder, { recursive: true }));

  const far = noise(16000 * 6), mic = far.map((x, i) => 0.3 * (far[i - 1000] ?? 0));

  it('takes the echo out of a file and tells its delay', () => {
    const options = ['--far', wav('far.wav', far), '--mic', wav('mic.wav', mic), '--out', path('out.wav'), '--json', path('stats.json')];
    const { status, stderr } = run('aec', ...options);
    assert.equal(status, 0, stderr);
    const stats = JSON.parse(readFileSync(path('stats.json'), 'utf8'));
    assert.ok(stats.found && stats.erle_db > 20 && stats.delay_ms <= 62 && Math.abs(stats.drift_ppm) < 5, JSON.stringify(stats));
    assert.ok(power('mic.wav', 4) > 1000 * power('out.wav', 4));
    assert.equal(run('process', ...options).status, 0);
    assert.ok(power('mic.wav', 4) > 100 * power('out.wav', 4));
  });

  it('reads 48 kHz and suppresses noise', () => {
    wav('in.wav', noise(48000 * 6).map((x) => 0.1 * x), { rateHz: 48000 });
    assert.equal(run('ns', '--in', path('in.wav'), '--out', path('clean.wav')).status, 0);
    assert.equal(readFileSync(path('clean.wav')).readUInt32LE(24), 16000);
    assert.ok(power('clean.wav', 5) > 0 && power('clean.wav', 5) < 0.1 * 983 ** 2 / 3, `${power('clean.wav', 5)}`);
  });

  it('names the file and what is wrong with it', () => {
    writeFileSync(path('text.wav'), 'not sound at all');
    for (const [file, why] of [[path('text.wav'), 'is not a WAV file'], [path('none.wav'), 'cannot be read'],
      [wav('rate.wav', far.slice(0, 999), { rateHz: 44100 }), 'has neither 16000 nor 48000 Hz'],
      [wav('two.wav', far.slice(0, 999), { channels: 2 }), 'has more than one channel'],
      [wav('short.wav', far.slice(0, 99)), 'is shorter than 10 ms']]) {
      const { status, stderr } = run('ns', '--in', file, '--out', path('never.wav'));
      assert.equal(status, 1);
      assert.equal(stderr, `tccc-audio: ${file}: ${why}\n`);
    }
    assert.match(run('aec', '--tail-ms', '31').stderr, /--tail-ms: must be 32 to 500/);
    assert.match(run('aec', '--bogus', '1').stderr, /--bogus: is no option/);
    assert.equal(run().status, 2);
  });
});
