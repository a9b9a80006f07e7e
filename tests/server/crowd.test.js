/** crowd.test.js: many callers and agents who accept, reject, let ring, hand over, hang up or vanish, by a seed: nobody is lost, every agent
 * is free at the end, every call has one record. Layer: tests. */
import assert from 'node:assert/strict';
import { calling } from '../peers/sipp.js';
import { NUMBER, ServerCentre } from './server_centre.js';

const CALLERS = 24, AGENTS = 6, SEED = Number(process.env.SEED) || 20261121;
const agent = (n) => `agent${n}@tests.example`;

/** xorshift32: the same seed, the same choices; their order in time is the machine's. */
function seeded(seed) {
  let x = seed >>> 0 || 1;
  return (n) => {
    x ^= x << 13; x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5; x >>>= 0;
    return x % n;
  };
}

describe('a crowd', function () {
  this.timeout(120000);
  let centre;
  before(async () => {
    centre = await ServerCentre.start({
      change: { calls: { ringSeconds: 2, queueSeconds: 40, resumeSeconds: 60, wrapUpSeconds: 0 } },
      instance: {
        settings: { phone: { missedRests: false } },
        skillGroups: [{ name: 'all', agents: Array.from({ length: AGENTS }, (_, n) => agent(n)) }],
        numbers: [{ number: NUMBER, trunk: 'line', skillGroup: 'all' }],
      },
    });
  });
  after(() => centre.stop());

  /** What an agent does with each call that it is offered. */
  function works(seat, choose, others) {
    const quietly = (asked) => asked.catch((error) => assert.ok(['STATE', 'NOT_FOUND', 'AGENT_BUSY', 'AGENT_OFFLINE', 'COLLEAGUE_BUSY', 'COLLEAGUE_OFFLINE'].includes(error.code), `${error.code}: ${error.message}`));
    const asked = [];
    seat.on('change', () => {
      for (const event of seat.events.filter((one) => !one.done)) {
        event.done = true;
        const { sessionId } = event.d;
        if (event.e === 'callIn') {
          const will = choose(10);
          if (will < 6) asked.push(quietly(seat.ask('call.accept', { sessionId })));
          else if (will < 8) asked.push(quietly(seat.ask('call.reject', { sessionId }))); // 8, 9: lets it ring
        }
        if (event.e === 'userAccessed') {
          const will = choose(10);
          if (will < 3) asked.push(quietly(seat.ask('call.transfer', { sessionId, userId: others[choose(others.length)] })));
          else if (will < 5) asked.push(quietly(seat.ask('call.hold', { sessionId }).then(() => seat.ask('call.unhold', { sessionId }))));
          else if (will < 6) asked.push(quietly(seat.ask('call.transfer', { sessionId, skillGroupId: '1' })));
        }
        if (event.e === 'sessionEnded') asked.push(quietly(seat.ask('call.delete', { sessionId })));
      }
    });
    return asked;
  }

  it(`${CALLERS} callers and ${AGENTS} agents who do as they please (SEED=${SEED})`, async function crowd() {
    const choose = seeded(SEED);
    const seats = [];
    for (let n = 0; n < AGENTS; n++) seats.push(await centre.seatOf(agent(n)));
    const asked = seats.map((seat, n) => works(seat, choose, seats.map((_, i) => agent(i)).filter((_, i) => i !== n)));
    const from = centre.tcccd.process.lines.length;
    const peers = await Promise.all([
      centre.calls(calling.talks({ talkMs: 2500 }), { calls: CALLERS / 2, rate: 3, limit: CALLERS }),
      centre.calls(calling.talks({ talkMs: 700 }), { calls: CALLERS / 2, rate: 2, limit: CALLERS, port: undefined }),
    ]);
    try {
      await Promise.all(peers.map((one) => one.done(100000)));
      await Promise.all(asked.flat());
      const began = centre.tcccd.process.lines.slice(from).map((line) => /call\.in session=(\S+)/.exec(line)?.[1]).filter(Boolean);
      assert.equal(began.length, CALLERS);
      for (const sessionId of began) {
        const cdr = await centre.cdr(sessionId);
        assert.ok(cdr.AcceptTimestamp > 0, `nobody served ${sessionId}: ${cdr.EndStatusString}`);
      }
      const health = await (await fetch(`http://127.0.0.1:${centre.tcccd.httpPort}/healthz`)).json();
      assert.equal(health.calls, 0);
      const { Metrics } = await centre.tcccd.cloud().DescribeStaffStatusMetrics({ SdkAppId: 1400000001, StaffList: seats.map((_, n) => agent(n)) });
      assert.deepEqual(Metrics.map((one) => one.Status), seats.map(() => 'free'));
    } catch (error) {
      console.log(centre.tell());
      throw error;
    }
  });
});
