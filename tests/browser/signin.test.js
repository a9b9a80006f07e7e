/** signin.test.js: SdkURL, tokens, a second sign-in, other origins and policies. Layer: tests. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cloudClient } from '../peers/cloud.js';
import { Process } from '../peers/process.js';
import { Seat } from '../peers/seat.js';
import { SDK_APP_ID } from '../peers/tcccd.js';
import { AGENTS, CUSTOMER, useCentre } from '../e2e/centre.js';

const BACKEND = fileURLToPath(new URL('../../examples/node-backend/server.js', import.meta.url));

for (const browser of ['chromium', 'firefox']) {
  describe(`sign-in in ${browser}`, function () {
    this.timeout(60000);
    const centre = useCentre({ browser });

    it('SDK-001 SDK-003 SDK-100 SDK-101 the script of an SdkURL sets window.tccc at once and fires ready with tabUUID', async () => {
      const seat = await centre().seat();
      assert.match(seat.ready.tabUUID, /^[0-9a-f-]{36}$/);
      assert.deepEqual(seat.tab.errors, []);
      await seat.tab.until(() => tccc.Agent.getStatus() === 'free');
    });

    it('SDK-006 SDK-102 an SdkURL that was used fires tokenExpired with a message', async () => {
      const first = await centre().seat();
      const second = new Seat(await centre().browser.tab());
      centre().seats.push(second);
      await second.tab.goto(first.url);
      const { message } = await second.next('tokenExpired');
      assert.ok(message.length > 10);
      assert.equal((await second.log()).some((one) => one.name === 'ready'), false);
    });

    it('SDK-171 SDK-166 a second sign-in of the same agent kicks the first page', async () => {
      const first = await centre().seat();
      const second = await centre().seat();
      await first.next('kickedOut');
      await second.tab.until(() => tccc.Agent.getStatus() === 'free');
      assert.equal((await first.refused('Call.startOutboundCall', { phoneNumber: CUSTOMER })).code, 'KICKED');
    });

    it('works under the strictest documented policy, from another origin, and telephones there', async () => {
      const phone = await centre().phone('udp');
      const server = `http://127.0.0.1:${centre().tcccd.httpPort}`;
      const csp = `default-src 'none'; script-src ${server} 'wasm-unsafe-eval' 'nonce-test'; worker-src blob:; connect-src ${server} ${server.replace('http', 'ws')}`;
      const sdk = await centre().tcccd.sdkUrl(AGENTS[0]);
      const tab = await centre().browser.tab({ sound: false });
      const seat = new Seat(tab);
      centre().seats.push(seat);
      await seat.open(centre().pages.page(sdk, { csp, nonce: 'test' }));
      const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
      await centre().heardMore(phone, 1);
      assert.deepEqual((await seat.log()).filter((one) => one.name === 'warning'), []);
      assert.deepEqual(tab.consoleLines.filter((line) => /Content.Security.Policy/i.test(line)), []);
      await seat.call('Call.hungUp', { sessionId });
    });
  });
}

describe('sign-in with the cloud SDK', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'chromium' });

  it('SDK-007 CreateSDKLoginToken gives Token, ExpiredTime in ten minutes and SdkURL', async () => {
    const asked = Math.floor(Date.now() / 1000);
    const answer = await centre().tcccd.cloud().CreateSDKLoginToken({ SdkAppId: SDK_APP_ID, SeatUserId: AGENTS[0] });
    assert.match(answer.Token, /^[0-9a-f]{32}$/);
    assert.ok(Math.abs(answer.ExpiredTime - asked - 600) <= 5);
    assert.match(answer.SdkURL, /^http:\/\/127\.0\.0\.1:\d+\/.*tcccSdk\.js\?.*token=/);
    assert.match(answer.RequestId, /^[0-9a-f-]{36}$/);
  });

  it('refuses a wrong secret key, an unknown secret id and an unknown agent with the cloud API\'s codes', async () => {
    const { httpPort } = centre().tcccd;
    const code = (client, SeatUserId = AGENTS[0]) => client.CreateSDKLoginToken({ SdkAppId: SDK_APP_ID, SeatUserId }).then(() => 'none', (error) => error.code);
    assert.equal(await code(cloudClient({ port: httpPort, secretId: 'AKIDtests', secretKey: 'wrong' })), 'AuthFailure.SignatureFailure');
    assert.equal(await code(cloudClient({ port: httpPort, secretId: 'AKIDother', secretKey: 'wrong' })), 'AuthFailure.SecretIdNotFound');
    assert.equal(await code(centre().tcccd.cloud(), 'nobody@tests.example'), 'InvalidParameterValue.AccountNotExist');
  });

  it('SDK-176 a call before ready rejects with a sentence and does not hang', async () => {
    const sdk = await centre().tcccd.sdkUrl(AGENTS[0]);
    const url = centre().pages.put(`<!doctype html><script src="${sdk.replaceAll('&', '&amp;')}"></script>
      <script>window.early = tccc.Call.startOutboundCall({ phoneNumber: '1' }).then(() => 'ok', (error) => ({ code: error.code, errorMsg: error.errorMsg }));</script>`);
    const tab = await centre().browser.tab();
    await tab.goto(url);
    const early = await tab.evaluate(() => window.early);
    assert.equal(early.code, 'NOT_READY');
    assert.ok(early.errorMsg);
    await tab.close();
  });

  it('SDK-186 SDK-029 an outbound call without a number or with a wrong one is refused with code, sentence and remedy', async () => {
    const seat = await centre().seat();
    assert.equal((await seat.refused('Call.startOutboundCall', {})).code, 'ARG_MISSING');
    assert.equal((await seat.refused('Call.startOutboundCall', { phoneNumber: 'abc' })).code, 'NUMBER_INVALID');
    assert.equal((await seat.refused('Call.hungUp', { sessionId: 'no-such-session' })).code, 'NOT_FOUND');
  });

  it('SDK-165 SDK-079 SDK-080 setStatus changes the status, tells it by event, and refuses others', async () => {
    const seat = await centre().seat();
    await seat.tab.until(() => tccc.Agent.getStatus() === 'free');
    for (const status of ['rest', 'notReady', 'free', 'arrange']) {
      await seat.call('Agent.setStatus', { status });
      await seat.tab.until((wanted) => log.some((one) => one.name === 'statusChanged' && one.fields.status === wanted), status);
      assert.equal(await seat.tab.evaluate(() => tccc.Agent.getStatus()), status);
    }
    await seat.refused('Agent.setStatus', { status: 'busy' });
    await seat.call('Agent.offline');
    await seat.tab.until(() => tccc.Agent.getStatus() === 'offline');
    assert.equal((await seat.refused('Call.startOutboundCall', { phoneNumber: CUSTOMER })).code, 'AGENT_OFFLINE');
    await seat.call('Agent.online');
    await seat.tab.until(() => tccc.Agent.getStatus() === 'free');
  });

  it('examples/node-backend signs in and serves a page that works', async () => {
    const backend = new Process('node-backend', process.execPath, [BACKEND], {
      cwd: path.dirname(BACKEND),
      env: {
        ...process.env, PORT: '0', TCCC_ENDPOINT: `127.0.0.1:${centre().tcccd.httpPort}`, TCCC_SECRET_ID: 'AKIDtests', TCCC_SECRET_KEY: 'tests-secret-key',
        TCCC_SDK_APP_ID: String(SDK_APP_ID), TCCC_USER_ID: AGENTS[0],
      },
    });
    try {
      const [, origin] = await backend.waitLine(/(http:\/\/localhost:\d+)/, { deadlineMs: 30000 });
      const tab = await centre().browser.tab({ sound: false });
      await tab.goto(origin);
      await tab.until(() => window.tccc && tccc.Agent.getStatus() === 'free', undefined, { what: 'the example page is signed in' });
      assert.deepEqual(tab.errors, []);
      await tab.close();
    } finally {
      await backend.stop();
    }
  });
});
