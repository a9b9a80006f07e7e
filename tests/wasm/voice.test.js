// voice.test.js: voice.wasm through its exports. Layer: tests.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { IMPORTS } from './load_wasm.js';
import { BLOCK, RATE_HZ, goldenHash, goldenVoice, loadVoice, streamConfig } from './voice_module.js';

const SRTP80 = 'AES_CM_128_HMAC_SHA1_80', SRTP32 = 'AES_CM_128_HMAC_SHA1_32';
const ARG_MISSING = -1, ARG_TYPE = -2, ARG_RANGE = -3, STATE = -4, NOT_READY = -5, NOT_FOUND = -6, TOO_LARGE = -21, LIMIT = -34,
  FORMAT = -37, AUTH = -38;

async function started(variant) {
  const voice = await loadVoice(variant);
  assert.equal(voice.voice_init(RATE_HZ, 1, 1, 1, 128, 0x89ABCDEF, 0x01234567), 0);
  return voice;
}

/** Five seconds of the golden voice with its echo, channel 0 and 1 in a loop; the twin of test_voice_golden.c. */
function goldenRun(voice, { each = () => {}, loseEvery = 9 } = {}) {
  const next = goldenVoice(), blocks = (5 * RATE_HZ) / BLOCK, digitAt = Math.floor(blocks / 2);
  const echo = Array.from({ length: 15 }, () => new Float32Array(BLOCK));
  let hash = 2166136261, count = 0;
  for (let i = 0; i < blocks; i++) {
    const block = echo[i % 15], now = Math.floor((i * BLOCK * 1e6) / RATE_HZ);
    for (let k = 0; k < BLOCK; k++) block[k] = Math.fround(Math.fround(block[k] * 0.25) + next());
    voice.capture(BLOCK).set(block);
    assert.equal(voice.voice_quantum(BLOCK, now), 0);
    block.set(voice.render(BLOCK));
    hash = goldenHash(hash, new Uint8Array(block.buffer));
    for (let packet; (packet = voice.packet());) {
      hash = goldenHash(hash, packet.bytes);
      if (++count % loseEvery !== 0) voice.voice_packet_in(packet.channel ^ 1, packet.bytes.length, now);
    }
    if (i === digitAt) assert.equal(voice.voice_digits(0, voice.put(Buffer.from('5'))), 1);
    each(i, block);
  }
  return hash;
}

