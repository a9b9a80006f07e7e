/** examples.test.js: every example as its README starts it, with a call to the echo. Layer: tests. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Chromium } from '../peers/browser.js';
import { Process, scratch } from '../peers/process.js';

const START = fileURLToPath(new URL('../../examples/start.js', import.meta.url));

/** What a person sees and does in each: the words of readiness, the button to call, and the call as the page shows it. */
const PAGES = {
  vue3: { ready: 'Ready, free.' }, vue2: { ready: 'Ready, free.' }, react: { ready: 'Ready, free.', isReloaded: true }, iframe: { ready: 'Ready.', isReloaded: true },
};

describe('the examples, each started by one command', function examples() {
  this.timeout(60000);
  let browser;
  let started;
  let missing;
  before(async () => { browser = await Chromium.start(); });
  after(() => browser?.stop());
  afterEach(() => started?.stop());

  async function open(name) {
    const data = path.join(scratch('example'), 'demo.sqlite');
    const program = process.env.TCCCD || path.join(process.env.TCCC_BUILD_DIR || path.join(path.dirname(START), '../build'), 'native/tcccd');
    started = new Process(name, process.execPath, [START, name], { env: { ...process.env, PORT: '0', TCCC_PORT: '0', TCCC_DATA: data, TCCCD: program } });
    const [url] = await started.waitLine(/http:\/\/localhost:\d+/);
    const tab = await browser.tab({ sound: false });
    missing = [];
    tab.page.on('response', (response) => response.status() >= 400 && missing.push(response.url()));
    await tab.goto(`${url}/`);
    return tab;
  }

  const shows = (tab, words) => tab.until((wanted) => document.getElementById('state').textContent === wanted, words, { what: words });

  it('SDK-003 SDK-187 plain: the button calls, and the page says what becomes of it', async () => {
    const tab = await open('plain');
    await shows(tab, 'Ready.');
    await tab.click('[data-number="600"]');
    await shows(tab, 'Answered.');
    assert.deepEqual(tab.errors, []);
  });

  for (const [name, { ready, isReloaded }] of Object.entries(PAGES)) {
    it(`SDK-003 SDK-187 ${name}: signs in, calls, talks${isReloaded ? ', is loaded again in the call' : ''} and hangs up`, async () => {
      const tab = await open(name);
      await shows(tab, ready);
      await tab.click('#call');
      await tab.until(() => document.querySelector('#calls [data-state=talking]'));
      if (isReloaded) {
        await tab.page.reload();
        await tab.until(() => document.querySelector('#calls [data-state=talking]')?.textContent.startsWith('600: talking'));
      }
      await tab.click('#calls button');
      await tab.until(() => document.querySelector('#calls [data-state=ended]'));
      assert.deepEqual(tab.errors, []);
      assert.deepEqual(tab.consoleLines.filter((text) => /policy|warn|error/i.test(text)), [], missing.join());
    });
  }

  it('an example that is not there is named', async () => {
    started = new Process('none', process.execPath, [START, 'none'], { env: { ...process.env, PORT: '0', TCCC_PORT: '0', TCCC_DATA: path.join(scratch('example'), 'demo.sqlite') } });
    await started.waitExit();
    assert.match(started.log(), /There is no example none|no such file|ENOENT/);
  });
});
