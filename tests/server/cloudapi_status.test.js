/** cloudapi_status.test.js: agents' statuses by the cloud API, with agents who are really signed in. Layer: tests. */
import assert from 'node:assert/strict';
import { APP, content, useCloud } from './cloud_centre.js';
import { WireSeat } from './wire_seat.js';

const agent = (n) => `agent${n}@example.com`;
const now = () => Math.floor(Date.now() / 1000);

describe('the cloud API: statuses and accounts', function () {
  this.timeout(60000);
  const centre = useCloud({
    instance: {
      agents: Array.from({ length: 20 }, (_, n) => ({ userId: agent(n), name: `Agent ${n}`, number: String(100 + n) })),
      skillGroups: [{ name: 'Sales', agents: [agent(1), agent(2)] }],
    },
  });
  const seats = [];
  const signIn = async (n, options) => {
    const seat = await WireSeat.signIn(centre().tcccd, agent(n), options);
    seats.push(seat);
    return seat;
  };
  afterEach(() => Promise.all(seats.splice(0).map((seat) => seat.close())));
  const metrics = async (parameters) => content(await centre().ask('DescribeStaffStatusMetrics', parameters)).Metrics;
  const statusOf = async (n) => (await metrics({ StaffList: [agent(n)] }))[0].Status;
  const set = async (...list) => content(await centre().ask('SetStaffStatus', { StaffStatusList: list })).StaffStatusList;
  const history = async (n, more = {}) => content(await centre().ask('DescribeStaffStatusHistory', { StaffUserId: agent(n), StartTimestamp: now() - 3600, EndTimestamp: now() + 1, ...more })).Data;

  it('DescribeStaffStatusMetrics tells an agent\'s status, times and pages', async () => {
    const before = now();
    const [offline] = await metrics({ StaffList: [agent(0)] });
    assert.deepEqual({ ...offline, LastStatusTimestamp: 0 }, {
      Email: agent(0), Status: 'offline', StatusExtra: { Type: '', Direct: '' }, OnlineDuration: 0, FreeDuration: 0, BusyDuration: 0, NotReadyDuration: 0,
      RestDuration: 0, AfterCallWorkDuration: 0, Reason: '', ReserveRest: false, ReserveNotReady: false, UseMobileAccept: 0, UseMobileCallOut: false,
      LastOnlineTimestamp: 0, LastStatusTimestamp: 0, ClientInfo: [],
    });
    const seat = await signIn(0);
    await seat.ask('agent.status', { status: 'rest', restReason: 'lunch' });
    await centre().ask('ModifyStaff', { Email: agent(0), UseMobileAccept: 1, UseMobileCallOut: true });
    const [row] = await metrics({ StaffList: [agent(0)] });
    assert.deepEqual([row.Status, row.Reason, row.UseMobileAccept, row.UseMobileCallOut], ['rest', 'lunch', 1, true]);
    assert.deepEqual(row.ClientInfo, [{ ClientType: 'Web', IsConnected: true }]);
    for (const at of [row.LastOnlineTimestamp, row.LastStatusTimestamp]) assert.ok(at >= before && at <= now(), `${at}`);
    assert.ok(Math.abs(row.OnlineDuration - (row.FreeDuration + row.RestDuration)) <= 1);
  });

  it('filters by agent, group and status', async () => {
    await signIn(1);
    const names = async (parameters) => (await metrics(parameters)).map(({ Email }) => Email).sort();
    const { SkillGroupList: [{ SkillGroupId }] } = await centre().ask('DescribeSkillGroupInfoList', { PageSize: 1, PageNumber: 0 });
    assert.equal((await names({})).length, 20);
    assert.deepEqual(await names({ GroupIdList: [SkillGroupId] }), [agent(1), agent(2)]);
    assert.deepEqual(await names({ GroupIdList: [SkillGroupId], StatusList: ['free'] }), [agent(1)]);
    assert.deepEqual(await names({ StaffList: [agent(2), agent(3), 'nobody@example.com'], StatusList: ['offline'] }), [agent(2), agent(3)]);
    await centre().refuses('DescribeStaffStatusMetrics', { StatusList: ['sleepy'] }, 'InvalidParameter', '`StatusList`');
    await centre().refuses('DescribeStaffStatusMetrics', { StaffList: agent(1) }, 'InvalidParameter', '`StaffList`');
    await centre().refuses('DescribeStaffStatusMetrics', { GroupIdList: ['1'] }, 'InvalidParameter', '`GroupIdList.0`');
  });

  it('SetStaffStatus changes agents and tells each one\'s old and new status; the agents\' pages hear of it', async () => {
    const seat = await signIn(4);
    assert.deepEqual(await set({ StaffUserId: agent(4), Status: 'rest', Reason: 'training' }, { StaffUserId: agent(5), Status: 'free' }, { StaffUserId: 'nobody@example.com', Status: 'free' }), [
      { StaffUserId: agent(4), ErrorCode: '', ErrorMessage: '', Status: 'rest', Reason: 'training', PreviousStatus: 'free', PreviousReason: '' },
      { StaffUserId: agent(5), ErrorCode: 'FailedOperation', ErrorMessage: 'The agent is offline.', Status: 'offline', Reason: '', PreviousStatus: 'offline', PreviousReason: '' },
      { StaffUserId: 'nobody@example.com', ErrorCode: 'InvalidParameterValue.AccountNotExist', ErrorMessage: 'The app has no agent with this StaffUserId.', Status: '', Reason: '', PreviousStatus: '', PreviousReason: '' },
    ]);
    await seat.until(() => seat.events.some((one) => one.e === 'statusChanged' && one.d.status === 'rest'), 'statusChanged rest');
    assert.deepEqual((await set({ StaffUserId: agent(4), Status: 'notReady' }))[0].PreviousReason, 'training');
    assert.equal((await set({ StaffUserId: agent(4), Status: 'free' }))[0].Status, 'free');
    for (const [list, code, words] of [
      [[{ StaffUserId: agent(4), Status: 'busy' }], 'InvalidParameterValue', 'StaffStatusList.0.Status'],
      [[{ StaffUserId: agent(4) }], 'MissingParameter', 'StaffStatusList.0.Status'],
      [[{ Status: 'free' }], 'MissingParameter', 'StaffStatusList.0.StaffUserId'],
      [[], 'InvalidParameterValue', 'StaffStatusList'],
      [Array(11).fill({ StaffUserId: agent(4), Status: 'free' }), 'InvalidParameterValue', 'StaffStatusList'],
      [[{ StaffUserId: agent(4), Status: 'free', Mood: 'good' }], 'UnknownParameter', 'StaffStatusList.0.Mood'],
    ]) await centre().refuses('SetStaffStatus', { StaffStatusList: list }, code, `\`${words}\``);
  });

  it('DescribeStaffStatusHistory lists every change in order, page by page', async () => {
    await signIn(6);
    for (const Status of ['notReady', 'rest', 'free']) await set({ StaffUserId: agent(6), Status, Reason: Status === 'rest' ? 'tea' : undefined });
    const all = await history(6);
    assert.deepEqual(all.map(({ Status }) => Status).filter((name, n) => n || name !== 'offline'), ['free', 'notReady', 'rest', 'free']);
    assert.deepEqual({ ...all.find(({ Status }) => Status === 'rest'), Cursor: '', Timestamp: 0 }, { Cursor: '', Timestamp: 0, Status: 'rest', SessionId: '', Reason: 'tea', StaffEmail: agent(6), StaffNo: '106' });
    const pages = [];
    for (let Cursor; ;) {
      const page = await history(6, { PageSize: 2, Cursor });
      if (!page.length) break;
      assert.ok(page.length <= 2);
      pages.push(...page);
      ({ Cursor } = page.at(-1));
    }
    assert.deepEqual(pages, all);
    assert.deepEqual(await history(6, { StartTimestamp: now() + 5, EndTimestamp: now() + 6 }), []);
  });

  it('refuses ranges and cursors that are not documented', async () => {
    const good = { StaffUserId: agent(6), StartTimestamp: now() - 100, EndTimestamp: now() }, day = 86400;
    for (const [change, code, words] of [
      [{ StaffUserId: 'nobody@example.com' }, 'InvalidParameterValue.AccountNotExist', 'StaffUserId'],
      [{ StartTimestamp: undefined }, 'MissingParameter', 'StartTimestamp'],
      [{ EndTimestamp: now() - 200 }, 'InvalidParameterValue', 'EndTimestamp'],
      [{ StartTimestamp: now() - 8 * day }, 'InvalidParameterValue', 'EndTimestamp'],
      [{ StartTimestamp: now() - 181 * day, EndTimestamp: now() - 180 * day }, 'InvalidParameterValue', 'StartTimestamp'],
      [{ StartTimestamp: 'yesterday' }, 'InvalidParameter', 'StartTimestamp'],
      [{ Cursor: 'next' }, 'InvalidParameterValue', 'Cursor'],
      [{ Cursor: 7 }, 'InvalidParameter', 'Cursor'],
      [{ PageSize: 0 }, 'InvalidParameterValue', 'PageSize'],
      [{ PageSize: 1001 }, 'InvalidParameterValue', 'PageSize'],
    ]) await centre().refuses('DescribeStaffStatusHistory', { ...good, ...change }, code, `\`${words}\``);
  });

  it('ForceMemberOffline takes an agent off until RestoreMemberOnline, over a restart, too', async () => {
    await centre().ask('CreateStaff', { Staffs: [{ Name: 'Seven', Mail: agent(77), StaffNumber: '77' }] });
    const seat = await signIn(77);
    await centre().ask('ForceMemberOffline', { UserId: agent(77) });
    await seat.until(() => seat.events.some((one) => one.e === 'statusChanged' && one.d.status === 'offline'), 'statusChanged offline');
    assert.equal(await statusOf(77), 'offline');
    await assert.rejects(seat.ask('agent.online'), { code: 'STATE' });
    await seat.close();
    await centre().tcccd.stop();
    await centre().tcccd.restart();
    const again = await signIn(77, { online: false });
    await assert.rejects(again.ask('agent.online'), { code: 'STATE' });
    assert.deepEqual(content(await centre().ask('RestoreMemberOnline', { UserId: agent(77) })), {});
    await again.ask('agent.online');
    assert.equal(await statusOf(77), 'free');
    for (const action of ['ForceMemberOffline', 'RestoreMemberOnline']) {
      await centre().refuses(action, { UserId: 'nobody@example.com' }, 'InvalidParameterValue.AccountNotExist', '`UserId`');
      await centre().refuses(action, {}, 'MissingParameter', '`UserId`');
    }
  });

  it('ADM-041 DeleteStaff deletes who is offline and names who is not; the deleted cannot sign in', async () => {
    const seat = await signIn(8);
    const answer = content(await centre().ask('DeleteStaff', { StaffList: [agent(8), agent(9), 'nobody@example.com'] }));
    assert.deepEqual(answer, { OnlineStaffList: [agent(8)], DeleteStatusInfo: '1 deleted, 1 online, 1 unknown: nobody@example.com' });
    await centre().refuses('CreateSDKLoginToken', { SeatUserId: agent(9) }, 'InvalidParameterValue.AccountNotExist');
    assert.equal(await statusOf(8), 'free');
    assert.deepEqual(await metrics({ StaffList: [agent(9)] }), []);
    await seat.ask('agent.offline');
    assert.deepEqual(content(await centre().ask('DeleteStaff', { StaffList: [agent(8)] })), { OnlineStaffList: [], DeleteStatusInfo: '1 deleted, 0 online, 0 unknown' });
    await centre().refuses('DeleteStaff', { StaffList: [] }, 'InvalidParameterValue', '`StaffList`');
    await centre().refuses('DeleteStaff', { StaffList: Array.from({ length: 201 }, (_, n) => agent(n)) }, 'InvalidParameterValue', '`StaffList`');
    await centre().refuses('DeleteStaff', { StaffList: [agent(10), 3] }, 'InvalidParameter', '`StaffList.1`');
    assert.equal(await statusOf(10), 'offline');
  });

  it('ADM-040 ModifyStaffPassword takes a good password; other requests are answered meanwhile', async () => {
    const answers = await Promise.all([
      centre().ask('ModifyStaffPassword', { Email: agent(11), Password: 'Correct-Horse-7' }),
      ...Array.from({ length: 2 }, (_, n) => centre().ask('ModifyStaffPassword', { Email: agent(11), Password: `Correct-Horse-${n}` })),
      centre().ask('DescribeNumbers'),
    ]);
    for (const answer of answers.slice(0, -1)) assert.deepEqual(content(answer), {});
    for (const [change, code, words] of [
      [{ Password: 'short' }, 'InvalidParameterValue', 'Password'], [{ Password: 'aaaaaaaaaaaa' }, 'InvalidParameterValue', 'Password'],
      [{ Password: 'x'.repeat(129) }, 'InvalidParameterValue', 'Password'], [{ Password: undefined }, 'MissingParameter', 'Password'],
      [{ Password: 12345678 }, 'InvalidParameter', 'Password'], [{ Email: 'nobody@example.com' }, 'InvalidParameterValue.AccountNotExist', 'Email'],
    ]) await centre().refuses('ModifyStaffPassword', { Email: agent(11), Password: 'Correct-Horse-7', ...change }, code, `\`${words}\``);
    assert.ok(!centre().tcccd.process.log(400).includes('Correct-Horse'), 'no password in the log');
  });

  it('ADM-040 the password signs in to the admin API; a new one ends what the old one began', async () => {
    await centre().ask('CreateStaff', { Staffs: [{ Name: 'Boss', Mail: agent(50), StaffNumber: '50', Role: 1 }] });
    const url = `http://127.0.0.1:${centre().tcccd.httpPort}/v1/admin/`;
    const signIn = (password) => fetch(`${url}sign-in`, { method: 'POST', body: JSON.stringify({ sdkAppId: APP, userId: agent(50), password }) });
    const me = (cookie) => fetch(`${url}me`, { headers: { cookie } });
    await centre().ask('ModifyStaffPassword', { Email: agent(50), Password: 'the-first-one' });
    const first = await signIn('the-first-one'), cookie = first.headers.get('set-cookie')?.split(';')[0];
    assert.deepEqual([first.status, (await me(cookie)).status], [200, 200]);
    await centre().ask('ModifyStaffPassword', { Email: agent(50), Password: 'the-second-one' });
    assert.deepEqual([(await me(cookie)).status, (await signIn('the-first-one')).status, (await signIn('the-second-one')).status], [401, 401, 200]);
  });

  it('a key of another app reaches none of it', async () => {
    await centre().staysClosed('DescribeStaffStatusMetrics');
    await centre().staysClosed('DescribeStaffStatusHistory', { StaffUserId: agent(1), StartTimestamp: now() - 10, EndTimestamp: now() });
    await centre().staysClosed('SetStaffStatus', { StaffStatusList: [{ StaffUserId: agent(1), Status: 'free' }] });
    await centre().staysClosed('ForceMemberOffline', { UserId: agent(1) });
    await centre().staysClosed('RestoreMemberOnline', { UserId: agent(1) });
    await centre().staysClosed('DeleteStaff', { StaffList: [agent(1)] });
    await centre().staysClosed('ModifyStaffPassword', { Email: agent(1), Password: 'Correct-Horse-7' });
  });
});
