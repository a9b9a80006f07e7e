/** screens_visits.test.js: visitors' chats, voice and video in the SDK's own screens, with the real centre and a visitor's page. Layer: tests. */
import assert from 'node:assert/strict';
import { AGENTS, useCentre } from '../e2e/centre.js';
import { AdminClient } from '../server/admin_client.js';
import { minimisable } from './hidden_page.js';

describe('visitors in the SDK\'s own screens', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'chromium', instance: { skillGroups: [{ name: 'shop', agents: [AGENTS[0]] }] } });
  const visitors = [];
  let group;
  before(async () => {
    const admin = new AdminClient(centre().tcccd);
    [group] = (await admin.get('groups')).groups;
    await admin.post('channels', { channelId: 'shop', name: 'Shop', types: ['im', 'voip', 'video'], groupId: group.groupId, welcome: 'Welcome to the shop.' });
  });
  afterEach(async () => { await Promise.all(visitors.splice(0).map((tab) => tab.close())); });

  /** A customer's page that is signed in to the channel; `heard` notes its events. */
  async function visitor() {
    const tab = await centre().browser.tab({ sound: false });
    visitors.push(tab);
    await tab.goto(centre().pages.put(`<!doctype html><meta charset="utf-8"><title>shop</title><script src="http://127.0.0.1:${centre().tcccd.httpPort}/sdk/tccc-visitor.js" crossorigin="anonymous"></script>`));
    await tab.evaluate(async () => {
      window.heard = [];
      window.me = await window.tcccVisitor.connect({ channel: 'shop', nickname: 'Xiao Ming' });
      for (const name of ['message', 'typing', 'messageRead', 'joined', 'sessionEnded', 'videoMuted']) window.me.on(name, (fields) => window.heard.push({ event: name, ...fields }));
    });
    return tab;
  }
  const heard = (tab, name, test = 'true') => tab.until(([wanted, text]) => window.heard.find((one) => one.event === wanted && JSON.stringify(one).includes(text === 'true' ? '' : text)), [name, test], { what: `${name} ${test}` });
  const ui = (seat) => seat.tab.page.locator('t3c-sdk#tcccSdkDomRoot');
  /** Width of the decoded picture of a video of the screens. */
  const picture = (seat, kind) => seat.tab.until((one) => document.getElementById('tcccSdkDomRoot').shadowRoot.querySelector(`video.${one}`)?.videoWidth, kind, { what: `the picture ${kind}` });

  it('SDK-068 SDK-072 WB-101 WB-102 a video call is answered in the bar, shows both pictures, and ends', async () => {
    const seat = await centre().seat();
    const customer = await visitor();
    await seat.tab.until(() => tccc.Agent.getStatus() === 'free');
    await customer.evaluate(() => { window.me.startVideo(); });
    await ui(seat).getByText('Video call').first().waitFor();
    await ui(seat).getByRole('button', { name: 'Answer' }).click();
    await seat.next('userAccessed');
    assert.ok(await picture(seat, 'theirs') > 0 && await picture(seat, 'own') > 0);
    await ui(seat).getByRole('button', { name: 'Turn the camera off' }).click();
    await heard(customer, 'videoMuted', '"video":true');
    assert.deepEqual((await customer.evaluate(() => window.me.sessions())).sessions.map(({ type }) => type), ['video']);
    await ui(seat).getByRole('button', { name: 'Turn the camera on' }).waitFor();
    await ui(seat).getByRole('button', { name: 'End video' }).click();
    await heard(customer, 'sessionEnded');
    assert.deepEqual((await customer.evaluate(() => window.me.sessions())).sessions, []);
    await ui(seat).getByRole('button', { name: 'Complete' }).click();
    await ui(seat).getByText('No contacts yet').waitFor();
    assert.deepEqual(seat.tab.errors, []);
  });

  it('SDK-063 SDK-064 WB-089 WB-090 WB-092 a chat is accepted, texts and files go both ways, are read, and it is ended and completed', async () => {
    const seat = await centre().seat();
    const customer = await visitor();
    const desk = ui(seat);
    await seat.tab.until(() => tccc.Agent.getStatus() === 'free');
    await customer.evaluate(() => window.me.startChat());
    await desk.getByText('New chat').first().waitFor();
    await desk.getByRole('button', { name: 'Accept' }).click();
    await heard(customer, 'joined');
    const log = desk.getByRole('log', { name: 'Messages' });
    await customer.evaluate(() => window.me.send({ text: 'Where is my parcel? 包裹' }));
    await log.getByText('Where is my parcel? 包裹').waitFor();
    await heard(customer, 'messageRead', '"from":"seat"');
    const write = desk.getByLabel('Write a message');
    await write.fill('On its way.');
    await heard(customer, 'typing');
    await seat.tab.page.keyboard.press('Enter');
    await heard(customer, 'message', 'On its way.');
    assert.equal(await log.getByText('On its way.').count(), 1);
    await customer.evaluate(() => window.me.read({ seq: window.heard.filter((one) => one.event === 'message').pop().seq }));
    await log.getByText('Read', { exact: false }).first().waitFor();
    await desk.locator('#chatFile').setInputFiles({ name: 'label.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') });
    await heard(customer, 'message', 'label.png');
    await log.getByRole('img', { name: 'Image label.png' }).waitFor();
    assert.equal(await log.getByRole('img').count(), 1);
    await desk.getByRole('button', { name: 'Close the workbench' }).click();
    await customer.evaluate(() => window.me.send({ text: 'Thank you' }));
    await desk.getByRole('button', { name: 'Open the workbench, 1 unread' }).click();
    await log.getByText('Thank you').waitFor();
    await desk.locator('.badge').waitFor({ state: 'hidden' });
    await seat.tab.reload();
    await seat.next('ready');
    await desk.getByRole('button', { name: 'Open the workbench' }).click();
    const row = desk.locator('.item').first();
    await row.getByText('Xiao Ming').waitFor();
    await row.getByText('Thank you').waitFor();
    await row.click();
    for (const words of ['Welcome to the shop.', 'Where is my parcel? 包裹', 'On its way.', 'Thank you']) await log.getByText(words).waitFor();
    await desk.getByRole('button', { name: 'End chat' }).click();
    await heard(customer, 'sessionEnded');
    await desk.getByRole('button', { name: 'Complete' }).click();
    await desk.getByText('No contacts yet').waitFor();
    assert.deepEqual(seat.tab.errors, []);
  });

  it('a whole chat by keyboard alone: accepted, written in, ended, completed, and the focus is never lost', async () => {
    const seat = await centre().seat();
    const customer = await visitor();
    const { keyboard } = seat.tab.page;
    const focus = () => seat.tab.evaluate(() => {
      const one = document.getElementById('tcccSdkDomRoot').shadowRoot.activeElement;
      return one && (one.getAttribute('aria-label') || one.innerText || one.localName);
    });
    const tabTo = async (name, key = 'Tab') => {
      for (let i = 0; i < 40 && await focus() !== name; i++) await keyboard.press(key);
      assert.equal(await focus(), name);
    };
    await seat.tab.until(() => tccc.Agent.getStatus() === 'free');
    await customer.evaluate(() => window.me.startChat());
    await ui(seat).getByRole('button', { name: 'Accept' }).waitFor();
    await tabTo('Accept');
    await keyboard.press('Enter');
    await heard(customer, 'joined');
    await seat.tab.until(() => document.getElementById('tcccSdkDomRoot').shadowRoot.activeElement?.localName === 'textarea');
    await keyboard.type('Good morning');
    await keyboard.press('Enter');
    await heard(customer, 'message', 'Good morning');
    assert.equal(await focus(), 'Write a message');
    await tabTo('End chat', 'Shift+Tab');
    await keyboard.press('Enter');
    await heard(customer, 'sessionEnded');
    await ui(seat).getByRole('button', { name: 'Complete' }).waitFor();
    assert.ok(await focus(), 'the focus is still in the screens');
    await tabTo('Complete');
    await keyboard.press('Enter');
    await ui(seat).getByText('No contacts yet').waitFor();
    assert.ok(await focus(), 'the focus is still in the screens');
    await keyboard.press('Escape');
    assert.equal(await focus(), 'Open the workbench');
  });

  it('SDK-097 what a visitor writes while the page is hidden raises one notification, without the words, flashes the title, and is read when the page is looked at', async () => {
    const seat = await centre().seat({ init: [minimisable] });
    await seat.tab.page.context().grantPermissions(['notifications', 'microphone', 'camera']);
    const customer = await visitor();
    await seat.tab.until(() => tccc.Agent.getStatus() === 'free');
    await customer.evaluate(() => window.me.startChat());
    await ui(seat).getByRole('button', { name: 'Accept' }).click();
    await heard(customer, 'joined');
    const title = await seat.tab.evaluate(() => document.title);
    await seat.tab.evaluate(() => window.minimise(true));
    await customer.evaluate(() => window.me.send({ text: 'a secret' }).then(() => window.me.send({ text: 'and more' })));
    await seat.tab.until((before) => document.title !== before, title, { what: 'the title flashes' });
    await ui(seat).getByText('and more').first().waitFor({ state: 'attached' });
    const notes = await seat.tab.evaluate(() => window.notes);
    assert.deepEqual(notes.map(({ title: why, body }) => [why, body]), [['New message', 'From Xiao Ming']]);
    const seen = await customer.evaluate(() => window.heard.filter(({ event }) => event === 'messageRead').length);
    await seat.tab.evaluate(() => window.minimise(false));
    const last = await customer.evaluate(() => window.heard.filter(({ event }) => event === 'message').pop().seq);
    await heard(customer, 'messageRead', `"seq":${last}`);
    const read = await customer.evaluate((from) => window.heard.filter(({ event }) => event === 'messageRead').slice(from).map(({ seq }) => seq), seen);
    assert.deepEqual(read, [last], 'what was written in a page that nobody saw is read when it is seen, and not before');
    assert.equal(await seat.tab.evaluate(() => document.title), title);
    await ui(seat).getByRole('button', { name: 'End chat' }).click();
    await heard(customer, 'sessionEnded');
  });

  it('a voice call of a visitor is answered as a call, with what is known of the visitor', async () => {
    const seat = await centre().seat();
    const customer = await visitor();
    await seat.tab.until(() => tccc.Agent.getStatus() === 'free');
    await customer.evaluate(() => { window.me.startVoice({ remark: 'about order 7' }); });
    await ui(seat).getByText('Xiao Ming').first().waitFor();
    await ui(seat).getByRole('button', { name: 'Answer' }).click();
    await heard(customer, 'joined');
    await ui(seat).getByRole('button', { name: 'Mute' }).waitFor();
    await ui(seat).getByRole('button', { name: 'Open the workbench' }).click();
    await ui(seat).locator('.item').first().click();
    await ui(seat).getByText('about order 7').waitFor();
    await ui(seat).getByRole('button', { name: 'Hang up' }).click();
    await heard(customer, 'sessionEnded');
  });
});
