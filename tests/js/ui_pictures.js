/**
 * ui_pictures.js: the pictures of the SDK's screens. Layer: tests.
 *
 *     node tests/js/ui_pictures.js            those of docs/ui.md anew: docs/pictures/ui-*.png
 *     node tests/js/ui_pictures.js FOLDER     every screen of screens_tab.js, light and dark, English and Chinese, narrow and from right to left
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { SCREENS, startScreens } from './screens_tab.js';

const PICTURES = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const MINUTE_MS = 60000;

/** As a page of a business would look behind them. */
const GROUND = (colour) => `document.body.style.cssText = 'background:${colour}'; document.querySelector('main').remove();`;

const CALL = '5b0c2a9e-7f41-4d0e-9a55-0c6f3b1d8e27';

async function talkWith(tab, more = {}) {
  const sessionId = CALL, minutes = 2;
  await tab.talk({ sessionId, remark: 'Ms Li, order 20391', callerLocation: 'Guangdong Shenzhen', ...more });
  await tab.patch({ startMs: Date.now() - minutes * MINUTE_MS - 9000, answerMs: Date.now() - minutes * MINUTE_MS }, sessionId);
  await tab.tell('statusChanged', { status: 'busy' });
  await tab.tell('quality', { sessionId, level: 5, rttMs: 24 });
}

async function chat(tab) {
  const say = (seq, from, text, more = {}) => tab.tell('message', { sessionId: 'm', seq, from, kind: 'text', text, timeMs: Date.now() - (9 - seq) * MINUTE_MS / 3, ...more });
  await tab.tell('callIn', { sessionId: 'm', type: 'im', nickname: 'Zhang Wei', channelName: 'Web shop', timeout: 20 });
  await tab.tell('userAccessed', { sessionId: 'm' });
  await tab.patch({ answerMs: Date.now() - 3 * MINUTE_MS }, 'm');
  await say(2, 'system', 'Welcome! How can we help?');
  await say(3, 'client', 'Hello, my parcel has not arrived yet. The order is 20391.');
  await say(4, 'seat', 'Good morning! Let me look that up for you.');
  await say(5, 'client', '谢谢，麻烦快一点');
  await say(6, 'client', '', { kind: 'file', name: 'invoice-2026-11.pdf', size: 184320, url: '/invoice.pdf' });
  await tab.tell('messageRead', { sessionId: 'm', seq: 4, from: 'client' });
  await say(7, 'seat', 'It left our warehouse this morning and should be with you tomorrow before noon.');
}

/** Of docs/ui.md: query, size of the page, colour behind, and how the screen comes about. */
const DOCUMENT = {
  'ui-offers': ['?lang=en&theme=light', [500, 560], '#edf1f5', async (tab) => {
    await tab.tell('callIn', { callerPhoneNumber: '13800138000', callerLocation: 'Guangdong Shenzhen', timeout: 20 });
    await tab.tell('callIn', { sessionId: 'm', type: 'im', nickname: 'Zhang Wei', channelName: 'Web shop', timeout: 20 });
    await tab.tell('callIn', { sessionId: 'v', type: 'video', nickname: 'Maria', timeout: 20 });
  }],
  'ui-bar': ['?lang=en&theme=light', [500, 560], '#edf1f5', async (tab) => {
    await talkWith(tab);
    await tab.run('act.panel', CALL, 'transfer');
    await tab.page.getByRole('radio').first().check();
  }],
  'ui-workbench': ['?lang=en&theme=light', [1040, 700], '#edf1f5', async (tab) => {
    await chat(tab);
    await tab.open();
    await tab.run('act.select', 'm');
    await tab.tell('typing', { sessionId: 'm', from: 'client' });
  }],
  'ui-dark': ['?lang=zh-CN&theme=dark', [1040, 700], '#0d1117', async (tab) => {
    await chat(tab);
    await talkWith(tab, { ivrPath: [{ key: '1', label: '订单' }, { key: '2', label: '退货' }] });
    await tab.open();
    await tab.run('act.select', CALL);
    const say = (flow, index, text, slice = 2) => tab.tell('asr', { sessionId: CALL, flow, result: { slice_type: slice, index, voice_text_str: text } });
    await say('IN', 0, '我想退一双鞋，尺码不合适。');
    await say('OUT', 0, '好的，请告诉我订单号。');
    await say('IN', 1, '订单号是二零三九一', 1);
  }],
};

/** Looks of which each screen is taken: query, size, and what is done to the page. */
const LOOKS = {
  light: ['?lang=en&theme=light', [1280, 760]], 'zh-dark': ['?lang=zh-CN&theme=dark', [1280, 760]],
  narrow: ['?lang=en&theme=light', [360, 700]], rtl: ['?lang=en&theme=light', [1280, 760], "document.documentElement.dir = 'rtl'"],
};

async function take(tab, path, [width, height], prepare) {
  await tab.page.setViewportSize({ width, height });
  await tab.ready();
  await prepare(tab);
  await tab.run('draw');
  await tab.page.screenshot({ path });
}

async function everyScreen(screens, folder) {
  mkdirSync(folder, { recursive: true });
  for (const [look, [query, size, change]] of Object.entries(LOOKS)) {
    for (const [name, prepare] of Object.entries(SCREENS)) {
      const tab = await screens.open(query);
      if (change) await tab.page.evaluate(change);
      await take(tab, join(folder, `${look} ${name}.png`), size, prepare);
    }
  }
}

async function documentPictures(screens) {
  for (const [name, [query, size, colour, prepare]] of Object.entries(DOCUMENT)) {
    const tab = await screens.open(query);
    await tab.page.evaluate(GROUND(colour));
    await take(tab, join(PICTURES, `${name}.png`), size, prepare);
  }
}

const screens = await startScreens();
try {
  const [folder] = process.argv.slice(2);
  await (folder ? everyScreen(screens, folder) : documentPictures(screens));
} finally {
  await screens.stop();
}
