/** chat_restart.test.js: chats outlive tcccd: killed or stopped, they go on with the same pages, agents, places and times. Layer: tests. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Postgres } from '../peers/postgres.js';
import { AdminClient } from './admin_client.js';
import { chatTeam, chatWith, say, seeded } from './chat_people.js';
import { PushReceiver } from './push_receiver.js';
import { ServerCentre } from './server_centre.js';
import { WireSeat } from './wire_seat.js';

const CHANGE = { visitors: { signInsPerMinute: 100000 }, calls: { resumeSeconds: 30 } };
const resumeOf = (seat) => seat.messages.findLast(({ t }) => t === 'welcome').resume;

/** As the engine does it: a snapshot says what is; requests without an answer go out again with their numbers; missed messages are asked for. */
async function comeBack(seat) {
  await seat.until(() => seat.closed !== null, 'the end of the connection');
  await seat.connect({ resume: resumeOf(seat), lastSeq: seat.lastSeq });
  assert.equal(seat.refused, null, JSON.stringify(seat.refused));
  assert.equal(seat.welcome.replay, false);
  seat.lastSeq = seat.welcome.seq;
  seat.send({ t: 'ack', seq: seat.lastSeq });
  const news = seat.ask('directory.get').catch(() => {}); /* a page may have something new to ask before */
  for (const [id, request] of seat.open ?? []) seat.send({ t: 'req', id, ...request });
  await news;
}

/** Sends a text that survives the loss of its connection; resolves with its seq. */
async function write(seat, sessionId, text) {
  const id = ++seat.lastId, request = { m: 'chat.send', a: { sessionId, clientId: randomUUID(), kind: 'text', text } };
  seat.open ??= new Map();
  seat.open.set(id, request);
  if (seat.closed === null && seat.welcome) seat.send({ t: 'req', id, ...request }); // else comeBack sends it
  const answer = await seat.until(() => seat.answers.get(id), `answer of ${text}`);
  seat.open.delete(id);
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.r.seq;
}

/** All messages, by seq: those that were told, and what chat.history has after them. */
async function known(seat, sessionId) {
  const told = new Map();
  for (const { e, d } of seat.events)
    if (e === 'message' && d.sessionId === sessionId) {
      assert.ok(!told.has(d.seq), `${d.seq} was told twice`);
      told.set(d.seq, d.text);
    }
  const all = [];
  for (let afterSeq = 0, more = true; more;) {
    const page = await seat.ask('chat.history', { sessionId, afterSeq, limit: 50 });
    all.push(...page.messages);
    afterSeq = all.at(-1)?.seq ?? 0;
    more = page.more;
  }
  for (const { seq, text } of all) assert.equal(told.get(seq) ?? text, text);
  return all;
}

