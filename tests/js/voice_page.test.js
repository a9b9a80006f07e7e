/** voice_page.test.js: worklet and voice.wasm in real browsers, microphone to loudspeaker by way of its own packets. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Chromium, Firefox } from '../peers/browser.js';
import { DIST, startOrigins } from './page_server.js';

const STATS = { packetsSent: 0, packetsReceived: 1, packetsLost: 2, concealed: 11, inputDbfs: 16, outputDbfs: 17, mos: 18 };

/** The page's thread leads the packets back; what waits too long for it on a busy machine is dropped as stale. */
const STALE_MAX = 10;

const VARIANTS = [
  ['Opus', 'wasm=voice.wasm'],
  ['PCMA', 'wasm=voice.wasm&codec=PCMA'],
  ['Opus with SIMD', 'wasm=voice-simd.wasm'],
  ['Opus where a module cannot be handed to the worklet', 'wasm=voice.wasm&bytes'],
];

for (const Browser of [Chromium, Firefox]) {
  describe(`voice engine in the worklet of ${Browser.name}`, () => {
    let origins;
    let browser;
    before(async () => {
      origins = await startOrigins();
      browser = await Browser.start();
    });
    after(async () => {
      await browser?.stop();
      origins.stop();
    });

    for (const [title, query] of VARIANTS) {
      it(`${title}: two hundred packets go round without fault`, async function loopback() {
        if (query.includes('simd') && !existsSync(join(DIST, 'voice-simd.wasm'))) this.skip();
        const tab = await browser.tab({ sound: false });
        await tab.goto(`${origins.page}/loopback.html?${query}`);
        const values = await tab.until((at) => {
          if (window.faults.length) throw new Error(JSON.stringify(window.faults));
          window.voice?.ask();
          return window.stats?.[at.packetsReceived] >= 200 ? window.stats : null;
        }, STATS, { what: '200 packets received' });
        const faults = await tab.evaluate(() => window.faults);
        await tab.close();
        assert.deepEqual(faults, []);
        assert.ok(values[STATS.packetsLost] <= STALE_MAX, `${values[STATS.packetsLost]} packets lost`);
        assert.ok(values[STATS.mos] > 1, `MOS ${values[STATS.mos]}`);
      });
    }
  });
}
