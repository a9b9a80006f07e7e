/**
 * bench_browser.js: what the agent's page feels, in Chromium: start of the SDK, commands, answer to first sound, a blocked page. Layer: bench.
 * The pages are tests/pages/bench.html and busy.html. Goals are those of issue 4. What a busy machine did to them, its longest standstill tells.
 * usage: bench_browser.js [starts] [evaluations] [commands] [firstSounds] [blocked]
 */
import fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Centre, CUSTOMER } from '../e2e/centre.js';
import { SDK_APP_ID } from '../peers/tcccd.js';
import { toneShare } from '../peers/audio.js';
import { startOrigins } from '../js/page_server.js';
import { scratch } from '../peers/process.js';
import { StallWatch } from '../peers/stall_watch.js';
import * as wav from '../peers/wav.js';

const STARTS = 40;
const EVALUATIONS = 20;
/** A well-known script of about the same size, evaluated in turn with ours. */
const PEER = fileURLToPath(new URL('../../node_modules/vue/dist/vue.runtime.global.prod.js', import.meta.url));
const COMMANDS = 200;
const COMMAND_EVERY_MS = 60; // a seat may ask 20 times a second
const ANSWERS = 20;
const RINGS_MS = 1000;
const SETTLING_S = 3; // the audio device's own start is not counted; its figures come once a second
const BLOCKED_S = Number(process.env.BLOCKED_SECONDS || 60);

const TONE_S = BLOCKED_S + 40;
const TONE_HZ = 1000;
const FRAME = 960; // 20 ms at 48 kHz
const STEP = 120;

const print = (name, value, unit, goal = null, peer = null, peerValue = null) =>
  console.log(JSON.stringify({ name, value: Number(value.toPrecision(4)), unit, goal, direction: 'lower', peer, peer_value: peerValue }));

const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))];

/** Median and 95 of 100, which has the goal. */
function tell(name, list, goal) {
  print(`${name}, median`, quantile(list, 0.5), 'ms');
  print(`${name}, 95 of 100`, quantile(list, 0.95), 'ms', goal);
}

/** A telephone that sounds from its first packet, unlike any ring tone; baresip hangs up at the end of the file. */
function toneFile() {
  const samples = Float32Array.from({ length: TONE_S * 8000 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * TONE_HZ * i) / 8000));
  return wav.write(`${scratch('bench')}/tone.wav`, { rate: 8000, samples });
}

const centre = await Centre.start({ browser: 'chromium' });
const origins = await startOrigins();

async function pageWithSdk(page, more = '') {
  const sdk = await centre.tcccd.sdkUrl('anna@tests.example');
  const tab = await centre.browser.tab({ sound: false });
  await tab.goto(`${origins.page}/${page}?sdk=${encodeURIComponent(sdk)}${more}`);
  return tab;
}

async function starts() {
  const watch = new StallWatch();
  const figures = [];
  for (let i = 0; i < STARTS; i++) {
    const tab = await pageWithSdk('bench.html');
    figures.push(await tab.evaluate(() => window.bench));
    await tab.close();
  }
  tell('page: script evaluation', figures.map((one) => one.evaluateMs), 10);
  tell('page: script tag to load event', figures.map((one) => one.loadMs), null);
  tell('page: script to ready', figures.map((one) => one.readyMs), 300);
  print('page: starts, longest standstill of the machine', watch.stop(), 'ms');
}

/** Chromium's own record of what its threads did while `work` ran. */
async function traced(cdp, work) {
  const events = [];
  const take = ({ value }) => events.push(...value);
  cdp.on('Tracing.dataCollected', take);
  await cdp.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['devtools.timeline', 'v8'] } });
  await work();
  const complete = new Promise((resolve) => { cdp.once('Tracing.tracingComplete', resolve); });
  await cdp.send('Tracing.end');
  await complete;
  cdp.off('Tracing.dataCollected', take);
  return events;
}

/** The page's thread while it runs the script: its processor's time alone, without what others take of it, and by the clock. */
async function evaluations() {
  const cdp = await centre.browser.browser.newBrowserCDPSession();
  const peer = fs.readFileSync(PEER, 'utf8');
  const runs = { ours: [], peer: [] };
  /** The peer's script in a page as new as that of the SDK's. */
  const peerTab = async () => {
    const tab = await centre.browser.tab({ sound: false });
    await tab.page.route('**/peer.html', (route) => route.fulfill({ contentType: 'text/html', body: '<script src="peer.js"></script>' }));
    await tab.page.route('**/peer.js', (route) => route.fulfill({ contentType: 'text/javascript', body: peer }));
    await tab.goto(`${origins.page}/peer.html`);
    return tab;
  };
  for (let i = 0; i < EVALUATIONS; i++) {
    const tabs = []; // closed afterwards: a page that goes takes what it has recorded along
    const events = await traced(cdp, async () => {
      tabs.push(await pageWithSdk('bench.html'));
      await tabs[0].evaluate(() => window.bench);
      tabs.push(await peerTab());
    });
    await Promise.all(tabs.map((tab) => tab.close()));
    const runOf = (part) => events.find(({ name, args, tdur }) => name === 'v8.run' && tdur && args.fileName?.includes(part));
    runs.ours.push(runOf('/sdk/'));
    runs.peer.push(runOf('/peer.js'));
  }
  const beside = `Vue 3.5's runtime, ${Math.round(peer.length / 1000)} kB`;
  for (const [time, field] of [['processor time', 'tdur'], ['by the clock', 'dur']]) {
    const ms = (list, q) => quantile(list.map((run) => run[field] / 1000), q);
    for (const [what, q, goal] of [['median', 0.5, null], ['95 of 100', 0.95, 10]]) {
      print(`page: script evaluation, ${time}, ${what}`, ms(runs.ours, q), 'ms', goal, beside, ms(runs.peer, q));
    }
  }
}

