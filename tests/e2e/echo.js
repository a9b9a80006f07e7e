/** echo.js: a call in a room where the microphone hears the loudspeaker: what the telephone gets of it. Layer: tests. */
import assert from 'node:assert/strict';
import * as audio from '../peers/audio.js';
import { installPageRoom, sayInRoom } from '../peers/page_room.js';
import { speech } from '../peers/speech.js';
import { CUSTOMER } from './centre.js';

const SETTLING_S = 1;
const ALONE_S = 3;
const TALK_S = 3;
const ERLE_DB = 20;
const TALK_CORRELATION = 0.85; // over all seconds, while the customer speaks as well
const SWITCH_S = 0.25;
const NOISE_LEVELS = ['off', 'high', 'ai', 'low', 'ai', 'standard'];

const STEP = 0.03;     // -30 dBFS: what a hard switch of an echo at -31 dBFS makes
const STEP_EVERY_S = 0.1;
/** Of the places: louder sound hides a step, and where speech stands differs by run (35 to 60 % were seen). Eight switches at 25 %: nine of ten runs find switches that click. */
const FINDABLE = 0.25;

/** The second and a half that ends shortly before the talker begins, whose speech is found in `sound`. */
function before(near, sound) {
  const begin = audio.compare(near, sound).lagMs / 1000 - 0.3;
  return audio.cut(sound, Math.max(0, begin - 1.5), begin);
}

/** Level in the telephone band. */
const levelDb = (sound) => audio.levelDb({ samples: audio.resample(sound.samples, sound.rate, 8000), rate: 8000 });

/** The same sound with a step at one place that dies away in 2 ms. */
function withStep({ samples, rate }, atS) {
  const place = Math.floor(atS * rate);
  return { samples: samples.map((value, i) => (i < place ? value : value + STEP * Math.exp(-(i - place) / (0.002 * rate)))), rate };
}

/** Share of the places at which a step would be found. */
function findable(sound) {
  const lengthS = sound.samples.length / sound.rate;
  const places = Array.from({ length: Math.floor(lengthS / STEP_EVERY_S) - 2 }, (_, i) => (i + 1) * STEP_EVERY_S);
  return places.filter((atS) => audio.clicks(withStep(sound, atS)) > audio.clicks(sound)).length / places.length;
}

/** The tests of a centre; its telephone speaks all the time and hears what the page sends. */
export function itCancelsEcho(centre) {
  async function callInRoom() {
    const phone = await centre().phone('udp');
    const seat = await centre().seat({ init: [installPageRoom] });
    await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    await phone.waitEvent('CALL_ESTABLISHED');
    await centre().heardMore(phone, SETTLING_S);
    return { phone, seat };
  }

  it('what the loudspeaker plays is 20 dB down in what the page sends, who speaks at the same time is heard, and no switch of echo, noise or AI clicks', async () => {
    const { phone, seat } = await callInRoom();
    await seat.tab.startSound();
    const began = phone.recording.heardSeconds();
    await centre().heardMore(phone, ALONE_S);
    const near = speech('agent', { rate: 48000, seconds: TALK_S });
    await sayInRoom(seat.tab, near);
    const { mouth } = await seat.tab.takeSound(ALONE_S);
    const heard = audio.cut(phone.recording.heard(), began);
    const talk = audio.compare(near, heard);
    const echoDb = levelDb(before(near, mouth));
    const erle = echoDb - levelDb(before(near, heard)) + talk.gainDb;
    if (process.env.TCCC_TELL) console.log(`      echo at ${echoDb.toFixed(1)} dBFS, ${erle.toFixed(1)} dB down; ${audio.report(talk)}`);
    assert.ok(echoDb > -45, `the microphone hears the loudspeaker: ${echoDb} dBFS`);
    assert.ok(erle >= ERLE_DB, `echo is ${erle.toFixed(1)} dB down`);
    assert.ok(talk.mean >= TALK_CORRELATION, audio.report(talk));

    const from = phone.recording.heardSeconds();
    for (const isOn of [0, 1]) {
      await seat.tab.evaluate((aec) => window.pageRoom.configure(aec, 2, 1), isOn);
      await centre().heardMore(phone, SWITCH_S);
    }
    for (const level of NOISE_LEVELS) {
      await seat.call('Call.setNoiseSuppression', { level });
      await centre().heardMore(phone, SWITCH_S);
    }
    const switched = audio.cut(phone.recording.heard(), from);
    if (process.env.TCCC_TELL) console.log(`      switches: ${audio.clicks(switched)} clicks in ${(switched.samples.length / switched.rate).toFixed(1)} s, ${levelDb(switched).toFixed(1)} dBFS`);
    assert.equal(audio.clicks(switched), 0, 'clicks while echo canceller, noise suppressor and AI are switched');
    const share = findable(switched);
    if (process.env.TCCC_TELL) console.log(`      a step would be found at ${Math.round(100 * share)} % of the places`);
    assert.ok(share > FINDABLE, `clicks would have been found at ${Math.round(100 * share)} % of the places`);
  });
}
