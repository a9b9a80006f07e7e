/** policy.test.js: the SDK under other origins, Content-Security-Policy and Trusted Types, in real browsers. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Chromium, Firefox } from '../peers/browser.js';
import { until } from './wait.js';
import { DIST, startOrigins } from './page_server.js';

const TOKEN = '0123456789abcdef0123456789abcdef';

/** What docs/network.md tells integrators. */
const documented = ({ sdk }) => `default-src 'none'; script-src 'self' ${sdk} 'wasm-unsafe-eval'; worker-src blob:; `
  + `connect-src ${sdk} ${sdk.replace('http', 'ws')}; img-src ${sdk} blob:`;

/** Each case: the policy, where the SDK comes from, what the page is told, and whether the core reaches its server. */
const CASES = [
  { title: 'without a policy, from another origin, it needs no warning', csp: () => '', warnings: [] },
  { title: 'without a policy, from the page\'s own origin', csp: () => '', from: 'page', warnings: [] },
  { title: 'under the documented policy nothing is violated', csp: documented, warnings: [], violations: [] },
  {
    title: 'where blob workers are forbidden, data-worker-src names a worker of the page\'s origin',
    csp: (o) => documented(o).replace('worker-src blob:', "worker-src 'self'"),
    data: { workerSrc: '/sdk/worker.js' }, warnings: [], violations: [],
  },
  {
    title: 'where no worker is allowed, the core runs on the page and says so',
    csp: (o) => documented(o).replace('worker-src blob:', "worker-src 'none'"),
    warnings: [['CSP_BLOCKED', 'page']],
  },
  {
    title: 'without wasm-unsafe-eval it says what is missing and answers every command',
    csp: (o) => documented(o).replace(" 'wasm-unsafe-eval'", ''),
    warnings: [['CSP_BLOCKED', undefined]], isDead: true, refusal: 'CSP_BLOCKED',
  },
  {
    title: 'under Trusted Types with the policy name tccc allowed',
    csp: (o) => `${documented(o)}; require-trusted-types-for 'script'; trusted-types page tccc`, warnings: [], violations: [],
  },
  {
    title: 'under Trusted Types without that name, the core runs on the page and says so',
    csp: (o) => `${documented(o)}; require-trusted-types-for 'script'; trusted-types page`,
    warnings: [['CSP_BLOCKED', 'page']], needsTypes: true,
  },
  { title: 'a server that sends .wasm with a wrong type', csp: () => '', wrongMime: true, warnings: [] },
];

const hasModules = ['core.wasm', 'voice.wasm'].every((name) => existsSync(join(DIST, name)));

for (const Browser of [Chromium, Firefox]) {
  describe(`page policies in ${Browser.name}`, () => {
    let origins;
    let browser;
    before(async function start() {
      if (!hasModules) this.skip();
      origins = await startOrigins();
      browser = await Browser.start();
    });
    after(async () => {
      await browser?.stop();
      origins?.stop();
    });

    /** Firefox asks for the page's icon some time after loading; nobody's script has a part in it. */
    const ownIcon = () => `img-src ${origins.page}/favicon.ico`;

    for (const one of CASES) {
      it(one.title, async function check() {
        origins.state.csp = one.csp(origins);
        origins.state.wrongMime = one.wrongMime === true;
        origins.sockets.length = 0;
        const home = one.from === 'page' ? 'page' : 'sdk';
        const tab = await browser.tab({ sound: false });
        await tab.goto(`${origins.page}/plain.html`);
        if (one.needsTypes && !await tab.evaluate(() => 'trustedTypes' in window)) this.skip();
        const src = `${origins[home]}/sdk/tcccSdk.js?sdkAppId=1400000000&token=${TOKEN}&userid=li`;
        await tab.evaluate(([url, data]) => window.inject(url, data).then(window.listen), [src, one.data ?? {}]);
        const warnings = () => tab.evaluate(() => window.heard.filter(([name]) => name === 'warning')
          .map(([, { code, mode }]) => [code, mode]));
        if (one.isDead) await until(async () => (await warnings()).length > 0, 'a warning');
        else await until(() => origins.sockets.includes(`${home} /v1/seat`), 'the signalling WebSocket');
        const refusal = await tab.evaluate(() => window.tccc.Agent.online().catch(({ code }) => code));
        const violations = await tab.evaluate(() => window.violations);
        const told = { warnings: await warnings(), violations: violations.filter((text) => text !== ownIcon()) };
        await tab.close();
        const plain = (list) => JSON.parse(JSON.stringify(list));
        assert.deepEqual(plain(told.warnings), plain(one.warnings));
        if (one.violations) assert.deepEqual(told.violations, one.violations);
        assert.equal(refusal, one.refusal ?? 'NOT_READY');
      });
    }
  });
}
