/** cloudapi_group.test.js: skill groups and numbers by the cloud API. Rows ADM-043 to ADM-051. Layer: tests. */
import assert from 'node:assert/strict';
import { AdminClient } from './admin_client.js';
import { content, useCloud } from './cloud_centre.js';

const TRUNK = { name: 'line', host: '127.0.0.2', port: 5099 };

describe('the cloud API: skill groups', function () {
  this.timeout(30000);
  const centre = useCloud({
    instance: { agents: [{ userId: 'ann@example.com', name: 'Ann' }] },
    other: { skillGroups: [{ name: 'Far' }], agents: [{ userId: 'far@example.com' }] },
  });
  const list = async (more = {}) => content(await centre().ask('DescribeSkillGroupInfoList', { PageSize: 100, PageNumber: 0, ...more }));
  const create = async (SkillGroupName, more = {}) => (await centre().ask('CreateCCCSkillGroup', { SkillGroupName, SkillGroupType: 0, ...more })).SkillGroupId;

  it('ADM-044 ADM-045 CreateCCCSkillGroup makes a group of each type, and DescribeSkillGroupInfoList shows every field', async () => {
    const before = Math.floor(Date.now() / 1000);
    const phone = await create('Phones'), online = await create('Chats', { SkillGroupType: 1, MaxConcurrency: 5 });
    await create('Audio', { SkillGroupType: 3 });
    await create('Video', { SkillGroupType: 4, MaxConcurrency: 1 });
    const { TotalCount, SkillGroupList } = await list();
    assert.equal(TotalCount, 4);
    const [{ LastModifyTimestamp, ...first }, second, third, fourth] = SkillGroupList;
    assert.ok(LastModifyTimestamp >= before && LastModifyTimestamp <= Date.now() / 1000);
    assert.deepEqual(first, { SkillGroupId: phone, SkillGroupName: 'Phones', Type: 'TEL', RoutePolicy: 'longestIdle', UsingLastSeat: 0, MaxConcurrency: 1, SkillGroupType: 0, Alias: '', RingAll: false });
    assert.deepEqual([second.SkillGroupId, second.Type, second.MaxConcurrency, second.SkillGroupType], [online, 'IM', 5, 1]);
    assert.deepEqual([third.SkillGroupType, fourth.SkillGroupType], [3, 4]);
  });

  it('ADM-043 ADM-046 refuses names that are taken or too long, unknown types, and several contacts at once by telephone', async () => {
    const { TotalCount } = await list();
    for (const [change, code, words] of [
      [{ SkillGroupName: 'Phones' }, 'InvalidParameterValue.SkillGroupExist', 'SkillGroupName'],
      [{ SkillGroupName: '组'.repeat(21) }, 'InvalidParameter', 'SkillGroupName'],
      [{ SkillGroupName: '' }, 'InvalidParameterValue', 'SkillGroupName'],
      [{ SkillGroupName: undefined }, 'MissingParameter', 'SkillGroupName'],
      [{ SkillGroupName: 5 }, 'InvalidParameter', 'SkillGroupName'],
      [{ SkillGroupType: 2 }, 'InvalidParameter', 'SkillGroupType'],
      [{ SkillGroupType: 5 }, 'InvalidParameterValue', 'SkillGroupType'],
      [{ SkillGroupType: undefined }, 'MissingParameter', 'SkillGroupType'],
      [{ MaxConcurrency: 2 }, 'InvalidParameter', 'MaxConcurrency'],
      [{ MaxConcurrency: 0 }, 'InvalidParameterValue', 'MaxConcurrency'],
      [{ Colour: 'red' }, 'UnknownParameter', 'Colour'],
    ]) await centre().refuses('CreateCCCSkillGroup', { SkillGroupName: 'New', SkillGroupType: 0, ...change }, code, `\`${words}\``);
    assert.equal((await list()).TotalCount, TotalCount);
    assert.ok(await create('组'.repeat(20)), 'twenty characters of any width');
  });

  it('ADM-050 UpdateCCCSkillGroup changes name and limit', async () => {
    const SkillGroupID = await create('Before', { SkillGroupType: 1, MaxConcurrency: 2 });
    const one = async () => (await list({ SkillGroupId: SkillGroupID })).SkillGroupList[0];
    assert.deepEqual(content(await centre().ask('UpdateCCCSkillGroup', { SkillGroupID, SkillGroupName: 'After', MaxConcurrency: 7 })), {});
    assert.deepEqual([(await one()).SkillGroupName, (await one()).MaxConcurrency], ['After', 7]);
    await centre().ask('UpdateCCCSkillGroup', { SkillGroupID, SkillGroupName: 'After', RingAll: false });
    await centre().ask('UpdateCCCSkillGroup', { SkillGroupID, RingAll: true });
    assert.equal((await one()).RingAll, true);
    await centre().ask('UpdateCCCSkillGroup', { SkillGroupID, MaxConcurrency: 7 });
    assert.equal((await one()).RingAll, true);
    for (const [change, code, words] of [
      [{ SkillGroupID: 999999 }, 'InvalidParameterValue.SkillGroupError', 'SkillGroupID'], [{ SkillGroupID: undefined }, 'MissingParameter', 'SkillGroupID'],
      [{ SkillGroupName: 'Phones' }, 'InvalidParameterValue.SkillGroupExist', 'SkillGroupName'], [{ SkillGroupName: 'x'.repeat(21) }, 'InvalidParameter', 'SkillGroupName'],
      [{ MaxConcurrency: 101 }, 'InvalidParameterValue', 'MaxConcurrency'],
    ]) await centre().refuses('UpdateCCCSkillGroup', { SkillGroupID, ...change }, code, `\`${words}\``);
    assert.equal((await one()).SkillGroupName, 'After');
  });

  it('ADM-051 DeleteCCCSkillGroup keeps the agents, who lose the membership; a group that somebody forwards to stays', async () => {
    const SkillGroupId = await create('Gone');
    await centre().ask('BindStaffSkillGroupList', { StaffEmail: 'ann@example.com', StaffSkillGroupList: [{ SkillGroupId }] });
    await centre().ask('ModifyStaff', { Email: 'ann@example.com', ForwardingConfig: { Enabled: true, Condition: 1, Target: { Type: 2, SkillGroupId } } });
    await centre().refuses('DeleteCCCSkillGroup', { SkillGroupId }, 'ResourceUnavailable', 'ann@example.com');
    await centre().ask('ModifyStaff', { Email: 'ann@example.com', ForwardingConfig: { Enabled: false } });
    assert.deepEqual(content(await centre().ask('DeleteCCCSkillGroup', { SkillGroupId })), {});
    const { StaffList: [ann] } = await centre().ask('DescribeStaffInfoList', { PageSize: 10, PageNumber: 0, StaffMail: 'ann@example.com' });
    assert.deepEqual(ann.SkillGroupList, []);
    assert.deepEqual(await list({ SkillGroupId }), { TotalCount: 0, SkillGroupList: [] });
    await centre().refuses('DeleteCCCSkillGroup', { SkillGroupId }, 'InvalidParameterValue.SkillGroupError', '`SkillGroupId`');
    await centre().refuses('DeleteCCCSkillGroup', {}, 'MissingParameter', '`SkillGroupId`');
  });

  it('a group that a published IVR leads to stays until that is withdrawn', async () => {
    const SkillGroupId = await create('Led to'), admin = new AdminClient(centre().tcccd);
    const document = { start: 'hello', modules: [
      { id: 'hello', type: 'start', label: 'Start', next: 'agents' },
      { id: 'agents', type: 'transferToHuman', label: 'Agents', group: SkillGroupId, noAgent: 'bye', queueOver: 'bye', next: 'bye' },
      { id: 'bye', type: 'end', label: 'End' }] };
    const { flowId } = await admin.post('flows', { name: 'Hotline', kind: 'ivr', publish: true, document });
    await centre().refuses('DeleteCCCSkillGroup', { SkillGroupId }, 'ResourceUnavailable', 'Hotline');
    assert.equal((await list({ SkillGroupId })).TotalCount, 1);
    await admin.post(`flows/${flowId}/withdraw`);
    await centre().ask('DeleteCCCSkillGroup', { SkillGroupId });
    assert.equal((await list({ SkillGroupId })).TotalCount, 0);
  });

  it('DescribeSkillGroupInfoList pages and filters', async () => {
    const all = await list();
    const pages = [await list({ PageSize: 2 }), await list({ PageSize: 2, PageNumber: 1 }), await list({ PageSize: 2, PageNumber: 2 })].flatMap(({ SkillGroupList }) => SkillGroupList);
    assert.deepEqual(pages, all.SkillGroupList.slice(0, 6));
    assert.deepEqual((await list({ SkillGroupName: 'Chats' })).SkillGroupList.map(({ SkillGroupName }) => SkillGroupName), ['Chats']);
    assert.equal((await list({ ModifiedTime: Math.floor(Date.now() / 1000) + 3600 })).TotalCount, 0);
    for (const wrong of [{ PageSize: 101 }, { PageSize: 0 }, { PageNumber: -1 }]) await centre().refuses('DescribeSkillGroupInfoList', { PageSize: 10, PageNumber: 0, ...wrong }, 'InvalidParameterValue');
    await centre().refuses('DescribeSkillGroupInfoList', { PageNumber: 0 }, 'MissingParameter', '`PageSize`');
  });

  it('a key of another app reaches none of it, nor does a group of another app', async () => {
    const { SkillGroupList: [far] } = await centre().otherApi.DescribeSkillGroupInfoList({ SdkAppId: 1400000002, PageSize: 1, PageNumber: 0 });
    for (const [action, parameters] of [['UpdateCCCSkillGroup', { SkillGroupID: far.SkillGroupId, SkillGroupName: 'Near' }], ['DeleteCCCSkillGroup', { SkillGroupId: far.SkillGroupId }],
      ['BindStaffSkillGroupList', { StaffEmail: 'ann@example.com', StaffSkillGroupList: [{ SkillGroupId: far.SkillGroupId }] }]])
      await centre().refuses(action, parameters, 'InvalidParameterValue.SkillGroupError');
    await centre().staysClosed('CreateCCCSkillGroup', { SkillGroupName: 'New', SkillGroupType: 0 });
    await centre().staysClosed('UpdateCCCSkillGroup', { SkillGroupID: 1 });
    await centre().staysClosed('DeleteCCCSkillGroup', { SkillGroupId: 1 });
    await centre().staysClosed('DescribeSkillGroupInfoList', { PageSize: 1, PageNumber: 0 });
  });
});

