/** wire_log.js: the events that the server gave the seat, read from the WebSockets that pass through a shuttle: what every tab must tell. Layer: tests. */

/** Text frames of a server's WebSocket stream (RFC 6455 section 5.2: not masked), after the answer's head. */
class Frames {
  constructor(take) {
    this.take = take;
    this.bytes = Buffer.alloc(0);
    this.isOpen = false;
    this.text = '';
  }

  add(data) {
    this.bytes = Buffer.concat([this.bytes, data]);
    if (!this.isOpen) {
      const end = this.bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.bytes = this.bytes.subarray(end + 4);
      this.isOpen = true;
    }
    while (this.next());
  }

  next() {
    const { bytes } = this;
    if (bytes.length < 2) return false;
    let [length, at] = [bytes[1] & 127, 2];
    if (length === 126) [length, at] = bytes.length < 4 ? [Infinity, 4] : [bytes.readUInt16BE(2), 4];
    else if (length === 127) [length, at] = bytes.length < 10 ? [Infinity, 10] : [Number(bytes.readBigUInt64BE(2)), 10];
    if (bytes.length < at + length) return false;
    const isText = [0, 1].includes(bytes[0] & 15);
    if (isText) this.text += bytes.toString('utf8', at, at + length);
    if (isText && bytes[0] & 128) {
      this.take(this.text);
      this.text = '';
    }
    this.bytes = bytes.subarray(at + length);
    return true;
  }
}

/** Begins to listen on a TcpShuttle; returns the events by their numbers. */
export function watchWire(shuttle) {
  const events = new Map();
  const streams = new WeakMap();
  const carry = shuttle.carry.bind(shuttle);
  shuttle.carry = (link, to, data, way) => {
    if (way === 1 && data && link.kind === 'seat') {
      if (!streams.has(link)) {
        streams.set(link, new Frames((text) => {
          const message = JSON.parse(text);
          if (message.t === 'ev') events.set(message.seq, message);
        }));
      }
      streams.get(link).add(data);
    }
    carry(link, to, data, way);
  };
  return events;
}
