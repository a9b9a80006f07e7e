/**
 * manual.test.js: the documented samples of the agent SDK, as they are printed in the manual, run against the build; only the URL is
 * ours. Layer: tests. The manual is not part of this repository: TCCC_MANUAL names its file; without it there is nothing to run.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Chromium } from '../peers/browser.js';
import { called, calling } from '../peers/sipp.js';
import { useServer } from '../server/server_centre.js';

const SEEDS = '/work/shared/mission/seeds';
const seed = existsSync(SEEDS) ? readdirSync(SEEDS).find((name) => name.startsWith('002_')) : null;
const MANUAL = process.env.TCCC_MANUAL ?? (seed ? `${SEEDS}/${seed}` : null);

/** Code blocks of the manual. A page break inside a sample closes its block and opens another. */
const blocks = () => [...readFileSync(MANUAL, 'utf8').matchAll(/^```\n([\s\S]*?)\n```$/gm)].map((match) => match[1]);
const block = (...marks) => {
  const found = blocks().find((text) => marks.every((mark) => text.includes(mark)));
  assert.ok(found, `the manual has a sample with ${marks.join(' and ')}`);
  return found;
};

const init = () => block('function injectTcccWebSDK', 'renderDomId');
const shared = () => block('function injectTcccWebSDK', 'enableShared');
/** The last step of the initialisation, which the manual prints with another spelling of the function. */
const begin = (more = '') => `${more}\nfetch('/loginTCCC').then((res) => res.json()).then(({ SdkURL }) => injectTcccWebSDK(SdkURL)).then((text) => { window.said = text; afterReady(); });`;
const html = (body, script) => `<!doctype html><html><head><meta charset="utf-8"><title>manual</title></head><body>${body}<script>${script}</script></body></html>`;

describe('the samples of the manual', function manual() {
  this.timeout(60000);
  const centre = useServer();
  let browser;
  let pages;
  let page = '';
  let userId = '';

  before(async function start() {
    if (!MANUAL) this.skip();
    browser = await Chromium.start();
    pages = createServer(async (request, response) => {
      const isLogin = request.url === '/loginTCCC';
      response.writeHead(200, { 'content-type': isLogin ? 'application/json' : 'text/html; charset=utf-8' });
      response.end(isLogin ? JSON.stringify({ SdkURL: await centre().tcccd.sdkUrl(userId) }) : page);
    });
    await new Promise((resolve) => { pages.listen(0, '127.0.0.1', resolve); });
  });
  after(async () => {
    await browser?.stop();
    pages?.closeAllConnections();
    pages?.close();
  });

  async function open(text, n) {
    page = text;
    userId = `agent${n}@tests.example`;
    const tab = await browser.tab({ sound: false });
    await tab.goto(`http://localhost:${pages.address().port}/`);
    await tab.until(() => window.said);
    await tab.until(() => tccc.Agent.getStatus() === 'free');
    return tab;
  }

  it('SDK-001 SDK-007 SDK-100 the initialisation resolves when the SDK is ready', async () => {
    const tab = await open(html('', `${init()}\nfunction afterReady() {}\n${begin()}`), 40);
    assert.match(await tab.evaluate(() => window.said), /^.+$/);
    assert.deepEqual(tab.errors, []);
    await tab.close();
  });

  it('SDK-028 SDK-030 SDK-027 the button of the one-click call dials', async () => {
    const markup = block('<button id="call">', 'function sdkCall');
    const button = markup.slice(0, markup.indexOf('<script>'));
    const [call, listen] = [markup.slice(markup.indexOf('<script>') + 8, markup.indexOf('</script>')), block("getElementById('call')").replace('</script>', '')];
    const peer = await centre().called(called.answers());
    const tab = await open(html(button, `${init()}\n${call}\nfunction afterReady() {\n${listen}\n}\n${begin()}`), 41);
    await tab.evaluate(() => {
      window.told = [];
      for (const name of ['callOuted', 'calloutAccepted', 'sessionEnded']) tccc.on(name, (event) => window.told.push([name, event]));
    });
    await tab.click('#call');
    const [, { sessionId }] = await tab.until(() => window.told.find(([name]) => name === 'calloutAccepted'));
    await tab.evaluate((id) => { tccc.Call.hungUp({ sessionId: id }); }, sessionId);
    await tab.until(() => window.told.some(([name]) => name === 'sessionEnded'));
    await peer.done();
    assert.deepEqual(tab.errors, []);
    await tab.close();
  });

  it('SDK-042 SDK-103 SDK-180 the inbound sample takes the call with response.data.sessionId', async () => {
    const accept = block('function accept()', 'response.data.sessionId');
    const tab = await open(html('', `${init()}\n${begin(`function afterReady() {\n${accept}\nwindow.acceptIt = accept;\n}`)}`), 42);
    await tab.evaluate(() => {
      window.told = [];
      for (const name of ['callIn', 'userAccessed', 'sessionEnded']) tccc.on(name, () => window.told.push(name));
    });
    const peer = await centre().calls(calling.talks({ talkMs: 300 }));
    await tab.until(() => window.told.includes('callIn'));
    await tab.evaluate(() => { window.acceptIt(); });
    await tab.until(() => window.told.includes('userAccessed'));
    await peer.done();
    await tab.until(() => window.told.includes('sessionEnded'));
    assert.deepEqual(tab.errors, []);
    await tab.close();
  });

  it('SDK-015 SDK-101 SDK-110 the multi-tab sample tells each page its tabUUID, and both of a call', async () => {
    const logic = block('curTabUUID', 'callOuted').replace(/^let curTabUUID/m, 'var curTabUUID');
    const text = html('', `${shared()}\nfunction afterReady() {\n${logic.replace('var curTabUUID', 'window.curTabUUID')}\n}\n${begin()}`);
    const first = await open(text, 43);
    const second = await first.page.context().newPage();
    await second.goto(`http://localhost:${pages.address().port}/`);
    await second.waitForFunction(() => window.said && tccc.Agent.getStatus() === 'free');
    const peer = await centre().called(called.answers());
    const listen = () => {
      window.told = [];
      tccc.on('callOuted', ({ sessionId, tabUUID }) => window.told.push({ sessionId, tabUUID }));
    };
    await first.evaluate(listen);
    await second.evaluate(listen);
    const { sessionId } = await second.evaluate(() => tccc.Call.startOutboundCall({ phoneNumber: '19999999999' }));
    const own = await second.evaluate(() => window.curTabUUID);
    const heard = await first.until(() => window.told[0]);
    assert.deepEqual(heard, { sessionId, tabUUID: own });
    assert.notEqual(await first.evaluate(() => window.curTabUUID), own);
    await first.evaluate((id) => tccc.Call.hungUp({ sessionId: id }), sessionId);
    await peer.done();
    await first.close();
  });
});
