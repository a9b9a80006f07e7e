/**
 * packet_message.js: a packet between worker and worklet, one transferred ArrayBuffer. Layer: worker, worklet.
 *
 *     byte 0      channel
 *     byte 1-3    zero
 *     byte 4-11   f64, big endian, Unix ms of its sending
 *     byte 12-    RTP or RTCP packet
 */
const HEADER = 12;

/** @param {number} channel @param {Uint8Array} packet copied @returns {ArrayBuffer} */
export function packetMessage(channel, packet) {
  const message = new Uint8Array(HEADER + packet.length);
  message[0] = channel;
  new DataView(message.buffer).setFloat64(4, Date.now());
  message.set(packet, HEADER);
  return message.buffer;
}

/** @param {Uint8Array} message */
export const channelOf = (message) => message[0];

/** @param {Uint8Array} message @returns {number} Unix ms */
export const sentMs = (message) => new DataView(message.buffer).getFloat64(4);

/** @param {Uint8Array} message */
export const packetOf = (message) => message.subarray(HEADER);
