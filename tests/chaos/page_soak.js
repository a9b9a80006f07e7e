/** page_soak.js: many calls in one page, and what they leave behind: counted by the browser itself, after a collection of garbage. Layer: tests. */
import { Chromium } from '../peers/browser.js';
import { PageServer } from '../peers/page_server.js';
import { Tcccd } from '../peers/tcccd.js';
import { speechFile } from '../peers/speech.js';
import fs from 'node:fs';

/** The demo centre's number that echoes. */
const ECHO = '600';
const WARM_CALLS = 10;

/** What Chromium counts (Performance.getMetrics) and must not grow with calls. */
export const COUNTED = ['Nodes', 'JSEventListeners', 'AudioHandlers', 'Documents', 'Frames'];

/** Before the page's own scripts: what is alive of what the browser does not count. */
function watch() {
  const alive = { contexts: new Set(), workers: new Set(), peers: new Set(), tracks: new Set(), ports: 0 };
  const wrap = (name, kind, end) => {
    const Real = window[name];
    window[name] = class extends Real {
      constructor(...args) {
        super(...args);
        alive[kind].add(this);
      }

      [end](...args) {
        alive[kind].delete(this);
        return super[end](...args);
      }
    };
  };
  wrap('AudioContext', 'contexts', 'close');
  wrap('Worker', 'workers', 'terminate');
  wrap('RTCPeerConnection', 'peers', 'close');
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    for (const track of stream.getTracks()) alive.tracks.add(track);
    return stream;
  };
  window.alive = () => {
    for (const track of alive.tracks) if (track.readyState === 'ended') alive.tracks.delete(track);
    return { contexts: alive.contexts.size, workers: alive.workers.size, peers: alive.peers.size, tracks: alive.tracks.size };
  };
  window.calls = async (n, phoneNumber) => {
    const once = (name, sessionId) => new Promise((resolve) => {
      const listener = (payload) => {
        if (payload.sessionId !== sessionId) return;
        tccc.off(name, listener);
        resolve();
      };
      tccc.on(name, listener);
    });
    for (let i = 0; i < n; i++) {
      const { sessionId } = await tccc.Call.startOutboundCall({ phoneNumber });
      await once('calloutAccepted', sessionId);
      const ended = once('sessionEnded', sessionId);
      await tccc.Call.hungUp({ sessionId });
      await ended;
      await tccc.Call.deleteCall({ sessionId });
    }
  };
}

export class PageSoak {
  static async start() {
    const soak = new PageSoak();
    soak.tcccd = await Tcccd.start({ args: ['--demo'], change: { instances: [], log: 'info' } });
    soak.pages = await PageServer.start();
    soak.browser = await Chromium.start({ microphone: speechFile('agent', { rate: 48000, seconds: 25 }).file });
    const answer = await fetch(`http://127.0.0.1:${soak.tcccd.httpPort}/demo/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"agent":1}' });
    const { sdkUrl } = await answer.json();
    soak.tab = await soak.browser.tab({ sound: false, init: [watch] });
    const sdk = sdkUrl.replaceAll('&', '&amp;');
    await soak.tab.goto(soak.pages.put(`<!doctype html><meta charset="utf-8"><title>soak</title><script src="${sdk}" crossorigin="anonymous"></script><body></body>`));
    await soak.tab.until(() => window.tccc?.Agent.getStatus() === 'free');
    soak.cdp = await soak.tab.page.context().newCDPSession(soak.tab.page);
    await soak.cdp.send('Performance.enable');
    await soak.calls(WARM_CALLS);
    return soak;
  }

  /** n calls, one after the other. */
  async calls(n) {
    this.tab.page.setDefaultTimeout(0);
    await this.tab.evaluate(([count, number]) => window.calls(count, number), [n, ECHO]);
    await this.tab.until(() => window.alive().tracks === 0, null, { what: 'the microphone is closed' });
  }

  /** What is there now. */
  async count() {
    for (let i = 0; i < 3; i++) await this.cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.cdp.send('Performance.getMetrics');
    const value = (name) => metrics.find((one) => one.name === name)?.value ?? 0;
    return {
      ...Object.fromEntries(COUNTED.map((name) => [name, value(name)])),
      ...(await this.tab.evaluate(() => window.alive())),
      sockets: this.sockets(),
      heapBytes: value('JSHeapUsedSize'),
      serverKb: Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${this.tcccd.process.child.pid}/status`, 'utf8'))[1]),
    };
  }

  /** Connections to the server that are established. */
  sockets() {
    const port = this.tcccd.httpPort.toString(16).toUpperCase().padStart(4, '0');
    return fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').filter((line) => new RegExp(`^ *\\d+: \\S+:${port} \\S+ 01 `).test(line)).length;
  }

  async stop() {
    await this.browser.stop();
    await this.pages.stop();
    await this.tcccd.stop();
  }
}

/** Chromium frees microphones' nodes with their context, which the SDK renews after so many (js/src/audio.js). */
const SLACK = { AudioHandlers: 16 };

/** What grew, but for memory, whose growth is told by the call. */
export const grown = (before, after) => Object.keys(before).filter((name) => !['heapBytes', 'serverKb'].includes(name) && after[name] > before[name] + (SLACK[name] ?? 0))
  .map((name) => `${name}: ${before[name]} to ${after[name]}`);
