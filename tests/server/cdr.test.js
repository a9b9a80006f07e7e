/** cdr.test.js: bodies of pushes: the documented samples and ours against docs/push.schema.json, and every field by hand. Rows PUSH-013 to PUSH-089, AMB-12 to AMB-16. Layer: tests. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILD = process.env.TCCCD ? path.dirname(process.env.TCCCD) : path.join(ROOT, 'build/native');
const SCHEMA = JSON.parse(fs.readFileSync(path.join(ROOT, 'docs/push.schema.json'), 'utf8'));
const { $schema, ...schema } = SCHEMA;
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true }).addSchema(schema, 'push');
const check = (kind, body) => {
  const validate = ajv.getSchema(`push#/definitions/${kind}`);
  assert.ok(validate(body), JSON.stringify(validate.errors, null, 1));
};
const refuses = (kind, body) => assert.ok(!ajv.getSchema(`push#/definitions/${kind}`)(body), `${kind} takes ${JSON.stringify(body)}`);

/** The documented sample: its values, with SeatUser closed where the table says (AMB-13). */
const SAMPLE = {
  SessionId: '99a1c8f8-eb3d-4xxx-8401-5f6aa8761232', Caller: '0086400xxx6666', Callee: '0086184xxxx7605', Direction: 1, Duration: 0,
  SeatUser: { Mail: 'zhangsan@tencent.com', Name: '张三', Nick: '优优', Phone: '', UserId: 'zhangsan@tencent.com', StaffNumber: '8546', SkillGroupNameList: ['顾问外呼'] },
  CallerLocation: '', IVRDuration: 0, RingTimestamp: 1677140072, AcceptTimestamp: 0, EndedTimestamp: 1677140081, IVRKeyPressed: null, IVRKeyPressedEx: null,
  HungUpSide: 'seat',
  ServeParticipants: [{
    Mail: 'zhangsan@tencent.com', Phone: '', RingTimestamp: 1677140068, AcceptTimestamp: 1677140069, EndedTimestamp: 1677140081,
    RecordId: 'dbe87035-019c-4xxx-bf4f-c29701ad315d', Type: 'miniProgramSeat', TransferFrom: '', TransferFromType: '', TransferTo: '', TransferToType: '',
    SkillGroupId: 2734, EndStatusString: 'ok', Sequence: 0, StartTimeStamp: 1677140068, SkillGroupName: '顾问外呼', SkillGroupPriority: 0,
  }],
  EndStatusString: 'numberNotExist', StartTimeStamp: 1677140068, QueuedTimestamp: 0, PostIVRKeyPressed: null, QueuedSkillGroupId: 2734,
  QueuedSkillGroupName: '顾问外呼', SdkAppId: 1400482256, RecordId: 'f65472d9-400a-4xxx-a51f-a49a55dab99a', UserRemark: '*****7605', Uui: 'abc',
  TelLocation: { TelNumber: '008618486147605', Country: '中国', Province: '贵州', City: '安顺', Operator: '移动' },
};
const step = (change) => ({ Phone: '', TransferFrom: '', TransferFromType: '', TransferTo: '', TransferToType: '', SkillGroupId: 1, EndStatusString: 'ok', SkillGroupName: '顾问', ...change });

