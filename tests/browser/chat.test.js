/** chat.test.js: a visitor's page and an agent's page in Chromium: texts, a picture, a lost connection, end, rating. Layer: tests. */
import assert from 'node:assert/strict';
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
});
