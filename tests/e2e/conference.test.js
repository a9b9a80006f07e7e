/** conference.test.js: who hears whom when a supervisor listens or whispers, and in a conference of three: Chromium and a telephone. Layer: tests. */
import assert from 'node:assert/strict';
import * as audio from '../peers/audio.js';
import { correlate, correlateInside } from '../peers/fft.js';
import { speech } from '../peers/speech.js';
import { StallWatch } from '../peers/stall_watch.js';
import { useCentre } from './centre.js';

const [ANNA, BEN, BOSS] = ['anna@tests.example', 'ben@tests.example', 'boss@tests.example'];
const SECONDS = 5;
const RATE = 8000;
const LAG_MAX_S = 1.5; // two jitter buffers, each of up to 0.5 s on a busy machine
/** Speech that is there, alone or with one other voice, correlates with what was said; other speech by chance only. */
const HEARD = 0.35;
const NOT_HEARD = 0.28;

/** Runs in the page before its scripts: the microphone of this tab is `seconds` of a text of its own, over and over. */
function microphoneOf(who, skipS) {
  const { samples, rate } = speech(who, { rate: 16000, seconds: 9, skipS });
  const ints = Buffer.from(Int16Array.from(samples, (value) => value * 32767).buffer).toString('base64');
  return `(() => {
    const bytes = Uint8Array.from(atob('${ints}'), (c) => c.charCodeAt(0)), ints = new Int16Array(bytes.buffer);
    navigator.mediaDevices.getUserMedia = async () => {
      const context = new AudioContext(), buffer = context.createBuffer(1, ints.length, ${rate}), node = context.createBufferSource();
      buffer.copyToChannel(Float32Array.from(ints, (value) => value / 32768), 0);
      node.buffer = buffer;
      node.loop = true;
      const to = context.createMediaStreamDestination();
      node.connect(to);
      node.start();
      return to.stream;
    };
  })()`;
}

/** What speech has, without what the ways change: 300 Hz upward (a first difference). */
const sharpen = (x) => x.map((value, i) => value - 0.9 * (x[i - 1] ?? 0));

/** The best correlation of x[from..from+n) with y at a lag of low to high. */
function bestAt(x, y, from, n, low, high) {
  const first = Math.max(low, -from), last = Math.min(high, y.length - from - n);
  if (first > last) return 0;
  const scores = correlateInside(x.subarray(from, from + n), y.subarray(from + first, from + last + n));
  let best = 0, xx = 1e-9, yy = 1e-9;
  for (let i = from; i < from + n; i++) {
    xx += x[i] * x[i];
    yy += y[i + first] * y[i + first];
  }
  for (let lag = first; lag <= last; lag++) {
    best = Math.max(best, scores.at(lag - first) / Math.sqrt(xx * yy));
    yy = Math.max(1e-9, yy + (y[from + n + lag] ?? 0) ** 2 - y[from + lag] ** 2);
  }
  return best;
}

/** How much of `said` is in `heard`: aligned as a whole, then half seconds, each within 100 ms of that, because the
 * jitter buffers of page and mixer both move. The mean of the better half: who is not there is in none of them. */
function presence(said, heard) {
  const x = sharpen(audio.resample(said.samples, said.rate, RATE)), y = sharpen(audio.resample(heard.samples, heard.rate, RATE));
  const shift = Math.round((said.startMs - heard.startMs) / 1000 * RATE), n = RATE / 2, first = Math.max(0, -shift);
  const lags = correlate(x.subarray(first), y), whole = { lag: 0, score: 0 };
  for (let lag = shift; lag <= shift + LAG_MAX_S * RATE; lag++) {
    const score = first + lag < 0 ? 0 : lags.at(first + lag);
    if (score > whole.score) Object.assign(whole, { lag, score });
  }
  const parts = [];
  for (let from = first; from + n <= Math.min(x.length, y.length - whole.lag); from += n) parts.push(bestAt(x, y, from, n, whole.lag - RATE / 10, whole.lag + RATE / 10));
  const best = parts.sort((a, b) => b - a).slice(0, Math.ceil(parts.length / 2));
  return best.reduce((sum, part) => sum + part, 0) / best.length;
}

