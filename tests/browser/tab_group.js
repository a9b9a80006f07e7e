/** tab_group.js: tabs of one Chromium profile that share a seat, and what can befall them. Layer: tests. */
import { setTimeout as delay } from 'node:timers/promises';
import { installPageSound } from '../peers/page_sound.js';
import { DEADLINE_MS } from '../peers/process.js';
import { Chromium, Tab } from '../peers/browser.js';
import { Seat } from '../peers/seat.js';
import { AGENTS } from '../e2e/centre.js';

/** Before the page's own scripts: who has the microphone open, and whether sound runs. */
function watchMicrophone() {
  const tracks = [];
  const contexts = [];
  const Real = window.AudioContext;
  window.AudioContext = class extends Real {
    constructor(...args) {
      super(...args);
      const story = [];
      contexts.push({ context: this, story });
      this.addEventListener('statechange', () => story.push(`${Math.round(performance.now())} ${this.state}`));
      for (const name of ['suspend', 'resume', 'close']) {
        this[name] = () => {
          story.push(`${Math.round(performance.now())} ${name}()`);
          return Real.prototype[name].call(this).then(() => { story.push(`${Math.round(performance.now())} ${name} done`); });
        };
      }
    }
  };
  window.contexts = () => contexts.map(({ context, story }) => `${context.state} at ${context.currentTime.toFixed(2)} s, now ${Math.round(performance.now())}: ${story.slice(-14)}; tracks ${tracks.map((track) => `${track.readyState} ${track.muted}`)}`);
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    tracks.push(...stream.getAudioTracks());
    return stream;
  };
  window.hasMicrophone = () => tracks.some((track) => track.readyState === 'live');
}

/** Without a spare renderer a new tab's process is the one that was not there before. */
export const startBrowser = (centre) => Chromium.start({ microphone: centre.mic.file, without: ['SpareRendererForSitePerProcess'] });

export class TabGroup {
  static async open(centre, browser, { agent = AGENTS[0], sound = false } = {}) {
    const group = new TabGroup(centre, agent);
    group.browser = browser;
    group.context = await browser.browser.newContext();
    await group.context.addInitScript(watchMicrophone);
    if (sound) await group.context.addInitScript(installPageSound);
    return group;
  }

  constructor(centre, agent) {
    this.centre = centre;
    this.agent = agent;
    this.seats = [];
  }

  /** A page that signs the agent in and shares the seat with other tabs; pages: a server of pages, of another origin. */
  async url({ port, pages = this.centre.pages } = {}) {
    const sdk = await this.centre.tcccd.sdkUrl(this.agent, { port });
    return pages.page(sdk, { attributes: `data-enable-shared="true" data-userid="${this.agent}"` });
  }

  async tab(options) {
    const before = await this.renderers();
    const page = await this.context.newPage();
    page.setDefaultTimeout(DEADLINE_MS);
    const seat = new Seat(new Tab(page, () => page.close()));
    this.seats.push(seat);
    const url = await this.url(options);
    await page.goto(this.centre.pages.put('<!doctype html><title>blank</title>')); /* its process is the origin's from here on */
    seat.pid = (await this.renderers()).find((pid) => !before.includes(pid));
    seat.ready = await seat.open(url);
    return seat;
  }

  /** The first of them leads. */
  async tabs(n) {
    const made = [];
    while (made.length < n) made.push(await this.tab());
    return made;
  }

  microphones(seats = this.seats) {
    return Promise.all(seats.map((seat) => seat.tab.evaluate(() => window.hasMicrophone())));
  }

  /** One of the seats has the microphone. */
  async untilLed(seats) {
    const limit = Date.now() + DEADLINE_MS;
    while (!(await this.microphones(seats)).some(Boolean)) {
      if (Date.now() > limit) throw new Error(`no tab has taken the microphone within ${DEADLINE_MS} ms`);
      await delay(20);
    }
  }

  /** Sound goes both ways in whichever tab leads: a second of it, asked from a tab that does not. */
  async untilSound(seat, sessionId) {
    const limit = Date.now() + DEADLINE_MS;
    for (;;) {
      const { data } = await seat.call('Call.getStats', { sessionId });
      if (data.packetsSent > 50 && data.packetsReceived > 50) return;
      if (Date.now() > limit) throw new Error(`no sound within ${DEADLINE_MS} ms: ${JSON.stringify(data)}`);
      await delay(50);
    }
  }

  /** The renderers of the browser, by their process ids. */
  async renderers() {
    this.cdp ??= await this.browser.browser.newBrowserCDPSession();
    const { processInfo } = await this.cdp.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  }

  /** The tab stands still in the middle of what it does: no event tells it (Chromium without a screen does not freeze tabs by itself). */
  freeze(seat) { process.kill(seat.pid, 'SIGSTOP'); }

  thaw(seat) { process.kill(seat.pid, 'SIGCONT'); }

  /** The browser tells the page that it halts it, and does. */
  async halt(seat) {
    await seat.tab.evaluate(() => { document.dispatchEvent(new Event('freeze')); });
    this.freeze(seat);
  }

  /** It goes on, and the browser tells the page so. */
  async resume(seat) {
    this.thaw(seat);
    await seat.tab.evaluate(() => { document.dispatchEvent(new Event('resume')); });
  }

  /** The tab's process dies. */
  async kill(seat) {
    const gone = new Promise((resolve) => { seat.tab.page.once('crash', resolve); });
    process.kill(seat.pid, 'SIGKILL');
    await gone;
  }

  async tell() {
    const parts = [];
    for (const [i, seat] of this.seats.entries()) {
      const log = await Promise.race([seat.log().catch((error) => error.message), delay(1000, 'no answer')]);
      parts.push(`--- tab ${i + 1} ${seat.ready?.tabUUID}:\n${JSON.stringify(log)}\n${seat.tab.consoleLines.slice(-10).join('\n')}\n${seat.tab.errors.join('\n')}`);
    }
    return parts.join('\n');
  }

  close() { return this.context.close(); }
}

/** The same in Firefox, whose tabs are only opened and closed here. */
export class FirefoxTabGroup extends TabGroup {
  static async open(centre, browser, { agent = AGENTS[0] } = {}) {
    const group = new FirefoxTabGroup(centre, agent);
    group.context = await browser.browser.createBrowserContext();
    return group;
  }

  async tab(options) {
    const page = await this.context.newPage();
    page.setDefaultTimeout(DEADLINE_MS);
    await page.evaluateOnNewDocument(watchMicrophone);
    const seat = new Seat(new Tab(page, () => page.close()));
    this.seats.push(seat);
    seat.ready = await seat.open(await this.url(options));
    return seat;
  }
}
