/** cloudapi_extension.test.js: desk phones by the cloud API: what it answers lets a real telephone register. Layer: tests. */
import assert from 'node:assert/strict';
import { content, useCloud } from './cloud_centre.js';
import { registers } from './desk_phone.js';

describe('the cloud API: extensions', function () {
  this.timeout(30000);
  const centre = useCloud({
    instance: { agents: [{ userId: 'ann@example.com', name: 'Ann Lee' }, { userId: 'bob@example.com', name: 'Bob' }], skillGroups: [{ name: 'Sales' }], extensions: [{ number: '1001', password: 'of-the-file' }] },
    other: { extensions: [{ number: '1999', password: 'far-away-1' }] },
  });
  const create = (ExtensionId, more = {}) => centre().ask('CreateExtension', { ExtensionId, ExtensionName: `Desk ${ExtensionId}`, ...more });
  const show = async (ExtensionId) => content(await centre().ask('DescribeExtension', { ExtensionId }));
  const list = async (more = {}) => content(await centre().ask('DescribeExtensions', { PageNumber: 0, ...more }));
  const one = async (ExtensionId, more) => (await list({ ExtensionIds: [ExtensionId], ...more })).ExtensionList[0];
  const tryToRegister = (phone) => registers({ port: centre().tcccd.sipPort, ...phone });

  it('CreateExtension makes a desk phone; DescribeExtension tells how it registers, and it does', async () => {
    assert.deepEqual(content(await create('4001')), {});
    const phone = await show('4001');
    assert.match(phone.Password, /^[A-Za-z0-9]{20}$/);
    assert.deepEqual({ ...phone, Password: '' }, { ExtensionId: '4001', ExtensionDomain: 'tcccd', Password: '', OutboundProxy: `127.0.0.1:${centre().tcccd.sipPort}`, Transport: 'UDP' });
    assert.equal(await tryToRegister({ user: '4001', realm: phone.ExtensionDomain, password: phone.Password }), 200);
    assert.equal(await tryToRegister({ user: '4001', realm: phone.ExtensionDomain, password: 'wrong' }), 403);
    assert.equal((await one('4001', { IsNeedStatus: true })).Register, true);
    assert.equal((await show('1001')).Password, '', 'a password of the configuration file is not kept');
    assert.ok(!centre().tcccd.process.log(400).includes(phone.Password), 'no password in the log');
  });

  it('DescribeExtensions shows every field and finds by number, name and agent', async () => {
    const { SkillGroupList: [{ SkillGroupId }] } = await centre().ask('DescribeSkillGroupInfoList', { PageSize: 1, PageNumber: 0 });
    await create('4002', { Relation: 'ann@example.com', SkillGroupIds: [SkillGroupId] });
    const { CreateTime, ModifyTime, ...row } = await one('4002');
    assert.ok(Math.abs(CreateTime - Date.now() / 1000) < 30 && ModifyTime >= CreateTime);
    assert.deepEqual(row, { SdkAppId: 1400000001, FullExtensionId: '4002@tcccd', ExtensionId: '4002', SkillGroupId: String(SkillGroupId), ExtensionName: 'Desk 4002', Status: 0, Register: false, Relation: 'ann@example.com', RelationName: 'Ann Lee' });
    const names = async (more) => (await list(more)).ExtensionList.map(({ ExtensionId }) => ExtensionId);
    assert.deepEqual(await names({}), ['1001', '4001', '4002']);
    assert.deepEqual(await names({ FuzzingKeyWord: 'Lee' }), ['4002']);
    assert.deepEqual(await names({ FuzzingKeyWord: 'Desk 4001' }), ['4001']);
    assert.deepEqual(await names({ FuzzingKeyWord: '00' }), ['1001', '4001', '4002']);
    assert.deepEqual(await names({ ExtensionIds: ['4002', '1999'] }), ['4002']);
    assert.deepEqual([await names({ PageSize: 2 }), await names({ PageSize: 2, PageNumber: 1 }), (await list({ PageSize: 2 })).Total], [['1001', '4001'], ['4002'], 3]);
    const { StaffList: [ann] } = await centre().ask('DescribeStaffInfoList', { PageSize: 10, PageNumber: 0, StaffMail: 'ann@example.com' });
    assert.equal(ann.ExtensionNumber, '4002');
  });

  it('ModifyExtension changes what is given', async () => {
    await create('4003', { Relation: 'ann@example.com' });
    const { Password } = await show('4003');
    await centre().ask('ModifyExtension', { ExtensionId: '4003', ExtensionName: 'Reception' });
    assert.deepEqual([(await one('4003')).ExtensionName, (await one('4003')).Relation], ['Reception', 'ann@example.com']);
    await centre().ask('ModifyExtension', { ExtensionId: '4003', Relation: 'bob@example.com', SkillGroupIds: [] });
    assert.deepEqual([(await one('4003')).ExtensionName, (await one('4003')).RelationName], ['Reception', 'Bob']);
    await centre().ask('ModifyExtension', { ExtensionId: '4003', Relation: '' });
    assert.equal((await one('4003')).Relation, '');
    assert.equal((await show('4003')).Password, Password);
  });

  it('ResetExtensionPassword answers a new password; the telephone with the old one is gone', async () => {
    await create('4004');
    const old = await show('4004');
    assert.equal(await tryToRegister({ user: '4004', realm: 'tcccd', password: old.Password }), 200);
    const { Password } = content(await centre().ask('ResetExtensionPassword', { ExtensionId: '4004' }));
    assert.match(Password, /^[A-Za-z0-9]{20}$/);
    assert.notEqual(Password, old.Password);
    assert.equal((await show('4004')).Password, Password);
    assert.equal((await one('4004', { IsNeedStatus: true })).Register, false);
    assert.equal(await tryToRegister({ user: '4004', realm: 'tcccd', password: old.Password }), 403);
    assert.equal(await tryToRegister({ user: '4004', realm: 'tcccd', password: Password }), 200);
  });

  it('DeleteExtension takes the telephone off', async () => {
    await create('4005');
    const { Password } = await show('4005');
    assert.equal(await tryToRegister({ user: '4005', realm: 'tcccd', password: Password }), 200);
    assert.deepEqual(content(await centre().ask('DeleteExtension', { ExtensionId: '4005' })), {});
    assert.equal(await tryToRegister({ user: '4005', realm: 'tcccd', password: Password }), 403);
    await centre().refuses('DescribeExtension', { ExtensionId: '4005' }, 'InvalidParameterValue', '`ExtensionId`');
    assert.deepEqual(content(await create('4005')), {}, 'the number is free again');
  });

  it('an agent\'s internal number can get a telephone', async () => {
    await centre().ask('CreateStaff', { Staffs: [{ Name: 'Cy', Mail: 'cy@example.com', StaffNumber: '3', ExtensionNumber: '4010' }] });
    await centre().refuses('CreateExtension', { ExtensionId: '4010', ExtensionName: 'x', Relation: 'bob@example.com' }, 'InvalidParameter.DuplicateSipAccount', '`ExtensionId`');
    await create('4010', { Relation: 'cy@example.com' });
    assert.equal(await tryToRegister({ user: '4010', realm: 'tcccd', password: (await show('4010')).Password }), 200);
  });

  it('refuses what is not documented', async () => {
    for (const [change, code, words] of [
      [{ ExtensionId: '9001' }, 'InvalidParameterValue', 'ExtensionId'], [{ ExtensionId: '123' }, 'InvalidParameterValue', 'ExtensionId'], [{ ExtensionId: '1234567' }, 'InvalidParameterValue', 'ExtensionId'],
      [{ ExtensionId: 5000 }, 'InvalidParameter', 'ExtensionId'], [{ ExtensionId: undefined }, 'MissingParameter', 'ExtensionId'], [{ ExtensionId: '1001' }, 'InvalidParameter.DuplicateSipAccount', 'ExtensionId'],
      [{ ExtensionId: '1999' }, 'InvalidParameter.DuplicateSipAccount', 'ExtensionId'], [{ ExtensionName: undefined }, 'MissingParameter', 'ExtensionName'],
      [{ SkillGroupIds: [999999] }, 'InvalidParameterValue.SkillGroupError', 'SkillGroupIds'], [{ SkillGroupIds: Array(13).fill(1) }, 'InvalidParameterValue', 'SkillGroupIds'],
      [{ Relation: 'nobody@example.com' }, 'InvalidParameterValue.AccountNotExist', 'Relation'],
    ]) await centre().refuses('CreateExtension', { ExtensionId: '5000', ExtensionName: 'x', ...change }, code, `\`${words}\``);
    await centre().refuses('DescribeExtension', { ExtensionId: '5000' }, 'InvalidParameterValue');
    for (const action of ['DescribeExtension', 'ModifyExtension', 'DeleteExtension', 'ResetExtensionPassword'])
      for (const [parameters, code] of [[{ ExtensionId: '1999' }, 'InvalidParameterValue'], [{}, 'MissingParameter']]) await centre().refuses(action, parameters, code, '`ExtensionId`');
    await centre().refuses('DescribeExtensions', {}, 'MissingParameter', '`PageNumber`');
    await centre().refuses('DescribeExtensions', { PageNumber: 0, PageSize: 101 }, 'InvalidParameterValue', '`PageSize`');
    await centre().refuses('DescribeExtensions', { PageNumber: 0, IsNeedStatus: 'yes' }, 'InvalidParameter', '`IsNeedStatus`');
    for (const action of ['CreateExtension', 'DescribeExtension', 'DescribeExtensions', 'ModifyExtension', 'DeleteExtension', 'ResetExtensionPassword'])
      await centre().staysClosed(action, action === 'DescribeExtensions' ? { PageNumber: 0 } : { ExtensionId: '4001', ...(action === 'CreateExtension' ? { ExtensionName: 'x' } : {}) });
  });
});
