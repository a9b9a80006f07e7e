/** day.test.js: a test day: 300 callers by real SIP, 20 agents by the real protocol, a receiver of records that fails now and then;
 * and a day that is cut by kill -9. Layer: tests. */
import assert from 'node:assert/strict';
import { SDK_APP_ID } from '../peers/tcccd.js';
import { calling } from '../peers/sipp.js';
import { until } from '../peers/process.js';
import { DayAgent, seeded } from './day_agent.js';
import { OK, PushReceiver, reply } from './push_receiver.js';
import { NUMBER, ServerCentre } from './server_centre.js';

const SEED = Number(process.env.DAY_SEED || 20261121);
const N_AGENTS = 20;
const DIRECT = '02011110002';
const SHORT = { text: 'Hi.' };
const agentId = (n) => `agent${n}@tests.example`;
const GROUPS = { sales: [0, 9], service: [7, 15], bills: [13, 19] }; // from, to: some agents are in two

const menu = {
  start: 'menu',
  modules: [
    { id: 'menu', type: 'branch', label: 'Menu', prompt: SHORT, maxErrors: 3, timeoutSeconds: 5,
      branches: ['sales', 'service', 'bills'].map((name, i) => ({ key: String(i + 1), name, next: name })) },
    ...['sales', 'service', 'bills'].map((name, i) => ({ id: name, type: 'transferToHuman', label: name, group: i + 1, sound: SHORT, noAgent: 'end', queueOver: 'end', next: 'end' })),
    { id: 'end', type: 'end' },
  ],
};

/** Who calls: how often, how long, and what they do. In all 300. */
const CALLERS = [
  ...['1', '2', '3'].map((key) => ({ name: `waits, key ${key}`, n: 36, number: NUMBER, scenario: calling.isHungUp({ digits: [{ afterMs: 900, key }] }) })),
  ...['1', '2', '3'].map((key) => ({ name: `leaves late, key ${key}`, n: 24, number: NUMBER, scenario: calling.leaves({ digits: key, afterMs: 3000 + 700 * Number(key) }) })),
  { name: 'leaves in the menu', n: 20, number: NUMBER, scenario: calling.leaves({ afterMs: 300 }) },
  { name: 'leaves in the queue', n: 20, number: NUMBER, scenario: calling.leaves({ digits: '2', afterMs: 1100 }) },
  { name: 'direct, is hung up', n: 50, number: DIRECT, scenario: calling.isHungUp() },
  { name: 'direct, hangs up', n: 30, number: DIRECT, scenario: calling.leaves({ afterMs: 400 }) },
];

const instance = (pushUrl) => ({
  skillGroups: Object.entries(GROUPS).map(([name, [from, to]]) => ({ name, agents: Array.from({ length: to - from + 1 }, (_, i) => agentId(from + i)) })),
  flows: [{ name: 'menu', kind: 'ivr', document: menu }],
  numbers: [{ number: NUMBER, trunk: 'line', flow: 'menu' }, { number: DIRECT, trunk: 'line', skillGroup: 'sales' }],
  settings: {
    phone: { timeoutTransfer: true, timeoutTransferSeconds: 2, statusRecovery: true, statusRecoverySeconds: 1, queueSeconds: 60 },
    push: { url: pushUrl, cdr: true, record: false, voicemail: false },
  },
});

/** A receiver that refuses about every seventh push the first time, and remembers what it took. */
async function startReceiver(random) {
  const taken = new Map(), refused = new Set();
  const receiver = await PushReceiver.start({
    answer: ({ uuid, body }, response) => {
      if (random() < 0.15 && !taken.has(uuid) && !refused.has(uuid)) { // once: four refusals would lose it, as they should
        refused.add(uuid);
        return void reply(response, { ErrCode: 1, ErrMsg: 'busy' });
      }
      taken.set(uuid, [...(taken.get(uuid) || []), JSON.parse(body)]);
      reply(response, OK);
    },
  });
  return { receiver, taken };
}

async function openCentre(receiver) {
  return ServerCentre.start({ change: { log: 'info', push: { retrySeconds: [1, 1, 1] } }, instance: instance(receiver.url) });
}

async function signIn(centre, random) {
  const agents = [];
  for (let n = 0; n < N_AGENTS; n++) {
    const seat = await centre.seatOf(agentId(n));
    agents.push(new DayAgent(seat, { random, groups: ['1', '2', '3'], others: Array.from({ length: N_AGENTS }, (_, i) => agentId(i)).filter((id) => id !== agentId(n)) }));
  }
  return agents;
}

/** Two BYEs may cross; sipp would take the other's for a fault. */
const CROSSING = ['-default_behaviors', 'all,-abortunexp'];

let lastCaller = 0;
const callers = (n) => Array.from({ length: n }, () => `139${String(++lastCaller).padStart(8, '0')}`);

/** Lets the callers of each kind in over `seconds`. */
async function call(centre, kinds, seconds) {
  return Promise.all(kinds.map(async ({ name, n, number, scenario }) => {
    const from = callers(n);
    const peer = await centre.calls(scenario, { number, from, calls: n, rate: Math.max(1, Math.ceil(n / seconds)), limit: n, port: undefined, more: /leaves|hangs up/.test(name) ? CROSSING : [] });
    return { name, from, peer };
  }));
}

