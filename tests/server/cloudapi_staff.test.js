/** cloudapi_staff.test.js: agents by the cloud API: made, changed, listed. Rows ADM-027 to ADM-038. Layer: tests. */
import assert from 'node:assert/strict';
import { APP, content, useCloud } from './cloud_centre.js';

const GROUPS = ['Sales', 'Support'];

describe('the cloud API: agents', function () {
  this.timeout(30000);
  const centre = useCloud({
    instance: { agents: [{ userId: 'old@example.com', name: 'Old', number: '1', phone: '008613800000001' }], skillGroups: GROUPS.map((name) => ({ name })) },
    other: { agents: [{ userId: 'far@example.com', name: 'Far' }], extensions: [{ number: '1999', password: 'far-away-1' }] },
  });
  let next = 0;
  const mail = () => `agent${++next}@example.com`;
  const list = async (parameters = {}) => content(await centre().ask('DescribeStaffInfoList', { PageSize: 100, PageNumber: 0, ...parameters }));
  const one = async (StaffMail) => (await list({ StaffMail })).StaffList[0];
  const create = (Mail, more = {}) => centre().ask('CreateStaff', { Staffs: [{ Name: 'Ann', Mail, StaffNumber: '7', ...more }] });
  const groupIds = async () => (await centre().ask('DescribeSkillGroupInfoList', { PageSize: 100, PageNumber: 0 })).SkillGroupList.map(({ SkillGroupId }) => SkillGroupId);

  it('ADM-027 ADM-034 CreateStaff makes an agent with every field, and DescribeStaffInfoList shows it', async () => {
    const Mail = mail();
    const before = Math.floor(Date.now() / 1000);
    const answer = await centre().ask('CreateStaff', {
      Staffs: [{ Name: '小军 Ann', Mail, StaffNumber: '007', Phone: '008613811110007', Nick: 'Annie', UserId: Mail, SkillGroupNameList: GROUPS, Role: 2, ExtensionNumber: '2007' }],
      SendPassword: false,
    });
    assert.deepEqual(content(answer), { ErrorStaffList: [] });
    const ids = await groupIds();
    const { LastModifyTimestamp, ...row } = await one(Mail);
    assert.ok(LastModifyTimestamp >= before && LastModifyTimestamp <= Date.now() / 1000, `seconds: ${LastModifyTimestamp}`);
    assert.deepEqual(row, {
      Name: '小军 Ann', Mail, Phone: '008613811110007', Nick: 'Annie', StaffNumber: '007', RoleId: 2, RoleIdList: 2, RoleList: [2],
      SkillGroupList: GROUPS.map((SkillGroupName, n) => ({ SkillGroupId: ids[n], SkillGroupName, Priority: 3, Type: 'TEL' })),
      ExtensionNumber: '2007',
      ForwardingConfig: { Enabled: false, Condition: 0, Target: { Type: 0, StaffUserId: '', SkillGroupId: 0, Extension: '' } },
    });
    const { SdkURL } = await centre().ask('CreateSDKLoginToken', { SeatUserId: Mail });
    assert.ok(SdkURL, 'the new agent can sign in');
  });

  it('tells by agent what is wrong and makes the others', async () => {
    const good = mail();
    const wrong = [
      [{ Mail: 'old@example.com' }, 'FailedOperation.DuplicatedAccount'],
      [{ Mail: 'no address' }, 'InvalidParameterValue'],
      [{ Mail: mail(), UserId: 'somebody-else' }, 'InvalidParameterValue'],
      [{ Mail: mail(), Phone: '12-34' }, 'InvalidParameter.IllegalPhoneNumber'],
      [{ Mail: mail(), Phone: '008613800000001' }, 'InvalidParameterValue.PhoneNumIsBoundOtherAccount'],
      [{ Mail: mail(), Role: 9 }, 'InvalidParameterValue'],
      [{ Mail: mail(), SkillGroupNameList: ['Nobody'] }, 'InvalidParameterValue.SkillGroupError'],
      [{ Mail: mail(), ExtensionNumber: '9001' }, 'InvalidParameter.IllegalPhoneNumber'],
      [{ Mail: good }, 'FailedOperation.DuplicatedAccount'],
    ];
    const Staffs = [{ Mail: good }, ...wrong.map(([staff]) => staff)].map((staff) => ({ Name: 'N', StaffNumber: '1', ...staff }));
    const { ErrorStaffList } = await centre().ask('CreateStaff', { Staffs });
    assert.deepEqual(ErrorStaffList.map(({ StaffEmail, Code }) => [StaffEmail, Code]), wrong.map(([staff, code]) => [staff.Mail, code]));
    assert.ok(ErrorStaffList.every(({ Message }) => Message.endsWith('.')));
    assert.ok(await one(good));
    for (const [{ Mail }] of wrong.slice(2, -1)) assert.equal(await one(Mail), undefined, Mail);
  });

  it('refuses an internal number that is another agent\'s or another app\'s', async () => {
    await create(mail(), { ExtensionNumber: '2111' });
    for (const ExtensionNumber of ['2111', '1999']) {
      const { ErrorStaffList } = await create(mail(), { ExtensionNumber });
      assert.equal(ErrorStaffList[0].Code, 'InvalidParameter.DuplicatePhoneNumber', ExtensionNumber);
    }
  });

  it('refuses the whole call, and makes nobody, for wrong types, missing and unknown members and too many agents', async () => {
    const good = { Name: 'N', Mail: mail(), StaffNumber: '1' };
    const { TotalCount } = await list();
    for (const [Staffs, code, words] of [
      [[good, { ...good, Mail: 7 }], 'InvalidParameter', 'Staffs.1.Mail'],
      [[{ ...good, Name: undefined }], 'MissingParameter', 'Staffs.0.Name'],
      [[{ ...good, Colour: 'red' }], 'UnknownParameter', 'Staffs.0.Colour'],
      [[{ ...good, SkillGroupNameList: 'Sales' }], 'InvalidParameter', 'Staffs.0.SkillGroupNameList'],
      [[{ ...good, SkillGroupNameList: [1] }], 'InvalidParameter', 'Staffs.0.SkillGroupNameList.0'],
      [[{ ...good, Role: '3' }], 'InvalidParameter', 'Staffs.0.Role'],
      [[{ ...good, Name: 'x'.repeat(128) }], 'InvalidParameterValue', 'Staffs.0.Name'],
      [[{ ...good, Nick: 'a\nb' }], 'InvalidParameterValue', 'Staffs.0.Nick'],
      [[], 'InvalidParameterValue', 'Staffs'],
      [Array(11).fill(good), 'InvalidParameterValue', 'Staffs'],
      ['Ann', 'InvalidParameter', 'Staffs'],
      [['Ann'], 'InvalidParameter', 'Staffs.0'],
      [undefined, 'MissingParameter', 'Staffs'],
    ]) await centre().refuses('CreateStaff', { Staffs }, code, `\`${words}\``);
    await centre().refuses('CreateStaff', { Staffs: [good], SendPassword: 'yes' }, 'InvalidParameter', '`SendPassword`');
    await centre().refuses('CreateStaff', { Staffs: [good], Colour: 'red' }, 'UnknownParameter', '`Colour`');
    assert.equal((await list()).TotalCount, TotalCount);
  });

  it('ADM-039 ModifyStaff changes what is given and leaves the rest', async () => {
    const Mail = mail(), ids = await groupIds();
    await create(Mail, { Phone: '008613811110020', Nick: 'before', SkillGroupNameList: ['Sales'], ExtensionNumber: '2020' });
    assert.deepEqual(content(await centre().ask('ModifyStaff', { Email: Mail, Nick: 'after' })), {});
    let row = await one(Mail);
    assert.deepEqual([row.Name, row.Nick, row.Phone, row.ExtensionNumber], ['Ann', 'after', '008613811110020', '2020']);
    await centre().ask('ModifyStaff', {
      Email: Mail, Name: 'Anna', Phone: '+8613811110021', StaffNo: '8', SkillGroupIds: [ids[1]], UseMobileCallOut: true, UseMobileAccept: 2, ExtensionNumber: '2021',
      ForwardingConfig: { Enabled: true, Condition: 2, Target: { Type: 2, SkillGroupId: ids[0] } },
    });
    row = await one(Mail);
    assert.deepEqual([row.Name, row.Nick, row.Phone, row.StaffNumber, row.ExtensionNumber], ['Anna', 'after', '+8613811110021', '8', '2021']);
    assert.deepEqual(row.SkillGroupList.map(({ SkillGroupName }) => SkillGroupName), ['Support']);
    assert.deepEqual(row.ForwardingConfig, { Enabled: true, Condition: 2, Target: { Type: 2, StaffUserId: '', SkillGroupId: ids[0], Extension: '' } });
    await centre().ask('ModifyStaff', { Email: Mail, Phone: '', SkillGroupIds: [], ExtensionNumber: '', ForwardingConfig: { Enabled: false } });
    row = await one(Mail);
    assert.deepEqual([row.Phone, row.SkillGroupList, row.ExtensionNumber, row.ForwardingConfig.Enabled], ['', [], '', false]);
    assert.deepEqual((await create(mail(), { ExtensionNumber: '2020' })).ErrorStaffList, [], 'a number that was given up is free');
  });

  it('forwards to an agent and to an extension', async () => {
    const Mail = mail(), forward = (Target) => centre().ask('ModifyStaff', { Email: Mail, ForwardingConfig: { Enabled: true, Condition: 1, Target } });
    await create(Mail);
    await forward({ Type: 1, StaffUserId: 'old@example.com' });
    assert.deepEqual((await one(Mail)).ForwardingConfig.Target, { Type: 1, StaffUserId: 'old@example.com', SkillGroupId: 0, Extension: '' });
    await create(mail(), { ExtensionNumber: '2030' });
    await forward({ Type: 3, Extension: '2030' });
    assert.deepEqual((await one(Mail)).ForwardingConfig.Target, { Type: 3, StaffUserId: '', SkillGroupId: 0, Extension: '2030' });
  });

  it('refuses wrong changes and keeps the agent as it was', async () => {
    const Mail = mail();
    await create(Mail, { Nick: 'kept' });
    const target = (Target) => ({ ForwardingConfig: { Enabled: true, Condition: 1, Target } });
    for (const [change, code, words] of [
      [{ Email: 'nobody@example.com' }, 'InvalidParameterValue.AccountNotExist', 'Email'],
      [{ Email: 'far@example.com' }, 'InvalidParameterValue.AccountNotExist', 'Email'],
      [{ Email: undefined }, 'MissingParameter', 'Email'],
      [{ Name: '' }, 'InvalidParameterValue', 'Name'],
      [{ Phone: 'abc' }, 'InvalidParameterValue', 'Phone'],
      [{ Phone: '008613800000001' }, 'InvalidParameterValue.PhoneNumIsBoundOtherAccount', 'Phone'],
      [{ SkillGroupIds: [999999] }, 'InvalidParameterValue.SkillGroupError', 'SkillGroupIds'],
      [{ UseMobileAccept: 3 }, 'InvalidParameterValue', 'UseMobileAccept'],
      [{ UseMobileCallOut: 1 }, 'InvalidParameter', 'UseMobileCallOut'],
      [{ ExtensionNumber: '123' }, 'InvalidParameter.IllegalPhoneNumber', 'ExtensionNumber'],
      [{ ExtensionNumber: '1999' }, 'InvalidParameter.DuplicatePhoneNumber', 'ExtensionNumber'],
      [{ ForwardingConfig: { Enabled: true, Condition: 1 } }, 'MissingParameter', 'ForwardingConfig.Target'],
      [{ ForwardingConfig: { Enabled: true, Condition: 3, Target: {} } }, 'InvalidParameterValue', 'ForwardingConfig.Condition'],
      [target({ Type: 4 }), 'InvalidParameterValue', 'ForwardingConfig.Target.Type'],
      [target({ Type: 1, StaffUserId: 'nobody@example.com' }), 'InvalidParameterValue.AccountNotExist', 'ForwardingConfig.Target.StaffUserId'],
      [target({ Type: 1, StaffUserId: Mail }), 'InvalidParameterValue', 'ForwardingConfig.Target.StaffUserId'],
      [target({ Type: 2, SkillGroupId: 999999 }), 'InvalidParameterValue.SkillGroupError', 'ForwardingConfig.Target.SkillGroupId'],
      [target({ Type: 3, Extension: '1999' }), 'InvalidParameterValue', 'ForwardingConfig.Target.Extension'],
      [{ ForwardingConfig: { On: true } }, 'UnknownParameter', 'ForwardingConfig.On'],
    ]) await centre().refuses('ModifyStaff', { Email: Mail, Nick: 'changed', ...change }, code, `\`${words}\``);
    assert.equal((await one(Mail)).Nick, 'kept');
  });

  it('ADM-038 DescribeStaffInfoList pages and filters', async () => {
    const Mail = mail(), [sales] = await groupIds();
    await create(Mail, { SkillGroupNameList: ['Sales'] });
    const all = await list();
    assert.equal(all.TotalCount, all.StaffList.length);
    const pages = [];
    for (let PageNumber = 0; PageNumber * 3 < all.TotalCount; PageNumber++) {
      const page = await list({ PageSize: 3, PageNumber });
      assert.equal(page.TotalCount, all.TotalCount);
      assert.ok(page.StaffList.length <= 3);
      pages.push(...page.StaffList);
    }
    assert.deepEqual(pages, all.StaffList);
    assert.deepEqual(await list({ PageNumber: 1000 }), { TotalCount: all.TotalCount, StaffList: [] });
    const inSales = (await list({ SkillGroupId: sales })).StaffList;
    assert.ok(inSales.length && inSales.every(({ SkillGroupList }) => SkillGroupList.some(({ SkillGroupId }) => SkillGroupId === sales)));
    assert.deepEqual(await list({ StaffMail: 'nobody@example.com' }), { TotalCount: 0, StaffList: [] });
    const { LastModifyTimestamp } = await one(Mail);
    assert.ok((await list({ ModifiedTime: LastModifyTimestamp })).StaffList.some((row) => row.Mail === Mail));
    assert.equal((await list({ ModifiedTime: LastModifyTimestamp + 3600 })).TotalCount, 0);
    for (const [wrong, code] of [[{ PageSize: 10000 }, 'InvalidParameterValue'], [{ PageSize: 0 }, 'InvalidParameterValue'], [{ PageNumber: -1 }, 'InvalidParameterValue'],
      [{ PageSize: 1.5 }, 'InvalidParameter'], [{ PageSize: undefined }, 'MissingParameter'], [{ PageNumber: undefined }, 'MissingParameter']])
      await centre().refuses('DescribeStaffInfoList', { PageSize: 10, PageNumber: 0, ...wrong }, code);
  });

  it('a page of 9,999 agents fits into an answer', async () => {
    const mails = Array.from({ length: 300 }, (_, n) => `many${n}@example.com`);
    for (let at = 0; at < mails.length; at += 10)
      await centre().ask('CreateStaff', { Staffs: mails.slice(at, at + 10).map((Mail) => ({ Name: '名'.repeat(40), Mail, StaffNumber: '1', SkillGroupNameList: GROUPS })) });
    const answer = await list({ PageSize: 9999 });
    assert.equal(answer.StaffList.length, answer.TotalCount);
    assert.ok(JSON.stringify(answer).length / answer.TotalCount < 800, 'under 8 MiB for 9,999');
  });

  it('ADM-049 ACD-032 BindStaffSkillGroupList puts an agent into groups with a priority, UnbindStaffSkillGroupList takes it out', async () => {
    const Mail = mail(), [sales, support] = await groupIds();
    const groups = async () => (await one(Mail)).SkillGroupList.map(({ SkillGroupId, Priority }) => [SkillGroupId, Priority]);
    await create(Mail);
    await centre().ask('BindStaffSkillGroupList', { StaffEmail: Mail, StaffSkillGroupList: [{ SkillGroupId: sales }, { SkillGroupId: support, Priority: 1 }] });
    assert.deepEqual(await groups(), [[support, 1], [sales, 3]]);
    await centre().ask('BindStaffSkillGroupList', { StaffEmail: Mail, StaffSkillGroupList: [{ SkillGroupId: sales, Priority: 5 }] });
    assert.deepEqual(await groups(), [[support, 1], [sales, 5]]);
    assert.deepEqual(content(await centre().ask('UnbindStaffSkillGroupList', { StaffEmail: Mail, SkillGroupList: [support] })), {});
    await centre().ask('UnbindStaffSkillGroupList', { StaffEmail: Mail, SkillGroupList: [support] });
    assert.deepEqual(await groups(), [[sales, 5]]);
    await centre().ask('BindStaffSkillGroupList', { StaffEmail: Mail, SkillGroupList: [support] }); // the deprecated form
    assert.deepEqual(await groups(), [[support, 3], [sales, 5]]);
  });

  it('refuses wrong bindings and binds nothing of them', async () => {
    const Mail = mail(), [sales] = await groupIds();
    await create(Mail);
    const good = { SkillGroupId: sales };
    for (const [change, code, words] of [
      [{ StaffSkillGroupList: [good, { SkillGroupId: 999999 }] }, 'InvalidParameterValue.SkillGroupError', 'StaffSkillGroupList.1.SkillGroupId'],
      [{ StaffSkillGroupList: [{ ...good, Priority: 6 }] }, 'InvalidParameterValue', 'StaffSkillGroupList.0.Priority'],
      [{ StaffSkillGroupList: [{ ...good, Priority: 0 }] }, 'InvalidParameterValue', 'StaffSkillGroupList.0.Priority'],
      [{ StaffSkillGroupList: [{ Priority: 1 }] }, 'MissingParameter', 'StaffSkillGroupList.0.SkillGroupId'],
      [{ StaffSkillGroupList: [] }, 'InvalidParameterValue', 'StaffSkillGroupList'],
      [{ StaffSkillGroupList: Array(101).fill(good) }, 'InvalidParameterValue', 'StaffSkillGroupList'],
      [{}, 'MissingParameter', 'StaffSkillGroupList'],
      [{ StaffSkillGroupList: [good], StaffEmail: 'nobody@example.com' }, 'InvalidParameterValue.AccountNotExist', 'StaffEmail'],
    ]) await centre().refuses('BindStaffSkillGroupList', { StaffEmail: Mail, ...change }, code, `\`${words}\``);
    assert.deepEqual((await one(Mail)).SkillGroupList, []);
    await centre().refuses('UnbindStaffSkillGroupList', { StaffEmail: Mail, SkillGroupList: [999999] }, 'InvalidParameterValue.SkillGroupError', '`SkillGroupList`');
    await centre().refuses('UnbindStaffSkillGroupList', { StaffEmail: Mail }, 'MissingParameter', '`SkillGroupList`');
  });

  it('a key of another app reaches none of it', async () => {
    await centre().staysClosed('CreateStaff', { Staffs: [{ Name: 'N', Mail: mail(), StaffNumber: '1' }] });
    await centre().staysClosed('ModifyStaff', { Email: 'old@example.com', Nick: 'x' });
    await centre().staysClosed('DescribeStaffInfoList', { PageSize: 10, PageNumber: 0 });
    await centre().staysClosed('BindStaffSkillGroupList', { StaffEmail: 'old@example.com', StaffSkillGroupList: [{ SkillGroupId: 1 }] });
    await centre().staysClosed('UnbindStaffSkillGroupList', { StaffEmail: 'old@example.com', SkillGroupList: [1] });
    await centre().staysClosed('CreateSDKLoginToken', { SeatUserId: 'old@example.com' });
    const day = { StartTimestamp: Math.floor(Date.now() / 1000) - 86400, EndTimestamp: Math.floor(Date.now() / 1000) };
    for (const [action, parameters] of [
      ['DescribeTelCdr', { StartTimeStamp: day.StartTimestamp, EndTimeStamp: day.EndTimestamp, PageSize: 1, PageNumber: 0 }], ['DescribeSessionDetail', { SessionId: 'x', ...day }],
      ['DescribeTelSession', { SessionId: 'x' }], ['DescribePSTNActiveSessionList', { Offset: 0, Limit: 1 }], ['HangUpCall', { SessionId: 'x' }], ['DescribeCallInMetrics', {}],
      ['CreateCallOutSession', { UserId: 'old@example.com', Callee: '1000' }], ['CreateIVRSession', { Callee: '1000', IVRId: 1 }],
    ]) await centre().staysClosed(action, parameters);
    await assert.rejects(centre().otherApi.DescribeTelCallInfo({ StartTimeStamp: day.StartTimestamp, EndTimeStamp: day.EndTimestamp, SdkAppIdList: [APP] }), { code: 'InvalidParameterValue.InstanceNotExist' });
    await assert.rejects(centre().otherApi.DescribeStaffInfoList({ SdkAppId: 1, PageSize: 10, PageNumber: 0 }), { code: 'InvalidParameterValue.InstanceNotExist' });
  });
});
