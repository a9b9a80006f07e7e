/** seat_client.js: a signed-in agent without a browser, in the tccc.v1 protocol, who takes every call (accepts: false: none). Layer: bench. */
import { EventEmitter } from 'node:events';
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';

export class SeatClient extends EventEmitter {
  /** Resolves when the agent is online. */
  static async start({ port, token, accepts = true }) {
    const seat = new SeatClient(new WebSocket(`ws://127.0.0.1:${port}/v1/seat`, 'tccc.v1'), accepts);
    await new Promise((resolve, reject) => {
      seat.socket.once('error', reject).once('close', (code) => reject(new Error(`closed with ${code}`)));
      seat.socket.once('open', () => seat.send({ t: 'hello', v: 1, token, tab: randomUUID(), sdk: 'bench' }));
      seat.once('online', resolve);
    });
    return seat;
  }

  constructor(socket, accepts) {
    super();
    this.socket = socket;
    this.accepts = accepts;
    this.requests = 0;
    this.accepted = 0;
    socket.on('message', (data) => this.take(JSON.parse(data)));
  }

  send(message) { this.socket.send(JSON.stringify(message)); }

  request(m, a) { this.send({ t: 'req', id: ++this.requests, m, a }); }

  take(message) {
    if (message.t === 'welcome') this.request('agent.online', {});
    else if (message.t === 'res' && message.id === 1) this.emit('online');
    else if (message.t === 'ping') this.send({ t: 'pong', n: message.n });
    else if (message.t === 'ev') this.event(message);
  }

  event({ seq, e, d }) {
    if (e === 'callIn' && this.accepts) this.request('call.accept', { sessionId: d.sessionId });
    else if (e === 'userAccessed') this.accepted++;
    else if (e === 'sessionEnded') {
      this.request('call.delete', { sessionId: d.sessionId });
      this.send({ t: 'ack', seq });
    }
    this.emit(e, d);
  }

  stop() { this.socket.close(); }
}
