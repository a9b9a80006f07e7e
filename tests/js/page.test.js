/** page.test.js: window.tccc in a real page: types, repeated injection, the call bar's element, teardown. No server here. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Chromium } from '../peers/browser.js';
import { DIST, startOrigins } from './page_server.js';
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

  /** ui.js is loaded on demand: asks for something to show, and waits until it stands. */
  const drawn = async () => {
    await tab.evaluate(() => tccc.UI.show());
    await tab.until(() => document.getElementById('tcccSdkDomRoot').shadowRoot?.querySelector('.float'), null, { what: 'the float button' });
  };

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

  for (const name of ['Call', 'Chat', 'Video', 'Agent', 'Devices', 'UI', 'Admin']) {
    it(`tccc.${name} has the members that tccc.d.ts says, and no others`, async () => {
      const members = await tab.evaluate((one) => Object.keys(window.tccc[one]).sort(), name);
      assert.deepEqual(members, membersOf(name));
    });
  }

  it('tccc.Call.consult, too', async () => {
    assert.deepEqual(await tab.evaluate(() => Object.keys(window.tccc.Call.consult).sort()), membersOf('Consult'));
  });

  it('a script tag with the integrity value of sizes.json runs; with another the browser refuses it', async () => {
    await tab.goto(`${origins.page}/plain.html`);
    const load = (integrity) => tab.evaluate(([one, value]) => window.inject(one, {}, value).then(() => typeof window.tccc, (error) => error.message), [src(), integrity]);
    const { integrity } = JSON.parse(readFileSync(join(DIST, 'sizes.json'), 'utf8')).find((file) => file.name === 'tcccSdk.js');
    assert.equal(await load(integrity.replace(/-..../, '-AAAA')), 'the script did not load');
    assert.equal(await load(integrity), 'object');
  });

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

  it('SDK-087 SDK-088 SDK-089 SDK-090 SDK-091 SDK-092 SDK-093 SDK-094 every part of the screens hides and shows', async () => {
    const shown = (selector) => tab.evaluate((one) => {
      const root = document.getElementById('tcccSdkDomRoot');
      const part = one ? root.shadowRoot.querySelector(one) : root;
      return part !== null && (one === '.bar' ? !part.hidden : part.checkVisibility()); /* a bar without calls takes no room */
    }, selector);
    await drawn();
    for (const [hide, show, part] of [['hide', 'show', ''], ['hidefloatButton', 'showfloatButton', '.float'],
      ['hideNotificationBar', 'showNotificationBar', '.bar'], ['hideWorkbench', 'showWorkbench', '.bench'], ['hideWorkbench', 'hideWorkbench', '']]) {
      await tab.evaluate((method) => tccc.UI[method](), hide);
      assert.equal(await shown(part), part === '' && hide === 'hideWorkbench', hide);
      await tab.evaluate((method) => tccc.UI[method](), show);
      assert.equal(await shown(part), true, show);
    }
  });

  it('ui.js is fetched once, and only when there is something to show', async () => {
    const fetched = () => tab.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => /\/ui\.js$/.test(name)).length);
    await tab.evaluate(() => {
      tccc.UI.hidefloatButton();
      tccc.UI.hideWorkbench();
      tccc.UI.updateUserCustomSettings({ disableRingtone: true });
    });
    assert.equal(await fetched(), 0);
    await drawn();
    await tab.evaluate(() => {
      tccc.UI.show();
      tccc.UI.showWorkbench();
    });
    assert.equal(await fetched(), 1);
  });

  it('where ui.js is forbidden a warning says so, and the rest works', async () => {
    origins.state.csp = `script-src 'self' ${origins.sdk}/sdk/tcccSdk.js 'wasm-unsafe-eval'; worker-src blob:`;
    await tab.goto(`${origins.page}/plain.html`);
    origins.state.csp = '';
    await inject(src());
    const told = await tab.evaluate(async () => {
      const warned = new Promise((resolve) => { tccc.on('warning', (one) => { if (one.mode === 'ui') resolve(one); }); });
      tccc.UI.showWorkbench();
      const { code, errorMsg } = await warned;
      return { code, isNamed: /ui\.js/.test(errorMsg), status: tccc.Agent.getStatus() };
    });
    assert.deepEqual(told, { code: 'CSP_BLOCKED', isNamed: true, status: 'offline' });
  });

  it('a page may bring ui.js by a script tag of its own; then it is not fetched again', async () => {
    await tab.goto(`${origins.page}/plain.html`);
    await inject(`${origins.sdk}/sdk/ui.js`);
    await inject(src());
    await drawn();
    assert.equal(await tab.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => /\/ui\.js$/.test(name)).length), 1);
  });

  it('what was asked of the screens before ui.js came holds when it has come', async () => {
    await tab.evaluate(() => {
      tccc.UI.hideNotificationBar();
      tccc.UI.showWorkbench();
    });
    await tab.until(() => document.getElementById('tcccSdkDomRoot').shadowRoot?.querySelector('.bench'), null, { what: 'the workbench' });
    await tab.evaluate(() => tccc.UI.hideWorkbench());
    await tab.until(() => document.getElementById('tcccSdkDomRoot').shadowRoot.querySelector('.bar')?.hidden === true, null, { what: 'no bar' });
  });

  it('SDK-095 SDK-096 SDK-097 updateUserCustomSettings keeps each setting until it is changed, also over a reload, and refuses what is none', async () => {
    const stored = () => tab.evaluate(() => JSON.parse(localStorage.getItem('tccc.settings')));
    await tab.evaluate(() => {
      tccc.UI.updateUserCustomSettings({ disableRingtone: true });
      tccc.UI.updateUserCustomSettings({ disableNotification: true, unknown: 1 });
      tccc.UI.updateUserCustomSettings({});
    });
    assert.deepEqual(await stored(), { disableRingtone: true, disableNotification: true, lang: '', noiseReduction: 'standard', theme: 'auto' });
    await tab.reload();
    await inject(src());
    await tab.evaluate(() => tccc.UI.updateUserCustomSettings({ disableRingtone: false }));
    assert.deepEqual(await stored(), { disableRingtone: false, disableNotification: true, lang: '', noiseReduction: 'standard', theme: 'auto' });
    const told = await tab.evaluate(() => [{ disableRingtone: 'yes' }, null, { theme: 'pink' }].map((one) => {
      try {
        tccc.UI.updateUserCustomSettings(one);
        return '';
      } catch ({ code, errorMsg }) {
        return `${code} ${errorMsg}`;
      }
    }));
    assert.deepEqual(told.map((one) => one.split(' ')[0]), ['ARG_TYPE', 'ARG_TYPE', 'ARG_TYPE']);
    assert.match(told[0], /disableRingtone/);
  });

  it('SDK-013 UI.mount puts the workbench into an element, again and again, without doubled listeners', async () => {
    const counts = await tab.evaluate(async () => {
      const place = (id) => document.body.appendChild(Object.assign(document.createElement('div'), { id }));
      const places = [place('one'), place('two')];
      let listeners = 0;
      const real = EventTarget.prototype.addEventListener;
      tccc.UI.mount('one');
      const host = document.getElementById('tcccSdkDomRoot');
      while (!host.shadowRoot?.querySelector('.bench')) await new Promise((resolve) => { setTimeout(resolve, 20); });
      EventTarget.prototype.addEventListener = function add(...all) {
        listeners += 1;
        return real.apply(this, all);
      };
      const turns = [];
      for (const target of ['#two', places[0], 'two', 'one', 'one']) {
        tccc.UI.mount(target);
        await Promise.resolve();
        turns.push([host.parentElement.id, host.shadowRoot.querySelectorAll('.bench').length, host.shadowRoot.querySelectorAll('.float').length]);
      }
      EventTarget.prototype.addEventListener = real;
      let refused = '';
      try {
        tccc.UI.mount('nowhere');
      } catch ({ code }) {
        refused = code;
      }
      tccc.UI.mount();
      await Promise.resolve();
      return { turns, listeners, refused, home: host.parentElement.localName, float: host.shadowRoot.querySelectorAll('.float').length };
    });
    assert.deepEqual(counts, {
      turns: [['two', 1, 0], ['one', 1, 0], ['two', 1, 0], ['one', 1, 0], ['one', 1, 0]], listeners: 0, refused: 'NOT_FOUND', home: 'body', float: 1,
    });
  });

  it('overrideButtonConfig is given every type of button, and refuses what is no answer', async () => {
    const told = await tab.evaluate(() => {
      let types = [];
      tccc.overrideButtonConfig((config) => {
        types = config.active.map(({ type }) => type);
        return { active: config.active.filter(({ type }) => type !== 'forwardOut') };
      });
      try {
        tccc.overrideButtonConfig(() => ({ active: 'none' }));
      } catch ({ code }) {
        return [types, code];
      }
      return [types, ''];
    });
    assert.deepEqual(told, [['transferSeat', 'transferSkillGroup', 'forwardOut', 'holdToggle', 'showKeyboard', 'selfService', 'consult', 'noiseReduction'], 'ARG_TYPE']);
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