describe('voice.wasm', () => {
  const golden = Object.fromEntries(readFileSync(new URL('../unit/golden_voice.txt', import.meta.url), 'utf8')
    .trim().split('\n').map((line) => line.split(' ')));

  for (const [codec, suite] of [['opus', SRTP80], ['PCMA', null], ['PCMU', SRTP32]]) {
    it(`gives the native build's bits with ${codec}`, async () => {
      const voice = await started();
      for (const channel of [0, 1]) assert.equal(voice.open(channel, streamConfig(codec, channel, suite)), 0, voice.text());
      assert.equal(goldenRun(voice).toString(16).padStart(8, '0'), golden[codec]);
    });
  }

  it('imports nothing but an exit and a notice of memory growth', async () => {
    const { module } = await loadVoice();
    for (const { module: from, name } of WebAssembly.Module.imports(module)) assert.ok(IMPORTS.includes(`${from}.${name}`), name);
  });

  it('does not grow its memory once the streams are open', async () => {
    const voice = await started();
    for (const channel of [0, 1]) voice.open(channel, streamConfig('opus', channel, SRTP80));
    const grown = voice.grown(), pages = voice.memory.buffer.byteLength;
    goldenRun(voice);
    assert.equal(voice.grown(), grown);
    assert.equal(voice.memory.buffer.byteLength, pages);
  });

  it('does not grow its memory when streams are opened again and again', async () => {
    const voice = await started();
    for (let i = 0; i < 3; i++) for (let channel = 0; channel < 4; channel++) voice.open(channel, streamConfig('opus', channel & 1, SRTP80));
    const pages = voice.memory.buffer.byteLength;
    for (let i = 0; i < 50; i++) for (let channel = 0; channel < 4; channel++) voice.open(channel, streamConfig('opus', channel & 1, SRTP80));
    assert.equal(voice.memory.buffer.byteLength, pages);
  });

  it('refuses a wrong stream configuration and names the member', async () => {
    const voice = await started();
    const good = streamConfig('opus', 0, SRTP80);
    const cases = [
      [{ ...good, codec: undefined }, ARG_MISSING, /^ARG_MISSING .*codec/],
      [{ ...good, codec: 'G729' }, ARG_RANGE, /^ARG_RANGE .*codec/],
      [{ ...good, payloadType: '111' }, ARG_TYPE, /^ARG_TYPE .*payloadType/],
      [{ ...good, payloadType: 128 }, ARG_RANGE, /payloadType/],
      [{ ...good, dtmfPayloadType: 111 }, ARG_RANGE, /dtmfPayloadType/],
      [{ ...good, dtmfPayloadType: 13 }, ARG_RANGE, /dtmfPayloadType/],
      [{ ...good, dtmfRate: 44100 }, ARG_RANGE, /dtmfRate/],
      [{ ...good, ptimeMs: 25 }, ARG_RANGE, /ptimeMs/],
      [{ ...good, bitrate: 5999 }, ARG_RANGE, /bitrate/],
      [{ ...good, complexity: 11 }, ARG_RANGE, /complexity/],
      [{ ...good, expectedLoss: -1 }, ARG_RANGE, /expectedLoss/],
      [{ ...good, dtx: 1 }, ARG_TYPE, /dtx/],
      [{ ...good, ssrc: 2 ** 32 }, ARG_RANGE, /ssrc/],
      [{ ...good, colour: 'red' }, ARG_RANGE, /^ARG_RANGE .*not known/],
      [{ ...good, srtp: { ...good.srtp, suite: 'AEAD' } }, ARG_RANGE, /suite/],
      [{ ...good, srtp: { ...good.srtp, sendKey: 'AAAA' } }, ARG_RANGE, /sendKey/],
      [{ ...good, srtp: { ...good.srtp, receiveKey: undefined } }, ARG_MISSING, /receiveKey/],
      ['{', FORMAT, /^FORMAT /],
      ['[]', ARG_TYPE, /^ARG_TYPE /],
    ];
    for (const [config, code, text] of cases) {
      assert.equal(voice.open(0, config), code, JSON.stringify(config));
      assert.match(voice.text(), text);
    }
    assert.equal(voice.voice_open(0, 4097), TOO_LARGE);
    assert.equal(voice.voice_open(0, -1), TOO_LARGE);
    assert.equal(voice.open(4, good), ARG_RANGE);
    assert.equal(voice.open(0, good), 0);
  });

  it('leaves no key in the mailbox', async () => {
    const voice = await started();
    const config = streamConfig('opus', 0, SRTP80);
    assert.equal(voice.open(0, config), 0);
    const left = Buffer.from(voice.bytes(4096)).toString('latin1');
    assert.ok(!left.includes(config.srtp.sendKey) && !left.includes(config.srtp.receiveKey));
  });

  it('answers calls in the wrong state with an error', async () => {
    const voice = await loadVoice();
    assert.equal(voice.voice_quantum(BLOCK, 0), NOT_READY);
    assert.equal(voice.open(0, streamConfig('opus', 0)), NOT_READY);
    assert.equal(voice.voice_init(7999, 1, 1, 1, 128, 0, 0), ARG_RANGE);
    assert.equal(voice.voice_init(RATE_HZ, 2, 1, 1, 128, 0, 0), ARG_RANGE);
    assert.equal(voice.voice_init(RATE_HZ, 1, 1, 1, 128, 1, 0), 0);
    assert.equal(voice.voice_quantum(4097, 0), ARG_RANGE);
    assert.equal(voice.voice_packet_in(0, 12, 0), NOT_FOUND);
    assert.equal(voice.voice_packet_in(0, 5000, 0), TOO_LARGE);
    assert.equal(voice.voice_stats(0), NOT_FOUND);
    assert.equal(voice.voice_direct(0, 3), NOT_FOUND);
    assert.equal(voice.voice_tone(4), ARG_RANGE);
    assert.equal(voice.open(0, { codec: 'PCMA', payloadType: 8 }), 0);
    assert.equal(voice.voice_digits(0, voice.put(Buffer.from('1'))), STATE);
    assert.equal(voice.open(0, streamConfig('PCMA', 0)), 0);
    assert.equal(voice.voice_digits(0, voice.put(Buffer.from('1x'))), ARG_RANGE);
    assert.equal(voice.voice_digits(0, voice.put(Buffer.from('1'.repeat(65)))), LIMIT);
    assert.equal(voice.voice_digits(0, voice.put(Buffer.from('12*#'))), 4);
    assert.equal(voice.voice_error(NOT_FOUND), 9);
    assert.equal(voice.text(), 'NOT_FOUND');
  });

  it('drops forged SRTP packets', async () => {
    const voice = await started();
    for (const channel of [0, 1]) voice.open(channel, streamConfig('PCMA', channel, SRTP80));
    let seen = 0;
    for (let i = 0; i < 100; i++) {
      voice.voice_quantum(BLOCK, i * 2667);
      for (let packet; (packet = voice.packet()); seen++) {
        packet.bytes[20] ^= 1;
        assert.equal(voice.voice_packet_in(packet.channel ^ 1, packet.bytes.length, i * 2667), AUTH);
      }
    }
    assert.ok(seen > 20);
  });

  it('is warmed without touching the engine in use', async () => {
    const voice = await started(), twin = await started();
    assert.equal(voice.voice_warm(), 0);
    for (const v of [voice, twin]) for (const channel of [0, 1]) v.open(channel, streamConfig('opus', channel, SRTP80));
    assert.equal(goldenRun(voice), goldenRun(twin));
  });

  it('tells the figures of a stream in the documented order', async () => {
    const voice = await started();
    for (const channel of [0, 1]) voice.open(channel, streamConfig('opus', channel, SRTP80));
    goldenRun(voice);
    const stats = voice.stats(1);
    assert.equal(stats.length, 22);
    const [sent, received, lost, , , bytesSent, bytesReceived] = stats;
    assert.ok(sent >= 245 && sent <= 251, `sent ${sent}`);
    assert.ok(received > 0.85 * sent && received < 0.92 * sent, `received ${received}`);
    assert.ok(lost > 20 && lost < 35, `lost ${lost}`);
    assert.ok(bytesSent > 5000 && bytesReceived > 5000);
    assert.ok(stats[16] > -60 && stats[16] <= 0, `input ${stats[16]} dBFS`);
    assert.ok(stats[18] >= 1 && stats[18] <= 4.5, `mos ${stats[18]}`);
    assert.ok(stats[20] > 0.05 && stats[20] < 0.2, `recent loss ${stats[20]}`);
    assert.ok(stats[21] >= 1 && stats[21] <= 5, `level ${stats[21]}`);
  });

  it('gives levels, takes volumes within their range, and judges a connection', async () => {
    const voice = await started();
    const { voice_gain: gain, voice_level: level, voice_mos: mos, voice_speaks: speaks } = voice;
    assert.equal(speaks(), 0);
    for (const channel of [0, 1]) voice.open(channel, streamConfig('PCMA', channel));
    goldenRun(voice);
    assert.equal(speaks(), 1);
    assert.ok(level(0) > 0.2 && level(0) <= 1 && level(1) > 0 && level(1) <= 1, `${level(0)} ${level(1)}`);
    assert.deepEqual([gain(0, 2), gain(1, 1)], [0, 0]);
    for (const wrong of [[-1, 1], [1, 2.5], [NaN, 1]]) assert.ok(gain(...wrong) < 0, wrong.join());
    assert.ok(mos(50, 0) > 4.3 && mos(400, 0.1) < 3 && mos(400, 0.1) >= 1);
  });

  it('with SIMD is close to the scalar build', async () => {
    const scalar = await started(), simd = await started('wasm-simd');
    const outputs = [];
    for (const voice of [scalar, simd]) {
      const out = [];
      for (const channel of [0, 1]) assert.equal(voice.open(channel, streamConfig('PCMA', channel)), 0);
      goldenRun(voice, { each: (i, block) => out.push(...block), loseEvery: Infinity }); // a loss would stretch both differently
      outputs.push(out);
    }
    let ab = 0, aa = 0, bb = 0;
    for (let i = 0; i < outputs[0].length; i++) {
      ab += outputs[0][i] * outputs[1][i];
      aa += outputs[0][i] ** 2;
      bb += outputs[1][i] ** 2;
    }
    const correlation = ab / Math.sqrt(aa * bb);
    assert.ok(correlation > 0.98, `correlation ${correlation}`);
  });
});
