/** bar.test.js: the call bar in a real browser, under a strict policy. */
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Chromium } from '../peers/browser.js';
import { generated } from '../../js/generated.mjs';
import { startOrigins } from './page_server.js';
import { until } from './wait.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const STRICT = "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

describe('call bar', () => {
  let origins;
  let browser;
  let tab;

  before(async () => {
    await build({
      entryPoints: [join(root, 'tests/pages/bar_entry.js')], outfile: join(root, 'build/tests/js/bar_entry.js'), bundle: true,
      format: 'iife', plugins: [generated], logLevel: 'error',
    });
    origins = await startOrigins();
    origins.state.csp = STRICT;
    browser = await Chromium.start();
  });
  after(async () => {
    await browser?.stop();
    origins.stop();
  });
  const open = async (query = '') => {
    tab = await browser.tab({ sound: false });
    await tab.goto(`${origins.page}/bar.html${query}`);
  };
  beforeEach(() => open());
  afterEach(() => tab.close());

  const tell = (event, fields) => tab.evaluate(([name, data]) => window.bar.tell(name, data), [event, { sessionId: 's', ...fields }]);
  const asked = () => tab.evaluate(() => window.bar.asked);
  /** Visible text of the first card. */
  const card = () => tab.evaluate(() => document.querySelector('t3c-sdk').shadowRoot.querySelector('.card')?.innerText ?? '');
  /** Names of the buttons that can be seen in the first card. */
  const buttons = () => tab.evaluate(() => [...document.querySelector('t3c-sdk').shadowRoot.querySelectorAll('.actions button')]
    .filter((one) => one.checkVisibility()).map((one) => one.getAttribute('aria-label') ?? one.innerText));
  const press = (name) => tab.page.getByRole('button', { name, exact: true }).click();
  const talk = async () => {
    await tell('callOuted', { calleePhoneNumber: '9001' });
    await tell('calloutAccepted');
    await tab.evaluate(() => window.bar.patch('s', { channel: 0 }));
  };

  it('SDK-179 an incoming call is told to screen readers, and answered or rejected by its buttons', async () => {
    await tell('callIn', { callerPhoneNumber: '13800138000', timeout: 20 });
    const spoken = await tab.evaluate(() => document.querySelector('t3c-sdk').shadowRoot.querySelector('[role=alert]').textContent);
    assert.equal(spoken, 'Incoming call from 13800138000');
    assert.match(await card(), /13800138000\s+Incoming call (20|19) s/);
    assert.deepEqual(await buttons(), ['Answer', 'Reject']);
    await press('Answer');
    await press('Reject');
    assert.deepEqual(await asked(), [['Call.accept', { sessionId: 's' }], ['Call.end', { sessionId: 's' }]]);
  });

  it('a call that rings takes the focus from nobody', async () => {
    await tab.page.getByRole('button', { name: 'of the page' }).focus();
    await tell('callIn', { callerPhoneNumber: '1' });
    assert.equal(await tab.evaluate(() => document.activeElement.textContent), 'of the page');
  });

  it('a refused microphone is said in the card, and the call goes on ringing', async () => {
    await tab.evaluate(() => { window.bar.answers.accept = 'MIC_DENIED'; });
    await tell('callIn', { callerPhoneNumber: '1' });
    await press('Answer');
    await until(async () => /may not use the microphone/.test(await card()), 'the sentence');
    assert.deepEqual(await buttons(), ['Answer', 'Reject']);
  });

  it('an outbound call tells each step, and can be hung up in each', async () => {
    const seen = [];
    for (const event of ['callOuted', 'progress', 'calloutAccepted']) {
      await tell(event, { calleePhoneNumber: '9001', ringing: true });
      seen.push((await card()).split('\n')[1].replace(/ \d.*/, ''), (await buttons()).at(-1));
    }
    assert.deepEqual(seen, ['Calling…', 'Hang up', 'Ringing…', 'Hang up', 'Connecting the sound…', 'Hang up']);
  });

  it('while talking there are time, mute, hold, keypad and hang up', async () => {
    await talk();
    assert.match(await card(), /9001\s+On the call 00:0\d/);
    assert.deepEqual(await buttons(), ['Mute', 'Hold', 'Keypad', 'Hang up']);
    for (const name of ['Mute', 'Hold', 'Hang up']) await press(name);
    assert.deepEqual((await asked()).map(([name]) => name), ['Call.muteMic', 'Call.hold', 'Call.hungUp']);
  });

  it('muted and held calls offer the way back', async () => {
    await talk();
    await tab.evaluate(() => window.bar.patch('s', { muted: true, held: true }));
    assert.match(await card(), /On hold/);
    assert.deepEqual(await buttons(), ['Unmute', 'Resume', 'Keypad', 'Hang up']);
    await press('Unmute');
    await press('Resume');
    assert.deepEqual((await asked()).map(([name]) => name), ['Call.unmuteMic', 'Call.unHold']);
  });

  it('the keypad works by mouse and keyboard, and Escape closes it and gives the focus back', async () => {
    await talk();
    await press('Keypad');
    await press('5');
    await tab.page.keyboard.press('#');
    await tab.page.keyboard.press('Escape');
    assert.deepEqual(await asked(), [['Call.sendDigits', { sessionId: 's', dtmfText: '5' }], ['Call.sendDigits', { sessionId: 's', dtmfText: '#' }]]);
    const focus = await tab.evaluate(() => document.querySelector('t3c-sdk').shadowRoot.activeElement.getAttribute('aria-label'));
    assert.equal(focus, 'Keypad');
    assert.equal(await tab.evaluate(() => document.querySelector('t3c-sdk').shadowRoot.querySelector('.keys').checkVisibility()), false);
  });

  it('SDK-182 overrideButtonConfig takes buttons away', async () => {
    await talk();
    await tab.evaluate(() => window.bar.override(({ active }) => ({ active: active.filter(({ type }) => type !== 'holdToggle') })));
    assert.deepEqual(await buttons(), ['Mute', 'Keypad', 'Hang up']);
  });

  it('SDK-030 the description stands before the number', async () => {
    await tell('callIn', { callerPhoneNumber: '13800138000', remark: 'Ms Li' });
    assert.match(await card(), /^Ms Li\n13800138000\n/);
  });

  for (const [ending, sentence] of [
    [{ closeBy: 'client' }, 'The other side hung up'], [{ closeBy: 'seat' }, 'You hung up'],
    [{ closeBy: 'admin', mainReason: 'busy', subReason: 'SIP 486' }, 'The number is busy'],
    [{ closeBy: 'admin', mainReason: 'somethingNew' }, 'The call was ended'],
  ]) {
    it(`an end by ${JSON.stringify(ending)} reads "${sentence}"`, async () => {
      await tell('callOuted', { calleePhoneNumber: '9001' });
      await tell('sessionEnded', ending);
      assert.ok((await card()).includes(sentence), await card());
      await press('Dismiss');
      assert.equal(await card(), '');
    });
  }

  it('network quality is shown and named', async () => {
    await talk();
    const label = () => tab.evaluate(() => document.querySelector('t3c-sdk').shadowRoot.querySelector('.bars').getAttribute('aria-label'));
    await until(async () => await label() === 'Good connection · 21 ms', 'the name of the quality');
  });

  it('lost signalling, held-back sound and being signed out are said', async () => {
    const bar = () => tab.evaluate(() => document.querySelector('t3c-sdk').shadowRoot.querySelector('.bar').innerText);
    await tell('connectionLost', {});
    assert.match(await bar(), /Reconnecting; the call goes on/);
    await tell('reconnected', {});
    assert.equal(await bar(), '');
    await tell('audioBlocked', { blocked: true });
    assert.match(await bar(), /holds back the sound/);
    await tell('audioBlocked', { blocked: false });
    await tell('kickedOut', {});
    assert.match(await bar(), /Signed in somewhere else/);
  });

  it('the panel dials and sets the status', async () => {
    await press('Open the telephone');
    await tab.page.getByLabel('Number to call').fill('9001');
    await tab.page.keyboard.press('Enter');
    await press('Open the telephone');
    await tab.page.getByLabel('Status').selectOption('rest');
    assert.deepEqual(await asked(), [['Call.startOutboundCall', { phoneNumber: '9001' }], ['Agent.setStatus', { status: 'rest' }]]);
  });

  it('speaks Chinese where the page does', async () => {
    await tab.close();
    await open('?lang=zh-CN');
    await tell('callIn', { callerPhoneNumber: '13800138000' });
    assert.deepEqual(await buttons(), ['接听', '拒接']);
  });

  it('every target is at least 24 pixels wide and high', async () => {
    await talk();
    await press('Keypad');
    const small = await tab.evaluate(() => [...document.querySelector('t3c-sdk').shadowRoot.querySelectorAll('button, input, select')]
      .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect())
      .filter(({ width, height }) => width < 24 || height < 24).length);
    assert.equal(small, 0);
  });

  it('nothing was thrown and no policy was violated', async () => {
    await talk();
    assert.deepEqual(tab.errors, []);
    assert.deepEqual(tab.consoleLines.filter((line) => /policy/i.test(line)), []);
  });
});
