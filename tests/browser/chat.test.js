/** chat.test.js: a visitor's page and an agent's page in Chromium: texts, a picture, a lost connection, end, rating. Layer: tests. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { AdminClient } from '../server/admin_client.js';
import { useCentre } from '../e2e/centre.js';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('chat between a visitor\'s page and an agent\'s', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'chromium' });

  it('SDK-063 SDK-064 SDK-116 SDK-117 SDK-119 texts go both ways, a picture, the end, the rating', async () => {
    const admin = new AdminClient(centre().tcccd);
    await admin.post('channels', { channelId: 'shop', name: 'Shop', welcome: 'Welcome!' });
    const seat = await centre().seat();
    const customer = await centre().browser.tab({ sound: false });
    await customer.goto(`http://127.0.0.1:${centre().tcccd.httpPort}/visitor.html?channel=shop&nickname=Li&lang=en`);
    const { page } = customer;
    const log = page.getByRole('log');
    await page.getByRole('button', { name: 'Chat' }).click();
    await log.getByText('Welcome!').waitFor();

    const callIn = await seat.next('callIn');
    assert.deepEqual([callIn.type, callIn.nickname, callIn.channelName], ['im', 'Li', 'Shop']);
    const { sessionId } = callIn;
    const types = fs.readFileSync(new URL('../../js/types/tccc-visitor.d.ts', import.meta.url), 'utf8');
    const [, body] = /interface Visitor \{\n([\s\S]*?)\n\}/.exec(types);
    const members = await customer.evaluate(() => tcccVisitor.connect({ channel: 'shop', remember: false }).then((one) => {
      one.destroy();
      return Object.keys(one).sort();
    }));
    assert.deepEqual(members, [...new Set([...body.matchAll(/^ {2}(?:readonly )?(\w+)[(<?:]/gm)].map((match) => match[1]))].sort(), 'as tccc-visitor.d.ts says');
    const wrong = await seat.tab.evaluate((id) => tccc.Call.accept({ sessionId: id }).catch((error) => error.errorMsg), sessionId);
    assert.match(wrong, /Chat/, 'the wrong method is refused with the right one\'s name');
    await seat.tab.evaluate((id) => tccc.Chat.accept({ sessionId: id }), sessionId);
    await page.getByText('is here.').waitFor();

    await page.getByLabel('Message', { exact: true }).fill('你好 <b>agent</b>');
    await page.getByRole('button', { name: 'Send' }).click();
    await seat.tab.until((id) => tccc.Chat.getMessages(id).some(({ text }) => text === '你好 <b>agent</b>'), sessionId, { what: 'the text' });
    await seat.tab.evaluate((id) => tccc.Chat.send({ sessionId: id, text: 'hello customer' }), sessionId);
    await log.getByText('hello customer').waitFor();
    await log.getByText('你好 <b>agent</b>').waitFor();

    await seat.tab.evaluate(([id, png]) => {
      const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
      return tccc.Chat.send({ sessionId: id, file: new File([bytes], 'dot.png', { type: 'image/png' }) });
    }, [sessionId, PNG]);
    const picture = log.getByRole('img', { name: 'dot.png' });
    await picture.waitFor();
    assert.equal(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth)), 1);
    const list = await seat.tab.evaluate((id) => tccc.Chat.getMessages(id).map(({ seq, from, kind }) => [seq, from, kind]), sessionId);
    assert.deepEqual(list, [[1, 'system', 'text'], [2, 'client', 'text'], [3, 'seat', 'text'], [4, 'seat', 'image']]);

    await page.reload();
    await page.getByRole('log').getByText('hello customer').waitFor();
    await seat.tab.evaluate((id) => tccc.Chat.end({ sessionId: id }), sessionId);
    await page.getByText('The conversation has ended.').waitFor();
    await page.getByRole('button', { name: '5' }).click();
    await page.getByText('Thank you.').waitFor();
    assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
    await seat.tab.evaluate((id) => tccc.Chat.deleteChat({ sessionId: id }), sessionId);
    await customer.close();
  });

  it('two tabs of a visitor show one chat; tcccd is killed: all pages come back by themselves, to the same chat, with every message once', async () => {
    const { tcccd } = centre();
    await new AdminClient(tcccd).post('channels', { channelId: 'lasting', name: 'Lasting' });
    const seat = await centre().seat();
    const customer = await centre().browser.tab({ sound: false });
    await customer.goto(`http://127.0.0.1:${tcccd.httpPort}/visitor.html?channel=lasting&lang=en`);
    const { page } = customer;
    const log = page.getByRole('log');
    const second = await page.context().newPage();
    await second.goto(page.url());
    const more = await Promise.all([1, 2, 3, 4].map(() => page.context().newPage()));
    await Promise.all(more.map((one) => one.goto(page.url()))); /* as a browser that brings its tabs back: none takes another's sign-in away */
    for (const one of [page, second, ...more]) await one.getByText('We are here.').waitFor();
    await Promise.all(more.map((one) => one.close()));
    await page.getByRole('button', { name: 'Chat' }).click();
    const { sessionId } = await seat.next('callIn');
    await seat.tab.evaluate((id) => tccc.Chat.accept({ sessionId: id }), sessionId);
    await page.getByText('is here.').waitFor();
    const write = async (text) => {
      await page.getByLabel('Message', { exact: true }).fill(text);
      await page.getByRole('button', { name: 'Send' }).click();
    };
    await write('before');
    await log.getByText('before').waitFor();
    await second.getByRole('log').getByText('before').waitFor();
    await second.getByLabel('Message', { exact: true }).fill('from the other tab');
    await second.getByRole('button', { name: 'Send' }).click();
    await log.getByText('from the other tab').waitFor();
    await tcccd.process.stop('SIGKILL');
    await write('meanwhile'); /* a page sends when it can */
    const answered = seat.tab.evaluate((id) => tccc.Chat.send({ sessionId: id, text: 'answer' }), sessionId);
    await tcccd.restart();
    await answered;
    await log.getByText('answer').waitFor();
    await log.getByText('meanwhile').waitFor();
    await seat.tab.until((id) => tccc.Chat.getMessages(id).length === 4, sessionId, { what: 'four messages' });
    const [first, other, ...others] = await seat.tab.evaluate((id) => tccc.Chat.getMessages(id).map(({ seq, text }) => `${seq} ${text}`), sessionId);
    assert.deepEqual([first, other], ['1 before', '2 from the other tab']);
    assert.deepEqual(others.map((one) => one.slice(2)).sort(), ['answer', 'meanwhile']);
    await second.getByRole('log').getByText('answer').waitFor();
    await second.getByRole('log').getByText('meanwhile').waitFor();
    for (const one of [page, second]) assert.equal(await one.getByRole('log').getByRole('listitem').count(), 4);
    await second.close();
    await seat.tab.evaluate((id) => tccc.Chat.end({ sessionId: id }), sessionId);
    await page.getByText('The conversation has ended.').waitFor();
    assert.equal((await seat.next('sessionEnded')).sessionId, sessionId);
    await customer.close();
  });

  it('a flow\'s choices are buttons: by keyboard alone, named for a screen reader, gone once answered', async () => {
    const { tcccd } = centre();
    const admin = new AdminClient(tcccd);
    const { flowId } = await admin.post('flows', { name: 'choices', kind: 'ivr', publish: true, document: { start: 'menu', modules: [
      { id: 'menu', type: 'branch', prompt: { text: 'What is it about?', texts: { zh: '请问有什么需要？' } },
        branches: [{ key: '1', name: 'A parcel', next: 'bye' }, { key: '2', name: 'An invoice', next: 'bye' }] },
      { id: 'bye', type: 'rating', prompt: { text: 'Did that help?' }, keys: [{ key: '1', label: 'Yes' }, { key: '2', label: 'No' }], next: 'end' },
      { id: 'end', type: 'end' },
    ] } });
    await admin.post('channels', { channelId: 'choices', name: 'Choices', types: ['im'], flowId });
    const customer = await centre().browser.tab({ sound: false });
    await customer.goto(`http://127.0.0.1:${tcccd.httpPort}/visitor.html?channel=choices&lang=en`);
    const { page } = customer;
    await page.getByRole('button', { name: 'Chat' }).click();
    const group = page.getByRole('log').getByRole('group', { name: 'Choose an answer' });
    await group.getByRole('button', { name: 'An invoice' }).waitFor();
    assert.deepEqual(await group.getByRole('button').allTextContents(), ['A parcel', 'An invoice']);
    if (process.env.TCCC_SHOT) await page.screenshot({ path: process.env.TCCC_SHOT });
    await group.getByRole('button', { name: 'A parcel' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('Did that help?').waitFor();
    assert.deepEqual(await group.getByRole('button').allTextContents(), ['Yes', 'No'], 'answered ones are gone');
    await page.getByLabel('Message', { exact: true }).fill('no');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('The conversation has ended.').waitFor();
    assert.equal(await group.count(), 0);
    await customer.close();
  });
});
