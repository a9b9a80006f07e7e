// wire_messages.js: one good tccc.v1 message of every kind, method and event, and many bad ones made of them. Layer: tests.

const session = 'session-1';
const media = {
  sessionId: session, op: 'start', channel: 0, direction: 'sendrecv', codec: 'opus', payloadType: 111, dtmfPayloadType: 101,
  dtmfRate: 48000, ptimeMs: 20,
  srtp: { suite: 'AES_CM_128_HMAC_SHA1_80', sendKey: 'A'.repeat(40), receiveKey: '+/'.repeat(20) },
};
const listed = {
  sessionId: session, type: 'phone', direction: 'in', state: 'talking', held: false, callerPhoneNumber: '13800000001',
  calleePhoneNumber: '4001234567', phoneDesc: 'a customer', serverType: 'staffSeat', timeout: 0, startMs: 1700000000000,
  answerMs: 1700000001000, media,
};
const error = { code: 'TIMEOUT', message: 'The server did not answer in time.', remedy: 'Try again.' };
const req = (m, a) => ({ t: 'req', id: 7, m, a });
const ev = (e, d) => ({ t: 'ev', seq: 3, e, d });
const tab = '11111111-2222-4333-8444-555555555555';

export const fromClient = [
  { t: 'hello', v: 1, token: 'abc', tab, sdk: '0.1.0' },
  { t: 'hello', v: 1, resume: 'aF'.repeat(32), tab, lastSeq: 0, sdk: '0.1.0' },
  { t: 'hello', v: 1, resume: 'aF'.repeat(32), tab, lastSeq: 4, heir: true },
  req('agent.online', {}), req('agent.offline', {}), req('agent.status', { status: 'rest', restReason: 'meal' }),
  req('call.start', {
    phoneNumber: '13800000001', phoneDesc: '张先生', uui: 'order 7', skillGroupId: '334', callerPhoneNumber: '075500000001',
    servingNumberGroupIds: ['1', '2'], phoneEncodeType: 'number', tabUUID: tab,
  }),
  ...['accept', 'reject', 'hangup', 'delete', 'hold', 'unhold'].map((name) => req(`call.${name}`, { sessionId: session })),
  req('call.accept', { sessionId: session, tabUUID: tab }), req('call.mute', { muted: true, sessionId: session }), req('call.digits', { digits: '0123456789*#ABCD', sessionId: session }),
  req('call.internal', { calleeUserId: 'b@example.com', useMobile: true, tabUUID: tab }),
  ...[{ skillGroupId: '334' }, { userId: 'b@example.com' }, { extension: '1001' }, { phoneNumber: '13800000002' }]
    .map((target) => req('call.transfer', { sessionId: session, ...target })),
  req('call.flow', { sessionId: session, flowId: '12' }), req('call.unflow', { sessionId: session }),
  req('call.monitor', { sessionId: session }), req('call.monitor', { textOnly: true, sessionId: session }), req('call.unmonitor', { sessionId: session }),
  req('call.whisper', { on: true, sessionId: session }), req('call.intercept', { sessionId: session }), req('call.kick', { sessionId: session }),
  req('call.running', {}), req('call.running', { after: 100 }), req('call.consult', { userId: 'b@example.com', sessionId: session }), req('call.consultComplete', { sessionId: session }),
  req('call.consultCancel', { sessionId: session }), req('call.conference', { sessionId: session }), req('call.conferenceLeave', { sessionId: session }),
  req('media.offer', { sdp: 'v=0\r\n' }),
  req('agent.device', { microphone: 'denied' }), req('directory.get', {}),
  req('visit.start', { type: 'im', remark: 'about order 7' }), req('visit.start', { type: 'voip' }), req('visit.start', { type: 'im', userIds: ['a@example.com', 'b@example.com'] }), req('visit.start', { type: 'im', skillGroupId: '7' }), req('visit.end', { sessionId: session }),
  ...['accept', 'reject', 'end', 'delete', 'typing'].map((name) => req(`chat.${name}`, { sessionId: session })),
  req('chat.send', { sessionId: session, clientId: tab, kind: 'text', text: '你好' }),
  req('chat.send', { sessionId: session, clientId: tab, kind: 'image', url: '/v1/files/a', name: 'a.png', size: 7, mime: 'image/png' }),
  req('chat.read', { sessionId: session, seq: 3 }), req('chat.history', { sessionId: session, beforeSeq: 9, limit: 20 }),
  req('chat.history', { sessionId: session, afterSeq: 0, limit: 50 }), req('chat.transfer', { sessionId: session, skillGroupId: '334' }),
  req('chat.transfer', { sessionId: session, userId: 'b@example.com' }),
  req('chat.upload', { sessionId: session, name: 'a.png', size: 7, mime: 'image/png' }),
  ...['accept', 'end', 'delete', 'hold', 'unhold'].map((name) => req(`video.${name}`, { sessionId: session })), req('video.accept', { sessionId: session, tabUUID: tab }),
  req('video.mute', { sessionId: session, audio: true, video: false }), req('video.offer', { sessionId: session, sdp: 'v=0\r\n' }),
  req('video.transfer', { sessionId: session, skillGroupId: '334' }), req('video.transfer', { sessionId: session, userId: 'b@example.com' }),
  req('chat.rate', { sessionId: session, score: 5, comment: 'good' }),
  { t: 'ack', seq: 12 }, { t: 'ping', n: 1 }, { t: 'pong', n: 4294967295 }, { t: 'bye' }, { t: 'bye', error },
];

