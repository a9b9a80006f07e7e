/** ring_all.test.js: a group that rings all: everybody free at once, the first to accept has the call. Layer: tests. */
import assert from 'node:assert/strict';
import { Baresip } from '../peers/baresip.js';
import { called, calling } from '../peers/sipp.js';
import { speechFile } from '../peers/speech.js';
import { AdminClient } from './admin_client.js';
import { useServer, NUMBER } from './server_centre.js';

const PEOPLE = ['agent0@tests.example', 'agent1@tests.example', 'agent2@tests.example'];

describe('a group that rings all', function () {
  this.timeout(60000);
  const centre = useServer({
    change: { calls: { ringSeconds: 3 } },
    instance: { skillGroups: [{ name: 'All', ringAll: true, agents: PEOPLE }], numbers: [{ number: NUMBER, trunk: 'line', skillGroup: 'All' }] },
  });
  const status = (seat) => seat.events.filter((one) => one.e === 'statusChanged').at(-1)?.d.status ?? seat.welcome.agent.status;
  const settles = (seat, wanted) => seat.until(() => status(seat) === wanted, `${seat.userId} ${wanted}`);

  async function everybody(n = 3) {
    const seats = [];
    for (const userId of PEOPLE.slice(0, n)) seats.push(await centre().seatOf(userId));
    for (const seat of seats) await seat.ask('agent.status', { status: 'free' });
    return seats;
  }

  /** A call comes in and rings at all of them: its sessionId. */
  async function rings(seats, scenario = calling.isHungUp()) {
    const peer = await centre().calls(scenario);
    const calls = await Promise.all(seats.map((seat) => seat.next('callIn')));
    for (const call of calls) assert.equal(call.sessionId, calls[0].sessionId);
    for (const seat of seats) await settles(seat, 'busy');
    return { sessionId: calls[0].sessionId, peer };
  }

  for (const who of [0, 1, 2]) {
    it(`rings at three at once; number ${who + 1} accepts, the others are free again without a penalty`, async () => {
      const seats = await everybody();
      const { sessionId, peer } = await rings(seats);
      const taker = seats[who];
      const others = seats.filter((one) => one !== taker);
      await taker.ask('call.accept', { sessionId });
      await taker.next('userAccessed');
      for (const one of others) {
        await one.next('autoTransfer');
        await settles(one, 'free');
        await assert.rejects(one.ask('call.accept', { sessionId }), { code: 'NOT_FOUND' });
        assert.deepEqual(one.story(sessionId), ['callIn', 'autoTransfer']);
      }
      await taker.ask('call.hangup', { sessionId });
      await taker.next('sessionEnded');
      await peer.done();
      const cdr = await centre().cdr(sessionId);
      assert.equal(cdr.SeatUser.UserId ?? cdr.SeatUser.Mail, taker.userId);
      assert.equal(cdr.ServeParticipants.filter((one) => one.EndStatusString === 'ok').length, 1);
    });
  }

  it('who rejects is left out, and the others go on ringing', async () => {
    const seats = await everybody();
    const { sessionId, peer } = await rings(seats);
    await seats[0].ask('call.reject', { sessionId });
    await seats[0].next('sessionEnded');
    await settles(seats[0], 'free');
    await seats[2].ask('call.reject', { sessionId });
    await seats[2].next('sessionEnded');
    assert.deepEqual(seats[1].story(sessionId), ['callIn']);
    await seats[1].ask('call.accept', { sessionId });
    await seats[1].next('userAccessed');
    await seats[1].ask('call.hangup', { sessionId });
    await peer.done();
  });

  it('a caller who gives up ends it everywhere, and nobody has missed it', async () => {
    const seats = await everybody();
    const { sessionId, peer } = await rings(seats, calling.cancels());
    for (const one of seats) {
      assert.equal((await one.next('sessionEnded')).closeBy, 'client');
      await settles(one, 'free');
      assert.deepEqual(one.story(sessionId), ['callIn', 'sessionEnded']);
    }
    await peer.done();
  });

  it('all who let it ring have missed it, and rest', async () => {
    const seats = await everybody(2);
    const { sessionId, peer } = await rings(seats, calling.cancels({ afterMs: 4000 }));
    for (const one of seats) {
      assert.equal((await one.next('autoTransfer')).sessionId, sessionId);
      await settles(one, 'rest');
    }
    await peer.done();
  });

  it('a page that is loaded again while it rings finds the call', async () => {
    const seats = await everybody(2);
    const { sessionId, peer } = await rings(seats);
    for (const one of seats) {
      const resume = one.welcome.resume;
      await one.drop();
      await one.connect({ resume });
      assert.deepEqual(one.welcome.sessions.filter((session) => session.state !== 'ended').map((session) => [session.sessionId, session.state]), [[sessionId, 'offered']]);
    }
    await seats[1].ask('call.accept', { sessionId });
    await seats[1].next('userAccessed');
    await seats[0].next('autoTransfer');
    await seats[1].ask('call.hangup', { sessionId });
    await peer.done();
  });

  it('the cloud API and the admin API turn it on and off', async () => {
    const admin = new AdminClient(centre().tcccd);
    const { groups } = await admin.get('groups');
    const group = groups.find((one) => one.name === 'All');
    assert.equal(group.ringAll, true);
    await centre().tcccd.cloud().UpdateCCCSkillGroup({ SdkAppId: 1400000001, SkillGroupID: group.groupId, RingAll: false });
    assert.equal((await admin.get(`groups/${group.groupId}`)).ringAll, false);
    const seats = await everybody(2);
    const peer = await centre().calls(calling.isHungUp());
    const taker = await Promise.race(seats.map(async (one) => { const { sessionId } = await one.next('callIn'); return { one, sessionId }; }));
    await taker.one.ask('call.accept', { sessionId: taker.sessionId });
    await taker.one.next('userAccessed');
    const other = seats.find((one) => one !== taker.one);
    assert.ok(!other.events.some((one) => one.e === 'callIn'));
    await taker.one.ask('call.hangup', { sessionId: taker.sessionId });
    await peer.done();
    await centre().tcccd.cloud().UpdateCCCSkillGroup({ SdkAppId: 1400000001, SkillGroupID: group.groupId, RingAll: true });
    assert.equal((await admin.get(`groups/${group.groupId}`)).ringAll, true);
  });
});

