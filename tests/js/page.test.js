/** page.test.js: window.tccc in a real page: types, repeated injection, the call bar's element, teardown. No server here. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Chromium } from '../peers/browser.js';
import { startOrigins } from './page_server.js';
import { until } from './wait.js';

const types = readFileSync(fileURLToPath(new URL('../../js/types/tccc.d.ts', import.meta.url)), 'utf8');

/** Member names of an interface of tccc.d.ts, at its own level of indentation. */
function membersOf(name) {
  const [, body] = new RegExp(`interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(types);
  return [...new Set([...body.matchAll(/^ {2}(\w+)[(<?:]/gm)].map((match) => match[1]))].sort();
}

describe('window.tccc in a page', () => {
  let origins;
  let browser;
  let tab;
  const src = (user = 'li', token = 't1') => `${origins.sdk}/sdk/tcccSdk.js?sdkAppId=1400000000&token=${token}&userid=${user}`;
  const inject = (url) => tab.evaluate((one) => window.inject(one).then(() => {}), url);
  const elements = () => tab.evaluate(() => document.querySelectorAll('t3c-sdk#tcccSdkDomRoot').length);

  before(async () => {
    origins = await startOrigins();
    browser = await Chromium.start();
  });
  after(async () => {
    await browser?.stop();
    origins.stop();
  });
  beforeEach(async () => {
    tab = await browser.tab({ sound: false });
    await tab.goto(`${origins.page}/plain.html`);
    await inject(src());
  });
  afterEach(() => tab.close());

  for (const name of ['Call', 'Agent', 'Devices', 'UI', 'Admin']) {
    it(`tccc.${name} has the members that tccc.d.ts says, and no others`, async () => {
      const members = await tab.evaluate((one) => Object.keys(window.tccc[one]).sort(), name);
      assert.deepEqual(members, membersOf(name));
    });
  }

  it('tccc has the members that tccc.d.ts says, and no others', async () => {
    assert.deepEqual(await tab.evaluate(() => Object.keys(window.tccc).sort()), membersOf('Tccc'));
  });

  it('tccc.events has the names that tccc.d.ts says, and no others', async () => {
    assert.deepEqual(await tab.evaluate(() => Object.keys(window.tccc.events).sort()), membersOf('EventMap'));
  });

  it('SDK-083 SDK-084 the environment is judged at the root and under Devices', async () => {
    const answers = await tab.evaluate(() => [
      tccc.isBrowserSupported(), tccc.isEnvSupported(), tccc.Devices.isBrowserSupported(), tccc.Devices.isEnvSupported()]);
    assert.deepEqual(answers, [true, true, true, true]);
  });

  it('SDK-082 getStatus answers offline before ready', async () => {
    assert.equal(await tab.evaluate(() => tccc.Agent.getStatus()), 'offline');
  });

  it('SDK-176 a call before ready is rejected with a reason and asks for no microphone', async () => {
    const told = await tab.evaluate(async () => {
      let asked = 0;
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (wanted) => {
        asked += 1;
        return real(wanted);
      };
      const error = await tccc.Call.startOutboundCall({ phoneNumber: '9001' }).catch((e) => e);
      return { asked, code: error.code, status: error.status, errorMsg: error.errorMsg };
    });
    assert.deepEqual(told, { asked: 0, code: 'NOT_READY', status: 'error', errorMsg: 'The SDK is not ready yet.' });
  });

  it('SDK-085 SDK-086 microphones and loudspeakers are listed', async () => {
    const kinds = await tab.evaluate(async () => [
      (await tccc.Devices.getMicrophones()).every(({ kind }) => kind === 'audioinput'),
      (await tccc.Devices.getSpeakers()).every(({ kind }) => kind === 'audiooutput')]);
    assert.deepEqual(kinds, [true, true]);
  });

  it('the call bar is a direct child of body', async () => {
    assert.equal(await tab.evaluate(() => document.getElementById('tcccSdkDomRoot').parentElement === document.body), true);
  });

  it('a page may remove the element, and UI.show brings it back', async () => {
    await tab.evaluate(() => document.getElementById('tcccSdkDomRoot').remove());
    assert.equal(await elements(), 0);
    await tab.evaluate(() => tccc.UI.show());
    assert.equal(await elements(), 1);
  });

  it('SDK-087 SDK-094 every part of the bar hides and shows', async () => {
    const shown = (selector) => tab.evaluate((one) => {
      const root = document.getElementById('tcccSdkDomRoot');
      const part = one ? root.shadowRoot.querySelector(one) : root;
      return getComputedStyle(part).display !== 'none';
    }, selector);
    for (const [hide, show, part] of [['hide', 'show', ''], ['hidefloatButton', 'showfloatButton', '.float'],
      ['hideNotificationBar', 'showNotificationBar', '.bar']]) {
      await tab.evaluate((method) => tccc.UI[method](), hide);
      assert.equal(await shown(part), false, hide);
      await tab.evaluate((method) => tccc.UI[method](), show);
      assert.equal(await shown(part), true, show);
    }
  });

  it('SDK-010 the same script again leaves one instance and one element', async () => {
    const same = await tab.evaluate(async (url) => {
      const before = window.tccc;
      await window.inject(url);
      return before === window.tccc;
    }, src());
    assert.equal(same, true);
    assert.equal(await elements(), 1);
  });

  it('SDK-011 another user gets another instance, still with one element', async () => {
    const told = await tab.evaluate(async (url) => {
      const before = window.tccc;
      await window.inject(url);
      const error = await before.Agent.online().catch((e) => e);
      return { isSame: before === window.tccc, code: error.code };
    }, src('wang', 't2'));
    assert.deepEqual(told, { isSame: false, code: 'DESTROYED' });
    assert.equal(await elements(), 1);
  });

  it('published teardown by hand, and loading again, works', async () => {
    await tab.evaluate(() => {
      tccc.timer.emitter.removeAllListeners('tokenExpired');
      document.querySelectorAll('script[src*="tcccSdk"], t3c-sdk').forEach((node) => node.remove());
      delete window.tccc;
    });
    await inject(src('li', 't2'));
    assert.equal(await tab.evaluate(() => typeof window.tccc.on), 'function');
    assert.equal(await elements(), 1);
  });

  it('destroy() removes the element and answers every later call with DESTROYED', async () => {
    const code = await tab.evaluate(async () => {
      tccc.destroy();
      tccc.destroy();
      return (await tccc.Call.accept({ sessionId: 's' }).catch((e) => e)).code;
    });
    assert.equal(code, 'DESTROYED');
    assert.equal(await elements(), 0);
  });

  it('a script without token tells so by tokenExpired', async () => {
    await tab.goto(`${origins.page}/plain.html`);
    await tab.evaluate((url) => window.inject(url).then(window.listen), `${origins.sdk}/sdk/tccc.js`);
    const [, payload] = await until(() => tab.evaluate(() => window.heard.find(([name]) => name === 'tokenExpired')), 'tokenExpired');
    assert.equal(payload.message, 'The sign-in token is not known.');
  });

  it('nothing was thrown in the page', () => {
    assert.deepEqual(tab.errors, []);
  });
});