describe('the cloud API: numbers', function () {
  this.timeout(30000);
  const NUMBERS = Array.from({ length: 25 }, (_, n) => `0207000${String(n).padStart(2, '0')}`);
  const centre = useCloud({
    instance: { trunks: [TRUNK], numbers: NUMBERS.map((number) => ({ number, trunk: 'line' })) },
    other: { trunks: [{ ...TRUNK, name: 'far' }], numbers: [{ number: '0309', trunk: 'far' }] },
  });
  const bind = (more) => centre().ask('BindNumberCallInInterface', { Number: NUMBERS[0], CallInInterface: { URL: 'https://crm.example/call' }, ...more });

  it('DescribeNumbers shows the app\'s numbers, 20 on a page unless told', async () => {
    const first = content(await centre().ask('DescribeNumbers'));
    assert.deepEqual([first.TotalCount, first.Numbers.length], [25, 20]);
    assert.deepEqual(first.Numbers[0], { Number: NUMBERS[0], CallOutSkillGroupIds: [], State: 1, CostType: 1 });
    const second = content(await centre().ask('DescribeNumbers', { PageNumber: 1 }));
    assert.deepEqual([...first.Numbers, ...second.Numbers].map((one) => one.Number), NUMBERS);
    assert.deepEqual(content(await centre().ask('DescribeNumbers', { PageNumber: 24, PageSize: 1 })).Numbers.map((one) => one.Number), [NUMBERS[24]]);
    await centre().refuses('DescribeNumbers', { PageSize: 101 }, 'InvalidParameterValue', '`PageSize`');
    await centre().refuses('DescribeNumbers', { PageNumber: 'first' }, 'InvalidParameter', '`PageNumber`');
  });

  it('BindNumberCallInInterface keeps an address for a number, and takes it away', async () => {
    assert.deepEqual(content(await bind()), {});
    assert.deepEqual(content(await bind({ NumberType: 'number' })), {});
    assert.deepEqual(content(await bind({ CallInInterface: undefined })), {});
    for (const [change, code, words] of [
      [{ Number: '0309' }, 'InvalidParameterValue', 'Number'], [{ Number: undefined }, 'MissingParameter', 'Number'],
      [{ CallInInterface: { URL: 'ftp://crm.example/' } }, 'InvalidParameterValue', 'CallInInterface.URL'], [{ CallInInterface: { URL: 5 } }, 'InvalidParameter', 'CallInInterface.URL'],
      [{ CallInInterface: { URL: `https://${'x'.repeat(1030)}` } }, 'InvalidParameterValue', 'CallInInterface.URL'],
      [{ CallInInterface: { Uri: 'https://crm.example/' } }, 'UnknownParameter', 'CallInInterface.Uri'], [{ CallInInterface: 'https://crm.example/' }, 'InvalidParameter', 'CallInInterface'],
      [{ NumberType: 'inner' }, 'InvalidParameterValue', 'Number'], [{ NumberType: 'other' }, 'InvalidParameterValue', 'NumberType'],
    ]) await assert.rejects(bind(change), (error) => error.code === code && error.message.includes(`\`${words}\``), JSON.stringify(change));
    await centre().staysClosed('DescribeNumbers');
    await centre().staysClosed('BindNumberCallInInterface', { Number: NUMBERS[0] });
  });
});
