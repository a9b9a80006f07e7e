/**
 * bench_browser.js: what the agent's page feels, in Chromium: start of the SDK, answer to first sound, a blocked page. Layer: bench.
 * The pages are tests/pages/bench.html and busy.html; figures of starts are medians.
 * usage: bench_browser.js [starts] [firstSounds] [blocked]
 */
import { Centre, CUSTOMER } from '../e2e/centre.js';
import { toneShare } from '../peers/audio.js';
import { startOrigins } from '../js/page_server.js';
import { scratch } from '../peers/process.js';
import { StallWatch } from '../peers/stall_watch.js';
import * as wav from '../peers/wav.js';

const STARTS = 7;
const ANSWERS = 5;
const SETTLING_S = 3; // the audio device's own start is not counted; its figures come once a second
const BLOCKED_S = Number(process.env.BLOCKED_SECONDS || 60);

const TONE_S = BLOCKED_S + 40;
const TONE_HZ = 1000;
const FRAME = 960; // 20 ms at 48 kHz

const print = (name, value, unit, goal = null) =>
  console.log(JSON.stringify({ name, value: Number(value.toPrecision(4)), unit, goal, direction: 'lower', peer: null, peer_value: null }));

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

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
  const figures = [];
  for (let i = 0; i < STARTS; i++) {
    const tab = await pageWithSdk('bench.html');
    figures.push(await tab.evaluate(() => window.bench));
    await tab.close();
  }
  print('page: script evaluation', median(figures.map((one) => one.evaluateMs)), 'ms');
  print('page: script tag to load event', median(figures.map((one) => one.loadMs)), 'ms');
  print('page: script to ready', median(figures.map((one) => one.readyMs)), 'ms');
}

/** When the telephone is first heard in the page's loudspeaker, on the wall clock. */
function firstHeardMs({ samples, rate, startMs }) {
  for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
    if (toneShare({ samples: samples.subarray(at, at + FRAME), rate }, TONE_HZ) > 0.6) return startMs + (1000 * at) / rate;
  }
  throw new Error('the telephone was not heard');
}

/** From the agent's Call.accept to the telephone's first sound in the loudspeaker: SIP answer, ACK and media start included. */
async function firstSounds() {
  const speech = toneFile();
  const waits = [];
  for (let i = 0; i < ANSWERS; i++) {
    const phone = await centre.phone('udp', 'PCMA', { speech });
    const seat = await centre.seat();
    await phone.dial(centre.uri('udp'));
    const { sessionId } = await seat.next('callIn');
    await seat.tab.startSound();
    const acceptedMs = Date.now();
    await seat.call('Call.accept', { sessionId });
    const { ear } = await seat.tab.takeSound(2);
    waits.push(firstHeardMs(ear) - acceptedMs);
    await centre.clear();
  }
  print('page: answer to first sound', median(waits), 'ms');
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

const parts = { starts, firstSounds, blocked };
try {
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts)) await parts[name]();
} finally {
  origins.stop();
  await centre.stop();
}
process.exit(0);