async function allCdrs(centre) {
  const now = Math.floor(Date.now() / 1000), list = [];
  for (let page = 0; ; page++) {
    const { TelCdrList, TotalCount } = await centre.tcccd.cloud().DescribeTelCdr({ SdkAppId: SDK_APP_ID, StartTimeStamp: now - 3600, EndTimeStamp: now + 3600, PageSize: 100, PageNumber: page });
    list.push(...TelCdrList);
    if (list.length >= TotalCount || TelCdrList.length === 0) return list;
  }
}

const movedBy = (agents) => new Set(agents.flatMap((one) => [...one.moved]));

/** What is wrong with a record by itself; moved: sessions that an agent transferred or rejected. */
function wrong(cdr, moved) {
  const { StartTimestamp: start, QueuedTimestamp: queued, RingTimestamp: ring, AcceptTimestamp: accept, EndedTimestamp: end } = cdr;
  const times = [start, queued, ring, accept, end].filter((at) => at > 0);
  if (times.some((at, i) => i > 0 && at < times[i - 1])) return `times ${JSON.stringify({ start, queued, ring, accept, end })}`;
  if (!(start > 0 && end > 0)) return `no start or end`;
  if (cdr.Duration !== (accept ? end - accept : 0)) return `Duration ${cdr.Duration}`;
  const left = moved.has(cdr.SessionId) && ['waitingGiveUp', 'ringingGiveUp'].includes(cdr.EndStatusString); // nobody took it after a transfer
  if ((cdr.EndStatusString === 'ok') !== accept > 0 && !left) return `${cdr.EndStatusString} with AcceptTimestamp ${accept}`;
  if (accept && !cdr.SeatUser?.UserId) return 'answered by nobody';
  return '';
}

describe('the test day', function () {
  this.timeout(280000);
  let centre, receiver, taken, agents = [];

  beforeEach(async () => {
    console.log(`      seed ${SEED}`);
    const random = seeded(SEED);
    ({ receiver, taken } = await startReceiver(random));
    centre = await openCentre(receiver);
    agents = await signIn(centre, random);
  });

  afterEach(async function clear() {
    if (this.currentTest.state === 'failed') console.log(centre.tcccd.process.log(120));
    await Promise.all(agents.map((one) => one.stop()));
    await centre.stop();
    await receiver.stop();
  });

  it('PUSH-013 ACD-001 ACD-014 300 callers and 20 agents: nobody is lost, no agent has two calls, one record and one push each', async () => {
    const kinds = await call(centre, CALLERS, 30);
    await Promise.all(kinds.map(({ name, peer }) => peer.done(200000).catch((error) => { throw new Error(`callers "${name}": ${error.message}`); })));
    const numbers = kinds.flatMap(({ from }) => from);
    assert.equal(numbers.length, 300);
    await receiver.until(() => taken.size >= numbers.length, 'all pushes', 60000);
    await until(centre.seats[0], 'change', () => agents.every((one) => one.running.size === 0), 'agents without a session');
    assert.deepEqual(agents.flatMap((one) => one.faults), []);

    const cdrs = await allCdrs(centre), moved = movedBy(agents);
    assert.deepEqual(cdrs.map((one) => one.Caller).sort(), [...numbers].sort(), 'one record for each caller');
    assert.deepEqual(cdrs.map((one) => [wrong(one, moved), one]).filter(([fault]) => fault), []);
    const pushed = [...taken.values()];
    assert.deepEqual(pushed.filter((bodies) => bodies.length !== 1).length, 0, 'no push is taken twice');
    assert.deepEqual(pushed.map(([body]) => body.SessionId).sort(), cdrs.map((one) => one.SessionId).sort(), 'pushes and records are of the same sessions');
    for (const one of agents)
      for (const sessionId of one.served)
        assert.ok(cdrs.find((cdr) => cdr.SessionId === sessionId)?.ServeParticipants.some((step) => step.Mail === one.seat.userId), `${one.seat.userId} is in the record of ${sessionId}`);
    const metrics = await (await fetch(`http://127.0.0.1:${centre.tcccd.httpPort}/metrics`)).text();
    assert.match(metrics, /^tcccd_calls(\{[^}]*\})? 0$/m);
    const ends = {};
    for (const { EndStatusString } of cdrs) ends[EndStatusString] = (ends[EndStatusString] || 0) + 1;
    console.log(`      ${JSON.stringify(ends)}; ${receiver.pushes.length} tries for ${taken.size} pushes`);
  });

  it('PUSH-009 kill -9 in a busy minute: what an agent saw end has its record and its push after the restart', async () => {
    await call(centre, CALLERS.filter(({ name }) => /hung up|waits/.test(name)).map((kind) => ({ ...kind, n: 20 })), 8);
    const ended = () => agents.flatMap((one) => one.seat.events.filter(({ e }) => e === 'sessionEnded').map(({ d }) => d.sessionId));
    await until(centre.seats[0], 'change', () => ended().length >= 12, 'sessions that ended', 60000);
    await centre.tcccd.process.stop('SIGKILL');
    const seen = new Set(ended());
    await centre.tcccd.restart();
    const kept = new Set((await allCdrs(centre)).map((one) => one.SessionId));
    const moved = movedBy(agents); // they may have gone on
    assert.deepEqual([...seen].filter((id) => !kept.has(id) && !moved.has(id)), [], 'no record is lost');
    await receiver.until(() => [...kept].every((id) => [...taken.values()].some(([body]) => body.SessionId === id)), 'the pushes of all records', 60000);
    assert.equal([...taken.values()].filter((bodies) => bodies.length > 1).length <= 1, true, 'at most the push that was under way is repeated');
  });
});
