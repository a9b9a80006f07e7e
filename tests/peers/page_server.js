/** page_server.js: the business page of the tests, on an origin of its own. Layer: tests. */
import http from 'node:http';

/** What every test page does: keeps each event with its fields and lets the test wait for the next of a name. */
const LOG = `
window.log = [];
window.waiting = [];
window.note = (name, payload) => {
  const fields = JSON.parse(JSON.stringify(payload || {}));
  log.push({ name, fields, mirror: JSON.stringify(payload && payload.data) === JSON.stringify(fields), at: Date.now() });
  waiting.splice(0).forEach((ask) => ask());
};
window.nextEvent = (name, deadlineMs) => new Promise((resolve) => {
  const timer = setTimeout(() => resolve(null), deadlineMs);
  const ask = () => {
    const found = log.find((one) => one.name === name && !one.taken);
    if (!found) { waiting.push(ask); return; }
    found.taken = true;
    clearTimeout(timer);
    resolve(found);
  };
  ask();
});
`;

const LISTEN = "if (window.tccc) for (const name of Object.values(tccc.events)) tccc.on(name, (payload) => note(name, payload));";

const page = ({ sdk, nonce, attributes = '' }) => {
  const mark = nonce ? ` nonce="${nonce}"` : '';
  return `<!doctype html><html><head><meta charset="utf-8"><title>test</title>
<script${mark}>${LOG}</script>
<script${mark} src="${sdk.replaceAll('&', '&amp;')}" crossorigin="anonymous" ${attributes}></script>
<script${mark}>${LISTEN}</script></head><body>test page</body></html>`;
};

export class PageServer {
  static async start() {
    const server = new PageServer();
    await new Promise((resolve) => { server.http.listen(0, '127.0.0.1', resolve); });
    return server;
  }

  constructor() {
    this.pages = new Map();
    this.http = http.createServer((request, response) => {
      const found = this.pages.get(request.url);
      const isIcon = request.url === '/favicon.ico'; // browsers ask by themselves
      response.writeHead(found ? 200 : isIcon ? 204 : 404, { 'content-type': 'text/html; charset=utf-8', ...(found ? found.headers : {}) });
      response.end(found ? found.html : '');
    });
  }

  /** Another origin than tcccd's: another port, and the name instead of the address. */
  get origin() { return `http://localhost:${this.http.address().port}`; }

  put(html, headers = {}) {
    const path = `/${this.pages.size + 1}.html`;
    this.pages.set(path, { html, headers });
    return this.origin + path;
  }

  /** Address of a page that loads this SdkURL. csp: policy sent with it. */
  page(sdk, { csp, nonce, attributes } = {}) {
    return this.put(page({ sdk, nonce, attributes }), csp ? { 'content-security-policy': csp } : {});
  }

  stop() {
    this.http.closeAllConnections();
    return new Promise((resolve) => { this.http.close(resolve); });
  }
}
