/** screens_bar.test.js: the call bar and the float button in a real browser, under a strict policy. */
import assert from 'node:assert/strict';
import { useScreens } from './screens_tab.js';
import { until } from './wait.js';

describe('call bar', () => {
  const open = useScreens();
  let tab;
  beforeEach(async () => { tab = await open(); });

  const call = async () => {
    await tab.tell('callOuted', { calleePhoneNumber: '9001' });
    await tab.tell('calloutAccepted');
    await tab.patch({ channel: 0 });
  };

  it('SDK-179 an incoming call is told to screen readers, and answered or rejected by its buttons', async () => {
    await tab.tell('callIn', { callerPhoneNumber: '13800138000', timeout: 20 });
    assert.equal(await tab.text('.spoken[role=alert]'), 'Incoming call from 13800138000');
    assert.match(await tab.text(), /13800138000\s+Incoming call (20|19) s/);
    assert.deepEqual(await tab.buttons(), ['Answer', 'Reject']);
    await tab.press('Answer');
    await tab.press('Reject');
    assert.deepEqual(await tab.asked(), [['Call.accept', { sessionId: 's' }], ['Call.end', { sessionId: 's' }]]);
  });

  it('a call that rings takes the focus from nobody', async () => {
    await tab.page.getByRole('button', { name: 'of the page' }).focus();
    await tab.tell('callIn', { callerPhoneNumber: '1' });
    assert.equal(await tab.tab.evaluate(() => document.activeElement.textContent), 'of the page');
  });

  it('by keyboard alone: Tab to the call, Enter answers it, and the focus stays in its card', async () => {
    await tab.page.getByRole('button', { name: 'of the page' }).focus();
    await tab.tell('callIn', { callerPhoneNumber: '13800138000', timeout: 20 });
    await tab.page.keyboard.press('Tab');
    assert.equal(await tab.focus(), 'Answer');
    await tab.page.keyboard.press('Enter');
    await tab.tell('userAccessed');
    await until(async () => await tab.focus() === '13800138000', 'the focus on the card');
    await tab.page.keyboard.press('Tab');
    assert.equal(await tab.focus(), 'Mute');
  });

  it('a refused microphone is said in the card, and the call goes on ringing', async () => {
    await tab.answer('Call.accept', 'MIC_DENIED');
    await tab.tell('callIn', { callerPhoneNumber: '1' });
    await tab.press('Answer');
    await until(async () => /may not use the microphone/.test(await tab.text()), 'the sentence');
    assert.deepEqual(await tab.buttons(), ['Answer', 'Reject']);
  });

  it('SDK-184 WB-012 a microphone that fails is told with a way to the device check', async () => {
    await tab.tell('micLost', { reason: 'lost', code: 'MIC_NOT_FOUND', help: 'https://cc.example/sdk/check.html' });
    await tab.tell('statusChanged', { status: 'notReady', reason: 'microphoneLost' });
    assert.match(await tab.text('.bar'), /There is no microphone/);
    assert.equal(await tab.page.getByRole('link', { name: 'What to do' }).getAttribute('href'), 'https://cc.example/sdk/check.html');
    await tab.press('Check devices');
    await until(async () => (await tab.asked('Devices.preflight')).length === 1, 'the check');
    assert.match(await tab.text('.pane'), /Device check/);
    assert.match(await tab.text('.status'), /Not ready: no microphone/);
    await tab.tell('micRestored', { label: 'Headset' });
    assert.equal(await tab.text('.note:not(.empty)'), '');
  });

  it('an outbound call tells each step, and can be hung up in each', async () => {
    const seen = [];
    for (const event of ['callOuted', 'progress', 'calloutAccepted']) {
      await tab.tell(event, { calleePhoneNumber: '9001', ringing: true });
      seen.push((await tab.text()).split('\n')[1].replace(/ \d.*/, ''), (await tab.buttons()).at(-1));
    }
    assert.deepEqual(seen, ['Calling…', 'Hang up', 'Ringing…', 'Hang up', 'Connecting the sound…', 'Hang up']);
  });

  it('while talking there are time and every button whose method exists', async () => {
    await call();
    assert.match(await tab.text(), /9001\s+On the call 00:0\d/);
    assert.deepEqual(await tab.buttons(), ['Mute', 'Hold', 'Keypad', 'Transfer', 'More', 'Hang up']);
    for (const name of ['Mute', 'Hold', 'Hang up']) await tab.press(name);
    assert.deepEqual((await tab.asked('Call')).map(([name]) => name), ['Call.muteMic', 'Call.hold', 'Call.hungUp']);
  });

  it('a method that this tccc.js does not have has no button', async () => {
    const old = await open('?without=Call.transfer,Call.setNoiseSuppression,Call.startSelfService');
    await old.talk();
    assert.deepEqual(await old.buttons(), ['Mute', 'Hold', 'Keypad', 'Hang up']);
  });

  it('a tab without the sound, which another of the agent\'s tabs has, waits for none', async () => {
    for (const [query, words] of [['', /Connecting the sound/], ['?elsewhere', /On the call/]]) {
      tab = await open(query);
      await tab.tell('callOuted', { calleePhoneNumber: '9001' });
      await tab.tell('calloutAccepted');
      assert.match(await tab.text(), words);
    }
  });

  it('muted and held calls offer the way back', async () => {
    await call();
    await tab.patch({ muted: true, held: true });
    assert.match(await tab.text(), /On hold/);
    await tab.press('Unmute');
    await tab.press('Resume');
    assert.deepEqual((await tab.asked('Call')).map(([name]) => name), ['Call.unmuteMic', 'Call.unHold']);
  });

  it('the keypad works by mouse and keyboard, and Escape closes it and gives the focus back', async () => {
    await call();
    await tab.press('Keypad');
    await tab.press('5');
    await tab.page.keyboard.press('#');
    await tab.page.keyboard.press('Escape');
    assert.deepEqual(await tab.asked('Call.sendDigits'), [['Call.sendDigits', { sessionId: 's', dtmfText: '5' }], ['Call.sendDigits', { sessionId: 's', dtmfText: '#' }]]);
    assert.equal(await tab.focus(), 'Keypad');
    assert.equal(await tab.text('.keys'), '');
  });

  it('SDK-052 WB-064 WB-065 transfer shows the groups with free agents and who waits, and hands over', async () => {
    await call();
    await tab.press('Transfer');
    await until(async () => /Sales\s+2 free · 1 waiting/.test(await tab.text('.picks')), 'the groups');
    await tab.page.getByRole('radio', { name: /Sales/ }).check();
    await tab.page.locator('.inset').getByRole('button', { name: 'Transfer' }).click();
    assert.deepEqual(await tab.asked('Call.transfer'), [['Call.transfer', { sessionId: 's', skillGroupId: '1' }]]);
  });

  it('WB-066 transfer shows each agent with the state, finds one, and asks first', async () => {
    await call();
    await tab.press('Transfer');
    await tab.page.getByRole('tab', { name: 'Agents' }).click();
    await tab.page.getByLabel('Search name or extension').fill('1001');
    assert.match(await tab.text('.picks'), /^Ben Okafor\s+Busy$/);
    await tab.page.getByRole('radio').check();
    await tab.press('Ask first');
    assert.deepEqual(await tab.asked('Call.consult'), [['Call.consult.start', { sessionId: 's', userId: 'ben@shop.example' }]]);
    await tab.tell('consult', { state: 'talking' });
    assert.match(await tab.text('.consult'), /Asking Ben Okafor/);
    for (const name of ['Join all three', 'Hand over', 'Back to the customer']) await tab.press(name);
    assert.deepEqual((await tab.asked('Call.consult')).slice(1).map(([name]) => name), ['Call.consult.conference', 'Call.consult.complete', 'Call.consult.cancel']);
    await tab.tell('consult', { state: 'ended' });
    assert.equal(await tab.text('.consult'), '');
  });

  for (const [typed, target] of [['1001', { extension: '1001' }], ['+86 138-0013-8000', { phoneNumber: '+8613800138000' }]]) {
    it(`WB-067 WB-068 transfer to the number ${typed}`, async () => {
      await call();
      await tab.press('Transfer');
      await tab.page.getByRole('tab', { name: 'Number' }).click();
      await tab.page.getByLabel('Number or extension').fill(typed);
      await tab.page.locator('.inset').getByRole('button', { name: 'Transfer' }).click();
      assert.deepEqual(await tab.asked('Call.transfer'), [['Call.transfer', { sessionId: 's', ...target }]]);
    });
  }

  it('SDK-048 SDK-050 WB-072 colleagues are called, and rung on their mobiles where they have one; oneself is neither called nor handed anything', async () => {
    tab = await open('?lang=en&me=me');
    await tab.ready();
    const agents = [['me', 'free'], ['ann', 'free'], ['bo', 'free', true], ['cy', 'offline'], ['di', 'offline', true]]
      .map(([userId, status, hasMobile]) => ({ userId, name: userId, status, skillGroupIds: [], ...(hasMobile ? { hasMobile } : {}) }));
    await tab.answer('Admin.getDirectory', { groups: [], agents, flows: [], restReasons: [] });
    await tab.open('agents');
    await tab.page.getByText('ann').first().waitFor();
    assert.deepEqual(await tab.buttons('.row'), ['Call ann', 'Call the mobile of bo', 'Call bo', 'Call the mobile of di']);
    await tab.press('Call ann');
    await tab.press('Call the mobile of di');
    assert.deepEqual((await tab.asked('Call.startInternalCall')).map(([, options]) => options), [{ calleeUserId: 'ann' }, { calleeUserId: 'di', useMobile: true }]);
    await tab.answer('Call.startInternalCall', 'COLLEAGUE_BUSY');
    await tab.press('Call ann');
    await tab.page.getByText('This colleague is busy.').waitFor();
    await tab.talk();
    await tab.run('act.panel', 's', 'transfer');
    await tab.run('act.choose', 's', { tab: 'agents' });
    assert.equal(await tab.page.getByRole('radio').count(), agents.length - 1);
  });

  it('of a thousand colleagues and calls a hundred are drawn; any is found, and the chosen one and those listened to stay', async () => {
    await tab.ready();
    const agents = Array.from({ length: 1000 }, (_, i) => ({ userId: `a${i}`, name: `Agent ${i}`, status: 'free', skillGroupIds: [] }));
    await tab.answer('Admin.getDirectory', { groups: [], agents, flows: [], restReasons: [] });
    await tab.answer('Call.getRunningSessions', { sessions: agents.map(({ userId, name }) => ({ sessionId: `r ${userId}`, userId, name, state: 'talking', callerPhoneNumber: '1', startMs: 1 })) });
    await tab.open('agents', false);
    await tab.page.getByText('900 more: search to find them').waitFor();
    assert.equal(await tab.page.locator('.row').count(), 100);
    await tab.page.getByLabel('Search name or extension').fill('agent 998');
    await tab.page.getByText('Agent 998').waitFor();
    assert.equal(await tab.page.locator('.row').count(), 1);
    await tab.run('act.refreshRunning');
    await tab.open('supervise', false);
    await tab.page.getByText('900 more: search to find them').waitFor();
    await tab.run('act.monitor', 'r a997', false);
    await tab.page.getByText('You are listening').waitFor();
    assert.equal(await tab.page.locator('.row').count(), 101);
    await tab.page.getByLabel('Search name or number').fill('agent 5');
    await until(async () => await tab.page.locator('.row').count() === 101, 'a hundred and the one');
    await tab.page.getByLabel('Search name or number').fill('agent 51');
    await until(async () => await tab.page.locator('.row').count() === 12, 'eleven and the one');
  });

  it('WB-069 WB-070 self service is started with the customer, and brought back', async () => {
    await call();
    await tab.press('More');
    await tab.press('Start Identity check');
    await tab.tell('selfService', { running: true });
    await tab.press('Back to the customer');
    assert.deepEqual((await tab.asked('Call.st')).map(([name, { flowId }]) => [name, flowId]), [['Call.startSelfService', '7'], ['Call.stopSelfService', undefined]]);
  });

  it('noise reduction is chosen; what is refused is told, and the choice stays as it was', async () => {
    await call();
    await tab.press('More');
    const noise = tab.page.getByRole('combobox', { name: 'Noise reduction' });
    await noise.selectOption('off');
    await tab.answer('Call.setNoiseSuppression', 'STATE');
    await noise.selectOption('ai');
    assert.deepEqual(await tab.asked('Call.setNoise'), ['off', 'ai'].map((level) => ['Call.setNoiseSuppression', { level }]));
    await until(async () => await noise.inputValue() === 'off', 'the choice as it was');
    assert.match(await tab.text(), /cannot be done in the present state/);
  });

  it('SDK-182 overrideButtonConfig takes buttons away', async () => {
    await call();
    await tab.run('setHiddenButtons', ['holdToggle', 'transferSeat', 'transferSkillGroup', 'forwardOut']);
    assert.deepEqual(await tab.buttons(), ['Mute', 'Keypad', 'More', 'Hang up']);
    await tab.run('setHiddenButtons', ['transferSeat']);
    await tab.press('Transfer');
    assert.deepEqual(await tab.page.getByRole('tab').allInnerTexts(), ['Groups', 'Number']);
  });

  it('SDK-030 the description stands before the number', async () => {
    await tab.tell('callIn', { callerPhoneNumber: '13800138000', remark: 'Ms Li' });
    assert.match(await tab.text(), /^Ms Li\nIncoming call\n13800138000\n/);
  });

  for (const [ending, sentence] of [
    [{ closeBy: 'client' }, 'The other side hung up'], [{ closeBy: 'seat' }, 'You hung up'],
    [{ closeBy: 'admin', mainReason: 'busy', subReason: 'SIP 486' }, 'The number is busy'],
    [{ closeBy: 'admin', mainReason: 'somethingNew' }, 'The call was ended'],
  ]) {
    it(`an end by ${JSON.stringify(ending)} reads "${sentence}"`, async () => {
      await tab.tell('callOuted', { calleePhoneNumber: '9001' });
      await tab.tell('sessionEnded', ending);
      assert.ok((await tab.text()).includes(sentence), await tab.text());
      await tab.press('Dismiss');
      assert.equal(await tab.text(), '');
    });
  }

  it('network quality is shown and named', async () => {
    await call();
    const label = () => tab.tab.evaluate(() => document.querySelector('t3c-sdk').shadowRoot.querySelector('.bars').getAttribute('aria-label'));
    assert.equal(await label(), 'Sound quality not known yet');
    for (const [level, rttMs, name] of [[5, 21, 'Good connection · 21 ms'], [2, 180, 'Poor connection · 180 ms'], [0, -1, 'No sound arrives from the other side']]) {
      await tab.tell('quality', { level, rttMs });
      assert.equal(await label(), name);
    }
  });

  it('lost signalling, held-back sound and being signed out are said', async () => {
    await tab.tell('connectionLost');
    assert.match(await tab.text('.bar'), /Reconnecting; calls go on/);
    await tab.tell('warning', { code: 'CONNECTION_LOST', message: 'm' });
    assert.match(await tab.text('.bar'), /calls have ended. Reconnecting/);
    await tab.tell('warning', { code: 'TOKEN_INVALID', message: 'm' });
    assert.match(await tab.text('.bar'), /Load the page again/);
    await tab.tell('reconnected');
    assert.equal(await tab.text('.bar'), '');
    await tab.tell('audioBlocked', { blocked: true });
    assert.match(await tab.text('.bar'), /holds back the sound/);
    await tab.tell('audioBlocked', { blocked: false });
    await tab.tell('kickedOut');
    assert.match(await tab.text('.bar'), /Signed in somewhere else/);
  });

  it('WB-046 after-call work runs down, and is ended or prolonged', async () => {
    await tab.tell('statusChanged', { status: 'arrange', countdown: 25 });
    assert.match(await tab.text(), /After-call work\s+00:2[45]/);
    await tab.press('More time');
    await tab.press('Ready now');
    assert.deepEqual(await tab.asked('Agent'), [['Agent.setStatus', { status: 'arrange' }], ['Agent.setStatus', { status: 'free' }]]);
  });

  it('WB-040 the status menu works by arrow keys; a status asked for during a call is shown, and taken back', async () => {
    await tab.ready();
    await tab.open('sessions', false);
    await tab.press('Status: Free');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await tab.page.keyboard.press(key);
    assert.deepEqual(await tab.asked('Agent'), [['Agent.setStatus', { status: 'rest', restReason: 'Lunch' }]]);
    assert.equal(await tab.focus(), 'Status: Free');
    await tab.tell('statusChanged', { status: 'busy', reserved: 'rest' });
    assert.match(await tab.text('.strip'), /A break follows this call/);
    await tab.press('Take back');
    assert.deepEqual((await tab.asked('Agent')).at(-1), ['Agent.setStatus', { status: 'free' }]);
    await tab.tell('statusChanged', { status: 'rest', reason: 'Lunch' });
    assert.match(await tab.text('.status'), /Break: Lunch/);
    await tab.press('Status: Break: Lunch');
    await tab.page.keyboard.press('Escape');
    assert.equal(await tab.text('.menu'), '');
    assert.notEqual(await tab.text('.bench'), '', 'Escape closes the menu only');
  });

  it('offers of chats and videos are accepted and rejected by their own namespaces', async () => {
    await tab.tell('callIn', { type: 'im', nickname: 'Zhang Wei' });
    assert.equal(await tab.text('.spoken[role=alert]'), 'New chat from Zhang Wei');
    await tab.press('Accept');
    await tab.press('Reject');
    await tab.tell('sessionEnded', { closeBy: 'client' });
    await tab.tell('callIn', { sessionId: 'v', type: 'video', nickname: 'Maria' });
    await tab.press('Answer');
    await tab.press('Reject');
    assert.deepEqual((await tab.asked()).map(([name]) => name), ['Chat.accept', 'Chat.reject', 'Video.accept', 'Video.end']);
  });

  it('a video is muted and darkened by its own methods, and its sound goes on when another pane is shown and the workbench closed', async () => {
    await tab.tab.evaluate(() => {
      const context = new AudioContext();
      const canvas = document.createElement('canvas');
      canvas.getContext('2d').fillRect(0, 0, 1, 1);
      const remote = new MediaStream([...context.createMediaStreamDestination().stream.getTracks(), ...canvas.captureStream(5).getTracks()]);
      window.screens.streams = { remote, local: canvas.captureStream(5) };
    });
    await tab.tell('callIn', { sessionId: 'v', type: 'video', nickname: 'Maria' });
    await tab.tell('userAccessed', { sessionId: 'v' });
    await tab.tell('videoStreams', { sessionId: 'v' });
    const media = () => tab.tab.evaluate(() => [...document.querySelector('t3c-sdk').shadowRoot.querySelectorAll('audio, video')]
      .filter((one) => one.srcObject).map((one) => `${one.localName} ${one.className} ${one.muted}`));
    assert.deepEqual(await media(), ['audio  false', 'video theirs true', 'video own true']);
    await tab.press('Mute');
    await tab.press('Turn the camera off');
    await tab.patch({ muted: true, cameraMuted: true }, 'v');
    await tab.press('Unmute');
    await tab.press('Turn the camera on');
    assert.deepEqual((await tab.asked('Video')).map(([name]) => name), ['Video.muteMic', 'Video.muteVideo', 'Video.unmuteMic', 'Video.unmuteVideo']);
    await tab.tell('videoMuted', { sessionId: 'v', from: 'client', audio: true, video: true });
    assert.match(await tab.text('.pictures'), /camera is off[\s\S]*muted/);
    await tab.press('Close the workbench');
    assert.deepEqual(await media(), ['audio  false']);
    await tab.tell('sessionEnded', { sessionId: 'v', closeBy: 'client' });
    assert.deepEqual(await media(), []);
  });

  it('a chat behind UI.hide is not marked as read; when the screens are shown it is', async () => {
    await tab.chat();
    await tab.open();
    await tab.run('act.select', 'm');
    const shown = (isShown) => tab.tab.evaluate((is) => {
      window.screens.host.hidden = !is;
      window.screens.app.onShown();
    }, isShown);
    await shown(false);
    const before = (await tab.asked('Chat.read')).length;
    await tab.tell('message', { sessionId: 'm', seq: 4, from: 'client', kind: 'text', text: 'Hello?' });
    assert.equal((await tab.asked('Chat.read')).length, before);
    await shown(true);
    assert.deepEqual((await tab.asked('Chat.read')).slice(before), [['Chat.read', { sessionId: 'm', seq: 4 }]]);
  });

  it('the transcript of a call or video shows what was said last, and stays where the agent scrolled to', async () => {
    const say = (sessionId, from, to) => tab.tab.evaluate(([id, first, last]) => {
      for (let index = first; index < last; index += 1) window.screens.tell('asr', { sessionId: id, flow: index % 2 ? 'OUT' : 'IN', result: { slice_type: 2, index, voice_text_str: `Sentence ${index}` } });
    }, [sessionId, from, to]);
    const log = tab.page.locator('.transcript [role=log]');
    const below = () => log.evaluate((one) => Math.round(one.scrollHeight - one.scrollTop - one.clientHeight));
    await tab.talk();
    await tab.tell('callIn', { sessionId: 'v', type: 'video', nickname: 'Maria', timeout: 20 });
    await tab.tell('userAccessed', { sessionId: 'v' });
    await tab.open();
    for (const sessionId of ['s', 'v']) {
      await tab.run('act.select', sessionId);
      await say(sessionId, 0, 30);
      await log.getByText('Sentence 29').waitFor();
      assert.ok(await below() <= 1, sessionId);
      await log.evaluate((one) => { one.scrollTop = 40; });
      await say(sessionId, 30, 31);
      await log.getByText('Sentence 30').waitFor();
      assert.equal(await log.evaluate((one) => one.scrollTop), 40);
    }
  });

  it('a video that runs or is held is never out of sight: another pane shows its card, which leads back', async () => {
    await tab.tell('callIn', { sessionId: 'v', type: 'video', nickname: 'Maria', timeout: 20 });
    await tab.tell('userAccessed', { sessionId: 'v' });
    await tab.patch({ held: true }, 'v');
    await tab.open();
    const card = tab.page.locator('.docked .card');
    assert.equal(await card.count(), 0, 'it is before the agent');
    await tab.run('act.showTab', 'settings');
    assert.match(await card.innerText(), /Maria[^]*On hold/);
    await card.getByRole('button', { name: 'Open' }).click();
    await tab.page.getByText('On hold: the visitor hears music').waitFor();
    assert.equal(await card.count(), 0);
  });

  it('a camera that is missing in a video is told', async () => {
    await tab.tell('warning', { code: 'CAMERA_NOT_FOUND', message: 'x' });
    await tab.page.getByText('There is no camera.').waitFor();
    await tab.tell('warning', { code: 'CSP_BLOCKED', message: 'x' });
    assert.equal(await tab.page.locator('.note:not(.empty)').count(), 1);
  });

  it('addresses in a message can be opened, in a tab of their own that knows nothing of this one; other words are words', async () => {
    await tab.chat();
    await tab.open();
    await tab.run('act.select', 'm');
    await tab.tell('message', { sessionId: 'm', seq: 4, from: 'client', kind: 'text', text: 'See (https://shop.example/a?b=1). <b>javascript:alert(1)</b> 见HTTP://x.example/甲，谢谢 http://' });
    const links = await tab.page.locator('.words a').evaluateAll((all) => all.map((one) => [one.getAttribute('href'), one.target, one.rel]));
    assert.deepEqual(links, [['https://shop.example/a?b=1', '_blank', 'noopener noreferrer nofollow'], ['HTTP://x.example/甲', '_blank', 'noopener noreferrer nofollow']]);
    assert.equal(await tab.page.locator('.words').last().innerText(), 'See (https://shop.example/a?b=1). <b>javascript:alert(1)</b> 见HTTP://x.example/甲，谢谢 http://');
  });

  it('a message that is too long stays in the field, and the agent is told', async () => {
    await tab.chat();
    await tab.open();
    await tab.run('act.select', 'm');
    const field = tab.page.getByRole('textbox', { name: 'Write a message' });
    await field.fill('好'.repeat(1366));
    await field.press('Enter');
    await tab.page.getByText('This is too large to send').waitFor();
    assert.equal((await field.inputValue()).length, 1366);
    await field.fill('好'.repeat(1365));
    await field.press('Enter');
    assert.equal((await tab.asked('Chat.send')).length, 1);
  });

  it('speaks Chinese where the page does', async () => {
    const zh = await open('?lang=zh-CN');
    await zh.tell('callIn', { callerPhoneNumber: '13800138000' });
    assert.deepEqual(await zh.buttons(), ['接听', '拒接']);
  });

});
