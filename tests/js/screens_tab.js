/** screens_tab.js: the screens in a Chromium tab, brought to each state that there is. Layer: tests. */
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Chromium } from '../peers/browser.js';
import { generated } from '../../js/generated.mjs';
import { startOrigins } from './page_server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const STRICT = "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

export const DIRECTORY = {
  groups: [{ skillGroupId: '1', skillGroupName: 'Sales', online: 3, free: 2, waiting: 1 }, { skillGroupId: '2', skillGroupName: 'Support', online: 1, free: 0, waiting: 4 }],
  agents: [
    { userId: 'anna@shop.example', name: 'Anna Berg', status: 'free', skillGroupIds: ['1'] },
    { userId: 'ben@shop.example', name: 'Ben Okafor', status: 'busy', skillGroupIds: ['1', '2'], extension: '1001' },
    { userId: 'mei@shop.example', name: 'Mei Chen', status: 'offline', skillGroupIds: ['2'] },
  ],
  flows: [{ flowId: '7', name: 'Identity check' }],
  restReasons: ['Meeting', 'Lunch'],
};
const PREFLIGHT = {
  ok: false, result: 'failed', checks: [
    { name: 'browser', result: 'ok', sentence: 'The browser has everything.', remedy: '' }, { name: 'microphone', result: 'warning', sentence: 'It is quiet.', remedy: 'Speak.', label: 'Headset' },
    { name: 'speaker', result: 'failed', code: 'AUDIO_BLOCKED', sentence: 'Held back.', remedy: 'Click.' },
    { name: 'network', result: 'ok', sentence: 'Good.', remedy: '', rttMs: 23, jitterMs: 2.2, lossRatio: 0.01, mos: 4.3 }],
};

/** A tab with the screens in it; `act` and `tell` run in the page. */
export class ScreensTab {
  /** The page anew, with nothing in it yet. */
  async load(origins, query = '') {
    await this.tab.goto(`${origins.page}/screens.html${query}`);
    await this.tab.evaluate((answers) => { Object.assign(window.screens.answers, answers); }, { 'Admin.getDirectory': DIRECTORY, 'Devices.preflight': PREFLIGHT });
    return this;
  }

  constructor(tab) {
    this.tab = tab;
    this.page = tab.page;
  }

  close() { return this.tab.close(); }
  tell(event, fields = {}) { return this.tab.evaluate(([name, data]) => window.screens.tell(name, data), [event, { sessionId: 's', ...fields }]); }
  answer(method, value) { return this.tab.evaluate(([name, one]) => { window.screens.answers[name] = one; }, [method, value]); }
  asked(of = '') { return this.tab.evaluate((name) => window.screens.asked.filter(([one]) => one.startsWith(name)), of); }
  patch(fields, sessionId = 's') { return this.tab.evaluate(([id, one]) => window.screens.patch(id, one), [sessionId, fields]); }
  /** A method of the app or, as "act.name", of its actions. */
  run(method, ...args) {
    return this.tab.evaluate(([name, all]) => {
      const { app } = window.screens;
      if (name.startsWith('act.')) app.act[name.slice(4)](...all);
      else app[name](...all);
    }, [method, args]);
  }

  /** Visible text of the first that matches. */
  text(selector = '.card') {
    return this.tab.evaluate((one) => document.querySelector('t3c-sdk').shadowRoot.querySelector(one)?.innerText ?? '', selector);
  }

  /** Names of the buttons that can be seen below `selector`. */
  buttons(selector = '.card .actions') {
    return this.tab.evaluate((one) => [...document.querySelector('t3c-sdk').shadowRoot.querySelectorAll(`${one} button`)]
      .filter((button) => button.checkVisibility()).map((button) => button.getAttribute('aria-label') ?? button.innerText.trim()), selector);
  }

  press(name) { return this.page.getByRole('button', { name, exact: true }).click(); }
  /** Spoken name, or text, of what has the focus in the screens. */
  focus() {
    return this.tab.evaluate(() => {
      const one = document.querySelector('t3c-sdk').shadowRoot.activeElement;
      return one && (one.getAttribute('aria-label') ?? one.innerText);
    });
  }