describe('three and four parties in Chromium', function () {
  this.timeout(120000);
  const centre = useCentre({ browser: 'chromium', instance: {
    agents: [ANNA, BEN, BOSS].map((userId, i) => ({ userId, name: userId.split('@')[0], number: String(8001 + i), role: userId === BOSS ? 'admin' : 'agent' })),
  } });

  /** One stretch of time as everybody said and heard it: {anna: {said, heard}, ...}. */
  async function stretch(seats, phone) {
    const names = Object.keys(seats);
    phone.recording.retime();
    await Promise.all(names.map((name) => seats[name].tab.startSound()));
    const sounds = await Promise.all(names.map((name) => seats[name].tab.takeSound(SECONDS)));
    await centre().heardMore(phone, 0.5);
    const from = Math.max(...sounds.map(({ ear }) => ear.startMs)), to = from + 1000 * SECONDS;
    const at = (sound, later) => audio.between(sound, from, to + later);
    return {
      customer: { said: at(phone.recording.spoken(), -1000 * LAG_MAX_S), heard: at(phone.recording.heard(), 600) },
      ...Object.fromEntries(names.map((name, i) => [name, { said: at(sounds[i].mouth, -1000 * LAG_MAX_S), heard: at(sounds[i].ear, 600) }])),
    };
  }

  /** wanted: {listener: [those it hears]}; all others it must not hear. */
  async function assertHears(seats, phone, wanted) {
    for (let turn = 1; ; turn++) {
      const watch = new StallWatch(), sound = await stretch(seats, phone), wrong = [];
      for (const [listener, heard] of Object.entries(wanted))
        for (const speaker of Object.keys(sound)) {
          if (speaker === listener) continue;
          const part = presence(sound[speaker].said, sound[listener].heard), isWanted = heard.includes(speaker);
          if (process.env.TCCC_TELL) console.log(`      ${listener} hears ${part.toFixed(2)} of ${speaker}${isWanted ? '' : ', who is not to be heard'}; ${audio.levelDb(sound[listener].heard).toFixed(0)} dB heard, ${audio.levelDb(sound[speaker].said).toFixed(0)} dB said`);
          if (isWanted ? part < HEARD : part > NOT_HEARD) wrong.push(`${listener} hears ${part.toFixed(2)} of ${speaker}`);
        }
      const stallMs = watch.stop();
      if (!wrong.length) return;
      if (stallMs < 60 || turn === 3) assert.fail(`${wrong.join(', ')}; longest standstill of the machine: ${stallMs} ms`);
    }
  }

  const consult = (seat, method, args) => seat.tab.evaluate(([name, options]) => tccc.Call.consult[name](options).then(({ data }) => data), [method, args]);

  it('SDK-056 SDK-061 a monitor hears both and is not heard, a whisper is heard by the agent only, three of a conference hear each other', async () => {
    const phone = await centre().phone('udp', 'PCMA');
    const anna = await centre().seat({ agent: ANNA, init: [microphoneOf('agent', 0)] });
    await phone.dial(centre().uri('udp'));
    const sessionId = await anna.answer();
    const [boss, ben] = await Promise.all([
      centre().seat({ agent: BOSS, init: [microphoneOf('agent', 10)] }), centre().seat({ agent: BEN, init: [microphoneOf('phone', 12)] })]);
    assert.equal((await anna.refused('Call.monitor', { sessionId })).code, 'FORBIDDEN');
    const { data } = await boss.call('Call.getRunningSessions');
    assert.deepEqual(data.sessions.map((one) => [one.sessionId, one.userId, one.state]), [[sessionId, ANNA, 'talking']]);
    assert.equal((await boss.refused('Call.intercept', { sessionId })).code, 'STATE');
    await boss.call('Call.monitor', { sessionId });
    await boss.call('Call.whisper', { sessionId, on: true });
    await centre().heardMore(phone, 1);
    await assertHears({ anna, boss }, phone, { anna: ['customer', 'boss'], boss: ['anna', 'customer'], customer: ['anna'] });
    await boss.call('Call.whisper', { sessionId, on: false });
    await boss.call('Call.unmonitor', { sessionId });
    await consult(anna, 'start', { sessionId, userId: BEN });
    assert.equal((await ben.next('callIn')).consultUserId, ANNA);
    await ben.call('Call.accept', { sessionId });
    await ben.next('userAccessed');
    await consult(anna, 'conference', { sessionId });
    assert.equal((await ben.next('consult')).state, 'conference');
    await centre().heardMore(phone, 1);
    await assertHears({ anna, ben }, phone, { anna: ['customer', 'ben'], ben: ['anna', 'customer'], customer: ['anna', 'ben'] });
    await consult(anna, 'leave', { sessionId });
    assert.equal((await anna.next('sessionEnded')).closeBy, 'seat');
    await phone.hangup();
    assert.equal((await ben.next('sessionEnded')).closeBy, 'client');
  });
});