for (const database of ['SQLite', 'PostgreSQL']) {
  describe(`chats and the end of tcccd, on ${database}`, function restarts() {
    this.timeout(60000);
    let centre, admin, postgres, receiver;

    before(async () => {
      postgres = database === 'PostgreSQL' ? await Postgres.start() : null;
      receiver = await PushReceiver.start();
      centre = await ServerCentre.start({ change: postgres ? { ...CHANGE, data: postgres.url } : CHANGE });
      admin = new AdminClient(centre.tcccd);
      await admin.patch('settings/push', { url: receiver.url });
    });
    afterEach(async function clear() {
      if (this.currentTest.state === 'failed') console.log(centre.tell());
      await centre.clear();
    });
    after(async () => {
      if (centre) await centre.stop();
      if (receiver) await receiver.stop();
      if (postgres) await postgres.stop();
    });

    const team = (nAgents, more) => chatTeam(centre, admin, nAgents, more);
    async function kill() {
      await centre.tcccd.process.stop('SIGKILL');
      await centre.tcccd.restart();
    }
    const has = (seat, name, sessionId) => seat.events.some(({ e, d }) => e === name && d.sessionId === sessionId);
    const session = (seat, sessionId) => seat.welcome.sessions.find((one) => one.sessionId === sessionId);

    it('killed at random moments while both sides write: nothing is lost, doubled or reordered, and the chat is the same', async () => {
      const random = seeded(20261121);
      const { agents: [agent], visitor } = await team(1);
      const customer = await visitor({ nickname: 'Li', clientData: '{"order":7}' });
      const sessionId = await chatWith(customer, agent, { remark: 'about order 7' });
      const stored = new Map();
      let isOver = false;
      const author = async (seat, name) => {
        for (let i = 0; !isOver; i++) {
          stored.set(await write(seat, sessionId, `${name}${i}`), `${name}${i}`);
          await new Promise((resolve) => setTimeout(resolve, 60)); /* below 20 a second */
        }
      };
      const authors = [author(customer, 'c'), author(agent, 'a')];
      for (let kills = 0; kills < 3; kills++) {
        const enough = stored.size + 3 + Math.floor(random() * 6);
        await customer.until(() => stored.size >= enough, `${enough} messages`);
        await kill();
        await Promise.all([comeBack(customer), comeBack(agent)]);
        assert.deepEqual([session(agent, sessionId).state, session(customer, sessionId).state], ['talking', 'talking']);
      }
      isOver = true;
      await Promise.all(authors);
      const all = await known(customer, sessionId);
      assert.deepEqual(all.map(({ seq }) => seq), all.map((_, i) => i + 1));
      assert.deepEqual(all.map(({ seq, text }) => [seq, text]), [...stored].sort(([a], [b]) => a - b));
      assert.deepEqual(await known(agent, sessionId), all);
      const facts = session(agent, sessionId);
      assert.deepEqual([facts.nickname, facts.clientData, facts.phoneDesc, facts.lastSeq <= all.length], ['Li', '{"order":7}', 'about order 7', true]);
      await customer.ask('visit.end', { sessionId });
      await agent.until(() => has(agent, 'sessionEnded', sessionId), 'the end');
      const push = await receiver.until(() => receiver.pushes.find(({ body }) => JSON.parse(body).SessionId === sessionId), 'push');
      const record = JSON.parse(push.body);
      assert.deepEqual([record.EndStatus, record.StaffId, record.ClientUserId], [109, agent.userId, customer.visitorId]);
    });

    it('what was read is still read, and a rating, the agent\'s rest and other agents\' statuses are as they were', async () => {
      const { agents: [agent, resting, gone], visitor } = await team(3);
      await resting.ask('agent.status', { status: 'rest', restReason: 'tea' });
      await gone.ask('agent.offline');
      const customer = await visitor();
      const sessionId = await chatWith(customer, agent);
      await say(agent, sessionId, 'one');
      await customer.ask('chat.read', { sessionId, seq: 1 });
      await kill();
      await Promise.all([customer, agent, resting, gone].map(comeBack));
      assert.deepEqual([agent, resting, gone].map(({ welcome }) => [welcome.agent.status, welcome.agent.reason]), [['free', ''], ['rest', 'tea'], ['offline', '']]);
      const since = agent.events.length, news = () => agent.events.slice(since);
      await customer.ask('chat.read', { sessionId, seq: 1 });
      await say(customer, sessionId, 'two');
      await agent.until(() => news().some(({ e }) => e === 'message'), 'message');
      assert.ok(!news().some(({ e }) => e === 'messageRead'), 'it was read before');
      await agent.ask('chat.end', { sessionId });
      await customer.ask('chat.rate', { sessionId, score: 5 });
    });

    it('who waits keeps its place, and the agents\' limits hold', async () => {
      const { agents: [agent], visitor } = await team(1, { max: 1 });
      const [a, b, c] = [await visitor(), await visitor(), await visitor()];
      const first = await chatWith(a, agent);
      const { sessionId: second } = await b.ask('visit.start', { type: 'im' });
      const { sessionId: third } = await c.ask('visit.start', { type: 'im' });
      await c.until(() => c.events.some(({ e, d }) => e === 'queued' && d.ahead === 1), 'one ahead');
      await kill();
      await Promise.all([agent, c, b, a].map(comeBack));
      assert.deepEqual([session(b, second).state, session(c, third).state, agent.welcome.sessions.length], ['dialing', 'dialing', 1]);
      assert.equal(agent.welcome.agent.status, 'busy');
      const seen = c.events.length;
      const late = await visitor();
      await late.ask('visit.start', { type: 'im' });
      await late.until(() => late.events.some(({ e, d }) => e === 'queued' && d.ahead === 2), 'two ahead');
      await agent.ask('chat.end', { sessionId: first });
      await agent.until(() => has(agent, 'callIn', second), 'the second');
      assert.ok(!has(agent, 'callIn', third));
      await agent.ask('chat.accept', { sessionId: second });
      await c.until(() => c.events.slice(seen).some(({ e, d }) => e === 'queued' && d.ahead === 0), 'first in line');
    });

    (database === 'SQLite' ? it : it.skip)('a chat that rings goes on ringing at the page that comes back; else another agent is asked', async () => {
      const { agents, visitor } = await team(2);
      const [a, b] = [await visitor(), await visitor()];
      const [{ sessionId: one }, { sessionId: two }] = [await a.ask('visit.start', { type: 'im' }), await b.ask('visit.start', { type: 'im' })];
      const ringing = (id) => agents[0].until(() => agents.find((seat) => has(seat, 'callIn', id)), 'callIn').catch(() => agents.find((seat) => has(seat, 'callIn', id)));
      await Promise.race(agents.map((seat) => seat.until(() => agents.every((each) => each.events.some(({ e }) => e === 'callIn')), 'both ring')));
      const stays = await ringing(one), leaves = agents.find((seat) => seat !== stays);
      await kill();
      await Promise.all([a, b, stays].map(comeBack));
      assert.equal(session(stays, one).state, 'offered');
      await stays.ask('chat.accept', { sessionId: one });
      await stays.until(() => has(stays, 'callIn', two), 'the other one\'s', 10000);
      await stays.ask('chat.accept', { sessionId: two });
      await comeBack(leaves);
      assert.deepEqual(leaves.welcome.sessions, []);
    });

    it('a start whose answer was lost is answered with the chat that it began', async () => {
      const { agents: [agent], visitor } = await team(1);
      const customer = await visitor();
      const { sessionId } = await customer.ask('visit.start', { type: 'im' });
      await kill();
      await Promise.all([customer, agent].map(comeBack));
      assert.equal((await customer.ask('visit.start', { type: 'im' })).sessionId, sessionId);
      await agent.until(() => has(agent, 'callIn', sessionId), 'callIn');
      assert.equal(agent.events.filter(({ e }) => e === 'callIn').length, 1);
    });

    it('a transfer that was under way comes about', async () => {
      const { agents: [giver], visitor } = await team(1);
      const { agents: [taker] } = await team(1);
      const customer = await visitor();
      const sessionId = await chatWith(customer, giver);
      await giver.ask('chat.transfer', { sessionId, userId: taker.userId });
      await taker.until(() => has(taker, 'callIn', sessionId), 'callIn');
      await kill();
      await Promise.all([customer, giver, taker].map(comeBack));
      await taker.ask('chat.accept', { sessionId });
      await giver.until(() => giver.events.some(({ e, d }) => e === 'transfer' && d.userId === taker.userId), 'transfer');
    });

    it('a stop and a start are no more than a kill: bye, and the chat goes on; a token that was used is good for nothing', async () => {
      const { agents: [agent], visitor } = await team(1);
      const customer = await visitor();
      const sessionId = await chatWith(customer, agent);
      const old = resumeOf(agent);
      await agent.drop();
      await agent.connect({ resume: old, lastSeq: agent.lastSeq });
      agent.send({ t: 'ack', seq: agent.lastSeq });
      await agent.ask('directory.get');
      await say(customer, sessionId, 'before');
      await new Promise((resolve) => { centre.tcccd.process.once('ended', resolve); centre.tcccd.process.signal('SIGTERM'); });
      assert.equal(agent.bye.error.code, 'SHUTTING_DOWN');
      await centre.tcccd.restart();
      const thief = await WireSeat.open(centre.tcccd, { resume: old, lastSeq: 0 });
      assert.equal(thief.refused.code, 'TOKEN_INVALID');
      await Promise.all([customer, agent].map(comeBack));
      await say(agent, sessionId, 'after');
      assert.deepEqual((await known(customer, sessionId)).map(({ text }) => text), ['before', 'after']);
    });

    (database === 'SQLite' ? it : it.skip)('times go on: the silence of a visitor, and the wait in the queue', async () => {
      const { agents: [agent], visitor } = await team(1, { max: 1 });
      const [silent, waits] = [await visitor(), await visitor()];
      await admin.patch('settings/online', { silenceSeconds: 2, queueSeconds: 2 });
      const open = await chatWith(silent, agent);
      const { sessionId: queued } = await waits.ask('visit.start', { type: 'im' });
      await say(agent, open, 'are you there?');
      await admin.patch('settings/online', { silenceSeconds: 600, queueSeconds: 600 });
      await kill();
      await admin.patch('settings/online', { silenceSeconds: 2 });
      await Promise.all([silent, waits, agent].map(comeBack));
      const ended = await waits.until(() => waits.events.find(({ e, d }) => e === 'sessionEnded' && d.sessionId === queued), 'the end of the wait', 10000);
      assert.equal(ended.d.mainReason, 'queueTimeout');
      await admin.patch('settings/online', { silenceSeconds: null, queueSeconds: null });
    });

    (database === 'SQLite' ? it : it.skip)('a visitor who does not come back has left', async () => {
      const { agents: [agent], visitor } = await team(1);
      const customer = await visitor();
      const sessionId = await chatWith(customer, agent);
      fs.writeFileSync(path.join(centre.tcccd.dir, 'tcccd.json'), JSON.stringify({ ...centre.tcccd.config, calls: { resumeSeconds: 1 } }));
      await kill();
      await comeBack(agent);
      const ended = await agent.until(() => agent.events.find(({ e, d }) => e === 'sessionEnded' && d.sessionId === sessionId), 'the end');
      assert.equal(ended.d.closeBy, 'timer');
    });
  });
}
