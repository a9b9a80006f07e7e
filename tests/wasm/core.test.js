// core.test.js: core.wasm through its exports: sign-in, calls, endings, paths. Layer: tests.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { IMPORTS } from './load_wasm.js';
import { OUT, TAB, corePath, loadCore, media, readyCore, welcome } from './core_module.js';

const ARG_MISSING = -1, ARG_TYPE = -2, ARG_RANGE = -3, NOT_READY = -5, CONNECTION_LOST = -12, TOO_LARGE = -21, FORMAT = -37;
const callIn = {
  sessionId: 's1', type: 'phone', timeout: 20, calleePhoneNumber: '4001234567', callerPhoneNumber: '13900000002',
  callerLocation: '深圳', ivrPath: [{ key: '1', label: '销售' }], serverType: 'staffSeat',
};
const callOuted = { sessionId: 's1', callerPhoneNumber: '075500000001', calleePhoneNumber: '13800000001', serverType: 'staffSeat' };
const ended = (change = {}) => ({ sessionId: 's1', type: 'phone', duration: 9.614, closeBy: 'client', ...change });

async function talkingCore() {
  const core = await readyCore();
  const id = core.command('Call.startOutboundCall', { phoneNumber: '13800000001' });
  core.event('callOuted', callOuted);
  core.answer('call.start', callOuted);
  core.event('media', media()).event('calloutAccepted', { sessionId: 's1' });
  assert.equal(core.result(id).status, 'success');
  return core;
}

