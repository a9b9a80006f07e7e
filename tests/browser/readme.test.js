/** readme.test.js: the example of README.md, taken from there and run as it stands. Layer: tests. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AGENTS, CUSTOMER, useCentre } from '../e2e/centre.js';

const README = fs.readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');

describe('README.md', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'chromium' });

  it('its example in five lines takes a call that comes in and places one', async () => {
    const [, snippet] = README.match(/```html\n([\s\S]*?)```/);
    const sdk = await centre().tcccd.sdkUrl(AGENTS[0]);
    const url = centre().pages.put(`<!doctype html><meta charset="utf-8">${snippet.replace('SDK_URL', sdk.replaceAll('&', '&amp;'))}`);
    const tab = await centre().browser.tab();
    await tab.goto(url);
    await tab.until(() => tccc.Agent.getStatus() === 'free');
    const phone = await centre().phone('udp');
    await phone.dial(centre().uri('udp'));
    await phone.waitEvent('CALL_ESTABLISHED');
    await centre().heardMore(phone, 1);
    await phone.hangup();
    await tab.until(() => ['free', 'arrange'].includes(tccc.Agent.getStatus()));
    const result = await tab.evaluate((number) => call(number).then(({ status }) => status, (error) => error.errorMsg), CUSTOMER);
    assert.equal(result, 'success');
    await phone.waitEvent('CALL_ESTABLISHED');
    assert.deepEqual(tab.errors, []);
    await tab.until(() => true);
    assert.ok(tab.consoleLines.some((line) => line.includes('ended by client')), tab.consoleLines.join('\n'));
    await tab.close();
  });
});
