/** demo.test.js: what `make demo` shows, used as a person would: sign in, dial the test numbers, be called. Layer: tests. */
import assert from 'node:assert/strict';
import * as audio from '../peers/audio.js';
import { Chromium } from '../peers/browser.js';
import { speechFile } from '../peers/speech.js';
import { Tcccd } from '../peers/tcccd.js';

/** Both ways together: page to echo and back. */
const ROUND_TRIP_MS = 500;

describe('the demo page', function () {
  this.timeout(60000);
  let tcccd;
  let browser;
  let tab;
  before(async () => {
    [tcccd, browser] = await Promise.all([
      Tcccd.start({ args: ['--demo'], change: { instances: [], speech: speechFile('phone', { rate: 16000, seconds: 20 }).file } }),
      Chromium.start({ microphone: speechFile('agent', { rate: 48000, seconds: 25 }).file }),
    ]);
  });
  beforeEach(async () => {
    tab = await browser.tab({ bypassCsp: true });
    await tab.goto(`http://127.0.0.1:${tcccd.httpPort}/`);
    await tab.click('[data-agent="1"]');
    await tab.until(() => window.tccc && tccc.Agent.getStatus() === 'free');
  });
  afterEach(async function () {
    if (this.currentTest.state === 'failed') console.log(tcccd.process.log(60), tab.consoleLines, await tab.evaluate(() => document.getElementById('log').innerText));
    await tab.close();
  });
  after(async () => { await Promise.all([browser && browser.stop(), tcccd && tcccd.stop()]); });

  const shows = (text, deadlineMs) => tab.until((wanted) => document.getElementById('calls').innerText.includes(wanted), text, { deadlineMs, what: `the page shows "${text}"` });

  async function dial(number) {
    await tab.evaluate((text) => {
      document.getElementById('number').value = text;
      document.getElementById('dial-form').requestSubmit();
    }, number);
  }

  const button = (label) => tab.evaluate((text) => {
    [...document.querySelectorAll('#calls button')].find((one) => one.textContent === text).click();
  }, label);

  it('lists the test numbers and how a softphone registers', async () => {
    await tab.until(() => document.querySelectorAll('#numbers li').length >= 5 && document.querySelectorAll('#phone dd').length >= 3);
  });

  it('dials the echo and hears its own microphone', async () => {
    await dial('600');
    await shows('Hang up');
    await shows('Mute');
    await tab.startSound();
    const { mouth, ear } = await tab.takeSound(5);
    const echo = audio.compare(mouth, ear);
    assert.ok(echo.mean > 0.8 && echo.delayMs < ROUND_TRIP_MS, audio.report(echo));
    await button('Hang up');
    await shows('seat');
  });

  it('dials the number that speaks and hears the recording', async () => {
    await dial('601');
    await shows('Mute');
    await tab.startSound();
    const { ear } = await tab.takeSound(5);
    const heard = audio.compare(ear, speechFile('phone', { rate: 16000, seconds: 20 }));
    assert.ok(heard.mean > 0.8, audio.report(heard));
    await button('Hang up');
    await shows('seat');
  });

  it('shows that a number is busy, rejects, and does not exist', async () => {
    for (const [number, reason] of [['603', 'SIP 486'], ['604', 'SIP 603'], ['606', 'SIP 404']]) {
      await tab.until(() => tccc.Agent.getStatus() === 'free');
      await dial(number);
      await shows(reason);
    }
  });

  it('a customer calls, is answered and heard', async () => {
    await tab.click('#customer');
    await tab.until(() => [...document.querySelectorAll('#calls button')].some((one) => one.textContent === 'Answer'));
    await button('Answer');
    await shows('Mute');
    await tab.startSound();
    const { ear } = await tab.takeSound(4);
    assert.ok(audio.levelDb(audio.cut(ear, 1)) > -45, `level ${audio.levelDb(ear)} dBFS`);
    await button('Hang up');
    await shows('seat');
  });
});