describe('bodies of data pushes', () => {
  let full; let bare; let record; let copied; let voicemail; let info;
  before(() => {
    const out = execFileSync(path.join(BUILD, 'cdr_print'), { encoding: 'utf8' });
    [full, bare, record, copied, voicemail, info] = out.trim().split('\n').map((line) => JSON.parse(line));
  });

  it('PUSH-071 PUSH-089 the documented samples are what the schema allows', () => {
    check('cdr', SAMPLE);
    check('record', { SdkAppId: 1400264214, RecordId: '1608130650', SessionId: '1400264214_1608130650', Timestamp: 1608130650, EndpointUser: '13812345678', RecordURL: 'https://cos.tencent.com/1608130650', CustomRecordURL: null });
    check('voicemail', { SdkAppId: 1400264214, SessionId: 'e97be0ab-1ef6-4ad2-a8c4-2b2bbfb18e55', Timestamp: 1608130650, RecordURL: 'http://x/1.mp3', EndpointUser: 13123456789 });
  });

  it('the schema refuses a body without a field, with another type, or with a field more', () => {
    for (const name of Object.keys(SAMPLE).filter((one) => one !== 'CallType')) {
      const { [name]: gone, ...rest } = SAMPLE;
      refuses('cdr', rest);
      refuses('cdr', { ...SAMPLE, [name]: true });
    }
    refuses('cdr', { ...SAMPLE, Extra: 1 });
    refuses('cdr', { ...SAMPLE, CallType: 4 });
  });

  it('PUSH-013 to PUSH-070 AMB-12 AMB-13 a call with a flow, a queue and a transfer: every field', () => {
    check('cdr', full);
    assert.deepEqual(full, {
      SdkAppId: 1400482256, SessionId: '99a1c8f8-eb3d-4000-8401-5f6aa8761232', Caller: '008613800138000', Callee: '0207', Direction: 0, CallType: 2,
      Duration: 61, // 1677140081 - 1677140020
      SeatUser: { Mail: 'zhang@x.example', Name: '张三', Nick: '优优', Phone: '13900000001', UserId: 'zhang@x.example', StaffNumber: '008546', SkillGroupNameList: ['顾问'] }, // the last one
      CallerLocation: '', IVRDuration: 12, RingTimestamp: 1677140015, AcceptTimestamp: 1677140020, EndedTimestamp: 1677140081,
      StartTimestamp: 1677140000, StartTimeStamp: 1677140000, IVRKeyPressed: ['1'], IVRKeyPressedEx: [{ Key: '1', Label: 'Sales' }], HungUpSide: 'user',
      ServeParticipants: [
        step({ Mail: 'li@x.example', RingTimestamp: 1677140015, AcceptTimestamp: 1677140020, EndedTimestamp: 1677140040, RecordId: 'r-li', Type: 'staffExtensionSeat',
          TransferTo: 'zhang@x.example', TransferToType: 'staffSeat', Sequence: 0, StartTimeStamp: 1677140015, SkillGroupPriority: 2 }),
        step({ Mail: 'zhang@x.example', Phone: '13900000001', RingTimestamp: 1677140041, AcceptTimestamp: 1677140045, EndedTimestamp: 1677140081, RecordId: 'r-zhang',
          Type: 'staffSeat', TransferFrom: 'li@x.example', TransferFromType: 'staffExtensionSeat', Sequence: 1, StartTimeStamp: 1677140041, SkillGroupPriority: 1 }),
      ],
      EndStatusString: 'ok', QueuedTimestamp: 1677140012, PostIVRKeyPressed: [{ Key: 'noInput', Label: '' }], QueuedSkillGroupName: '顾问', QueuedSkillGroupId: 1,
      RecordId: 'r-customer', UserRemark: 'VIP', Uui: 'abc "quoted"',
      TelLocation: { TelNumber: '008613800138000', Country: '', Province: '', City: '', Operator: '' },
    });
  });

  it('PUSH-024 AMB-16 a caller who left in the flow: no agent, no queue, hung up by the system', () => {
    check('cdr', bare);
    assert.deepEqual([bare.SeatUser, bare.Duration, bare.IVRDuration, bare.QueuedTimestamp, bare.RingTimestamp, bare.HungUpSide, bare.IVRKeyPressed, bare.ServeParticipants],
      [null, 0, 7, 0, 0, 'system', null, []]);
    assert.equal(bare.EndStatusString, 'waitingGiveUp');
  });

  it('PUSH-074 to PUSH-080 recordings; CustomRecordURL only for one that was copied', () => {
    const expected = { SdkAppId: 1400482256, RecordId: 'r-li', SessionId: 's', Timestamp: 1677140090, EndpointUser: 'li@x.example', RecordURL: 'https://cc.example/r' };
    check('record', record);
    assert.deepEqual(record, expected);
    check('record', copied);
    assert.deepEqual(copied, { ...expected, CustomRecordURL: 'https://cos.example/1' });
  });

  it('PUSH-082 to PUSH-086 AMB-14 voicemails: EndpointUser is a text', () => {
    check('voicemail', voicemail);
    assert.deepEqual(voicemail, { SdkAppId: 1400482256, SessionId: 's', Timestamp: 1677140090, EndpointUser: '13800138000', RecordURL: 'https://cc.example/v' });
  });

  it('TelCdrInfo has the public API\'s names: StartTimestamp, RecordURL, keys with time and node', () => {
    assert.deepEqual([info.StartTimestamp, info.Time, info.EndStatus, info.RecordURL, info.UUI, info.Remark, info.SkillGroupId, info.ProtectedCaller, info.AsrStatus],
      [1677140000, 1677140000, 1, 'https://cc.example/r-customer', 'abc "quoted"', 'VIP', 1, '****8000', 'NotExists']);
    assert.deepEqual(info.IVRKeyPressedEx, [{ Key: '1', Label: 'Sales', Timestamp: 1677140005999, NodeLabel: 'menu', OriginalContent: '1', TTSPrompt: '' }]);
    assert.deepEqual(info.PostIVRKeyPressedEx, info.PostIVRKeyPressed);
    assert.deepEqual([info.SeatUser.Role, info.SeatUser.ExtensionNumber], [3, '']);
    assert.deepEqual(info.ServeParticipants.map((one) => [one.StartTimestamp, one.RecordURL, one.StartTimeStamp]),
      [[1677140015, 'https://cc.example/r-li', undefined], [1677140041, 'https://cc.example/r-zhang', undefined]]);
    for (const name of ['SdkAppId', 'TelLocation', 'StartTimeStamp', 'UserRemark']) assert.ok(!(name in info), name);
  });
});
