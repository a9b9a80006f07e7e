/** directory.test.js: what a page learns of groups, agents, flows and reasons; and an agent whose microphone is lost. Layer: tests. */
import assert from 'node:assert/strict';
import { calling } from '../peers/sipp.js';
import { useServer } from './server_centre.js';
import { WireSeat } from './wire_seat.js';

const MICROPHONE_BACK = { microphone: 'ok' };

describe('the directory and a lost microphone', function () {
  this.timeout(30000);
  const centre = useServer({
    change: { heartbeatMs: 5000, calls: { resumeSeconds: 2 } },
    instance: { settings: { phone: { statusRecovery: false }, restReasons: { reasons: ['lunch', 'training'] } } },
  });
  const app = { SdkAppId: 1400000001 };

  /** Until the last event of the seat says this status. */
  const becomes = async (seat, status) => {
    for (;;) {
      const told = await seat.next('statusChanged');
      if (told.status === status) return told;
    }
  };

  it('Admin.getSkillGroups, restReasons and agents with their status come in one answer', async () => {
    const cloud = centre().tcccd.cloud();
    const { SkillGroupId } = await cloud.CreateCCCSkillGroup({ ...app, SkillGroupName: 'sales', SkillGroupType: 0 });
    const [anna, ben] = [await centre().seat(), await centre().seat()];
    await cloud.BindStaffSkillGroupList({ ...app, StaffEmail: anna.userId, SkillGroupList: [SkillGroupId] });
    await ben.ask('agent.status', { status: 'rest', restReason: 'lunch' });
    await cloud.CreateStaff({ ...app, SendPassword: false, Staffs: [{ Name: 'Mobile', Mail: 'mobile@tests.example', StaffNumber: '8999', Phone: '13700000001' }] });
    const told = await anna.ask('directory.get');
    assert.equal(told.agents.find(({ userId }) => userId === 'mobile@tests.example').hasMobile, true);
    assert.ok(!JSON.stringify(told).includes('13700000001'), 'that there is one, not which');
    const group = told.groups.find((one) => one.skillGroupId === String(SkillGroupId));
    assert.deepEqual(group, { skillGroupId: String(SkillGroupId), skillGroupName: 'sales', online: 1, free: 1, waiting: 0 });
    assert.deepEqual(told.restReasons, ['lunch', 'training']);
    const [first, second] = [anna, ben].map(({ userId }) => told.agents.find((one) => one.userId === userId));
    assert.deepEqual([first.status, second.status, first.skillGroupIds.includes(String(SkillGroupId)), second.skillGroupIds.includes(String(SkillGroupId))],
      ['free', 'rest', true, false]);
    const statuses = told.agents.map(({ status }) => status);
    assert.deepEqual(statuses, [...statuses].sort((a, b) => (a === 'offline') - (b === 'offline')), 'those who are there come first');
  });

  it('a directory that does not fit into one message leaves out who is offline, and says so', async () => {
    const cloud = centre().tcccd.cloud();
    const long = 'n'.repeat(120);
    for (let n = 0; n < 30; n++) {
      await cloud.CreateStaff({ ...app, SendPassword: false, Staffs: Array.from({ length: 10 }, (_, i) => ({ Name: long, Mail: `far${n}-${i}@tests.example`, StaffNumber: String(1000 + 10 * n + i), SkillGroupNameList: [] })) });
    }
    const seat = await centre().seat();
    const told = await seat.ask('directory.get');
    assert.equal(told.more, true);
    assert.ok(told.agents.length > 100, String(told.agents.length));
    assert.ok(told.agents.find(({ userId }) => userId === seat.userId), 'who is there is in it');
  });

  it('who asks without end is refused', async () => {
    const seat = await centre().seat();
    const answers = await Promise.allSettled(Array.from({ length: 50 }, () => seat.ask('directory.get')));
    assert.ok(answers.some(({ reason }) => reason?.code === 'LIMIT'));
  });

  it('a lost microphone makes the agent notReady with a reason, the next contact goes to another, and only that is undone', async () => {
    const [anna, ben] = [await centre().seat(), await centre().seat()];
    assert.equal((await anna.ask('agent.device', { microphone: 'lost' })).status, 'notReady');
    assert.deepEqual(await becomes(anna, 'notReady'), { status: 'notReady', reason: 'microphoneLost' });
    await assert.rejects(anna.ask('agent.status', { status: 'free' }), { code: 'MIC_NOT_FOUND' });
    const caller = await centre().calls(calling.talks({ talkMs: 100 }));
    const { sessionId } = await ben.next('callIn');
    await ben.ask('call.accept', { sessionId });
    await caller.done();
    assert.equal((await anna.ask('agent.device', MICROPHONE_BACK)).status, 'free');
    assert.equal(anna.events.filter((one) => one.e === 'callIn').length, 0);
  });

  it('what the agent asked for itself stays when the microphone is back', async () => {
    const seat = await centre().seat();
    await seat.ask('agent.device', { microphone: 'denied' });
    assert.equal((await becomes(seat, 'notReady')).reason, 'microphoneDenied');
    await assert.rejects(seat.ask('agent.status', { status: 'stopNotReady' }), { code: 'MIC_DENIED' });
    await seat.ask('agent.status', { status: 'notReady' });
    assert.deepEqual(await becomes(seat, 'notReady'), { status: 'notReady' });
    assert.equal((await seat.ask('agent.device', MICROPHONE_BACK)).status, 'notReady');
    await seat.ask('agent.device', { microphone: 'lost' });
    assert.equal((await seat.ask('agent.status', { status: 'rest', restReason: 'lunch' })).status, 'rest');
    assert.equal((await seat.ask('agent.device', MICROPHONE_BACK)).status, 'rest');
  });

  it('lost in a call, it keeps the agent from the next one; who goes online without one is notReady at once', async () => {
    const seat = await centre().seat();
    const caller = await centre().calls(calling.talks({ talkMs: 100 }));
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    assert.equal((await seat.ask('agent.device', { microphone: 'lost' })).status, 'busy');
    await caller.done();
    assert.equal((await becomes(seat, 'notReady')).reason, 'microphoneLost');
    await seat.ask('agent.offline');
    assert.equal((await seat.ask('agent.online')).status, 'notReady');
    assert.equal((await seat.ask('agent.device', MICROPHONE_BACK)).status, 'free');
  });

  it('it lasts over a lost connection and a reload; another page begins without that fault', async () => {
    const seat = await centre().seat();
    await seat.ask('agent.device', { microphone: 'lost' });
    await seat.drop();
    const reloaded = await WireSeat.open(centre().tcccd, { resume: seat.welcome.resume });
    centre().seats.push(reloaded);
    assert.deepEqual([reloaded.welcome.agent.status, reloaded.welcome.agent.reason], ['notReady', 'microphoneLost']);
    const other = await centre().seatOf(seat.userId, { online: false });
    assert.equal(other.welcome.agent.status, 'free');
  });
});
