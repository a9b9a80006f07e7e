/** autoplay.test.js: a call rings in a page that nobody has clicked in yet. */
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { speechFile } from '../peers/speech.js';
import { startOrigins } from './page_server.js';
import { Tcccd } from '../peers/tcccd.js';
import { until } from './wait.js';

/** The browser's own rule; evaluating in the page would count as a gesture, so it tells by console. */
const ARGS = ['--no-sandbox', '--autoplay-policy=document-user-activation-required', '--use-fake-device-for-media-stream'];

function tellByConsole() {
  setInterval(() => {
    while (window.heard && window.heard.length) console.log(`heard ${JSON.stringify(window.heard.shift())}`);
  }, 50);
}

describe('sound before the first click', function autoplay() {
  this.timeout(60000);
  let tcccd;
  let origins;
  let browser;
  before(async () => {
    const speech = speechFile('phone', { rate: 16000, seconds: 20 }).file;
    [tcccd, origins, browser] = await Promise.all([
      Tcccd.start({ args: ['--demo'], change: { instances: [], speech } }), startOrigins(),
      chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS }),
    ]);
  });
  after(async () => {
    origins?.stop();
    await Promise.all([browser?.close(), tcccd?.stop()]);
  });
  const post = (path) => fetch(`http://127.0.0.1:${tcccd.httpPort}${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"agent":1}',
  });

  it('audioBlocked and ringBlocked tell the page that the ring cannot be heard, its title flashes, and a click sets it free', async () => {
    const heard = [];
    const page = await browser.newPage();
    page.on('console', (message) => {
      const [, text] = /^heard (.*)/.exec(message.text()) ?? [];
      if (text) heard.push(JSON.parse(text));
    });
    await page.addInitScript(tellByConsole);
    const told = (name) => heard.filter(([one]) => one === name).map(([, fields]) => fields);
    const { sdkUrl } = await (await post('/demo/login')).json();
    await page.goto(`${origins.page}/plain.html?sdk=${encodeURIComponent(sdkUrl)}`);
    await until(() => told('statusChanged').some(({ status }) => status === 'free'), 'the agent is free');
    await post('/demo/call');
    await until(() => told('audioBlocked').length === 1, 'audioBlocked');
    await until(() => told('ringBlocked').length === 1, 'ringBlocked');
    assert.deepEqual(told('ringBlocked').map(({ code, sessionId }) => [code, sessionId]), [['AUDIO_BLOCKED', told('callIn')[0].sessionId]]);
    await until(async () => (await page.title()).startsWith('☎'), 'the title flashes');
    await page.mouse.click(10, 10);
    await until(() => told('audioBlocked').length === 2, 'audioBlocked ends');
    assert.deepEqual(told('audioBlocked').map(({ blocked, code }) => [blocked, code]), [[true, 'AUDIO_BLOCKED'], [false, undefined]]);
    assert.equal(told('callIn').length, 1);
  });
});
