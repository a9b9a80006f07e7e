/** screens_state.test.js: the one state of the screens and its writer. */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('state of the screens', () => {
  let state;
  let actions;
  let chatPane;
  let store;
  let now;
  let changes;
  before(async () => {
    state = await load('ui/state.js');
    actions = await load('ui/actions.js');
    chatPane = await load('ui/chat_pane.js');
  });
  beforeEach(() => {
    now = 100000;
    changes = 0;
    store = state.createStore(() => { changes += 1; }, () => now);
  });
  const session = (more = {}) => ({ sessionId: 's', type: 'phone', state: 'ringingIn', direction: 'in', number: '1', phoneDesc: '', startMs: now, answerMs: 0, endMs: 0, timeout: 20, channel: -1, details: {}, ending: {}, ...more });

  it('an event that no screen shows changes nothing', () => {
    store.step('mediaPath', { path: 'dc' });
    assert.equal(changes, 0);
  });

  it('the countdown of after-call work ends at a time, not after so many ticks', () => {
    store.step('statusChanged', { status: 'arrange', countdown: 30 });
    assert.deepEqual(store.get().status, { value: 'arrange', reason: '', reserved: '', endMs: 130000 });
  });

  it('a chat that is accepted opens the workbench on it; a call does not', () => {
    for (const type of ['phone', 'voip', 'internal']) {
      store.step('sessions', [session({ type })]);
      store.step('sessions', [session({ type, state: 'talking' })]);
      assert.equal(store.get().view.isOpen, false, type);
    }
    store.step('sessions', [session({ sessionId: 'm', type: 'im' })]);
    store.step('sessions', [session({ sessionId: 'm', type: 'im', state: 'talking' })]);
    assert.deepEqual([store.get().view.isOpen, store.get().view.selected], [true, 'm']);
  });

  it('a session that goes takes everything kept by it along', () => {
    store.step('sessions', [session()]);
    for (const [name, d] of [['panel', { name: 'pad' }], ['digit', { key: '1' }], ['quality', { level: 3 }], ['consulting', { target: 'Ben' }], ['transfer', { tab: 'agents' }],
      ['message', { seq: 1, from: 'client', kind: 'text', text: 'a' }], ['selfService', { running: true }], ['videoStreams', {}],
      ['asr', { flow: 'IN', result: { index: 0, slice_type: 2, voice_text_str: 'a' } }]]) store.step(name, { sessionId: 's', ...d });
    store.step('sessions', []);
    const left = Object.entries(store.get()).filter(([, value]) => value && typeof value === 'object' && 's' in value).map(([name]) => name);
    assert.deepEqual(left, []);
  });

  it('what is read along of a call of others stays while it is listened to', () => {
    store.step('monitor', { sessionId: 'theirs', isTextOnly: true });
    store.step('asr', { sessionId: 'theirs', flow: 'IN', result: { index: 0, slice_type: 2, voice_text_str: 'a' } });
    store.step('refuse', { place: 'gone', error: {} });
    store.step('refuse', { place: 'dial', error: {} });
    store.step('sessions', []);
    assert.deepEqual([Object.keys(store.get().transcripts), Object.keys(store.get().refusals)], [['theirs'], ['dial']]);
    store.step('monitorEnded', { sessionId: 'theirs' });
    store.step('sessions', []);
    assert.deepEqual(store.get().transcripts, {});
  });

  it('messages stand in the order of their numbers, once each, also when they come twice or late', () => {
    store.step('sessions', [session({ type: 'im' })]);
    for (const seq of [1, 3, 2, 3, 1]) store.step('message', { sessionId: 's', seq, from: 'client', kind: 'text', text: String(seq) });
    assert.deepEqual(store.get().chats.s.messages.map(({ seq }) => seq), [1, 2, 3]);
    store.step('loaded', { sessionId: 's', more: false, messages: [{ seq: 0, from: 'system', kind: 'text', text: '0', timeMs: 1 }, { seq: 1, from: 'client', kind: 'text', text: '1', timeMs: 2 }] });
    assert.deepEqual(store.get().chats.s.messages.map(({ seq }) => seq), [0, 1, 2, 3]);
    assert.equal(store.get().chats.s.more, false);
  });

  it('a message on its way is replaced by its stored copy', () => {
    store.step('sending', { sessionId: 's', message: { from: 'seat', kind: 'text', text: 'hi', clientId: 'c1', timeMs: now, state: 'sending' } });
    store.step('message', { sessionId: 's', seq: 7, from: 'seat', kind: 'text', text: 'hi', clientId: 'c1' });
    assert.deepEqual(store.get().chats.s.messages.map(({ seq, state: is }) => [seq, is]), [[7, undefined]]);
  });

  it('messages of a chat that is looked at are not unread', () => {
    store.step('sessions', [session({ type: 'im', state: 'talking' })]);
    store.step('message', { sessionId: 's', seq: 1, from: 'client', kind: 'text', text: 'a' });
    assert.equal(store.get().chats.s.unread, 1);
    store.step('seen', 's');
    store.step('view', { isOpen: true, tab: 'sessions', selected: 's' });
    store.step('message', { sessionId: 's', seq: 2, from: 'client', kind: 'text', text: 'b' });
    assert.equal(store.get().chats.s.unread, 0);
    store.step('view', { isSeen: false });
    store.step('message', { sessionId: 's', seq: 3, from: 'client', kind: 'text', text: 'c' });
    assert.equal(store.get().chats.s.unread, 1, 'in a page that nobody sees they are');
  });

  it('a sentence of the transcript is one line, replaced until it is final; noise leaves none', () => {
    const say = (flow, index, slice, text) => store.step('asr', { sessionId: 's', flow, result: { index, slice_type: slice, voice_text_str: text } });
    const lines = () => store.get().transcripts.s.map(({ flow, text }) => [flow, text]);
    say('IN', 0, 0, '');
    assert.deepEqual(lines(), []);
    say('IN', 0, 1, 'I');
    say('OUT', 0, 1, 'Yes');
    say('IN', 0, 1, 'I want');
    say('IN', 0, 2, 'I want it.');
    say('IN', 1, 0, 'And');
    assert.deepEqual(lines(), [['IN', 'I want it.'], ['OUT', 'Yes'], ['IN', 'And']]);
    say('IN', 1, 2, '');
    assert.deepEqual(lines(), [['IN', 'I want it.'], ['OUT', 'Yes']]);
  });

  it('what is kept of a chat and a transcript has a limit', () => {
    for (let seq = 0; seq < 600; seq += 1) store.step('message', { sessionId: 's', seq, from: 'client', kind: 'text', text: 'a' });
    for (let i = 0; i < 300; i += 1) store.step('asr', { sessionId: 's', flow: 'IN', result: { index: i, slice_type: 2, voice_text_str: 'a' } });
    assert.deepEqual([store.get().chats.s.messages.length, store.get().transcripts.s.length], [500, 200]);
  });

  it('of a question that choice is marked which the visitor took, by key or words, before the next question', () => {
    const options = [{ key: '1', text: 'Parcels' }, { key: '2', text: '1' }];
    const said = (text, from = 'client') => ({ from, kind: 'text', text, timeMs: 0 });
    const asked = () => ({ from: 'system', kind: 'text', text: '?', timeMs: 0, options });
    const { takenOf } = chatPane;
    assert.equal(takenOf([asked(), said(' PARCELS\n')], 0), '1');
    assert.equal(takenOf([asked(), said('hello'), said('2')], 0), '2');
    assert.equal(takenOf([asked(), said('1')], 0), '1', 'a key comes before words');
    assert.equal(takenOf([asked(), said('hello'), asked(), said('2')], 0), '', 'it was asked again');
    assert.equal(takenOf([asked(), said('hello'), asked(), said('2')], 2), '2');
    assert.equal(takenOf([asked(), said('Good morning', 'seat'), said('1')], 0), '', 'said to the agent');
  });

  it('consultation is told step by step and goes when it ends', () => {
    store.step('consulting', { sessionId: 's', target: 'Ben' });
    const seen = [store.get().consults.s.state];
    for (const to of ['talking', 'conference']) {
      store.step('consult', { sessionId: 's', state: to });
      seen.push(store.get().consults.s.state);
    }
    assert.deepEqual(seen, ['ringing', 'talking', 'conference']);
    assert.equal(store.get().consults.s.target, 'Ben');
    store.step('consult', { sessionId: 's', state: 'ended' });
    assert.equal(store.get().consults.s, undefined);
  });

  describe('acts', () => {
    const act = (tccc) => actions.createActions({ tccc: { Agent: { getStatus: () => 'free' }, ...tccc }, store, settings: { update() {} } });
    const refused = (code) => () => Promise.reject(Object.assign(new Error(code), { code }));

    it('a refusal is shown where it was asked for, and goes with the next try', async () => {
      let answer = refused('AGENT_BUSY');
      const { dial } = act({ Call: { startOutboundCall: () => answer() } });
      await dial('9001');
      assert.equal(store.get().refusals.dial.code, 'AGENT_BUSY');
      answer = async () => ({});
      await dial('9001');
      assert.equal(store.get().refusals.dial, undefined);
    });

    it('an agent who is offline goes online before another status is set', async () => {
      const asked = [];
      const Agent = { getStatus: () => 'offline', online: async () => { asked.push('online'); }, setStatus: async ({ status, restReason }) => { asked.push([status, restReason]); } };
      await act({ Agent }).setStatus('rest', 'Lunch');
      assert.deepEqual(asked, ['online', ['rest', 'Lunch']]);
    });

    it('a message that could not be sent can be tried again and is not doubled', async () => {
      let send = refused('TIMEOUT');
      const chat = act({ Chat: { send: () => send() } });
      store.step('draft', { sessionId: 's', text: ' hello ' });
      await chat.sendDraft('s');
      await Promise.resolve();
      const [failed] = store.get().chats.s.messages;
      assert.deepEqual([failed.state, failed.text, store.get().chats.s.draft], ['failed', 'hello', '']);
      send = async () => ({ status: 'success', data: { seq: 4, timeMs: 5 }, seq: 4, timeMs: 5 });
      await chat.send('s', { text: failed.text }, failed.clientId);
      assert.deepEqual(store.get().chats.s.messages.map(({ seq, state: is }) => [seq, is]), [[4, undefined]]);
    });

    it('a contact that the server no longer knows can be completed; one that it refuses to remove stays', async () => {
      store.step('sessions', [session({ state: 'ended' })]);
      await act({ Call: { deleteCall: refused('STATE') } }).remove('s');
      assert.equal(store.get().sessions.length, 1);
      await act({ Call: { deleteCall: refused('NOT_FOUND') } }).remove('s');
      assert.deepEqual([store.get().sessions, store.get().refusals], [[], {}]);
      store.step('sessions', [session({ state: 'ended' })]);
      assert.deepEqual(store.get().sessions, []);
    });

    it('only a supervisor gets the list of running calls', async () => {
      await act({ Call: { getRunningSessions: async () => ({ data: { sessions: [] }, sessions: [] }) } }).refreshRunning();
      assert.deepEqual(store.get().running, []);
      const parts = { undefined: { sessions: ['a'], next: 7 }, 7: { sessions: ['b'] } };
      await act({ Call: { getRunningSessions: async ({ after }) => ({ data: parts[after] }) } }).refreshRunning();
      assert.deepEqual(store.get().running, ['a', 'b']);
      await act({ Call: { getRunningSessions: refused('FORBIDDEN') } }).refreshRunning();
      assert.equal(store.get().running, null);
    });
  });
});
