/** admin_client.js: asks the admin API, by key or by cookie. Layer: tests. */
import { SDK_APP_ID } from '../peers/tcccd.js';

export class AdminClient {
  constructor(tcccd, { key = 'AKIDtests:tests-secret-key', appId = SDK_APP_ID } = {}) { Object.assign(this, { tcccd, key, appId, cookie: null }); }

  /** {status, body, headers}; a path that does not begin with / is one of the app. */
  async raw(method, path, body, { headers = {} } = {}) {
    const url = `http://127.0.0.1:${this.tcccd.httpPort}/v1/admin${path.startsWith('/') ? path : `/apps/${this.appId}/${path}`}`;
    const auth = this.cookie ? { cookie: this.cookie } : this.key ? { authorization: `Bearer ${this.key}` } : {};
    const answer = await fetch(url, {
      method,
      headers: { ...auth, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: text && /json/.test(answer.headers.get('content-type')) ? JSON.parse(text) : null };
  }

  /** The answer's body; throws {status, code, field, message} unless it is 2xx. */
  async ask(method, path, body, options) {
    const answer = await this.raw(method, path, body, options);
    if (answer.status >= 300) throw Object.assign(new Error(`${method} ${path}: ${answer.text}`), { status: answer.status, ...answer.body?.error });
    return answer.body;
  }

  get(path) { return this.ask('GET', path); }

  post(path, body) { return this.ask('POST', path, body); }

  put(path, body) { return this.ask('PUT', path, body); }

  patch(path, body) { return this.ask('PATCH', path, body); }

  del(path) { return this.ask('DELETE', path); }

  /** Another client, signed in as an agent. */
  async signedIn(userId, password) {
    const one = new AdminClient(this.tcccd, { key: null, appId: this.appId });
    const answer = await one.raw('POST', '/sign-in', { sdkAppId: this.appId, userId, password });
    if (answer.status !== 200) throw Object.assign(new Error(answer.text), { status: answer.status, ...answer.body?.error });
    one.setCookie = answer.headers.get('set-cookie');
    one.cookie = one.setCookie.split(';')[0];
    one.identity = answer.body;
    return one;
  }
}