  async ready() {
    await this.tell('ready');
    await this.tell('statusChanged', { status: 'free' });
  }

  async talk({ sessionId = 's', ...more } = {}) {
    await this.tell('callIn', { sessionId, callerPhoneNumber: '13800138000', calleePhoneNumber: '02011110002', timeout: 20, ...more });
    await this.tell('userAccessed', { sessionId });
    await this.patch({ channel: 0 }, sessionId);
  }

  async chat() {
    await this.tell('callIn', { sessionId: 'm', type: 'im', nickname: 'Zhang Wei', channelName: 'Web shop', timeout: 20 });
    await this.tell('userAccessed', { sessionId: 'm' });
    await this.tell('message', { sessionId: 'm', seq: 1, from: 'client', kind: 'text', text: 'Where is my parcel?' });
    await this.tell('message', { sessionId: 'm', seq: 2, from: 'seat', kind: 'text', text: 'On its way.' });
    await this.tell('message', { sessionId: 'm', seq: 3, from: 'client', kind: 'file', name: 'order.pdf', size: 2048, url: '/order.pdf' });
  }

  /** What a flow asked before the agent came, and what the visitor chose. */
  async question() {
    const options = [{ key: '1', text: 'Parcels' }, { key: '2', text: 'Invoices and payment' }, { key: '3', text: 'Leave a message' }];
    await this.tell('message', { sessionId: 'm', seq: 4, from: 'system', kind: 'text', text: 'What is it about?', options });
    await this.tell('message', { sessionId: 'm', seq: 5, from: 'client', kind: 'text', text: 'parcels ' });
    await this.tell('message', { sessionId: 'm', seq: 6, from: 'system', kind: 'text', text: 'Agent 8001 is here.' });
  }

  async open(tab, isWide = true) {
    await this.run('act.view', { isOpen: true, isWide });
    if (tab) await this.run('act.showTab', tab);
  }
}

const RUNNING = {
  sessions: [{ sessionId: 'r1', userId: 'ben', name: 'Ben Okafor', type: 'phone', state: 'talking', callerPhoneNumber: '13800138000', calleePhoneNumber: '02011110002', startMs: 1, answerMs: 1 }],
};

