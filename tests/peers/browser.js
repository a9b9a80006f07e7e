/** browser.js: Chromium (playwright-core) and Firefox (puppeteer-core, BiDi) behind the few calls the tests need. Layer: tests. */
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { DEADLINE_MS } from './process.js';
import { installPageSound, soundsOf } from './page_sound.js';
import { Pulse } from './pulse.js';

const CHROMIUM = '/usr/bin/chromium';
const FIREFOX = '/usr/bin/firefox-esr';

/**
 * Chromium 156 loads two pages of its address bar (200 scripts, 0.7 s of processor time) with every new context, just while the
 * page under test starts. The others are playwright's own list, which this switch replaces.
 */
const NOT_WANTED = [
  'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup',
  'AvoidUnnecessaryBeforeUnloadCheckSync', 'BoundaryEventDispatchTracksNodeRemoval', 'DestroyProfileOnBrowserClose', 'DialMediaRouteProvider',
  'GlobalMediaControls', 'HttpsUpgrades', 'LensOverlay', 'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning', 'Translate', 'AutoDeElevate',
  'RenderDocument', 'OptimizationHints',
];

/** A tab. `evaluate` takes a function and one argument, in both browsers. */
export class Tab {
  constructor(page, close) {
    this.page = page;
    this.closeAll = close;
    this.errors = [];
    this.consoleLines = [];
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => this.consoleLines.push(`${message.type()}: ${message.text()}`));
  }

  evaluate(fn, arg) { return this.page.evaluate(fn, arg); }
  goto(url) { return this.page.goto(url, { timeout: DEADLINE_MS, waitUntil: 'load' }); }
  reload() { return this.page.reload({ timeout: DEADLINE_MS, waitUntil: 'load' }); }
  click(selector) { return this.page.click(selector); }

  /** Resolves with the first truthy value of `fn(arg)` in the page, asked again every 50 ms. */
  async until(fn, arg, { deadlineMs = DEADLINE_MS, what = String(fn) } = {}) {
    const limit = Date.now() + deadlineMs;
    for (;;) {
      const value = await this.evaluate(fn, arg);
      if (value) return value;
      if (Date.now() > limit) throw this.failure(`not within ${deadlineMs} ms: ${what}`);
      await delay(50);
    }
  }

  failure(sentence) {
    return new Error(`in the page: ${sentence}\npage errors: ${this.errors.join('; ')}\nconsole: ${this.consoleLines.slice(-15).join('\n')}`);
  }

  startSound() { return this.evaluate(() => { window.pageSound.start(); }); }

  /** Waits until `seconds` were recorded and takes them: {mouth, ear}. */
  async takeSound(seconds) {
    const isThere = await this.evaluate(([wanted, deadlineMs]) => window.pageSound.recorded(wanted, deadlineMs), [seconds, 1000 * seconds + DEADLINE_MS]);
    if (!isThere) throw this.failure(`${await this.evaluate(() => `${window.pageSound.seconds()} s of sound, contexts ${window.pageSound.contexts.map((one) => one.state)} ${window.pageSound.error() || ''}`)}, not ${seconds} s`);
    return soundsOf(await this.evaluate(() => window.pageSound.stop()));
  }

  close() { return this.closeAll(); }
}

/** Chromium in which a file is the microphone. `without`: names of its features. */
export class Chromium {
  static async start({ microphone, noloop = false, without = [], denyMicrophone = false } = {}) {
    const fake = [
      '--use-fake-device-for-media-stream',
      denyMicrophone ? '--deny-permission-prompts' : '--use-fake-ui-for-media-stream',
      ...(microphone ? [`--use-file-for-fake-audio-capture=${microphone}${noloop ? '%noloop' : ''}`] : []),
    ];
    const browser = await chromium.launch({
      executablePath: CHROMIUM, headless: true,
      args: [...fake, '--no-sandbox', `--disable-features=${[...NOT_WANTED, ...without].join()}`, '--autoplay-policy=no-user-gesture-required', '--disable-background-networking', '--mute-audio=false'],
    });
    return new Chromium(browser);
  }

  constructor(browser) {
    this.name = 'Chromium';
    this.browser = browser;
  }

  /** bypassCsp: the recorder's own worklet is a blob, which a page's policy may forbid. */
  async tab({ sound = true, init = [], bypassCsp = false } = {}) {
    const context = await this.browser.newContext({ bypassCSP: bypassCsp });
    const page = await context.newPage();
    page.setDefaultTimeout(DEADLINE_MS);
    if (sound) await page.addInitScript(installPageSound);
    for (const script of init) await page.addInitScript(script);
    return new Tab(page, () => context.close());
  }

  stop() { return this.browser.close(); }
}

/** Firefox with a PulseAudio of its own; `say` speaks into its microphone. */
export class Firefox {
  static async start({ denyMicrophone = false } = {}) {
    const pulse = await Pulse.start();
    const browser = await puppeteer.launch({
      browser: 'firefox', executablePath: FIREFOX, headless: true, env: { ...pulse.env, MOZ_DISABLE_CONTENT_SANDBOX: '1' },
      extraPrefsFirefox: {
        'media.navigator.permission.disabled': !denyMicrophone,
        'permissions.default.microphone': denyMicrophone ? 2 : 1,
        'media.autoplay.default': 0,
        'media.autoplay.blocking_policy': 0,
        'media.getusermedia.insecure.enabled': false,
        'media.cubeb.backend': 'pulse',
        'security.sandbox.content.level': 0,
        'privacy.reduceTimerPrecision': false,
      },
    });
    return new Firefox(browser, pulse);
  }

  constructor(browser, pulse) {
    this.name = 'Firefox';
    this.browser = browser;
    this.pulse = pulse;
  }

  async tab({ sound = true, init = [] } = {}) {
    const context = await this.browser.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(DEADLINE_MS);
    if (sound) await page.evaluateOnNewDocument(installPageSound);
    for (const script of init) await page.evaluateOnNewDocument(script);
    return new Tab(page, () => context.close());
  }

  say(file) { return this.pulse.say(file); }

  async stop() {
    await this.browser.close();
    await this.pulse.stop();
  }
}
