/** tones.test.js: keys that a telephone sends as tones in its sound lead through a menu. Layer: tests. ITU-T Q.23. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { alaw } from '../peers/g711.js';
import { scratch } from '../peers/process.js';
import { calling } from '../peers/sipp.js';
import { NUMBER, ServerCentre } from './server_centre.js';

const RATE = 8000;
const agent = 'agent0@tests.example';
const TONES = { 1: [697, 1209], 2: [697, 1336] };
const menu = {
  start: 'menu',
  modules: [
    { id: 'menu', type: 'branch', label: 'Menu', prompt: { text: 'Hi.' }, timeoutSound: { text: 'Hi.' }, maxErrors: 3, timeoutSeconds: 10,
      branches: [{ key: '1', name: 'Sales', next: 'more' }] },
    { id: 'more', type: 'branch', label: 'More', prompt: { text: 'Hi.' }, timeoutSound: { text: 'Hi.' }, maxErrors: 3, timeoutSeconds: 10,
      branches: [{ key: '1', name: 'wrong', next: 'end' }, { key: '2', name: 'Cars', next: 'agents' }] },
    { id: 'agents', type: 'transferToHuman', label: 'Agents', group: 1, sound: { text: 'Hi.' }, noAgent: 'end', queueOver: 'end', next: 'end' },
    { id: 'end', type: 'end' },
  ],
};

/** A capture as sipp plays it: Ethernet, IPv4, UDP, RTP; packets of 20 ms. */
function capture(file, samples) {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65535, 16);
  head.writeUInt32LE(1, 20);
  const parts = [head];
  for (let n = 0; (n + 1) * 160 <= samples.length; n++) {
    const record = Buffer.alloc(16 + 14 + 20 + 8 + 12 + 160);
    const ms = n * 20;
    record.writeUInt32LE(Math.floor(ms / 1000), 0);
    record.writeUInt32LE((ms % 1000) * 1000, 4);
    record.writeUInt32LE(214, 8);
    record.writeUInt32LE(214, 12);
    record.writeUInt16BE(0x0800, 28);
    record[30] = 0x45;
    record.writeUInt16BE(200, 32);
    record[38] = 64;
    record[39] = 17;
    record.writeUInt16BE(4000, 50);
    record.writeUInt16BE(4000, 52);
    record.writeUInt16BE(180, 54);
    record[58] = 0x80;
    record[59] = 8;
    record.writeUInt16BE(n, 60);
    record.writeUInt32BE(n * 160, 62);
    record.writeUInt32BE(0x1234, 66);
    for (let i = 0; i < 160; i++) record[70 + i] = alaw(samples[n * 160 + i]);
    parts.push(record);
  }
  fs.writeFileSync(file, Buffer.concat(parts));
}

describe('a telephone that sends its keys as tones', function () {
  this.timeout(60000);
  let centre;
  beforeEach(async () => {
    centre = await ServerCentre.start({
      instance: {
        skillGroups: [{ name: 'sales', agents: [agent] }], flows: [{ name: 'menu', kind: 'ivr', document: menu }],
        numbers: [{ number: NUMBER, trunk: 'line', flow: 'menu' }],
      },
    });
  });
  afterEach(async function clear() {
    if (this.currentTest.state === 'failed') console.log(centre.tell());
    if (centre) await centre.stop();
  });

  it('gets through two menus, each key counted once', async () => {
    const seat = await centre.seatOf(agent);
    const samples = new Float32Array(8 * RATE);
    const press = (key, atS) => TONES[key].forEach((hz) => {
      for (let i = 0; i < 0.12 * RATE; i++) samples[Math.round(atS * RATE) + i] += 0.2 * Math.sin((2 * Math.PI * hz * i) / RATE);
    });
    press('1', 2);
    press('2', 5);
    const file = path.join(scratch('tones'), 'tones.pcap');
    capture(file, samples);
    const scenario = calling.isHungUp({ speaks: true }).replace(/play_pcap_audio="[^"]*"/, `play_pcap_audio="${file}"`);
    const peer = await centre.calls(scenario);
    const { sessionId, ivrPath } = await seat.next('callIn', 20000);
    assert.deepEqual(ivrPath, [{ key: '1', label: 'Sales' }, { key: '2', label: 'Cars' }]);
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    await seat.ask('call.hangup', { sessionId });
    await peer.done();
  });
});
