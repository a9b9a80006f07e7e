/** recording.test.js: what telephones say in real calls is in the files; a kill, a full disk. Layer: tests. PUSH-073, PUSH-079. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { compare, report } from '../peers/audio.js';
import { Baresip } from '../peers/baresip.js';
import { DEADLINE_MS, scratch } from '../peers/process.js';
import { filesUnder, play } from '../peers/ogg.js';
import { speechFile } from '../peers/speech.js';
import { NUMBER, ServerCentre } from './server_centre.js';

const SPEECH_S = 12;
const TELEPHONES = [
  { codecs: 'PCMA/8000/1', rate: 8000, channels: 1 },
  { codecs: 'PCMU/8000/1', rate: 8000, channels: 1, srtp: true },
  { codecs: 'opus/48000/2', rate: 48000, channels: 2 },
];

/** Looks until `probe` gives something. */
async function eventually(probe, what, deadlineMs = DEADLINE_MS) {
  for (const end = Date.now() + deadlineMs; Date.now() < end;) {
    const found = await probe();
    if (found) return found;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error(`there is no ${what}`);
}

describe('a call that is recorded', function () {
  this.timeout(90000);
  let centre;
  let phone;
  const options = {};

  async function begin({ codecs, rate, channels, srtp }) {
    centre = await ServerCentre.start(options);
    const said = speechFile('phone', { rate, channels, seconds: SPEECH_S });
    phone = await Baresip.start({
      user: '1001', password: 'phone-password', domain: `127.0.0.1:${centre.tcccd.sipPort}`, register: true, codecs, srtp, speech: said.file,
    });
    await centre.tcccd.process.waitLine(/registrar extension=1001 status=200 contacts=[1-9]/);
    const seat = await centre.seat();
    await phone.dial(`sip:${NUMBER}@127.0.0.1:${centre.tcccd.sipPort}`);
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    const [, record] = await centre.tcccd.process.waitLine(/record\.start record=(\S+) .*side=1/);
    return { said, seat, sessionId, record };
  }

  const records = () => path.join(centre.tcccd.dir, 'records');
  const partSize = (record) => fs.statSync(path.join(records(), 'running', `${record}.part`), { throwIfNoEntry: false })?.size || 0;

  async function finished(record) {
    const [, bytes, ms] = await centre.tcccd.process.waitLine(new RegExp(`record\\.(?:finished|recovered) record=${record} .*bytes=(\\d+) duration_ms=(\\d+)`));
    const file = filesUnder(records()).find((name) => name.endsWith(`${record}.ogg`));
    assert.match(path.relative(records(), file), /^\d{4}\/\d\d\/\d\d\/1400000001_[0-9a-f-]{36}\.ogg$/);
    assert.equal(fs.statSync(file).size, Number(bytes));
    return { file, ms: Number(ms) };
  }

  afterEach(async function clear() {
    if (this.currentTest.state === 'failed' && centre) console.log(centre.tell());
    if (phone) await phone.stop();
    if (centre) await centre.stop();
    centre = phone = null;
    Object.keys(options).forEach((name) => delete options[name]);
  });

  for (const one of TELEPHONES) {
    it(`has what a telephone says in a file of its own: ${one.codecs}${one.srtp ? ' over SRTP' : ''}`, async () => {
      const { said, seat, record } = await begin(one);
      await seat.next('sessionEnded', 30000); // it hangs up when it has said everything
      const { file, ms } = await finished(record);
      const heard = play(file);
      const result = compare({ rate: said.rate, samples: said.samples }, heard, { toS: SPEECH_S - 1 });
      console.log(`        ${report(result)}`);
      assert.ok(Math.abs(heard.samples.length / heard.rate - ms / 1000) < 0.05, 'length');
      assert.ok(result.seconds.length >= 8 && result.mean > 0.85, report(result));
      const lags = result.seconds.filter((second) => second.correlation > 0.5).map((second) => second.lagMs);
      assert.ok(Math.max(...lags) - Math.min(...lags) <= 60, report(result));
    });
  }

  it('is found after a kill, made whole and told', async () => {
    const { said, record } = await begin(TELEPHONES[0]);
    await eventually(() => partSize(record) > 5 * 2400, 'sound of some seconds');
    centre.tcccd.process.killNow();
    await centre.tcccd.process.waitExit();
    await centre.tcccd.restart();
    const { file, ms } = await finished(record);
    assert.ok(ms > 3000, `${ms} ms`);
    const result = compare({ rate: said.rate, samples: said.samples }, play(file), { toS: 3 });
    assert.ok(result.mean > 0.8, report(result));
    assert.deepEqual(fs.readdirSync(path.join(records(), 'running')), []);
  });

  it('goes on when the disk is full: its recording ends with an alarm and what there is can be heard', async function full() {
    const dir = scratch('full');
    const disk = path.join(dir, 'records');
    fs.mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48k', 'tmpfs', disk]).status !== 0) this.skip(); // not allowed here
    try {
      Object.assign(options, { change: { data: path.join(dir, 'tcccd.sqlite') } });
      const { seat, sessionId } = await begin(TELEPHONES[0]);
      await centre.tcccd.process.waitLine(/record\.disk_full/);
      const metrics = async () => (await fetch(`http://127.0.0.1:${centre.tcccd.httpPort}/metrics`)).text();
      const value = async (name) => Number((await metrics()).match(new RegExp(`^${name}\\w* (\\d+)`, 'm'))?.[1]);
      assert.match(await metrics(), /^tcccd_recording_disk_full 1$/m);
      const before = await value('tcccd_packets_to_phones');
      await seat.ask('call.hold', { sessionId });
      await eventually(async () => await value('tcccd_packets_to_phones') > before + 50, 'sound that still flows');
      await seat.ask('call.unhold', { sessionId });
      await seat.ask('call.hangup', { sessionId });
      assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
      await centre.tcccd.process.waitLine(/record\.finished/);
      const heard = filesUnder(disk).filter((name) => name.endsWith('.ogg')).map(play);
      assert.ok(heard.some(({ samples, rate }) => samples.length > rate), 'a second of sound');
      await centre.stop();
      await phone.stop();
    } finally {
      if (centre) await centre.stop();
      spawnSync('umount', ['-l', disk]);
    }
  });
});
