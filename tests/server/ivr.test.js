/** ivr.test.js: what a real telephone hears of a flow, and its keys as tones in its sound. Rows IVR-019 to IVR-027, IVR-038. Layer: tests. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import * as audio from '../peers/audio.js';
import { Baresip } from '../peers/baresip.js';
import { scratch, until } from '../peers/process.js';
import * as wav from '../peers/wav.js';
import { CUSTOMER, LINE_HOST, NUMBER, ServerCentre } from './server_centre.js';

const WELCOME = 'Welcome to the parcel service. If you would like to know where your parcel is, please press five now.';
const WRONG = 'This key has no meaning.';
const agent = (n) => `agent${n}@tests.example`;

const flow = {
  start: 'menu',
  modules: [
    { id: 'menu', type: 'branch', label: 'Menu', prompt: { text: WELCOME }, errorSound: { text: WRONG }, maxErrors: 1, timeoutSeconds: 10,
      branches: [{ key: '5', name: 'Parcels', next: 'agents' }, { key: '6', name: 'Nobody', next: 'end' }] },
    { id: 'agents', type: 'transferToHuman', label: 'Agents', group: 1, noAgent: 'end', queueOver: 'end', next: 'end' },
    { id: 'end', type: 'end' },
  ],
};

/** A file that the telephone speaks: silence, then keys as tones of 80 ms, `gapS` apart. */
function tones({ afterS, keys, gapS = 1 }) {
  const low = { 5: 770, 6: 770, 9: 852 }, high = { 5: 1336, 6: 1477, 9: 1477 };
  const file = path.join(scratch('tones'), 'tones.wav');
  const pieces = [...keys].map((key, i) => {
    const piece = `${file}.${i}.wav`;
    execFileSync('sox', ['-n', '-r', '8000', '-c', '1', '-b', '16', piece, 'synth', '0.08', 'sine', String(low[key]), 'synth', '0.08', 'sine', 'mix', String(high[key]),
      'gain', '-10', 'pad', String(i ? 0 : afterS), String(gapS)]);
    return piece;
  });
  execFileSync('sox', [...pieces, file, 'pad', '0', '60']);
  return file;
}

/** The speech that the server has kept, the longest first. */
const spoken = (centre) => fs.readdirSync(path.join(centre.tcccd.dir, 'speech')).filter((name) => name.endsWith('.wav'))
  .map((name) => wav.read(path.join(centre.tcccd.dir, 'speech', name))).sort((a, b) => b.samples.length - a.samples.length);

describe('a flow on a real telephone', function () {
  this.timeout(60000);
  let centre, phone;

  beforeEach(async () => {
    centre = await ServerCentre.start({
      change: { calls: { ringSeconds: 10, queueSeconds: 20 } },
      instance: {
        skillGroups: [{ name: 'parcels', agents: [agent(0)] }],
        flows: [{ name: 'menu', kind: 'ivr', document: flow }],
        numbers: [{ number: NUMBER, trunk: 'line', flow: 'menu' }],
      },
    });
  });
  afterEach(async function clear() {
    if (this.currentTest.state === 'failed') console.log(centre.tell(), phone ? phone.process.log(30) : '');
    if (phone) await phone.stop();
    phone = null;
    await centre.stop();
  });

  async function calls(options) {
    phone = await Baresip.start({ user: CUSTOMER, host: LINE_HOST, port: centre.port, domain: `${LINE_HOST}:${centre.port}`, speech: tones(options) });
    await phone.dial(`sip:${NUMBER}@${centre.remote()}`);
    await phone.waitEvent('CALL_ESTABLISHED');
  }

  it('IVR-019 IVR-022 IVR-038 hears the speech as it was made; its tone brings it to the agent, whose page is told the key with its label', async () => {
    const anna = await centre.seatOf(agent(0));
    await calls({ afterS: 9, keys: '5' });
    const callIn = await anna.next('callIn');
    assert.deepEqual(callIn.ivrPath, [{ key: '5', label: 'Parcels' }]);
    await until(phone.recording, 'grown', () => phone.recording.heardSeconds() > 7, 'seven seconds of sound');
    await anna.ask('call.accept', { sessionId: callIn.sessionId });
    await anna.next('userAccessed');
    await phone.hangup();
    await anna.next('sessionEnded');
    const made = spoken(centre)[0]; /* comparing takes seconds on a busy machine, in which the seat would not beat */
    const result = audio.compare(made, audio.cut(phone.recording.heard(), 0, 8));
    assert.ok(result.worst > 0.9, audio.report(result));
    assert.ok(Math.abs(result.gainDb) < 1.5, audio.report(result));
    assert.equal(result.gapMs, 0, audio.report(result));
  });

  it('IVR-024 IVR-025 IVR-027 one wrong key is told, the next one hangs up', async () => {
    await calls({ afterS: 2, keys: '99', gapS: 2 });
    await phone.waitEvent('CALL_CLOSED');
    assert.equal(spoken(centre).length, 2, 'both texts were spoken once');
    const wrong = spoken(centre)[1];
    const result = audio.compare(wrong, audio.cut(phone.recording.heard(), 1.5, 8));
    assert.ok(result.mean > 0.8, audio.report(result));
  });
});
