/** agents.test.js: an agent's status as its page sees it: after-call work, what is reserved, rest, lost pages. Layer: tests. */
import assert from 'node:assert/strict';
import { called, calling } from '../peers/sipp.js';
import { useServer } from './server_centre.js';
import { WireSeat } from './wire_seat.js';

const RECOVERY_SECONDS = 3;

describe('an agent and its page', function () {
  this.timeout(30000);
  const centre = useServer({
    change: { heartbeatMs: 5000, calls: { resumeSeconds: 1 } },
    instance: { settings: { phone: { statusRecovery: true, statusRecoverySeconds: RECOVERY_SECONDS, timeoutTransfer: true, timeoutTransferSeconds: 2 } } },
  });

  const open = async (hello) => {
    const seat = await WireSeat.open(centre().tcccd, hello);
    centre().seats.push(seat);
    return seat;
  };

  /** The next statusChanged with this status. */
  const becomes = async (seat, status) => {
    for (;;) {
      const told = await seat.next('statusChanged');
      if (told.status === status) return told;
    }
  };

  /** A call that is over: the agent is in after-call work. */
  async function served(seat, before = async () => {}) {
    const peer = await centre().called(called.answers());
    const { sessionId } = await centre().dial(seat);
    await seat.next('calloutAccepted');
    await before();
    await seat.ask('call.hangup', { sessionId });
    await peer.done();
    await seat.next('sessionEnded');
  }

  it('ACD-006 SDK-018 AMB-10 after a call: arrange with its countdown, afterCallWork for the cloud API, then free', async () => {
    const seat = await centre().seat();
    await served(seat);
    assert.deepEqual(await becomes(seat, 'busy'), { status: 'busy' });
    assert.deepEqual(await becomes(seat, 'arrange'), { status: 'arrange', countdown: RECOVERY_SECONDS });
    const { Metrics } = await centre().tcccd.cloud().DescribeStaffStatusMetrics({ SdkAppId: 1400000001, StaffList: [seat.userId] });
    assert.deepEqual(Metrics.map((one) => one.Status), ['afterCallWork']);
    assert.deepEqual(await becomes(seat, 'free'), { status: 'free' });
  });

  it('AMB-19 back early, and staying in after-call work', async () => {
    const seat = await centre().seat();
    await served(seat);
    await becomes(seat, 'arrange');
    assert.equal((await seat.ask('agent.status', { status: 'free' })).status, 'free');
    await becomes(seat, 'free');
    await served(seat);
    assert.equal((await becomes(seat, 'arrange')).countdown, RECOVERY_SECONDS);
    assert.equal((await seat.ask('agent.status', { status: 'arrange' })).status, 'arrange');
    assert.deepEqual(await becomes(seat, 'arrange'), { status: 'arrange' }); // nothing counts down any more
    assert.equal((await seat.ask('agent.status', { status: 'free' })).status, 'free');
  });

  it('a page that is loaded again in after-call work learns how much of it is left', async () => {
    const seat = await centre().seat();
    await served(seat);
    await becomes(seat, 'arrange');
    await seat.drop();
    const page = await open({ resume: seat.welcome.resume });
    assert.equal(page.welcome.agent.status, 'arrange');
    const told = await becomes(page, 'arrange');
    assert.ok(told.countdown > 0 && told.countdown <= RECOVERY_SECONDS, JSON.stringify(told));
  });

  it('SDK-081 what is asked for in a call is told as reserved and follows it', async () => {
    const seat = await centre().seat();
    await served(seat, async () => {
      assert.equal((await seat.ask('agent.status', { status: 'rest', restReason: 'meal' })).status, 'busy');
      await assert.rejects(seat.ask('agent.offline'), { code: 'AGENT_BUSY' });
    });
    assert.deepEqual(await becomes(seat, 'busy'), { status: 'busy' });
    assert.deepEqual(await becomes(seat, 'busy'), { status: 'busy', reserved: 'rest' });
    assert.deepEqual(await becomes(seat, 'rest'), { status: 'rest', reason: 'meal' });
    await seat.drop();
    const page = await open({ resume: seat.welcome.resume });
    assert.deepEqual([page.welcome.agent.status, page.welcome.agent.reason], ['rest', 'meal']);
  });

  it('AMB-09 stopNotReady takes back what was reserved', async () => {
    const seat = await centre().seat();
    await served(seat, async () => {
      await seat.ask('agent.status', { status: 'notReady' });
      await seat.ask('agent.status', { status: 'stopNotReady' });
    });
    await becomes(seat, 'busy');
    assert.equal((await becomes(seat, 'busy')).reserved, 'notReady');
    assert.equal((await becomes(seat, 'busy')).reserved, undefined);
    await becomes(seat, 'arrange');
  });

  it('ACD-011 AMB-18 a missed contact makes the agent rest; ACD-019 the next caller waits for the end of after-call work', async () => {
    const anna = await centre().seat();
    const ben = await centre().seat();
    const first = await centre().calls(calling.talks({ talkMs: 100 }));
    const { sessionId } = await anna.next('callIn');
    assert.equal((await anna.next('autoTransfer')).sessionId, sessionId);
    assert.deepEqual(await becomes(anna, 'rest'), { status: 'rest', reason: 'missed' });
    await ben.next('callIn');
    await ben.ask('call.accept', { sessionId });
    await first.done();
    await ben.next('sessionEnded');
    assert.equal((await becomes(ben, 'arrange')).countdown, RECOVERY_SECONDS);
    const second = await centre().calls(calling.talks({ talkMs: 100 }));
    const offered = await ben.next('callIn');
    const names = ben.events.map((one) => (one.e === 'statusChanged' ? one.d.status : one.e));
    assert.deepEqual(names.slice(names.lastIndexOf('free')), ['free', 'busy', 'callIn']);
    await ben.ask('call.accept', { sessionId: offered.sessionId });
    await second.done();
    assert.equal(anna.events.filter((one) => one.e === 'callIn').length, 1);
  });

  it('a page that asks for its status without end is refused, and stays', async () => {
    const seat = await centre().seat();
    const answers = await Promise.allSettled(Array.from({ length: 60 }, (_, n) => seat.ask('agent.status', { status: n % 2 ? 'free' : 'notReady' })));
    const refused = answers.filter((one) => one.status === 'rejected').map((one) => one.reason.code);
    assert.ok(refused.length > 0 && refused.length < 60 && refused.every((code) => code === 'LIMIT'), refused.join());
    await seat.ask('media.offer', { sdp: 'x' }).catch((error) => assert.equal(error.code, 'FORMAT'));
  });

  for (const [how, lose] of [['is lost', (seat) => seat.drop()], ['broke the protocol', (seat) => seat.send({ t: 'ack', seq: 999 })]]) {
    it(`a page that ${how} and does not come back: its agent is offline`, async () => {
      const seat = await centre().seat();
      await lose(seat);
      await seat.until(() => seat.closed !== null, 'close');
      await centre().tcccd.process.waitLine(new RegExp(`seat.gone user=${seat.userId}`));
      const later = await centre().seatOf(seat.userId, { online: false });
      assert.equal(later.welcome.agent.status, 'offline');
    });
  }
});