/** Every screen: how it comes about. @type {Record<string, (tab: ScreensTab) => Promise<any>>} */
export const SCREENS = {
  'at rest': async () => {},
  'a call, a chat and a video come in': async (tab) => {
    await tab.tell('callIn', { callerPhoneNumber: '13800138000', callerLocation: 'Shenzhen', timeout: 20 });
    await tab.tell('callIn', { sessionId: 'm', type: 'im', nickname: 'Zhang Wei', timeout: 20 });
    await tab.tell('callIn', { sessionId: 'v', type: 'video', nickname: 'Maria', timeout: 20 });
  },
  'a call': (tab) => tab.talk({ remark: 'Ms Li' }),
  'a held and muted call, and troubles': async (tab) => {
    await tab.talk();
    await tab.patch({ held: true, muted: true });
    await tab.tell('connectionLost');
    await tab.tell('audioBlocked', { blocked: true });
    await tab.tell('micLost', { code: 'MIC_DENIED', help: 'https://cc.example/sdk/check.html' });
  },
  'the keypad of a call': async (tab) => {
    await tab.talk();
    await tab.run('act.panel', 's', 'pad');
    await tab.run('act.press', 's', '5');
  },
  'transfer to a group': async (tab) => {
    await tab.talk();
    await tab.run('act.panel', 's', 'transfer');
    await tab.page.getByRole('radio').first().check();
  },
  'transfer to an agent': async (tab) => {
    await tab.talk();
    await tab.run('act.panel', 's', 'transfer');
    await tab.run('act.choose', 's', { tab: 'agents' });
  },
  'transfer to a number': async (tab) => {
    await tab.talk();
    await tab.run('act.panel', 's', 'transfer');
    await tab.run('act.choose', 's', { tab: 'number', number: '1001' });
  },
  'self service and noise reduction': async (tab) => {
    await tab.talk();
    await tab.run('act.panel', 's', 'more');
    await tab.tell('selfService', { running: true });
  },
  consultation: async (tab) => {
    await tab.talk();
    await tab.run('act.consult', 's', { userId: 'ben' }, 'Ben Okafor');
    await tab.tell('consult', { state: 'talking' });
  },
  'an ended call and after-call work': async (tab) => {
    await tab.talk();
    await tab.tell('sessionEnded', { closeBy: 'client' });
    await tab.tell('statusChanged', { status: 'arrange', countdown: 25 });
  },
  'workbench without contacts': (tab) => tab.open(),
  'workbench with the status menu': async (tab) => {
    await tab.open('sessions', false);
    await tab.page.locator('button.status').click();
  },
  'workbench with a call': async (tab) => {
    await tab.chat();
    await tab.talk({ ivrPath: [{ key: '1', label: 'Orders' }] });
    await tab.open();
    await tab.run('act.select', 's');
    await tab.tell('asr', { flow: 'IN', result: { slice_type: 2, index: 0, voice_text_str: 'I return a pair of shoes.' } });
  },
  'workbench with a chat': async (tab) => {
    await tab.chat();
    await tab.open();
    await tab.run('act.select', 'm');
    await tab.question();
    await tab.tell('typing', { sessionId: 'm', from: 'client' });
  },
  'small workbench with a chat': async (tab) => {
    await tab.chat();
    await tab.question();
    await tab.open('sessions', false);
    await tab.run('act.select', 'm');
  },
  'workbench with a video on hold': async (tab) => {
    await tab.tell('callIn', { sessionId: 'v', type: 'video', nickname: 'Maria', timeout: 20 });
    await tab.tell('userAccessed', { sessionId: 'v' });
    await tab.patch({ held: true }, 'v');
    await tab.open('sessions', false);
    await tab.run('act.select', 'v');
  },
  'workbench with a video': async (tab) => {
    await tab.tell('callIn', { sessionId: 'v', type: 'video', nickname: 'Maria', timeout: 20 });
    await tab.tell('userAccessed', { sessionId: 'v' });
    await tab.open();
  },
  'workbench with the dial pad': async (tab) => {
    await tab.talk();
    await tab.open('dial');
    await tab.run('act.step', 'dialled', '9001');
  },
  'workbench with colleagues': (tab) => tab.open('agents'),
  'workbench with running calls': async (tab) => {
    await tab.answer('Call.getRunningSessions', RUNNING);
    await tab.run('act.refreshRunning');
    await tab.open('supervise');
    await tab.run('act.monitor', 'r1', false);
    await tab.run('act.step', 'question', 'kick:r1');
  },
  'workbench with settings': async (tab) => {
    await tab.open('settings');
    await tab.run('act.preflight');
  },
  'workbench while offline': async (tab) => {
    await tab.tell('statusChanged', { status: 'offline' });
    await tab.open();
  },
  embedded: async (tab) => {
    await tab.chat();
    await tab.talk();
    await tab.tab.evaluate(() => window.screens.embed());
  },
};

/** A browser with the screens in one tab. csp: the page's policy. `open(query)` loads the page anew. */
export async function startScreens(csp = STRICT) {
  await build({
    entryPoints: [join(root, 'tests/pages/screens_entry.js')], outfile: join(root, 'build/tests/js/screens_entry.js'), bundle: true,
    format: 'iife', plugins: [generated], logLevel: 'error',
  });
  const origins = await startOrigins();
  origins.state.csp = csp;
  const browser = await Chromium.start();
  const tab = new ScreensTab(await browser.tab({ sound: false }));
  await tab.page.emulateMedia({ reducedMotion: 'reduce' });
  const stop = async () => {
    await browser.stop();
    origins.stop();
  };
  return { open: (query) => tab.load(origins, query), stop };
}

/** before and after of a file: gives a function that loads the page anew, in one tab. */
export function useScreens() {
  let screens;
  before(async function start() {
    this.timeout(30000);
    screens = await startScreens();
  });
  after(() => screens?.stop());
  return (query) => screens.open(query);
}
