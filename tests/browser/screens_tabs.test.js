/** screens_tabs.test.js: the SDK's own screens in tabs that share a seat. Layer: tests. */
import assert from 'node:assert/strict';
import { startBrowser, TabGroup } from './tab_group.js';
import { useCentre } from '../e2e/centre.js';

describe('the SDK\'s own screens in several tabs', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: null });
  let browser;
  let group;
  before(async () => { browser = await startBrowser(centre()); });
  after(async () => {
    await group?.close();
    await browser?.stop();
  });

  it('SDK-172 a call shows in every tab, is answered in one, held and hung up in another', async () => {
    group = await TabGroup.open(centre(), browser);
    const [first, second] = await group.tabs(2);
    const [here, there] = [first, second].map((seat) => seat.tab.page.locator('t3c-sdk#tcccSdkDomRoot'));
    const phone = await centre().phone('udp');
    phone.dial(centre().uri('udp'));
    await here.getByRole('button', { name: 'Answer' }).waitFor();
    await there.getByRole('button', { name: 'Answer' }).click();
    for (const bar of [here, there]) await bar.locator('.card').getByText('On the call').waitFor();
    await here.getByRole('button', { name: 'Hold' }).click();
    for (const bar of [here, there]) await bar.locator('.card').getByText('On hold').waitFor();
    await there.getByRole('button', { name: 'Mute' }).click();
    for (const bar of [here, there]) await bar.getByRole('button', { name: 'Unmute' }).waitFor();
    await here.getByRole('button', { name: 'Hang up' }).click();
    for (const bar of [here, there]) await bar.locator('.card').getByText('You hung up').waitFor();
    assert.deepEqual([first.tab.errors, second.tab.errors], [[], []]);
  });
});
