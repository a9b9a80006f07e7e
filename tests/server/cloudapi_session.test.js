/** cloudapi_session.test.js: running calls by the cloud API: begun, shown, counted, ended. Layer: tests. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { SDK_APP_ID } from '../peers/tcccd.js';
import { called, calling } from '../peers/sipp.js';
import { AdminClient } from './admin_client.js';
import { content } from './cloud_centre.js';
import { CUSTOMER, NUMBER, useServer } from './server_centre.js';

const MOBILE = '13911112222';
const SESSION = ['SessionID', 'RoomID', 'Caller', 'Callee', 'StartTimestamp', 'RingTimestamp', 'AcceptTimestamp', 'StaffEmail', 'StaffNumber', 'SessionStatus', 'Direction', 'OutBoundCaller',
  'OutBoundCallee', 'ProtectedCaller', 'ProtectedCallee'];
const ACTIVE = SESSION.filter((name) => !name.startsWith('OutBound'));
const NOTHING = { IvrCount: 0, QueueCount: 0, RingCount: 0, AcceptCount: 0, TransferOuterCount: 0, MaxQueueDuration: 0, AvgQueueDuration: 0, MaxRingDuration: 0, AvgRingDuration: 0,
  MaxAcceptDuration: 0, AvgAcceptDuration: 0 };
const now = () => Math.floor(Date.now() / 1000);

describe('the cloud API: running calls', function () {
  this.timeout(60000);
  const centre = useServer({ change: { calls: { ringSeconds: 20, queueSeconds: 20 } } });
  const ask = async (action, parameters) => content(await centre().tcccd.cloud()[action]({ SdkAppId: SDK_APP_ID, ...parameters }));
  const refuses = (action, parameters, code, words = '') => assert.rejects(ask(action, parameters), (error) => error.code === code && error.message.includes(words), `${action} ${JSON.stringify(parameters)}`);
  const session = async (SessionId) => (await ask('DescribeTelSession', { SessionId })).Session;
  const active = (parameters = {}) => ask('DescribePSTNActiveSessionList', { Offset: 0, Limit: 25, ...parameters });
  const total = async () => (await ask('DescribeCallInMetrics')).TotalMetrics;

  async function until(probe) {
    for (;;) {
      const found = await probe();
      if (found) return found;
      await pause(20);
    }
  }

  it('CreateCallOutSession dials for an agent as if it had; DescribeTelSession follows the call, HangUpCall ends it', async () => {
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    const { SessionId } = await ask('CreateCallOutSession', { UserId: seat.userId, Callee: CUSTOMER, Callers: [NUMBER], UUI: 'order 7' });
    assert.equal((await seat.next('callOuted')).sessionId, SessionId);
    await seat.next('calloutAccepted');
    const one = await session(SessionId);
    assert.deepEqual(Object.keys(one).sort(), [...SESSION].sort());
    assert.deepEqual([one.SessionID, one.Caller, one.Callee, one.StaffEmail, one.SessionStatus, one.Direction], [SessionId, NUMBER, CUSTOMER, seat.userId, 'inProgress', 1]);
    assert.match(one.StaffNumber, /^80\d\d$/);
    assert.ok(one.StartTimestamp <= one.AcceptTimestamp && one.AcceptTimestamp <= now() + 1);

    const list = await active();
    assert.equal(list.Total, 1);
    assert.deepEqual(Object.keys(list.Sessions[0]).sort(), [...ACTIVE].sort());
    assert.deepEqual([list.Sessions[0].StartTimestamp, list.Sessions[0].AcceptTimestamp], [String(one.StartTimestamp), String(one.AcceptTimestamp)]);
    assert.deepEqual((await active({ Offset: 1 })), { Total: 1, Sessions: [] });
    const { Metrics: [busy] } = await ask('DescribeStaffStatusMetrics', { StaffList: [seat.userId] });
    assert.deepEqual([busy.Status, busy.StatusExtra], ['busy', { Type: 'tel', Direct: 'out' }]);

    assert.deepEqual(await ask('HangUpCall', { SessionId }), {});
    assert.equal((await seat.next('sessionEnded')).closeBy, 'admin');
    await peer.done();
    const over = await until(async () => { const found = await session(SessionId); return found.SessionStatus === 'finished' && found; });
    assert.deepEqual([over.Caller, over.Callee, over.StaffEmail, over.AcceptTimestamp], [NUMBER, CUSTOMER, seat.userId, one.AcceptTimestamp]);
    assert.deepEqual(await active(), { Total: 0, Sessions: [] });
    const { TelCdrList: [record] } = await until(async () => { const found = await ask('DescribeTelCdr', { StartTimeStamp: now() - 60, EndTimeStamp: now() + 1, PageSize: 1, PageNumber: 0, SessionIds: [SessionId] }); return found.TotalCount && found; });
    assert.equal(record.UUI, 'order 7');
  });

  it('by the mobile when that is asked for: it is called first, then the customer', async () => {
    const seat = await centre().seat();
    await ask('ModifyStaff', { Email: seat.userId, Phone: MOBILE });
    const peer = await centre().called(called.answers(), { calls: 2 });
    const { SessionId } = await ask('CreateCallOutSession', { UserId: seat.userId, Callee: CUSTOMER, IsForceUseMobile: true });
    await until(async () => (await session(SessionId)).SessionStatus === 'inProgress' && /INVITE sip:13800138000/.test(peer.messages()));
    const dialled = [...peer.messages().matchAll(/INVITE sip:(\d+)@\S+ SIP\/2\.0\r?\n(?:(?!CSeq)[^\n]*\n)*CSeq: \d+ INVITE/g)].map(([, number]) => number);
    assert.deepEqual([...new Set(dialled)], [MOBILE, CUSTOMER]);
    await ask('HangUpCall', { SessionId });
    await peer.done();
  });

  it('DescribeCallInMetrics counts inbound calls by what they do', async () => {
    assert.deepEqual(await total(), NOTHING);
    const seat = await centre().seat();
    const peer = await centre().calls(calling.talks({ talkMs: 3000 }));
    const { sessionId } = await seat.next('callIn');
    const ringing = await ask('DescribeCallInMetrics', { EnabledNumber: true });
    assert.ok(Math.abs(ringing.Timestamp - now()) <= 2);
    assert.deepEqual([ringing.TotalMetrics.RingCount, ringing.TotalMetrics.AcceptCount], [1, 0]);
    assert.deepEqual(ringing.NumberMetrics.map(({ Number: number, Metrics }) => [number, Metrics.RingCount]), [[NUMBER, 1]]);
    assert.ok(Array.isArray(ringing.SkillGroupMetrics));
    const { Metrics: [offered] } = await ask('DescribeStaffStatusMetrics', { StaffList: [seat.userId] });
    assert.deepEqual([offered.Status, offered.StatusExtra], ['busy', { Type: 'tel', Direct: 'in' }]);
    await seat.ask('call.accept', { sessionId });
    await until(async () => (await total()).AcceptCount === 1);
    assert.deepEqual((await ask('DescribeCallInMetrics', { EnabledSkillGroup: false })).SkillGroupMetrics, []);
    assert.deepEqual((await ask('DescribeCallInMetrics')).NumberMetrics, []);
    await ask('HangUpCall', { SessionId: sessionId });
    await seat.next('sessionEnded');
    await peer.process.waitExit(); // its answer to the BYE: a BYE sent again would reach the next telephone
    await until(async () => (await total()).AcceptCount === 0);
  });

  it('a caller in the queue is counted there, and a group without callers counts nothing', async () => {
    const seat = await centre().seat();
    await seat.ask('agent.status', { status: 'notReady' });
    const peer = await centre().calls(calling.talks({ talkMs: 3000 }));
    await until(async () => (await total()).QueueCount === 1);
    const { Sessions: [{ SessionID, SessionStatus, Direction }] } = await active();
    assert.deepEqual([SessionStatus, Direction], ['ringing', 0]);
    await ask('HangUpCall', { SessionId: SessionID });
    await until(async () => (await total()).QueueCount === 0);
    await peer.process.waitExit(); // its answer to the BYE: a BYE sent again would reach the next telephone
    const { SkillGroupId } = await ask('CreateCCCSkillGroup', { SkillGroupName: 'Nobody', SkillGroupType: 0 });
    const { SkillGroupMetrics } = await ask('DescribeCallInMetrics', { GroupIdList: [SkillGroupId] });
    assert.deepEqual(SkillGroupMetrics, [{ SkillGroupId, Name: 'Nobody', Metrics: NOTHING }]);
    await refuses('DescribeCallInMetrics', { GroupIdList: 'all' }, 'InvalidParameter', '`GroupIdList`');
    await refuses('DescribeCallInMetrics', { EnabledNumber: 'yes' }, 'InvalidParameter', '`EnabledNumber`');
  });

  it('refuses what is not documented', async () => {
    const seat = await centre().seat();
    const dial = { UserId: seat.userId, Callee: CUSTOMER };
    for (const [change, code, words] of [
      [{ UserId: 'nobody@example.com' }, 'InvalidParameterValue.AccountNotExist', '`UserId`'], [{ UserId: undefined }, 'MissingParameter', '`UserId`'], [{ Callee: undefined }, 'MissingParameter', '`Callee`'],
      [{ Callee: 'abc' }, 'InvalidParameterValue', '`Callee`'], [{ Callee: 5 }, 'InvalidParameter', '`Callee`'], [{ Callers: ['0999'] }, 'FailedOperation.NoCallOutNumber', ''],
      [{ Callers: Array(21).fill(NUMBER) }, 'InvalidParameterValue', '`Callers`'], [{ UUI: 'x'.repeat(1025) }, 'InvalidParameterValue', '`UUI`'], [{ IsForceUseMobile: 'yes' }, 'InvalidParameter', '`IsForceUseMobile`'],
      [{ IsForceUseMobile: true }, 'InvalidParameterValue', '`UserId`'], [{ UserId: 'agent59@tests.example' }, 'FailedOperation.CallOutFailed', 'offline'],
    ]) await refuses('CreateCallOutSession', { ...dial, ...change }, code, words);
    for (const action of ['HangUpCall', 'DescribeTelSession']) {
      await refuses(action, { SessionId: 'nothing' }, 'FailedOperation.SessionNotExists', '`SessionId`');
      await refuses(action, {}, 'MissingParameter', '`SessionId`');
      await refuses(action, { SessionId: 'x'.repeat(65) }, 'InvalidParameterValue', '`SessionId`');
    }
    await refuses('DescribePSTNActiveSessionList', { Offset: 0, Limit: 26 }, 'LimitExceeded.OutOfCountLimit', '`Limit`');
    await refuses('DescribePSTNActiveSessionList', { Offset: 0, Limit: 0 }, 'InvalidParameterValue', '`Limit`');
    await refuses('DescribePSTNActiveSessionList', { Limit: 5 }, 'MissingParameter', '`Offset`');
    for (const [change, code, words] of [
      [{ IVRId: 999999 }, 'InvalidParameterValue', '`IVRId`'], [{ IVRId: '1' }, 'InvalidParameter', '`IVRId`'], [{ IVRId: undefined }, 'MissingParameter', '`IVRId`'],
      [{ Variables: [{ Key: 'a b', Value: 'b' }] }, 'InvalidParameterValue', '`Variables.0.Key`'], [{ Variables: [{ Value: 'b' }] }, 'MissingParameter', '`Variables.0.Key`'],
      [{ MaxRingTimeoutSecond: 0 }, 'InvalidParameterValue', '`MaxRingTimeoutSecond`'], [{ Callee: undefined }, 'MissingParameter', '`Callee`'],
    ]) await refuses('CreateIVRSession', { Callee: CUSTOMER, IVRId: 1, ...change }, code, words);
  });

  it('CreateIVRSession calls a customer and runs a flow with whoever answers', async () => {
    const document = { start: 'hello', modules: [{ id: 'hello', type: 'start', label: 'Start', next: 'say' }, { id: 'say', type: 'play', label: 'Say', sound: { text: 'Hello ${var.Name}' }, next: 'bye' }, { id: 'bye', type: 'end', label: 'End' }] };
    const { flowId } = await new AdminClient(centre().tcccd).post('flows', { name: 'Survey', kind: 'ivr', publish: true, document });
    const peer = await centre().called(called.answers());
    const { SessionId } = await ask('CreateIVRSession', { Callee: CUSTOMER, IVRId: flowId, Callers: [NUMBER], UUI: 'survey 1', MaxRingTimeoutSecond: 10, Variables: [{ Key: 'Name', Value: 'Ann' }, { Key: 'unused' }] });
    const over = await until(async () => { const found = await session(SessionId); return found.SessionStatus === 'finished' && found; });
    assert.deepEqual([over.Caller, over.Callee, over.Direction, over.StaffEmail], [NUMBER, CUSTOMER, 1, '']);
    assert.ok(over.AcceptTimestamp);
    await peer.done();
  });
});
