/** push_receiver.js: a customer's HTTP receiver of data pushes, and its token server, which behave as a test says. Layer: tests. */
import { EventEmitter } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { until } from '../peers/process.js';

export const OK = { ErrCode: 0, ErrMsg: '' };

export class PushReceiver extends EventEmitter {
  /** `answer(request, response, nth)` answers a push; without it all are taken. */
  static async start({ answer, tls } = {}) {
    const one = new PushReceiver();
    one.setMaxListeners(0);
    Object.assign(one, { answer, pushes: [], tokens: [], sockets: new Set(), access: 'access-0' });
    const take = (request, response) => one.take(request, response);
    one.server = tls ? https.createServer(tls, take) : http.createServer(take);
    one.server.on('connection', (socket) => {
      one.sockets.add(socket);
      socket.on('close', () => one.sockets.delete(socket)).on('error', () => {});
    });
    await new Promise((resolve) => one.server.listen(0, '127.0.0.1', resolve));
    one.origin = `http${tls ? 's' : ''}://127.0.0.1:${one.server.address().port}`;
    one.url = `${one.origin}/in`;
    return one;
  }

  async take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString();
    const seen = { method: request.method, url: request.url, headers: request.headers, body, uuid: request.headers['x-tccc-push-uuid'] };
    if (request.url.startsWith('/token')) this.giveToken(seen, response);
    else {
      this.pushes.push(seen);
      if (this.answer) this.answer(seen, response, this.pushes.length);
      else reply(response, OK);
    }
    this.emit('change');
  }

  giveToken(seen, response) {
    this.tokens.push(seen);
    if (this.answerToken) this.answerToken(seen, response);
    else reply(response, { access_token: this.access = `access-${this.tokens.length}`, token_type: 'Bearer', expires_in: 3600 });
  }

  uuids() { return this.pushes.map((one) => one.uuid); }

  until(probe, what, deadlineMs = 30000) { return until(this, 'change', probe, what, deadlineMs); }

  async stop() {
    this.sockets.forEach((one) => one.destroy());
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function reply(response, value, status = 200, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
}
