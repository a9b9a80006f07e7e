/** cloudapi_cdr.test.js: records of real calls by the cloud API. Layer: tests. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { SDK_APP_ID } from '../peers/tcccd.js';
import { called, calling } from '../peers/sipp.js';
import { AdminClient } from './admin_client.js';
import { content } from './cloud_centre.js';
import { CUSTOMER, NUMBER, useServer } from './server_centre.js';

const now = () => Math.floor(Date.now() / 1000);
const INFO = ['Caller', 'Callee', 'Time', 'Direction', 'CallType', 'Duration', 'RecordURL', 'RecordId', 'SeatUser', 'EndStatus', 'SkillGroup', 'CallerLocation', 'IVRDuration',
  'RingTimestamp', 'AcceptTimestamp', 'EndedTimestamp', 'IVRKeyPressed', 'IVRKeyPressedEx', 'HungUpSide', 'ServeParticipants', 'SkillGroupId', 'EndStatusString', 'StartTimestamp',
  'QueuedTimestamp', 'PostIVRKeyPressed', 'PostIVRKeyPressedEx', 'QueuedSkillGroupId', 'SessionId', 'ProtectedCaller', 'ProtectedCallee', 'Uui', 'UUI', 'AsrUrl', 'AsrStatus',
  'CustomRecordURL', 'Remark', 'QueuedSkillGroupName', 'VoicemailRecordURL', 'VoicemailAsrURL', 'AIAgentId', 'AIAgentName', 'SysHangupReason', 'SysHangupReasonString'];
const PARTICIPANT = ['Mail', 'Phone', 'RingTimestamp', 'AcceptTimestamp', 'EndedTimestamp', 'RecordId', 'Type', 'TransferFrom', 'TransferFromType', 'TransferTo', 'TransferToType',
  'SkillGroupId', 'EndStatusString', 'RecordURL', 'Sequence', 'StartTimestamp', 'SkillGroupName', 'CustomRecordURL'];
const SEAT_USER = ['Name', 'Mail', 'StaffNumber', 'Phone', 'Nick', 'UserId', 'SkillGroupNameList', 'Role', 'ExtensionNumber'];
const DETAIL = ['Caller', 'Callee', 'CallType', 'StartTimeStamp', 'RingTimestamp', 'AcceptTimestamp', 'EndedTimestamp', 'QueuedTimestamp', 'StaffUserId', 'EndStatus', 'QueuedSkillGroupId',
  'QueuedSkillGroupName', 'RecordURL', 'CustomRecordURL', 'AsrURL', 'VoicemailRecordURL', 'VoicemailAsrURL', 'IVRKeyPressed', 'PostIVRKeyPressed', 'HungUpSide', 'UUI', 'Events',
  'ServeParticipants', 'SysHangupReason', 'SysHangupReasonString'];

describe('the cloud API: call records', function () {
  this.timeout(60000);
  const centre = useServer({ change: { calls: { ringSeconds: 2, queueSeconds: 2 } } });
  const api = () => centre().tcccd.cloud();
  const cdrs = async (more = {}) => content(await api().DescribeTelCdr({ SdkAppId: SDK_APP_ID, StartTimeStamp: now() - 3600, EndTimeStamp: now() + 1, PageSize: 100, PageNumber: 0, ...more }));
  const detail = (SessionId, more = {}) => api().DescribeSessionDetail({ SdkAppId: SDK_APP_ID, SessionId, StartTimestamp: now() - 3600, EndTimestamp: now() + 1, ...more });

  /** The record of a session, as soon as it is there. */
  async function record(sessionId) {
    for (;;) {
      const { TelCdrList: [found] } = await cdrs({ SessionIds: [sessionId] });
      if (found) return found;
      await pause(20);
    }
  }

  async function outbound(scenario, { uui, hangUp } = {}) {
    const peer = await centre().called(scenario);
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat, { uui });
    if (hangUp) {
      await seat.next('calloutAccepted');
      for (const accepted = Date.now(); Date.now() <= accepted + 2;) await pause(1); // a call of no millisecond begins no minute
      await seat.ask('call.hangup', { sessionId });
    }
    await seat.next('sessionEnded');
    await peer.done();
    return { sessionId, seat };
  }

  it('an answered outbound call has a record with every documented field', async () => {
    const before = now();
    const { sessionId, seat } = await outbound(called.answers(), { uui: 'order 7', hangUp: true });
    const row = await record(sessionId);
    assert.deepEqual(Object.keys(row).sort(), [...INFO].sort());
    assert.deepEqual(Object.keys(row.SeatUser).sort(), [...SEAT_USER].sort());
    for (const one of row.ServeParticipants) assert.deepEqual(Object.keys(one).sort(), [...PARTICIPANT].sort());
    assert.deepEqual([row.Caller, row.Callee, row.Direction, row.CallType, row.EndStatus, row.EndStatusString, row.HungUpSide, row.UUI, row.Uui],
      [NUMBER, CUSTOMER, 1, 1, 1, 'ok', 'seat', 'order 7', 'order 7']);
    assert.equal(row.SeatUser.UserId, seat.userId);
    assert.ok(before <= row.StartTimestamp && row.StartTimestamp <= row.AcceptTimestamp && row.AcceptTimestamp <= row.EndedTimestamp && row.EndedTimestamp <= now() + 1);
    assert.equal(row.Time, row.StartTimestamp);
    assert.deepEqual([row.AsrStatus, row.VoicemailRecordURL, row.VoicemailAsrURL], ['NotExists', [], []]);
    assert.equal(row.ServeParticipants[0].Mail, seat.userId);

    const whole = content(await detail(sessionId));
    assert.deepEqual(Object.keys(whole).sort(), [...DETAIL].sort());
    assert.deepEqual([whole.Caller, whole.Callee, whole.CallType, whole.StaffUserId, whole.EndStatus, whole.HungUpSide, whole.UUI], [NUMBER, CUSTOMER, 1, seat.userId, 1, 'seat', 'order 7']);
    assert.deepEqual([whole.StartTimeStamp, whole.AcceptTimestamp, whole.EndedTimestamp], [row.StartTimestamp, row.AcceptTimestamp, row.EndedTimestamp]);
    assert.deepEqual(whole.ServeParticipants, row.ServeParticipants);
    assert.ok(Array.isArray(whole.Events));
  });

  it('an inbound call that an agent answered, and an outbound one that was busy', async () => {
    const seat = await centre().seat();
    const peer = await centre().calls(calling.talks({ talkMs: 200 }));
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    await seat.next('sessionEnded');
    await peer.done();
    await seat.ask('agent.offline');
    const inbound = await record(sessionId);
    assert.deepEqual([inbound.Caller, inbound.Callee, inbound.Direction, inbound.CallType, inbound.EndStatusString, inbound.HungUpSide, inbound.SeatUser.Mail], [CUSTOMER, NUMBER, 0, 2, 'ok', 'user', seat.userId]);
    const busy = await record((await outbound(called.refuses('486 Busy Here'))).sessionId);
    assert.deepEqual([busy.EndStatus, busy.EndStatusString, busy.AcceptTimestamp, busy.Duration], [206, 'busy', 0, 0]);
  });

  it('DescribeTelCdr pages, newest first, and the deprecated list is the same', async () => {
    const all = await cdrs();
    assert.equal(all.TotalCount, 3);
    assert.deepEqual(all.TelCdrs, all.TelCdrList);
    assert.deepEqual(all.TelCdrList.map(({ EndStatusString, Direction }) => [EndStatusString, Direction]), [['busy', 1], ['ok', 0], ['ok', 1]]);
    const pages = [];
    for (let PageNumber = 0; PageNumber < 3; PageNumber++) pages.push(await cdrs({ PageSize: 1, PageNumber, Limit: 50, Offset: 0, InstanceId: 1 }));
    assert.deepEqual(pages.map(({ TotalCount }) => TotalCount), [3, 3, 3]);
    assert.deepEqual(pages.flatMap(({ TelCdrList }) => TelCdrList), all.TelCdrList);
    assert.deepEqual(await cdrs({ PageNumber: 7 }), { TotalCount: 3, TelCdrs: [], TelCdrList: [] });
    assert.equal((await cdrs({ Phones: [CUSTOMER] })).TotalCount, 3);
    assert.equal((await cdrs({ Phones: ['00861'] })).TotalCount, 0);
    assert.equal((await cdrs({ SessionIds: all.TelCdrList.slice(1).map(({ SessionId }) => SessionId) })).TotalCount, 2);
    assert.equal((await cdrs({ EndTimeStamp: now() - 1800 })).TotalCount, 0);
  });

  it('DescribeTelCallInfo counts minutes begun and agents of answered calls', async () => {
    const ask = (more) => api().DescribeTelCallInfo({ StartTimeStamp: now() - 3600, EndTimeStamp: now() + 1, SdkAppIdList: [SDK_APP_ID], ...more });
    assert.deepEqual(content(await ask()), { TelCallOutCount: 1, TelCallInCount: 1, SeatUsedCount: 2, VoipCallInCount: 0, VOIPCallInCount: 0, AsrOfflineCount: 0, AsrRealtimeCount: 0 });
    assert.equal((await ask({ EndTimeStamp: now() - 1800 })).TelCallOutCount, 0);
    await assert.rejects(ask({ SdkAppIdList: [] }), { code: 'InvalidParameterValue' });
    await assert.rejects(ask({ SdkAppIdList: undefined }), { code: 'MissingParameter' });
    await assert.rejects(ask({ SdkAppIdList: [SDK_APP_ID, 17] }), { code: 'InvalidParameterValue.InstanceNotExist' });
    await assert.rejects(ask({ StartTimeStamp: now() - 91 * 86400 }), { code: 'InvalidParameterValue' });
  });

  it('refuses ranges, pages and sessions that are not documented', async () => {
    for (const [change, code, words] of [
      [{ StartTimeStamp: undefined }, 'MissingParameter', 'StartTimeStamp'], [{ EndTimeStamp: undefined }, 'MissingParameter', 'EndTimeStamp'],
      [{ StartTimeStamp: now() + 10 }, 'InvalidParameterValue', 'EndTimeStamp'], [{ StartTimeStamp: now() - 91 * 86400 }, 'InvalidParameterValue', 'EndTimeStamp'],
      [{ StartTimeStamp: now() - 181 * 86400, EndTimeStamp: now() - 180 * 86400 }, 'InvalidParameterValue', 'StartTimeStamp'],
      [{ PageSize: 101 }, 'InvalidParameterValue', 'PageSize'], [{ PageSize: undefined }, 'MissingParameter', 'PageSize'], [{ PageNumber: -1 }, 'InvalidParameterValue', 'PageNumber'],
      [{ Phones: Array(101).fill('1') }, 'InvalidParameterValue', 'Phones'], [{ Phones: '1' }, 'InvalidParameter', 'Phones'], [{ SessionIds: [1] }, 'InvalidParameter', 'SessionIds.0'],
      [{ Limit: 'x' }, 'InvalidParameter', 'Limit'],
    ]) await assert.rejects(cdrs(change), (error) => error.code === code && error.message.includes(`\`${words}\``), JSON.stringify(change));
    const { TelCdrList: [{ SessionId }] } = await cdrs();
    await assert.rejects(detail('nothing'), { code: 'FailedOperation.SessionNotExists' });
    await assert.rejects(detail(SessionId, { EndTimestamp: now() - 1800 }), { code: 'FailedOperation.SessionNotExists' });
    await assert.rejects(detail(undefined), { code: 'MissingParameter' });
    await assert.rejects(detail('x'.repeat(65)), { code: 'InvalidParameterValue' });
  });

  it('a recorded call has addresses of its recordings, which hold without a key', async () => {
    await new AdminClient(centre().tcccd).patch('settings/recording', { enabled: true });
    const seat = await centre().seat();
    const peer = await centre().calls(calling.talks({ talkMs: 1500, speaks: true }));
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    await seat.next('sessionEnded');
    await peer.done();
    const row = await record(sessionId);
    assert.ok(row.RecordId);
    for (;;) {
      const { TelCdrList: [{ RecordURL }] } = await cdrs({ SessionIds: [sessionId] });
      const answer = RecordURL && await fetch(RecordURL);
      if (answer?.ok) {
        assert.equal(Buffer.from(await answer.arrayBuffer()).toString('latin1', 0, 4), 'OggS');
        break;
      }
      await pause(50); // the file is still being written
    }
    const { RecordURL, ServeParticipants } = await detail(sessionId);
    assert.ok((await fetch(RecordURL)).ok);
    assert.equal((await fetch(RecordURL.replace(/signature=./, 'signature=x'))).status, 403);
    assert.ok(ServeParticipants.every((one) => typeof one.RecordURL === 'string'));
    await new AdminClient(centre().tcccd).patch('settings/recording', { enabled: false });
  });
});
