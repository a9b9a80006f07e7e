// audio.test.js: tccc-audio on files that this test writes. Layer: tests.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const build = process.env.TCCC_BUILD_DIR ?? fileURLToPath(new URL('../../build', import.meta.url));
const folder = mkdtempSync(`${tmpdir()}/tccc-audio-`), path = (name) => `${folder}/${name}`;
const run = (...args) => spawnSync(`${build}/native/tccc-audio`, args, { encoding: 'utf8' });
const runWasm = (...args) => spawnSync(process.execPath, [`${build}/wasm/tccc-audio.cjs`, ...args], { encoding: 'utf8' });
const figures = (name) => JSON.parse(readFileSync(path(name), 'utf8'));

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
    const left = ['off', 'low', 'medium', 'high', 'ai'].map((level) => {
      assert.equal(run('ns', '--in', path('in.wav'), '--out', path('clean.wav'), '--level', level).status, 0);
      return power('clean.wav', 5);
    });
    for (let i = 1; i < left.length; i++) assert.ok(left[i] < 0.6 * left[i - 1], `${left}`);
  });

  it('names the file and what is wrong with it', () => {
    writeFileSync(path('text.wav'), 'not sound at all');
    for (const [file, why] of [[path('text.wav'), 'is not a WAV file that can be read: PCM, float, A-law or mu-law'], [path('nowhere.wav'), 'cannot be read: No such file or directory'],
      [folder, 'cannot be read: Is a directory'],
      [wav('rate.wav', far.slice(0, 999), { rateHz: 44100 }), 'has neither 16000 nor 48000 Hz'],
      [wav('two.wav', far.slice(0, 999), { channels: 2 }), 'has more than one channel'],
      [wav('none.wav', []), 'has no sound']]) {
      const { status, stderr } = run('ns', '--in', file, '--out', path('never.wav'));
      assert.equal(status, 1);
      assert.equal(stderr, `tccc-audio: ${file}: ${why}\n`);
    }
    assert.match(run('aec', '--tail-ms', '31').stderr, /--tail-ms: must be 32 to 500/);
    assert.match(run('ns', '--level', 'loud').stderr, /--level: must be off, low, medium, high or ai/);
    assert.match(run('aec', '--bogus', '1').stderr, /--bogus: is no option/);
    assert.match(run('ns', '--trace', path('trace.csv')).stderr, /--trace: is no option of this command/);
    assert.match(run('process', '--far', path('two.wav'), '--mic').stderr, /--mic: wants a value/);
    assert.equal(run().status, 2);
    const { status, stderr } = run('ns', '--in', wav('good.wav', far.slice(0, 999)), '--out', `${folder}/no/such/folder.wav`);
    assert.deepEqual([status, stderr], [1, `tccc-audio: ${folder}/no/such/folder.wav: cannot be written: No such file or directory\n`]);
  });

  it('tells after each minute of sound how far it is', () => {
    const { status, stderr } = run('ns', '--in', wav('long.wav', noise(16000 * 130)), '--out', path('clean.wav'), '--level', 'off');
    assert.deepEqual([status, stderr], [0, '60 of 130 s\n120 of 130 s\n']);
  });

  it('takes an echo out of 48 kHz, and one that ends before the microphone does', () => {
    const thrice = (samples) => samples.flatMap((x) => [x, x, x]);
    const early = far.slice(0, 16000 * 5), room = far.map((x, i) => 0.3 * (early[i - 1000] ?? 0));
    const options = ['--far', wav('far48.wav', thrice(early), { rateHz: 48000 }), '--mic', wav('mic48.wav', thrice(room), { rateHz: 48000 })];
    assert.equal(run('aec', ...options, '--out', path('out.wav')).status, 0);
    assert.equal(readFileSync(path('out.wav')).length, 44 + 2 * 16000 * 6);
    wav('room.wav', room);
    assert.ok(power('room.wav', 4) > 100 * power('out.wav', 4), `${power('room.wav', 4)} ${power('out.wav', 4)}`);
  });

  it('takes files of every length and gives as much back', () => {
    for (const n of [1, 2, 79, 159, 160, 161, 319, 320, 321, 479, 480, 481, 1599, 16001]) {
      const [mic, out] = [wav('mic_n.wav', far.slice(0, n)), path('out_n.wav')];
      const commands = [['ns', '--in', mic], ['ns', '--in', mic, '--level', 'ai'], ['aec', '--far', wav('far_n.wav', far.slice(0, (n >> 1) + 1)), '--mic', mic],
        ['process', '--far', path('far_n.wav'), '--mic', mic], ['codec', '--in', mic]];
      for (const [i, words] of commands.entries()) {
        const { status, stderr } = run(...words, '--out', out);
        assert.equal(status, 0, `${n} samples, ${words}: ${stderr}`);
        const given = (readFileSync(out).length - 44) / 2;
        assert.ok(i < 4 ? given === n : given >= n, `${n} samples, ${words}: ${given}`);
      }
    }
  });

  /** Ten seconds of packets of 20 ms, 40 ms on their way and up to 20 ms more, of which every 20th is lost. */
  const trace = () => Array.from({ length: 500 }, (_, i) => `${65500 + i},${20 * i},${i % 20 === 7 ? '' : 20 * i + 40 + (7 * i) % 20}`);

  it('plays a trace of arrivals: its delay, what was lost and what copies brought back', () => {
    writeFileSync(path('trace.csv'), ['# sequence,send_ms,arrival_ms', ...trace()].join('\n'));
    const words = noise(160000).map((x, i) => (i % 16000 < 10000 ? x : x / 300)); /* delays are adapted in pauses */
    const options = ['--in', wav('speech.wav', words), '--trace', path('trace.csv'), '--out', path('heard.wav'), '--json', path('stats.json')];
    assert.equal(run('jitter', ...options).status, 0);
    const bare = figures('stats.json');
    assert.deepEqual([bare.packets_sent, bare.packets_arrived, bare.recovered], [500, 475, 0]);
    assert.ok(bare.lost >= 24 && bare.concealed_share > 0.04 && bare.delay_mean_ms >= 20 && bare.delay_mean_ms < 60, JSON.stringify(bare));
    assert.equal(run('jitter', ...options, '--loss', '0.05').status, 0);
    const copied = figures('stats.json');
    assert.ok(Math.abs(bare.mouth_to_ear_ms - 40 - 20 - bare.delay_mean_ms) < 10 && copied.mos > bare.mos && bare.mos > 1, JSON.stringify([bare, copied]));
    const { mos } = JSON.parse(run('quality', '--delay-ms', `${copied.mouth_to_ear_ms}`, '--loss', `${copied.concealed_share}`).stdout);
    assert.ok(Math.abs(mos - copied.mos) < 0.02, `${mos} ${copied.mos}`);
    assert.ok(copied.recovered >= 10 && copied.concealed_share < 0.7 * bare.concealed_share, JSON.stringify(copied));
    assert.equal(run('jitter', ...options, '--codec', 'pcma', '--ppm', '200').status, 0);
    assert.ok(figures('stats.json').lost >= 24);
  });

  it('encodes and decodes a file, and rates a call', () => {
    assert.equal(run('codec', '--in', wav('speech.wav', noise(32000)), '--out', path('coded.wav'), '--json', path('stats.json')).status, 0);
    const { packets, bitrate_bps: bitrate } = figures('stats.json');
    assert.ok(packets === 100 && bitrate > 20000 && bitrate < 28000, `${packets} ${bitrate}`);
    const good = JSON.parse(run('quality', '--delay-ms', '50', '--loss', '0').stdout);
    const bad = JSON.parse(run('quality', '--delay-ms', '400', '--loss', '0.1').stdout);
    assert.ok(good.mos > 4.2 && bad.mos < 2.5, JSON.stringify([good, bad]));
  });

  it('writes the same bytes as WebAssembly under Node', () => {
    writeFileSync(path('trace.csv'), trace().join('\n'));
    const commands = [['process', '--far', wav('far.wav', far), '--mic', wav('mic.wav', mic)],
      ['aec', '--far', path('far.wav'), '--mic', path('mic.wav'), '--level', 'high', '--tail-ms', '100'],
      ['jitter', '--in', path('far.wav'), '--trace', path('trace.csv'), '--loss', '0.05'],
      ['codec', '--in', path('mic.wav'), '--bitrate', '16000']];
    for (const [command, ...options] of commands) {
      for (const [which, name] of [[run, 'native'], [runWasm, 'wasm']]) {
        const { status, stderr } = which(command, ...options, '--out', path(`${name}.wav`), '--json', path(`${name}.json`));
        assert.equal(status, 0, stderr.slice(0, 500));
      }
      assert.ok(readFileSync(path('native.wav')).equals(readFileSync(path('wasm.wav'))), command);
      assert.deepEqual(figures('native.json'), figures('wasm.json'));
    }
    for (const [which, name] of [[run, 'native'], [runWasm, 'wasm']]) assert.equal(which('ns', '--in', path('mic.wav'), '--level', 'ai', '--out', path(`${name}.wav`)).status, 0);
    assert.ok(readFileSync(path('native.wav')).equals(readFileSync(path('wasm.wav'))), 'ns');
    const rating = ['quality', '--delay-ms', '150', '--loss', '0.03', '--codec', 'pcma'];
    assert.equal(run(...rating).stdout, runWasm(...rating).stdout);
  });

  it('names the line of a trace that is wrong', () => {
    for (const [lines, why] of [[['1,0,10', '2,20'], 'line 2 is not sequence,send_ms,arrival_ms'], [['1,0,10', '1,20,30'], 'line 2 has a sequence that does not rise'],
      [['1,0,-5'], 'line 1 has an arrival that is not 0 to 4 hours'], [['1,nan,5'], 'line 1 has a send time that is not 0 to 4 hours'], [['#'], 'has no packets'],
      [['sequence,send_ms,arrival_ms', '1,0,10', '2,x,20'], 'line 3 is not sequence,send_ms,arrival_ms'],
      [['-1,0,10'], 'line 1 has a sequence that is not 0 to 2^30'],
      [['1,0,10', '60,590,600'], 'line 2 has a send time that its sequence, at one packet in 20 ms, does not allow'],
      [['1,0,'], 'has no packet that arrives']]) {
      writeFileSync(path('trace.csv'), lines.join('\n'));
      const { status, stderr } = run('jitter', '--in', wav('speech.wav', far), '--trace', path('trace.csv'));
      assert.deepEqual([status, stderr], [1, `tccc-audio: ${path('trace.csv')}: ${why}\n`]);
    }
    assert.match(run('jitter', '--in', path('speech.wav')).stderr, /--trace: is missing/);
    assert.match(run('codec', '--bitrate', '1').stderr, /--bitrate: must be 6000 to 64000/);
  });
});