export const fromServer = [
  {
    t: 'welcome', v: 1, resume: '0'.repeat(64), agent: { userId: 'a@example.com', name: '', status: 'free', reason: '', role: 'inspector' },
    sessions: [listed, { ...listed, type: 'im', callerPhoneNumber: '', userId: 'v1', nickname: '小明', lastSeq: 12 },
      { ...listed, type: 'internal', peerUserId: 'b@example.com', selfService: true, muted: true, consult: 'conference' },
      { ...listed, type: 'video', userId: 'v1', muted: true, cameraMuted: true }, { ...listed, state: 'monitoring' }], replay: false, seq: 9007199254740991, heartbeatMs: 5000, resumeWindowMs: 60000,
    media: { ticket: 'a-ticket_1', paths: ['dc', 'ws'], iceServers: [{ urls: 'turn:a.example', username: 'u', credential: 'c' }] }, settings: { a: [1, { b: null }] },
  },
  { t: 'refuse', error }, { t: 'res', id: 7, ok: true, r: { status: 'free' } }, { t: 'res', id: 7, ok: false, error },
  ev('callIn', {
    sessionId: session, type: 'phone', timeout: 20, calleePhoneNumber: '4001234567', callerPhoneNumber: '13800000001',
    callerLocation: '深圳', remark: 'a "good" customer', ivrPath: [{ key: '1', label: 'sales' }], protectedCallee: '1',
    protectedCaller: '2', serverType: 'staffSeat',
  }),
  ev('callIn', {
    sessionId: session, type: 'internal', timeout: 20, calleePhoneNumber: '', ivrPath: [], peerUserId: 'b@example.com',
    serverType: 'staffSeat', autoAnswer: true, consultUserId: 'c@example.com',
  }),
  ev('userAccessed', { sessionId: session }), ev('userAccessed', { sessionId: session, tabUUID: tab }),
  ev('callOuted', {
    sessionId: session, callerPhoneNumber: '075500000001', calleePhoneNumber: '13800000001', protectedCallee: '1',
    remark: 'note', phoneDesc: 'Ms Li', serverType: 'staffExtensionSeat', tabUUID: tab,
  }),
  ev('callOuted', { sessionId: session, type: 'video', callerPhoneNumber: 'v1', calleePhoneNumber: 'shop', serverType: 'staffSeat' }),
  ev('videoCodec', { sessionId: session, codec: 'H264' }),
  ev('videoMuted', { sessionId: session, from: 'client', audio: true, video: false }),
  ev('calloutAccepted', { sessionId: session }),
  ev('sessionEnded', { sessionId: session, type: 'phone', duration: 9.614, closeBy: 'admin', mainReason: 'busy', subReason: '486' }),
  ev('statusChanged', { status: 'notReady' }), ev('statusChanged', { status: 'arrange', countdown: 10 }),
  ev('statusChanged', { status: 'busy', reserved: 'rest', reason: 'meal' }), ev('autoTransfer', { sessionId: session }),
  ev('transfer', { sessionId: session, skillGroupId: '334', userId: '' }),
  ev('monitorEnded', { sessionId: session, reason: 'ended' }), ev('consult', { sessionId: session, state: 'ringing' }),
  ev('consult', { sessionId: session, state: 'ended', reason: 'busy' }),
  ev('transfer', { sessionId: session, extension: '1001', phoneNumber: '13800000002' }), ev('selfService', { sessionId: session, running: true }),
  ev('asr', {
    sessionId: session, flow: 'IN',
    result: {
      slice_type: 2, index: 0, start_time: 300, end_time: 1200, voice_text_str: '谢谢 thank you', word_size: 1,
      word_list: [{ word: 'thank', start_time: 310, end_time: 600, stable_flag: 1 }],
    },
  }),
  ev('asr', {
    sessionId: session, flow: 'OUT', result: { slice_type: 0, index: 1, start_time: 0, end_time: 0, voice_text_str: '', word_size: 0, word_list: [] },
  }),
  ev('kickedOut', { reason: 'elsewhere' }),
  ev('progress', { sessionId: session, ringing: true }), ev('progress', { sessionId: session, earlyMedia: true }),
  ev('held', { sessionId: session, held: true, by: 'seat' }), ev('media', media), ev('media', { ...media, op: 'update' }),
  ev('media', { sessionId: session, op: 'stop' }),
  ev('callIn', {
    sessionId: session, type: 'im', timeout: 20, lastSeq: 2, userId: 'v1', nickname: '小明', avatar: 'https://a/b.png', peerSource: 'web', channelName: 'shop',
    clientData: '{"order":7}', remark: 'about order 7',
  }),
  ev('callIn', { sessionId: session, type: 'voip', timeout: 0, callee: 'shop', calleeRemark: 'the shop', ivrPath: [{ key: '1', label: 'sales' }], serverType: 'staffSeat' }),
  ev('callIn', { sessionId: session, type: 'video', timeout: 20, userId: 'v1', serverType: 'staffSeat' }),
  ev('message', { sessionId: session, seq: 1, from: 'client', kind: 'text', text: 'hello', timeMs: 1700000000000, clientId: tab }),
  ev('message', { sessionId: session, seq: 2, from: 'seat', userId: 'a@example.com', kind: 'file', url: '/v1/files/a', name: 'a.pdf', size: 7, mime: 'application/pdf', timeMs: 0 }),
  ev('typing', { sessionId: session, from: 'seat' }), ev('messageRead', { sessionId: session, seq: 2, from: 'client' }),
  ev('queued', { sessionId: session, type: 'im', ahead: 3 }), ev('joined', { sessionId: session, nickname: 'Ann' }),
  { t: 'ping', n: 0 }, { t: 'pong', n: 1 }, { t: 'bye' }, { t: 'bye', error },
];

/** Values that a member may be replaced by. */
const strangers = (value) => [
  null, true, false, '', 'x', 'x'.repeat(70), 'y'.repeat(300), 'z'.repeat(1100), '#'.repeat(40), -1, 0, 1, 1.5, 25, 50, 128, 86401,
  2 ** 31, 2 ** 53, 1e10, [], ['x'], [1], new Array(40).fill('x'), new Array(40).fill(value), {}, { error: 1 },
];

/** The message with one member, at any depth, missing or replaced. */
export function* mutants(message) {
  if (message === null || typeof message !== 'object') return;
  for (const name of Object.keys(message)) {
    const without = Array.isArray(message) ? message.filter((one, index) => String(index) !== name) : { ...message };
    if (!Array.isArray(message)) delete without[name];
    yield without;
    const put = (value) => (Array.isArray(message) ? message.map((one, index) => (String(index) === name ? value : one))
      : { ...message, [name]: value });
    for (const value of strangers(message[name])) yield put(value);
    for (const inner of mutants(message[name])) yield put(inner);
  }
}
