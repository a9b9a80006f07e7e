/** packet_message.test.js: packets between worker and worklet. */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('packet message', () => {
  let lib;
  before(async () => { lib = await load('packet_message.js'); });

  it('carries channel, packet and the time of its sending', () => {
    const before = Date.now();
    const message = new Uint8Array(lib.packetMessage(3, new Uint8Array([0x80, 111, 0, 1])));
    assert.equal(lib.channelOf(message), 3);
    assert.deepEqual([...lib.packetOf(message)], [0x80, 111, 0, 1]);
    assert.ok(lib.sentMs(message) >= before && lib.sentMs(message) <= Date.now());
  });

  it('copies the packet, so that the memory it lay in may change', () => {
    const heap = new Uint8Array([1, 2, 3]);
    const message = new Uint8Array(lib.packetMessage(0, heap.subarray(1)));
    heap.fill(9);
    assert.deepEqual([...lib.packetOf(message)], [2, 3]);
  });
});
