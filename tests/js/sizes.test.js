/** sizes.test.js: what a page downloads stays small (issue 2's goals, brotli). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { DIST } from './page_server.js';

const LIMITS = { 'tccc.js': 40000, 'ui.js': 60000, 'core.wasm': 30000, 'voice.wasm': 220000, 'voice-simd.wasm': 220000, 'voice-ai.bin': 1000000 };

describe('sizes of dist/', () => {
  const sizes = () => JSON.parse(readFileSync(join(DIST, 'sizes.json'), 'utf8'));

  for (const [name, limit] of Object.entries(LIMITS)) {
    it(`${name} has at most ${limit} bytes with brotli`, function check() {
      const one = sizes().find((file) => file.name === name);
      if (!one) this.skip();
      assert.ok(one.brotli <= limit, `${one.brotli} bytes`);
    });
  }

  it('the compressed copies that tcccd sends hold the file itself', () => {
    for (const { name, gzip, brotli } of sizes()) {
      const [file, gz, br] = ['', '.gz', '.br'].map((suffix) => readFileSync(join(DIST, name + suffix)));
      assert.deepEqual([gz.length, br.length], [gzip, brotli], name);
      assert.ok(gunzipSync(gz).equals(file) && brotliDecompressSync(br).equals(file), name);
    }
  });

  it('every file has its integrity value for the script tag', () => {
    const digest = (name) => `sha384-${createHash('sha384').update(readFileSync(join(DIST, name))).digest('base64')}`;
    assert.deepEqual(sizes().filter(({ name, integrity }) => integrity !== digest(name)), []);
  });
});
