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
  let context;
  beforeEach(async () => { context = await browser.newContext(); });
  afterEach(() => context.close());
  const post = (path) => fetch(`http://127.0.0.1:${tcccd.httpPort}${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"agent":1}',
  });

  /** A page in which nobody clicks, and what it tells. */
  async function openPage(init, parameters = '') {
    const heard = [];
    const page = await context.newPage();
    page.on('console', (message) => {
      const [, text] = /^heard (.*)/.exec(message.text()) ?? [];
      if (text) heard.push(JSON.parse(text));
    });
    for (const one of [tellByConsole, ...init]) await page.addInitScript(one);
    const { sdkUrl } = await (await post('/demo/login')).json();
    await page.goto(`${origins.page}/plain.html?sdk=${encodeURIComponent(sdkUrl)}${parameters}`);
    return { page, told: (name) => heard.filter(([one]) => one === name).map(([, fields]) => fields) };
  }

  /** Before the page's own scripts: rejects what is not heard, without a click. */
  function rejectUnheard() {
    const waiting = setInterval(() => {
      if (!window.tccc) return;
      clearInterval(waiting);
      window.tccc.timer.emitter.removeAllListeners();
      window.listen();
      window.tccc.on('ringBlocked', ({ sessionId }) => { setTimeout(() => window.tccc.Call.end({ sessionId }), 0); });
    }, 10);
  }

  it('audioBlocked ends with the contact, and the next one is told anew, also in a page that has taken all listeners away', async () => {
    const { page, told } = await openPage([rejectUnheard]);
    await until(() => told('statusChanged').some(({ status }) => status === 'free'), 'the agent is free');
    for (const n of [1, 2]) {
      await post('/demo/call');
      await until(() => told('ringBlocked').length === n, `ringBlocked ${n}`);
      await until(() => told('audioBlocked').length === 2 * n, `the end of audioBlocked ${n}`);
    }
    assert.deepEqual(told('audioBlocked').map(({ blocked }) => blocked), [true, false, true, false]);
    assert.equal(new Set(told('ringBlocked').map(({ sessionId }) => sessionId)).size, 2);
  });

  /** Before the page's own scripts: whether it plays. */
  function watchSound() {
    const Real = window.AudioContext;
    window.contexts = [];
    window.AudioContext = class extends Real {
      constructor(...args) {
        super(...args);
        window.contexts.push(this);
      }
    };
  }

  it('of tabs that share a seat the one that was clicked in rings, when the one that leads may not', async () => {
    const quiet = await openPage([watchSound], '&enableShared=true');
    await until(() => quiet.told('statusChanged').some(({ status }) => status === 'free'), 'the agent is free');
    const clicked = await openPage([watchSound], '&enableShared=true');
    await until(() => clicked.told('ready').length === 1, 'the second tab');
    await clicked.page.mouse.click(10, 10);
    await post('/demo/call');
    await until(() => clicked.told('audioBlocked').length === 2, 'the ring is heard');
    for (const { told } of [quiet, clicked]) {
      await until(() => told('audioBlocked').length === 2, 'told in both');
      assert.deepEqual(told('audioBlocked').map(({ blocked }) => blocked), [true, false]);
      assert.deepEqual([told('callIn').length, told('ringBlocked').length, told('kickedOut').length], [1, 1, 0]);
    }
    assert.equal(await clicked.page.evaluate(() => window.contexts.some(({ state }) => state === 'running')), true);
    await clicked.page.evaluate((sessionId) => window.tccc.Call.end({ sessionId }), clicked.told('callIn')[0].sessionId);
  });

  it('audioBlocked and ringBlocked tell the page that the ring cannot be heard, its title flashes, and a click sets it free', async () => {
    const { page, told } = await openPage([]);
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
