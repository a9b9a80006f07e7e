/** browser.test.js: the browsers of the tests: their microphones say what they are given, and the page recorder keeps time. Layer: tests. */
import assert from 'node:assert/strict';
import * as audio from './audio.js';
import { Chromium, Firefox } from './browser.js';
import { PageServer } from './page_server.js';
import { speechFile } from './speech.js';

const PAGE = `<!doctype html><title>loop</title><script>
window.loop = async (seconds) => {
  const context = new AudioContext({ sampleRate: 48000 });
  const constraints = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const source = context.createMediaStreamSource(await navigator.mediaDevices.getUserMedia({ audio: constraints }));
  const line = new DelayNode(context, { maxDelayTime: 1, delayTime: seconds });
  source.connect(line).connect(context.destination);
  await context.resume();
};
</script>`;

for (const Browser of [Chromium, Firefox]) {
  describe(`microphone and recorder in ${Browser.name}`, function () {
    this.timeout(60000);
    const said = speechFile('agent', { rate: 48000, seconds: 25 });
    let browser;
    let pages;
    before(async () => {
      pages = await PageServer.start();
      browser = await Browser.start({ microphone: said.file });
    });
    after(async () => {
      await browser?.stop();
      await pages?.stop();
    });

    it('a page that plays its microphone 150 ms later is measured so, and the microphone says the file', async () => {
      const tab = await browser.tab();
      await tab.goto(pages.put(PAGE));
      await tab.evaluate(() => window.loop(0.15));
      if (browser.say) browser.say(said.file);
      await tab.startSound();
      const { mouth, ear } = await tab.takeSound(5);
      browser.pulse?.hush();
      await tab.close();
      const loop = audio.compare(mouth, ear);
      assert.ok(loop.worst > 0.99 && Math.abs(loop.delayMs - 150) < 1, audio.report(loop));
      const spoken = audio.compare(mouth, said);
      assert.ok(spoken.mean > 0.8, audio.report(spoken)); // PulseAudio may skip on a busy machine
    });
  });
}
