/** bench_sizes.js: what a page loads, raw and compressed, from dist/sizes.json. Layer: bench. */
import fs from 'node:fs';

const GOALS_KB = { 'tccc.js': 40, 'core.wasm': 30, 'voice.wasm': 220, 'voice-simd.wasm': 220, 'voice-ai.bin': 1000 };

for (const one of JSON.parse(fs.readFileSync(new URL('../../dist/sizes.json', import.meta.url), 'utf8'))) {
  if (one.name === 'tcccSdk.js') continue; // the same file under the name of old SdkURLs
  for (const kind of ['raw', 'gzip', 'brotli']) {
    const goal = kind === 'brotli' ? GOALS_KB[one.name] ?? null : null;
    console.log(JSON.stringify({ name: `size: ${one.name}, ${kind}`, value: one[kind] / 1000, unit: 'kB', goal, direction: 'lower', peer: null, peer_value: null }));
  }
}
