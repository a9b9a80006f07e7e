/** fields.test.js: each field and value of the manual's tables for itself: what the server says reaches the page, what the page says the server. Layer: tests. */
import assert from 'node:assert/strict';
import { OUT, readyCore } from './core_module.js';

const ID = 's1';
const callOuted = { sessionId: ID, callerPhoneNumber: '075500000001', calleePhoneNumber: '13800000001', serverType: 'staffSeat' };
/** What a server says at least, by event and type. */
const LEAST = {
  phone: { sessionId: ID, type: 'phone', timeout: 20, calleePhoneNumber: '4001234567', ivrPath: [], serverType: 'staffSeat' },
  im: { sessionId: ID, type: 'im', timeout: 0 },
  voip: { sessionId: ID, type: 'voip', timeout: 0, serverType: 'staffSeat' },
  video: { sessionId: ID, type: 'video', timeout: 0, serverType: 'staffSeat' },
  internal: { sessionId: ID, type: 'internal', timeout: 15, peerUserId: 'anna@example.com', calleePhoneNumber: '8002', ivrPath: [], serverType: 'staffSeat' },
};

/** [row, type of callIn, field, value, whether a page can do without] */
const CALL_IN = [
  ['SDK-105', 'phone', 'sessionId', 'phone-1'],
  ['SDK-106', 'phone', 'type', 'phone'],
  ['SDK-107', 'phone', 'timeout', 0],
  ['SDK-108', 'phone', 'calleePhoneNumber', '02011110002'],
  ['SDK-109', 'phone', 'callerPhoneNumber', '13900000002', true],
  ['SDK-110', 'phone', 'callerLocation', '深圳', true],
  ['SDK-111', 'phone', 'remark', 'vip', true],
  ['SDK-112', 'phone', 'ivrPath', [{ key: '1', label: '销售' }, { key: '#', label: '' }]],
  ['SDK-113', 'phone', 'protectedCallee', '4001***567', true],
  ['SDK-114', 'phone', 'protectedCaller', '139****0002', true],
  ['SDK-115', 'phone', 'serverType', 'staffExtensionSeat'],
  ['SDK-116', 'im', 'sessionId', 'im-1'],
  ['SDK-117', 'im', 'type', 'im'],
  ['SDK-118', 'im', 'timeout', 30],
  ['SDK-119', 'im', 'nickname', '小明', true],
  ['SDK-120', 'im', 'avatar', 'https://a.example/b.png', true],
  ['SDK-121', 'im', 'remark', 'about order 7', true],
  ['SDK-122', 'im', 'peerSource', 'web', true],
  ['SDK-123', 'im', 'channelName', 'Shop', true],
  ['SDK-124', 'im', 'clientData', '{"order":7}', true],
  ['SDK-125', 'voip', 'sessionId', 'voip-1'],
  ['SDK-126', 'voip', 'type', 'voip'],
  ['SDK-127', 'voip', 'timeout', 12],
  ['SDK-128', 'voip', 'callee', 'shop', true],
  ['SDK-129', 'voip', 'calleeRemark', 'Shop', true],
  ['SDK-130', 'voip', 'userId', 'openid-1', true],
  ['SDK-131', 'voip', 'nickname', '小明', true],
  ['SDK-132', 'voip', 'avatar', 'https://a.example/b.png', true],
  ['SDK-133', 'voip', 'remark', 'vip', true],
  ['SDK-134', 'voip', 'peerSource', 'web', true],
  ['SDK-135', 'voip', 'ivrPath', [{ key: '2', label: 'Sales' }], true],
  ['SDK-136', 'voip', 'clientData', '{"order":7}', true],
  ['SDK-137', 'video', 'sessionId', 'video-1'],
  ['SDK-138', 'video', 'type', 'video'],
  ['SDK-139', 'video', 'timeout', 9],
  ['SDK-140', 'video', 'userId', 'openid-1', true],
  ['SDK-141', 'video', 'nickname', '小明', true],
  ['SDK-142', 'video', 'avatar', 'https://a.example/b.png', true],
  ['SDK-143', 'video', 'remark', 'vip', true],
  ['SDK-144', 'internal', 'sessionId', 'internal-1'],
  ['SDK-145', 'internal', 'type', 'internal'],
  ['SDK-146', 'internal', 'timeout', 7],
  ['SDK-147', 'internal', 'peerUserId', 'ben@example.com'],
];

/** [row, event, what the server says without the field, field, value, whether it may be absent] */
const ended = { sessionId: ID, type: 'phone', duration: 1.5, closeBy: 'admin' };
const OTHERS = [
  ['SDK-153', 'sessionEnded', ended, 'sessionId', 'e-1'],
  ['SDK-154', 'sessionEnded', ended, 'closeBy', 'timer'],
  ['SDK-155', 'sessionEnded', ended, 'mainReason', 'busy', true],
  ['SDK-156', 'sessionEnded', { ...ended, mainReason: 'operatorError' }, 'subReason', '503', true],
  ['SDK-158', 'callOuted', callOuted, 'sessionId', 'o-1'],
  ['SDK-159', 'callOuted', callOuted, 'callerPhoneNumber', '02011110002'],
  ['SDK-160', 'callOuted', callOuted, 'calleePhoneNumber', '13800138000'],
  ['SDK-161', 'callOuted', callOuted, 'serverType', 'staffPhoneSeat'],
  ['SDK-030', 'callOuted', callOuted, 'phoneDesc', '张先生', true],
  ['SDK-162', 'callOuted', callOuted, 'tabUUID', '11111111-2222-4333-8444-555555555556', true],
  ['SDK-021', 'callOuted', callOuted, 'serverType', 'staffSeat'],
  ['SDK-022', 'callOuted', callOuted, 'serverType', 'staffPhoneSeat'],
  ['SDK-023', 'callOuted', callOuted, 'serverType', 'miniProgramSeat'],
  ['SDK-024', 'callOuted', callOuted, 'serverType', 'staffExtensionSeat'],
];

