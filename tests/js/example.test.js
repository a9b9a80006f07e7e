/** example.test.js: examples/node-backend and examples/plain as their READMEs start them. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Chromium } from '../peers/browser.js';
import { Process } from '../peers/process.js';
import { SDK_APP_ID, Tcccd } from '../peers/tcccd.js';

const AGENT = 'anna@tests.example';
const SERVER = fileURLToPath(new URL('../../examples/node-backend/server.js', import.meta.url));

describe('the example of a business page with its back end', function example() {
  this.timeout(60000);
  let tcccd;
  let backend;
  let browser;
  before(async () => {
    [tcccd, browser] = await Promise.all([
      Tcccd.start({ instance: { agents: [{ userId: AGENT, name: 'Anna', number: '8001' }] } }), Chromium.start(),
    ]);
    const { credentials: [{ secretId, secretKey }] } = tcccd.config.instances[0];
    backend = new Process('backend', process.execPath, [SERVER], {
      env: {
        ...process.env, PORT: '0', TCCC_ENDPOINT: `127.0.0.1:${tcccd.httpPort}`, TCCC_SECRET_ID: secretId, TCCC_SECRET_KEY: secretKey,
        TCCC_SDK_APP_ID: String(SDK_APP_ID), TCCC_USER_ID: AGENT,
      },
    });
  });
  after(() => Promise.all([browser?.stop(), backend?.stop(), tcccd?.stop()]));

  it('signs its agent in from another origin, under its own policy, and says Ready', async () => {
    const [line] = await backend.waitLine(/http:\/\/localhost:\d+/);
    const tab = await browser.tab({ sound: false });
    await tab.goto(`${line}/`);
    await tab.until(() => document.getElementById('state').textContent === 'Ready.');
    assert.equal(await tab.evaluate(() => document.querySelectorAll('button:disabled').length), 0);
    assert.deepEqual(tab.errors, []);
    assert.deepEqual(tab.consoleLines.filter((text) => /policy|warning/i.test(text)), []);
  });

  it('a back end without its key says what to set', async () => {
    const keyless = new Process('backend', process.execPath, [SERVER], { env: { PATH: process.env.PATH } });
    const { code } = await keyless.waitExit();
    assert.equal(code, 2);
    assert.match(keyless.log(), /Set TCCC_SECRET_KEY/);
  });
});
