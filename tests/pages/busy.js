/** busy.js: blocks the page during a call and counts the audio device's underruns. Layer: tests. */
'use strict';

const BLOCKED_MS = 300;
const PERIOD_MS = 350;
const parameters = new URLSearchParams(location.search);

/** The SDK's own context is wanted: its device's underruns are in playbackStats (Chromium). */
const contexts = [];
window.AudioContext = class extends window.AudioContext {
  constructor(...options) {
    super(...options);
    contexts.push(this);
  }
};

const ready = new Promise((resolve, reject) => {
  const script = document.createElement('script');
  script.src = parameters.get('sdk');
  script.crossOrigin = 'anonymous';
  script.onerror = () => reject(new Error('the script did not load'));
  script.onload = () => {
    window.tccc.on('tokenExpired', ({ message }) => reject(new Error(message)));
    window.tccc.on('ready', resolve);
  };
  document.body.append(script);
});

let sessionId = '';

async function call() {
  await ready;
  const answered = new Promise((resolve) => { window.tccc.on('calloutAccepted', resolve); });
  ({ sessionId } = await window.tccc.Call.startOutboundCall({ phoneNumber: parameters.get('number') }));
  await answered;
}

function spin() {
  const end = performance.now() + BLOCKED_MS;
  while (performance.now() < end); /* the very thing that is measured */
}

const underruns = () => contexts.reduce((sum, { playbackStats }) => sum + (playbackStats ? playbackStats.underrunEvents : NaN), 0);

async function block(seconds) {
  const before = underruns();
  const timer = setInterval(spin, PERIOD_MS);
  await new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
  clearInterval(timer);
  const { data } = await window.tccc.Call.getStats({ sessionId });
  return { underrunEvents: underruns() - before, stats: data };
}

window.busy = { call, block };
