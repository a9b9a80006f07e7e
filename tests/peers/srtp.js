/** srtp.js: SRTP with AES-CM and HMAC-SHA1 by Node's own crypto: packets are closed and opened. Layer: tests. RFC 3711. */
import { createCipheriv, createHmac } from 'node:crypto';

const TAG = { AES_CM_128_HMAC_SHA1_80: 10, AES_CM_128_HMAC_SHA1_32: 4 };

/** Section 4.3.1: a session key of this label and length. */
function derive(key, salt, label, length) {
  const iv = Buffer.alloc(16);
  salt.copy(iv);
  iv[7] ^= label;
  return createCipheriv('aes-128-ctr', key, iv).update(Buffer.alloc(length));
}

/** One direction: master key and salt as base64 of 30 bytes. It follows each SSRC's roll-over by itself (section 3.3.1). */
export class Srtp {
  constructor(suite, base64) {
    const master = Buffer.from(base64, 'base64'), key = master.subarray(0, 16), salt = master.subarray(16, 30);
    Object.assign(this, { tag: TAG[suite], key: derive(key, salt, 0, 16), auth: derive(key, salt, 1, 20), salt: derive(key, salt, 2, 14), sources: new Map() });
  }

  roc(ssrc, seq) {
    const last = this.sources.get(ssrc) ?? { seq, roc: 0 };
    const roc = last.seq - seq > 0x8000 ? last.roc + 1 : last.roc;
    this.sources.set(ssrc, { seq, roc });
    return roc;
  }

  crypt(packet, roc) {
    const iv = Buffer.alloc(16);
    this.salt.copy(iv);
    for (let i = 0; i < 4; i++) iv[4 + i] ^= packet[8 + i];
    iv.writeUInt32BE((iv.readUInt32BE(8) ^ roc) >>> 0, 8);
    iv.writeUInt16BE(iv.readUInt16BE(12) ^ packet.readUInt16BE(2), 12);
    return Buffer.concat([packet.subarray(0, 12), createCipheriv('aes-128-ctr', this.key, iv).update(packet.subarray(12))]);
  }

  sign(packet, roc) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(roc);
    return createHmac('sha1', this.auth).update(packet).update(counter).digest().subarray(0, this.tag);
  }

  /** An RTP packet with a header of 12 bytes. */
  close(packet) {
    const roc = this.roc(packet.readUInt32BE(8), packet.readUInt16BE(2)), closed = this.crypt(packet, roc);
    return Buffer.concat([closed, this.sign(closed, roc)]);
  }

  /** The packet, or null when the tag is wrong. */
  open(packet) {
    const body = packet.subarray(0, packet.length - this.tag), roc = this.roc(packet.readUInt32BE(8), packet.readUInt16BE(2));
    return this.sign(body, roc).equals(packet.subarray(packet.length - this.tag)) ? this.crypt(body, roc) : null;
  }
}
