// chat.test.js: chats in the core: every message once and in order whatever the connection does; both kinds of page. Layer: tests.
import assert from 'node:assert/strict';
import { loadCore, OUT, readyCore, welcome } from './core_module.js';

const CLIENT = '22222222-2222-4333-8444-555555555555';
const callIn = (more = {}) => ({ sessionId: 's1', type: 'im', timeout: 20, userId: 'v1', nickname: '小明', avatar: '', peerSource: 'web', channelName: 'shop', remark: '', ...more });
const message = (seq, more = {}) => ({ seq, from: 'client', kind: 'text', text: `m${seq}`, timeMs: 1700000000000 + seq, ...more });
const ended = { sessionId: 's1', type: 'im', duration: 1.5, closeBy: 'client' };
const listed = (more = {}) => ({
  sessionId: 's1', type: 'im', direction: 'in', state: 'talking', held: false, callerPhoneNumber: '', calleePhoneNumber: '', userId: 'v1', nickname: '小明',
  serverType: 'staffSeat', timeout: 0, startMs: 1700000000000, answerMs: 1700000001000, ...more,
});
const told = (core) => core.events('message').map(({ data }) => data.seq);
const asked = (core, m) => core.of(OUT.TEXT).filter((one) => one.t === 'req' && one.m === m);
const tell = (core, seq, more) => core.event('message', { sessionId: 's1', ...message(seq, more) });

/** A chat that the agent has accepted. */
async function openChat(more) {
  const core = await readyCore();
  core.event('callIn', callIn(more));
  const id = core.command('Chat.accept', { sessionId: 's1' });
  core.answer('chat.accept', {});
  assert.equal(core.result(id).status, 'success');
  return core.event('userAccessed', { sessionId: 's1' });
}

/** A visitor's page. */
async function visitorCore() {
  const core = await loadCore();
  assert.equal(core.init({ visitor: true }), 0);
  return core.drain().open().say(welcome({ agent: { userId: 'v1', name: '', status: 'offline', reason: '' } }));
}