describe('a group that rings all, with agents on telephones', function () {
  this.timeout(60000);
  const MOBILE = '13700137000';
  const centre = useServer({
    change: { calls: { ringSeconds: 5, resumeSeconds: 30 } },
    instance: {
      skillGroups: [{ name: 'All', ringAll: true, agents: PEOPLE }], numbers: [{ number: NUMBER, trunk: 'line', skillGroup: 'All' }],
      extensions: [{ number: '1001', password: 'phone-password', agent: PEOPLE[0] }],
    },
  });
  const status = async (userId) => (await centre().tcccd.cloud().DescribeStaffStatusMetrics({ SdkAppId: 1400000001, StaffList: [userId] })).Metrics[0].Status;
  let desk, page, mobilePage;

  /** One on a desk phone only, one at a page, one on a mobile: all free. */
  beforeEach(async () => {
    const admin = new AdminClient(centre().tcccd);
    await admin.patch(`agents/${encodeURIComponent(PEOPLE[2])}`, { phone: MOBILE, mobileAccept: 'always' });
    const from = centre().tcccd.process.lines.length;
    desk = await Baresip.start({
      user: '1001', password: 'phone-password', domain: `127.0.0.1:${centre().tcccd.sipPort}`, register: true, codecs: 'PCMA/8000/1', answer: 'manual',
      speech: speechFile('phone', { rate: 8000, channels: 1, seconds: 5 }).file,
    });
    await centre().tcccd.process.waitLine(/registrar extension=1001 status=200 contacts=[1-9]/, { from });
    const deskPage = await centre().seatOf(PEOPLE[0]);
    await deskPage.ask('agent.status', { status: 'free' });
    await deskPage.close();
    await centre().tcccd.process.waitLine(new RegExp(`seat.lost user=${PEOPLE[0]}`), { from });
    page = await centre().seatOf(PEOPLE[1]);
    await page.ask('agent.status', { status: 'free' });
    mobilePage = await centre().seatOf(PEOPLE[2]);
    await mobilePage.ask('agent.status', { status: 'free' });
  });
  afterEach(() => desk.stop());

  async function rings(mobileScenario) {
    const mobile = await centre().called(mobileScenario);
    const peer = await centre().calls(calling.isHungUp(), { port: undefined });
    const { sessionId, serverType } = await page.next('callIn');
    assert.equal(serverType, 'staffSeat');
    assert.equal((await mobilePage.next('callIn')).serverType, 'staffPhoneSeat');
    await desk.waitEvent('CALL_INCOMING');
    return { mobile, peer, sessionId };
  }
  const served = ({ ServeParticipants }) => ServeParticipants.filter((one) => one.EndStatusString === 'ok').map((one) => one.Type);

  it('the desk phone answers first: the page and the mobile stop ringing, the mobile by CANCEL', async () => {
    const { mobile, peer, sessionId } = await rings(called.ringsUntilCancelled());
    await desk.accept();
    await desk.waitEvent('CALL_ESTABLISHED');
    await page.next('autoTransfer');
    await mobilePage.next('autoTransfer');
    await mobile.done();
    assert.deepEqual([await status(PEOPLE[1]), await status(PEOPLE[2])], ['free', 'free']);
    await desk.hangup();
    await peer.done();
    const cdr = await centre().cdr(sessionId);
    assert.equal(cdr.SeatUser.UserId, PEOPLE[0]);
    assert.deepEqual(served(cdr), ['staffExtensionSeat']);
  });

  it('the mobile answers first: the desk phone stops ringing, and hears nothing', async () => {
    const { mobile, peer, sessionId } = await rings(called.answers());
    await mobilePage.next('userAccessed');
    await desk.waitEvent('CALL_CLOSED');
    await page.next('autoTransfer');
    await mobilePage.ask('call.hangup', { sessionId });
    await Promise.all([peer.done(), mobile.done()]);
    const cdr = await centre().cdr(sessionId);
    assert.deepEqual([cdr.SeatUser.UserId, served(cdr)], [PEOPLE[2], ['staffPhoneSeat']]);
  });

  it('a mobile that is busy and a desk phone that declines are left out; the page accepts', async () => {
    const { mobile, peer, sessionId } = await rings(called.refuses('486 Busy Here', { ringing: true }));
    await mobile.done();
    await mobilePage.next('autoTransfer');
    await desk.command('hangup', 'scode=603');
    await desk.waitEvent('CALL_CLOSED');
    await page.ask('call.accept', { sessionId });
    await page.next('userAccessed');
    await page.ask('call.hangup', { sessionId });
    await peer.done();
    assert.deepEqual(served(await centre().cdr(sessionId)), ['staffSeat']);
  });

  it('a caller who gives up ends it on every telephone, and the agent may take its mobile back from the page', async () => {
    const mobile = await centre().called(called.ringsUntilCancelled());
    const peer = await centre().calls(calling.cancels({ afterMs: 1500 }), { port: undefined });
    const { sessionId } = await mobilePage.next('callIn');
    await desk.waitEvent('CALL_INCOMING');
    await assert.rejects(mobilePage.ask('call.accept', { sessionId }), { code: 'STATE' });
    await mobilePage.ask('call.reject', { sessionId });
    await mobile.done();
    await desk.waitEvent('CALL_CLOSED');
    assert.equal((await page.next('sessionEnded')).closeBy, 'client');
    await peer.done();
    assert.equal((await centre().cdr(sessionId)).EndStatusString, 'ringingGiveUp');
  });
});