/** [row, option, value, a value that is refused] */
const OPTIONS = [
  ['SDK-029', 'phoneNumber', '13800000002', ''],
  ['SDK-030', 'phoneDesc', '张先生', 7],
  ['SDK-031', 'uui', 'order 7', { order: 7 }],
  ['SDK-032', 'skillGroupId', '334', 334],
  ['SDK-033', 'callerPhoneNumber', '075500000001', 75500000001],
  ['SDK-034', 'servingNumberGroupIds', ['1', '2'], '1'],
  ['SDK-035', 'phoneEncodeType', 'number', 'virtual'],
];

/** [row, field, value, whether it may be absent] */
const RESPONSE = [
  ['SDK-036', 'sessionId', 'r-1'],
  ['SDK-037', 'calleeLocation', '北京', true],
  ['SDK-038', 'calleePhoneNumber', '13800000009'],
  ['SDK-039', 'callerPhoneNumber', '075500000009'],
  ['SDK-040', 'serverType', 'staffExtensionSeat'],
  ['SDK-041', 'remark', 'vip', true],
];

describe('fields of the manual, one by one', () => {
  async function told(event, said) {
    const core = await readyCore();
    return core.event(event, said).events(event).at(-1).data;
  }

  for (const [row, type, field, value, isOptional] of CALL_IN) {
    it(`${row} callIn of type ${type}: ${field}`, async () => {
      assert.deepEqual(await told('callIn', { ...LEAST[type], [field]: value }), { ...LEAST[type], [field]: value });
      if (isOptional) assert.equal(field in await told('callIn', LEAST[type]), false);
    });
  }

  for (const [row, event, least, field, value, isOptional] of OTHERS) {
    it(`${row} ${event}: ${field} ${value}`, async () => {
      assert.deepEqual(await told(event, { ...least, [field]: value }), { ...least, [field]: value });
      if (isOptional) assert.equal(field in await told(event, least), false);
    });
  }

  for (const [row, status] of [['SDK-016', 'free'], ['SDK-017', 'busy'], ['SDK-018', 'arrange'], ['SDK-019', 'notReady'], ['SDK-020', 'rest']]) {
    it(`${row} the status ${status} is told and given`, async () => {
      const core = await readyCore();
      core.event('statusChanged', { status: status === 'free' ? 'rest' : 'free' }).event('statusChanged', { status });
      assert.deepEqual(core.events('statusChanged').at(-1).data, { status });
      assert.deepEqual(core.result(core.command('Agent.getStatus')).data, { status });
    });
  }

  for (const [row, option, value, wrong] of OPTIONS) {
    it(`${row} startOutboundCall: ${option} is sent, and refused by its name when it is wrong`, async () => {
      const core = await readyCore();
      const args = { phoneNumber: '1', [option]: value };
      core.command('Call.startOutboundCall', args);
      assert.deepEqual(core.of(OUT.TEXT).at(-1).a, args);
      const sent = core.of(OUT.TEXT).length;
      const { status, errorMsg } = core.result(core.command('Call.startOutboundCall', { phoneNumber: '1', [option]: wrong }));
      assert.equal(status, 'error');
      assert.match(errorMsg, new RegExp(`^Call\\.startOutboundCall: ${option} `));
      assert.equal(core.of(OUT.TEXT).length, sent);
    });
  }

  for (const [row, field, value, isOptional] of RESPONSE) {
    it(`${row} CallResponse: ${field}`, async () => {
      const answered = async (response) => {
        const core = await readyCore();
        const id = core.command('Call.startOutboundCall', { phoneNumber: '1' });
        return [core.answer('call.start', response), core.result(id)][1];
      };
      assert.deepEqual((await answered({ ...callOuted, [field]: value })).data, { ...callOuted, [field]: value });
      if (isOptional) assert.equal(field in (await answered(callOuted)).data, false);
    });
  }

  it('SDK-074 SDK-075 SDK-076 Video.transfer asks for a group or an agent, and for one of them only', async () => {
    const core = await readyCore();
    core.event('callIn', LEAST.video).event('userAccessed', { sessionId: ID });
    for (const target of [{ skillGroupId: '334' }, { userId: 'ben@example.com' }]) {
      core.command('Video.transfer', { sessionId: ID, ...target });
      const { m, a } = core.of(OUT.TEXT).at(-1);
      assert.deepEqual([m, a], ['video.transfer', { sessionId: ID, ...target }]);
    }
    assert.equal(core.result(core.command('Video.transfer', { sessionId: ID })).code, 'ARG_MISSING');
    assert.match(core.result(core.command('Video.transfer', { sessionId: ID, skillGroupId: '334', userId: 'b' })).errorMsg, /userId/);
  });
});