describe('chats in core.wasm', () => {
  it('SDK-063 SDK-116 to SDK-124 callIn im rings and is accepted', async () => {
    const core = await readyCore();
    core.event('callIn', callIn({ clientData: '{}' }));
    assert.deepEqual(core.events('callIn')[0].data, callIn({ clientData: '{}' }));
    assert.equal(core.orders('tone').at(-1).name, 'ring');
    core.command('Chat.accept', 's1');
    assert.equal(core.orders('tone').at(-1).name, 'none');
    core.answer('chat.accept', {});
    core.event('userAccessed', { sessionId: 's1' });
    assert.equal(core.events('userAccessed').length, 1);
    assert.equal(core.orders('open').length, 0, 'no sound');
  });

  it('what was written before is asked for and told before what comes', async () => {
    const core = await openChat({ lastSeq: 2 });
    assert.deepEqual(asked(core, 'chat.history').at(-1).a, { sessionId: 's1', afterSeq: 0, limit: 50 });
    tell(core, 3);
    assert.deepEqual(told(core), []);
    core.answer('chat.history', { messages: [message(1), message(2), message(3)], more: false });
    assert.deepEqual(told(core), [1, 2, 3]);
    tell(core, 4);
    assert.deepEqual(told(core), [1, 2, 3, 4]);
  });

  it('of a long chat the last fifty are enough', async () => {
    const core = await openChat({ lastSeq: 120 });
    assert.equal(asked(core, 'chat.history').at(-1).a.afterSeq, 70);
  });

  it('a message that comes twice is told once; a gap is filled first, in as many pages as it takes', async () => {
    const core = await openChat();
    tell(core, 1);
    tell(core, 1);
    tell(core, 5);
    assert.deepEqual(told(core), [1]);
    core.answer('chat.history', { messages: [message(2), message(3)], more: true });
    assert.deepEqual(asked(core, 'chat.history').at(-1).a.afterSeq, 3);
    core.answer('chat.history', { messages: [message(4), message(5)], more: false });
    assert.deepEqual(told(core), [1, 2, 3, 4, 5]);
  });

  it('after a snapshot the missing messages are asked for', async () => {
    const core = await openChat();
    tell(core, 1);
    core.wasm.core_wire_closed(1006, core.now);
    core.drain().wait(1000).open().say(welcome({ seq: 900, sessions: [listed({ lastSeq: 3 })] }));
    core.seq = 900;
    assert.deepEqual(asked(core, 'chat.history').at(-1).a, { sessionId: 's1', afterSeq: 1, limit: 50 });
    tell(core, 4);
    core.answer('chat.history', { messages: [message(2), message(3), message(4)], more: false });
    assert.deepEqual(told(core), [1, 2, 3, 4]);
    assert.equal(core.events('sessionEnded').length, 0);
  });

  it('a question that fails is asked again with the next message', async () => {
    const core = await openChat();
    tell(core, 2);
    core.answer('chat.history', { code: 'IO', message: 'x', remedy: '' });
    tell(core, 3);
    core.answer('chat.history', { messages: [message(1), message(2), message(3)], more: false });
    assert.deepEqual(told(core), [1, 2, 3]);
  });

  it('a message is sent again with its number after a lost connection', async () => {
    const core = await openChat();
    const id = core.command('Chat.send', { sessionId: 's1', clientId: CLIENT, kind: 'text', text: 'hello' });
    core.wasm.core_wire_closed(1006, core.now);
    core.drain().wait(1000).open().say(welcome({ replay: true, seq: core.seq }));
    const sent = asked(core, 'chat.send');
    assert.equal(sent.length, 2);
    assert.deepEqual(sent[0], sent[1]);
    core.answer('chat.send', { seq: 1, timeMs: 5 });
    assert.deepEqual(core.result(id).data, { seq: 1, timeMs: 5 });
  });

  it('SDK-080 wrong options and wrong states are refused with a sentence, and the wrong namespace with the right one', async () => {
    const core = await readyCore();
    core.event('callIn', callIn());
    const refused = (cmd, args) => core.result(core.command(cmd, args));
    assert.deepEqual([refused('Chat.send', { sessionId: 's1', clientId: CLIENT, kind: 'text', text: 'x' }).code, refused('Chat.transfer', { sessionId: 's1' }).code],
      ['STATE', 'ARG_MISSING']);
    assert.match(refused('Call.accept', { sessionId: 's1' }).errorMsg, /is a chat\. Use the methods of Chat/);
    assert.equal(refused('Chat.accept', { sessionId: 'none' }).code, 'NOT_FOUND');
    assert.match(refused('Chat.send', { sessionId: 's1', clientId: 'x', kind: 'text', text: 'x' }).errorMsg, /clientId must be a UUID/);
    assert.match(refused('Chat.send', { sessionId: 's1', clientId: CLIENT, kind: 'text', text: 'x'.repeat(4097) }).errorMsg, /text must have 1 to 4096 bytes/);
    assert.equal(refused('Visit.start', { type: 'im' }).code, 'FORBIDDEN');
  });

  it('SDK-064 end rejects what rings and ends what is open; autoTransfer takes it away', async () => {
    const core = await readyCore();
    core.event('callIn', callIn());
    core.command('Chat.end', { sessionId: 's1' });
    assert.equal(asked(core, 'chat.reject').length, 1);
    core.answer('chat.reject', {});
    core.event('sessionEnded', { ...ended, closeBy: 'seat' });
    core.event('callIn', callIn());
    core.event('autoTransfer', { sessionId: 's1' });
    assert.equal(core.result(core.command('Chat.accept', { sessionId: 's1' })).code, 'NOT_FOUND');
    const open = await openChat();
    open.command('Chat.end', { sessionId: 's1' });
    assert.equal(asked(open, 'chat.end').length, 1);
    open.answer('chat.end', {});
    open.event('sessionEnded', ended);
    assert.deepEqual(open.events('sessionEnded')[0].data, ended);
    open.command('Chat.deleteChat', { sessionId: 's1' });
    open.answer('chat.delete', {});
    assert.deepEqual(open.events('sessionCompleted'), [{ event: 'sessionCompleted', data: { sessionId: 's1' } }]);
  });

  it('a visitor\'s page starts, waits, writes, is joined, ends and rates; agents\' methods are not for it', async () => {
    const core = await visitorCore();
    assert.ok(!asked(core, 'agent.online').length);
    const id = core.command('Visit.start', { type: 'im', remark: 'hi' });
    core.event('queued', { sessionId: 's1', type: 'im', ahead: 2 });
    core.answer('visit.start', { sessionId: 's1' });
    assert.equal(core.result(id).data.sessionId, 's1');
    core.command('Chat.send', { sessionId: 's1', clientId: CLIENT, kind: 'text', text: 'x' });
    assert.equal(asked(core, 'chat.send').length, 1);
    tell(core, 1, { from: 'system' });
    core.event('joined', { sessionId: 's1', nickname: 'Ann' });
    tell(core, 2);
    assert.deepEqual(told(core), [1, 2]);
    assert.deepEqual(core.events().filter(({ event }) => event !== 'message').slice(-2).map(({ event }) => event), ['queued', 'joined']);
    for (const cmd of ['Agent.online', 'Call.startOutboundCall', 'Chat.accept', 'Chat.transfer', 'Agent.setStatus']) {
      assert.equal(core.result(core.command(cmd, { sessionId: 's1', phoneNumber: '1', userId: 'x', status: 'free' })).code, 'FORBIDDEN', cmd);
    }
    core.command('Visit.end', { sessionId: 's1' });
    core.answer('visit.end', {});
    core.event('sessionEnded', ended);
    core.command('Visit.rate', { sessionId: 's1', score: 5 });
    assert.deepEqual(asked(core, 'chat.rate')[0].a, { sessionId: 's1', score: 5 });
    assert.match(core.result(core.command('Visit.rate', { sessionId: 's1', score: 6 })).errorMsg, /score must be a whole number from 1 to 5/);
  });

  it('a reloaded page lists its chat, and only new messages are told', async () => {
    const core = await loadCore();
    core.init();
    core.drain().open().say(welcome({ sessions: [listed({ lastSeq: 7 })] }));
    assert.equal(core.events('userAccessed').length, 1);
    const [session] = core.result(core.command('Session.list')).data.sessions;
    assert.deepEqual([session.type, session.state, session.lastSeq, session.nickname], ['im', 'talking', 7, '小明']);
    tell(core, 8);
    assert.deepEqual(told(core), [8]);
    assert.equal(asked(core, 'chat.history').length, 0);
  });

  /** An open chat, and a connection that comes back long after the resume window. */
  async function away() {
    const core = await openChat();
    core.wasm.core_wire_closed(1006, core.now);
    core.drain().wait(73000);
    assert.deepEqual(core.events('sessionEnded'), []);
    return core.open();
  }

  it('after the resume window a chat goes on if the welcome still lists it, and is over if not', async () => {
    for (const [sessions, ended] of [[[listed()], []], [[], [['im', 'connectionLost']]]]) {
      const core = await away();
      core.say(welcome({ resume: 'cd'.repeat(32), sessions }));
      assert.equal(core.events('reconnected').length, 1);
      assert.deepEqual(core.events('sessionEnded').map(({ data }) => [data.type, data.mainReason]), ended);
    }
  });

  it('when the seat is over its chats are', async () => {
    const core = await away();
    core.say({ t: 'refuse', error: { code: 'KICKED', message: 'The agent signed in somewhere else.', remedy: '' } });
    assert.deepEqual(core.events('sessionEnded').map(({ data }) => [data.type, data.mainReason]), [['im', 'kickedOut']]);
    assert.equal(core.events('kickedOut').length, 1);
  });
});