describe('core.wasm', () => {
  it('is small, imports nothing but the two, and exports its table', async () => {
    const core = await loadCore();
    const imports = WebAssembly.Module.imports(core.module).map(({ module, name }) => `${module}.${name}`);
    assert.deepEqual(imports.filter((name) => !IMPORTS.includes(name)), []);
    const packed = brotliCompressSync(readFileSync(corePath), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    assert.ok(packed.length <= 30000, `${packed.length} bytes brotli`);
    const table = readFileSync(new URL('../../src/wasm/core_exports.c', import.meta.url), 'utf8');
    const promised = [...table.matchAll(/core_\w+(?=\()/g)].map(([name]) => name);
    for (const name of new Set(promised)) assert.equal(typeof core.wasm[name], 'function', name);
  });

  it('gives NOT_READY before core_init and says what is wrong with its configuration', async () => {
    const core = await loadCore();
    for (const name of ['core_command', 'core_wire_text', 'core_wire_closed', 'core_path_open']) assert.equal(core.wasm[name](0, 0), NOT_READY);
    assert.equal(core.wasm.core_next_ms(), -1);
    assert.equal(core.wasm.core_poll(), 0);
    assert.equal(core.wasm.core_init(core.put('nonsense'), 0), FORMAT);
    assert.equal(core.init({ tabUUID: undefined }), ARG_MISSING);
    assert.equal(core.mailboxText(), 'tabUUID is missing.');
    assert.equal(core.init({ seed: 'x' }), ARG_TYPE);
    assert.equal(core.init({ token: null }), ARG_MISSING);
    assert.equal(core.init({ resumeToken: 'short' }), ARG_RANGE);
    assert.equal(core.init(), 0);
    assert.equal(core.wasm.core_error(NOT_READY), 9);
    assert.equal(core.mailboxText(), 'NOT_READY');
  });

  it('SDK-100 SDK-101 connects, greets, is ready and opens the media paths', async () => {
    const core = await loadCore();
    core.init({ sdkVersion: '0.1.0' });
    assert.deepEqual(core.drain().kinds(), [OUT.CONNECT]);
    core.open();
    assert.deepEqual(core.of(OUT.TEXT), [{ t: 'hello', v: 1, token: 'abc', tab: TAB, sdk: '0.1.0' }]);
    core.say(welcome());
    assert.deepEqual(core.events('ready'), [{ event: 'ready', data: { tabUUID: TAB } }]);
    assert.deepEqual(core.out.filter(({ kind }) => kind === OUT.STORE).map(({ text }) => text), ['ab'.repeat(32)]);
    assert.deepEqual(core.out.filter(({ kind }) => kind === OUT.PATH_OPEN).map(({ index, json }) => [index, json.ticket]),
      [[0, 't1'], [1, 't1'], [2, 't1']]);
    assert.ok(core.of(OUT.TEXT).some(({ m }) => m === 'agent.online'));
    core.event('statusChanged', { status: 'free' });
    assert.deepEqual(core.events('statusChanged').map(({ data }) => data.status), ['free']);
  });

  it('stays offline when autoOnline is false', async () => {
    const core = await loadCore();
    core.init({ autoOnline: false });
    core.drain().open().say(welcome());
    assert.ok(!core.of(OUT.TEXT).some(({ t }) => t === 'req'));
  });

  it('SDK-006 SDK-102 AMB-08 a refused token fires tokenExpired with its message', async () => {
    const core = await loadCore();
    core.init();
    core.drain().open().say({ t: 'refuse', error: { code: 'TOKEN_USED', message: 'The sign-in token was used before.', remedy: '' } });
    assert.deepEqual(core.events('tokenExpired')[0].data, { message: 'The sign-in token was used before.' });
    assert.equal(core.result(core.command('Agent.online')).code, 'TOKEN_USED');
    assert.equal(core.wasm.core_next_ms(), -1);
  });

  it('SDK-011 a resume token that is not known any more makes way for the sign-in token', async () => {
    const core = await loadCore();
    core.init({ resumeToken: '0'.repeat(64) });
    core.drain().open().say({ t: 'refuse', error: { code: 'TOKEN_INVALID', message: '', remedy: '' } });
    core.open().say(welcome());
    assert.deepEqual(core.of(OUT.TEXT).filter(({ t }) => t === 'hello').map(({ token, resume }) => token ?? resume), ['0'.repeat(64), 'abc']);
    assert.equal(core.events('ready').length, 1);
    assert.equal(core.events('tokenExpired').length, 0);
  });

  it('SDK-028 to SDK-041 startOutboundCall sends every option and gives the CallResponse', async () => {
    const core = await readyCore();
    const args = {
      phoneNumber: '13800000001', phoneDesc: '张先生', uui: 'order 7', skillGroupId: '334', callerPhoneNumber: '075500000001',
      servingNumberGroupIds: ['1', '2'], phoneEncodeType: 'number',
    };
    const id = core.command('Call.startOutboundCall', args);
    assert.deepEqual(core.of(OUT.TEXT).at(-1).a, args);
    assert.equal(core.orders('prepare').length, 1);
    const response = { ...callOuted, calleeLocation: '北京', remark: 'vip' };
    core.answer('call.start', response);
    const { data, status } = core.result(id);
    assert.equal(status, 'success');
    assert.deepEqual(data, response);
  });

  it('SDK-157 SDK-163 SDK-177 a call out: callOuted, calloutAccepted, sessionEnded, with ringback and sound', async () => {
    const core = await readyCore();
    core.command('Call.startOutboundCall', { phoneNumber: '13800000001' });
    core.event('callOuted', callOuted);
    core.answer('call.start', callOuted);
    core.event('progress', { sessionId: 's1', ringing: true });
    assert.equal(core.orders('tone').at(-1).name, 'ringback');
    core.event('media', media()).event('calloutAccepted', { sessionId: 's1' });
    assert.equal(core.orders('tone').at(-1).name, 'none');
    assert.deepEqual(core.orders('open'), [{
      op: 'open', channel: 0, sessionId: 's1',
      config: { codec: 'opus', payloadType: 111, dtmfPayloadType: 101, dtmfRate: 48000, ptimeMs: 20 },
    }]);
    assert.deepEqual(core.orders('direct').at(-1), { op: 'direct', channel: 0, send: true, receive: true, muted: false });
    core.event('sessionEnded', ended());
    assert.deepEqual(core.orders('close'), [{ op: 'close', channel: 0 }]);
    assert.deepEqual(core.events().filter(({ event }) => event !== 'progress').slice(-3), [
      { event: 'callOuted', data: callOuted }, { event: 'calloutAccepted', data: { sessionId: 's1' } }, { event: 'sessionEnded', data: ended() },
    ]);
  });

  it('early media silences the ringback tone of the page', async () => {
    const core = await readyCore();
    core.event('callOuted', callOuted).event('progress', { sessionId: 's1', ringing: true });
    core.event('media', media({ direction: 'recvonly' })).event('progress', { sessionId: 's1', earlyMedia: true });
    assert.equal(core.orders('tone').at(-1).name, 'none');
    assert.deepEqual(core.orders('direct').at(-1), { op: 'direct', channel: 0, send: false, receive: true, muted: false });
  });

  it('SDK-042 SDK-103 to SDK-115 SDK-148 AMB-02 a call in rings; accept takes {sessionId} or a bare string', async () => {
    for (const args of [{ sessionId: 's1' }, 's1']) {
      const core = await readyCore();
      core.event('callIn', callIn);
      assert.deepEqual(core.events('callIn'), [{ event: 'callIn', data: callIn }]);
      assert.equal(core.orders('tone').at(-1).name, 'ring');
      const id = core.command('Call.accept', args);
      assert.deepEqual(core.of(OUT.TEXT).at(-1), { t: 'req', id: core.of(OUT.TEXT).at(-1).id, m: 'call.accept', a: { sessionId: 's1' } });
      assert.equal(core.orders('tone').at(-1).name, 'none');
      core.event('media', media()).event('userAccessed', { sessionId: 's1' });
      core.answer('call.accept', {});
      assert.deepEqual(core.result(id), { id, status: 'success', data: {} });
      assert.deepEqual(core.events('userAccessed'), [{ event: 'userAccessed', data: { sessionId: 's1' } }]);
    }
  });

  it('a refused accept rings again and says why', async () => {
    const core = await readyCore();
    core.event('callIn', callIn);
    const id = core.command('Call.accept', 's1');
    core.answer('call.accept', { code: 'AGENT_BUSY', message: 'The agent is on another call.', remedy: 'End it.' });
    assert.deepEqual(core.result(id), {
      id, status: 'error', code: 'AGENT_BUSY', errorMsg: 'The agent is on another call.', remedy: 'End it.',
    });
    assert.equal(core.orders('tone').at(-1).name, 'ring');
  });

  for (const [row, what, detail] of [
    ['SDK-154', 'the customer hangs up', { closeBy: 'client' }], ['SDK-154', 'the agent hangs up', { closeBy: 'seat' }],
    ['SDK-155', 'busy', { closeBy: 'admin', mainReason: 'busy', duration: 0 }],
    ['SDK-155', 'rejected', { closeBy: 'admin', mainReason: 'userReject', duration: 0 }],
    ['SDK-155', 'no answer', { closeBy: 'admin', mainReason: 'notAnswer', duration: 0 }],
    ['SDK-155', 'number does not exist', { closeBy: 'admin', mainReason: 'numberNotExist', duration: 0 }],
    ['SDK-156', 'trunk down', { closeBy: 'admin', mainReason: 'operatorError', subReason: '503', duration: 0 }],
    ['SDK-154', 'a timer', { closeBy: 'timer' }],
  ]) {
    it(`${row} ending: ${what}`, async () => {
      const core = await talkingCore();
      core.event('sessionEnded', ended(detail));
      assert.deepEqual(core.events('sessionEnded'), [{ event: 'sessionEnded', data: ended(detail) }]);
      const id = core.command('Call.deleteCall', { sessionId: 's1' });
      core.answer('call.delete', {});
      assert.equal(core.result(id).status, 'success');
      assert.deepEqual(core.events('sessionCompleted'), [{ event: 'sessionCompleted', data: { sessionId: 's1' } }]);
      assert.deepEqual(core.result(core.command('Session.list')).data, { sessions: [] });
    });
  }

  it('SDK-043 hungUp silences microphone and loudspeaker at once', async () => {
    const core = await talkingCore();
    core.command('Call.hungUp', { sessionId: 's1' });
    assert.deepEqual(core.orders('direct').at(-1), { op: 'direct', channel: 0, send: false, receive: false, muted: false });
    assert.equal(core.of(OUT.TEXT).at(-1).m, 'call.hangup');
  });

  it('SDK-045 SDK-046 SDK-047 mute, unmute and isMicMuted answer at once', async () => {
    const core = await talkingCore();
    assert.equal(core.result(core.command('Call.muteMic', { sessionId: 's1' })).status, 'success');
    assert.equal(core.orders('direct').at(-1).muted, true);
    assert.deepEqual(core.result(core.command('Call.isMicMuted', { sessionId: 's1' })).data, { isMicMuted: true });
    core.wasm.core_wire_closed(1006, core.now);
    core.drain();
    assert.equal(core.result(core.command('Call.unmuteMic', { sessionId: 's1' })).status, 'success');
    assert.equal(core.orders('direct').at(-1).muted, false);
  });

  it('SDK-054 SDK-055 hold and unHold', async () => {
    const core = await talkingCore();
    const hold = core.command('Call.hold', { sessionId: 's1' });
    core.event('held', { sessionId: 's1', held: true, by: 'seat' }).answer('call.hold', {});
    assert.equal(core.result(hold).status, 'success');
    assert.deepEqual(core.orders('direct').at(-1), { op: 'direct', channel: 0, send: false, receive: false, muted: false });
    core.command('Call.unHold', { sessionId: 's1' });
    core.answer('call.unhold', {});
    assert.equal(core.orders('direct').at(-1).receive, true);
    assert.deepEqual(core.events('held').map(({ data }) => data.held), [true, false]);
  });

  it('SDK-062 sendDigits goes by the voice engine, or by the server without telephone-event', async () => {
    const core = await talkingCore();
    const id = core.command('Call.sendDigits', { sessionId: 's1', dtmfText: '12*#AD' });
    assert.equal(core.result(id).status, 'success');
    assert.deepEqual(core.orders('digits'), [{ op: 'digits', channel: 0, digits: '12*#AD' }]);
    assert.equal(core.result(core.command('Call.sendDigits', { sessionId: 's1', dtmfText: 'x' })).code, 'ARG_RANGE');
    assert.equal(core.result(core.command('Call.sendDigits', { sessionId: 's1', dtmfText: '1'.repeat(65) })).code, 'ARG_RANGE');
    core.event('media', media({ op: 'update', dtmfPayloadType: 0, dtmfRate: 0 }));
    core.command('Call.sendDigits', { sessionId: 's1', dtmfText: '9' });
    assert.deepEqual(core.of(OUT.TEXT).at(-1).a, { digits: '9', sessionId: 's1' });
  });

  it('SDK-079 SDK-080 SDK-081 SDK-082 SDK-165 the agent\'s status', async () => {
    const core = await readyCore();
    const id = core.command('Agent.setStatus', { status: 'rest', restReason: 'meal' });
    assert.deepEqual(core.of(OUT.TEXT).at(-1).a, { status: 'rest', restReason: 'meal' });
    core.event('statusChanged', { status: 'rest' }).answer('agent.status', { status: 'rest' });
    assert.deepEqual(core.result(id).data, { status: 'rest' });
    assert.deepEqual(core.result(core.command('Agent.getStatus')).data, { status: 'rest' });
    assert.equal(core.result(core.command('Agent.setStatus', { status: 'busy' })).errorMsg,
      'Agent.setStatus: status must be one of free, rest, arrange, notReady, stopNotReady.');
    assert.deepEqual(core.events('statusChanged').map(({ data }) => data.status), ['free', 'rest']);
  });

  it('SDK-176 commands before ready are refused with a code, whose sentence and remedy the page has', async () => {
    const core = await loadCore();
    core.init();
    core.drain();
    const id = core.command('Call.startOutboundCall', { phoneNumber: '1' });
    assert.deepEqual(core.result(id), { id, status: 'error', code: 'NOT_READY', errorMsg: '', remedy: '' });
    assert.deepEqual(core.result(core.command('Agent.getStatus')).data, { status: 'offline' });
  });

  it('a request without an answer is a TIMEOUT after 10 s, and a call that starts after all is hung up', async () => {
    const core = await readyCore();
    const id = core.command('Call.startOutboundCall', { phoneNumber: '13800000001' });
    core.wait(4900).say({ t: 'pong', n: 1 }).wait(4900).say({ t: 'pong', n: 2 });
    assert.equal(core.result(id), undefined);
    core.wait(300);
    assert.equal(core.result(id).code, 'TIMEOUT');
    core.event('callOuted', callOuted).answer('call.start', callOuted);
    assert.equal(core.of(OUT.TEXT).at(-1).m, 'call.hangup');
    assert.deepEqual(core.of(OUT.TEXT).at(-1).a, { sessionId: 's1' });
  });

  it('SDK-167 SDK-168 SDK-169 SDK-170 asr is told as it comes, also of a session that is not the page\'s own', async () => {
    const core = await talkingCore();
    const word = { word: 'patience', start_time: 4100, end_time: 4600, stable_flag: 1 };
    const result = { slice_type: 2, index: 0, start_time: 3200, end_time: 4700, voice_text_str: 'thank you for your patience', word_size: 1, word_list: [word] };
    core.event('asr', { sessionId: 's1', result, flow: 'IN' });
    core.event('asr', { sessionId: 'another', result: { ...result, slice_type: 0, word_size: 0, word_list: [] }, flow: 'OUT' });
    assert.deepEqual(core.events('asr').map(({ data }) => data), [
      { sessionId: 's1', result, flow: 'IN' }, { sessionId: 'another', result: { ...result, slice_type: 0, word_size: 0, word_list: [] }, flow: 'OUT' }]);
  });

  it('SDK-166 SDK-171 kickedOut ends the seat', async () => {
    const core = await talkingCore();
    core.event('kickedOut', { reason: 'signed in elsewhere' });
    assert.deepEqual(core.events('kickedOut'), [{ event: 'kickedOut', data: { reason: 'signed in elsewhere' } }]);
    assert.equal(core.events('sessionEnded')[0].data.mainReason, 'kickedOut');
    assert.equal(core.result(core.command('Agent.online')).code, 'KICKED');
    assert.equal(core.wasm.core_next_ms(), -1);
  });

  it('SDK-009 resumes with the newest token and the last event, and sends requests again', async () => {
    const core = await talkingCore();
    core.wasm.core_wire_closed(1006, core.now);
    core.drain();
    assert.equal(core.events('connectionLost').length, 1);
    const id = core.command('Agent.setStatus', { status: 'rest' });
    core.wait(0).open();
    assert.deepEqual(core.of(OUT.TEXT).at(-1), { t: 'hello', v: 1, resume: 'ab'.repeat(32), tab: TAB, lastSeq: core.seq });
    core.say(welcome({ resume: 'cd'.repeat(32), replay: true, seq: core.seq + 1 }));
    core.event('sessionEnded', ended());
    assert.equal(core.events('sessionEnded').length, 1);
    assert.deepEqual(core.events('reconnected').map(({ data }) => data.replayed), [true]);
    core.answer('agent.status', { status: 'rest' });
    assert.equal(core.result(id).status, 'success');
    core.wait(500);
    assert.deepEqual(core.of(OUT.TEXT).at(-1), { t: 'ack', seq: core.seq });
  });

  it('a reload brings a talking call back: orders, ready, userAccessed', async () => {
    const core = await loadCore();
    core.init({ token: null, resumeToken: 'ef'.repeat(32) });
    core.drain().open().say(welcome({
      seq: 40, agent: { userId: 'a', name: '', status: 'busy', reason: '' },
      sessions: [{
        sessionId: 's1', type: 'phone', direction: 'in', state: 'talking', held: true, callerPhoneNumber: '1', calleePhoneNumber: '2',
        serverType: 'staffSeat', timeout: 0, startMs: 1700000000000, answerMs: 1700000001000, media: media(),
      }],
    }));
    const at = (kind, test) => core.out.findIndex((one) => one.kind === kind && test(one.json));
    const open = at(OUT.MEDIA, ({ op }) => op === 'open'), ready = at(OUT.EVENT, ({ event }) => event === 'ready');
    const accessed = at(OUT.EVENT, ({ event }) => event === 'userAccessed');
    assert.ok(open >= 0 && open < ready && ready < accessed);
    assert.deepEqual(core.orders('direct').at(-1), { op: 'direct', channel: 0, send: false, receive: false, muted: false });
    const [session] = core.result(core.command('Session.list')).data.sessions;
    assert.deepEqual([session.state, session.held, session.answerMs], ['talking', true, 1700000001000]);
  });

  it('packets go out on the chosen path and come in once', async () => {
    const core = await talkingCore();
    assert.equal(core.wasm.core_packet(0, core.put(new Uint8Array(20)), core.now), CONNECTION_LOST);
    core.wasm.core_path_open(1, core.now);
    core.drain();
    const ping = core.out.filter(({ kind, index }) => kind === OUT.PATH_FRAME && index === 1).at(-1).bytes;
    assert.equal(ping[0], 0x10);
    const pong = ping.slice();
    pong[0] = 0x20;
    core.wasm.core_path_frame(1, core.put(pong), core.now);
    core.drain();
    assert.deepEqual(core.events('mediaPath').at(-1).data, { path: 'webSocket' });
    assert.equal(core.wasm.core_packet(2, core.put(new Uint8Array([1, 2, 3])), core.now), 0);
    core.drain();
    const frame = core.out.at(-1);
    assert.deepEqual([frame.kind, frame.index, frame.bytes[0], frame.bytes[1], [...frame.bytes.slice(4)]], [OUT.PATH_FRAME, 1, 0, 2, [1, 2, 3]]);
    for (let copy = 0; copy < 2; copy++) core.wasm.core_path_frame(1, core.put(new Uint8Array([0, 3, 0, 9, 7, 7])), core.now);
    core.drain();
    assert.deepEqual(core.out.filter(({ kind }) => kind === OUT.PACKET).map(({ index, bytes }) => [index, ...bytes]), [[3, 7, 7]]);
    assert.equal(core.wasm.core_packet(4, 3, core.now), ARG_RANGE);
    assert.equal(core.wasm.core_packet(0, 1497, core.now), TOO_LARGE);
    assert.equal(core.wasm.core_path_open(3, core.now), ARG_RANGE);
  });

  it('numbers are read exactly: 2^53 - 1, fractions, exponents', async () => {
    const core = await readyCore();
    core.seq = 0;
    for (const duration of [0, 0.1, 9.614, 12345.678, 1e9, 1.5e-7, 86399.999]) {
      const sessionId = `n${core.seq}`;
      core.seq = core.seq || 1;
      core.event('sessionEnded', { sessionId, type: 'phone', duration, closeBy: 'client' });
      assert.equal(core.events('sessionEnded').at(-1).data.duration, duration);
    }
    const resumed = await loadCore();
    resumed.init();
    resumed.drain().open().say(welcome({ seq: 2 ** 53 - 2 }));
    assert.equal(resumed.of(OUT.TEXT).find(({ t }) => t === 'ack').seq, 2 ** 53 - 2);
  });

  it('does not grow over a thousand calls', async () => {
    const core = await readyCore();
    const before = core.wasm.memory.buffer.byteLength;
    for (let i = 0; i < 1000; i++) {
      const sessionId = `c${i}`;
      core.event('callIn', { ...callIn, sessionId });
      core.command('Call.accept', sessionId);
      core.event('media', media({ sessionId })).event('userAccessed', { sessionId }).answer('call.accept', {});
      core.event('sessionEnded', ended({ sessionId }));
      core.command('Call.deleteCall', sessionId);
      core.answer('call.delete', {});
      core.out.length = 0;
    }
    assert.equal(core.wasm.memory.buffer.byteLength, before);
  });
});