/** A command of the SDK that changes nothing on the screen, and the same request on a bare WebSocket, in turns: what the SDK adds. */
async function commands() {
  const tab = await pageWithSdk('bench.html');
  const { Token } = await centre.tcccd.cloud().CreateSDKLoginToken({ SdkAppId: SDK_APP_ID, SeatUserId: 'ben@tests.example' });
  await tab.evaluate(() => window.bench);
  const watch = new StallWatch();
  const { sdk, bare } = await tab.evaluate(async ([url, token, n, everyMs]) => {
    const socket = new WebSocket(url, 'tccc.v1');
    const say = (message) => socket.send(JSON.stringify(message));
    const answers = new Map();
    const welcome = new Promise((resolve, reject) => {
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.t === 'welcome') resolve();
        else if (message.t === 'ev') say({ t: 'ack', seq: message.seq });
        else if (message.t === 'res') answers.get(message.id)(message.ok ? null : reject(new Error(data)));
      };
      socket.onclose = ({ code }) => reject(new Error(`closed: ${code}`));
    });
    await new Promise((resolve) => { socket.onopen = resolve; });
    say({ t: 'hello', v: 1, token, tab: crypto.randomUUID() });
    await welcome;
    const ask = (id) => new Promise((resolve) => {
      answers.set(id, resolve);
      say({ t: 'req', id, m: 'directory.get', a: {} });
    });
    const timed = async (work) => {
      const begun = performance.now();
      await work();
      return performance.now() - begun;
    };
    const times = { sdk: [], bare: [] };
    for (let i = 1; i <= n; i++) {
      await new Promise((resolve) => { setTimeout(resolve, everyMs); });
      times.bare.push(await timed(() => ask(i)));
      times.sdk.push(await timed(() => tccc.Admin.getDirectory()));
    }
    socket.onclose = null;
    socket.close();
    return times;
  }, [`ws://127.0.0.1:${centre.tcccd.httpPort}/v1/seat`, Token, COMMANDS, COMMAND_EVERY_MS]);
  tell('page: round trip of a command', sdk, null);
  tell('page: round trip on a bare WebSocket', bare, null);
  print('page: what the SDK adds to a round trip, median', quantile(sdk, 0.5) - quantile(bare, 0.5), 'ms', 2);
  print('page: what the SDK adds to a round trip, 95 of 100', quantile(sdk, 0.95) - quantile(bare, 0.95), 'ms', 2);
  print('page: commands, longest standstill of the machine', watch.stop(), 'ms');
  await tab.close();
}

/** When the telephone is first heard in the page's loudspeaker, on the wall clock: a frame's share of the tone is the part that it fills. */
function firstHeardMs({ samples, rate, startMs }) {
  for (let at = 0; at + FRAME <= samples.length; at += STEP) {
    const share = toneShare({ samples: samples.subarray(at, at + FRAME), rate }, TONE_HZ);
    if (share > 0.6) return startMs + (1000 * (at + (1 - share) * FRAME)) / rate;
  }
  throw new Error('the telephone was not heard');
}

/**
 * From the agent's Call.accept to the telephone's first sound in the loudspeaker: SIP answer, ACK and media start included; when the
 * telephone tells that it is up is told beside. ringMs 0: taken in the moment it rings, by a page that has just signed in.
 */
async function answers(name, ringMs, goal) {
  const speech = toneFile();
  const watch = new StallWatch();
  const waits = { up: [], heard: [] };
  for (let i = 0; i < ANSWERS; i++) {
    const phone = await centre.phone('udp', 'PCMA', { speech });
    const seat = await centre.seat();
    await phone.dial(centre.uri('udp'));
    const { sessionId } = await seat.next('callIn');
    await delay(ringMs);
    await seat.tab.startSound();
    const acceptedMs = Date.now();
    await seat.call('Call.accept', { sessionId });
    const { ear } = await seat.tab.takeSound(3);
    waits.heard.push(firstHeardMs(ear) - acceptedMs);
    waits.up.push((await phone.waitEvent('CALL_ESTABLISHED')).at - acceptedMs);
    await centre.clear();
  }
  tell(`page: ${name} to first sound`, waits.heard, goal);
  tell(`page: ${name}, of that until the telephone has it`, waits.up, null);
  print(`page: ${name}, longest standstill of the machine`, watch.stop(), 'ms');
}

async function firstSounds() {
  await answers('answer', 0, 250);
  await answers('answer after a second of ringing', RINGS_MS, 250);
}

async function blocked() {
  const phone = await centre.phone('udp', 'PCMA', { speech: toneFile() });
  const tab = await pageWithSdk('busy.html', `&number=${CUSTOMER}`);
  await tab.evaluate(() => window.busy.call());
  await centre.heardMore(phone, SETTLING_S);
  const watch = new StallWatch();
  const { underrunEvents, stats } = await tab.evaluate((seconds) => window.busy.block(seconds), BLOCKED_S);
  print(`page: underruns in ${BLOCKED_S} s with the page blocked 300 of every 350 ms`, underrunEvents, 'events', 0);
  print('page: longest standstill of the machine in that call', watch.stop(), 'ms');
  print('page: packets lost or late in that call', stats.packetsLost + stats.packetsLate, 'packets');
  await tab.close();
  await phone.stop();
}

const parts = { starts, evaluations, commands, firstSounds, blocked };
try {
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts)) await parts[name]();
} finally {
  origins.stop();
  await centre.stop();
}
process.exit(0);
