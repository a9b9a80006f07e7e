/** cloudapi_im.test.js: chats by the cloud API, by the unmodified SDK: DescribeIMCdrs, DescribeIMCdrList, DescribeChatMessages; their pushes and metrics. Layer: tests. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { AdminClient } from './admin_client.js';
import { chatWith, openVisitor, say } from './chat_people.js';
import { CloudCentre } from './cloud_centre.js';
import { readMetrics } from './metrics_reader.js';
import { PushReceiver } from './push_receiver.js';
import { WireSeat } from './wire_seat.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { $schema, ...schema } = JSON.parse(fs.readFileSync(path.join(ROOT, 'docs/push.schema.json'), 'utf8'));
const isPush = new Ajv({ allErrors: true, allowUnionTypes: true }).addSchema(schema, 'push').getSchema('push#/definitions/imcdr');
const now = () => Math.floor(Date.now() / 1000);

describe('the cloud API: chats', function suite() {
  this.timeout(60000);
  let centre, admin, receiver, agent;
  const seats = [];

  before(async () => {
    receiver = await PushReceiver.start();
    centre = await CloudCentre.start({ change: { visitors: { signInsPerMinute: 1000 } }, instance: { agents: [{ userId: 'ann@tests.example', name: 'Ann', number: '8000' }] } });
    admin = new AdminClient(centre.tcccd);
    await admin.patch('settings/push', { url: receiver.url });
    const { groupId } = await admin.post('groups', { name: '在线', type: 'online', maxConcurrency: 5 });
    await admin.put(`agents/ann@tests.example/groups/${groupId}`, { priority: 1 });
    await admin.post('channels', { channelId: 'shop', name: 'Shop', groupId });
    agent = await WireSeat.signIn(centre.tcccd, 'ann@tests.example');
    seats.push(agent);
  });
  after(async () => {
    await Promise.all(seats.map((one) => one.close()));
    if (centre) await centre.stop();
    if (receiver) await receiver.stop();
  });

  async function visitor(facts) {
    const seat = await openVisitor(centre.tcccd, { channel: 'shop', ...facts });
    seats.push(seat);
    return seat;
  }
  /** A chat of n messages, ended by the visitor; its sessionId. */
  async function chat(customer, n = 1) {
    const sessionId = await chatWith(customer, agent);
    for (let i = 0; i < n; i++) await say(i % 2 ? agent : customer, sessionId, `m${i}`);
    await customer.ask('visit.end', { sessionId });
    return sessionId;
  }
  const list = (action, more = {}) => centre.ask(action, { StartTimestamp: now() - 3600, EndTimestamp: now() + 1, ...more });

  it('chats that have ended are listed with the documented fields, the newest first, in pages; those that run are not', async () => {
    const customer = await visitor({ nickname: '小明' });
    const sessions = [await chat(customer), await chat(customer), await chat(customer)];
    await customer.ask('chat.rate', { sessionId: sessions[0], score: 4, comment: 'fine' });
    const running = await chatWith(customer, agent);
    for (const action of ['DescribeIMCdrs', 'DescribeIMCdrList']) {
      const answer = await list(action);
      assert.equal(answer.TotalCount, 3);
      assert.deepEqual(answer.IMCdrs, action === 'DescribeIMCdrs' ? answer.IMCdrList : undefined);
      assert.deepEqual(answer.IMCdrList.map(({ SessionId }) => SessionId).sort(), [...sessions].sort());
      assert.deepEqual(answer.IMCdrList.map(({ Timestamp }) => Timestamp), answer.IMCdrList.map(({ Timestamp }) => Timestamp).sort((a, b) => b - a));
      const first = answer.IMCdrList.find(({ SessionId }) => SessionId === sessions[0]);
      assert.deepEqual(Object.keys(first).sort(), ['ClientUserId', 'Duration', 'EndStatus', 'Id', 'Nickname', 'Satisfaction', 'SessionId', 'SkillGroupId', 'SkillGroupName', 'StaffId',
        'Timestamp', 'Type']);
      assert.deepEqual({ ...first, Timestamp: 0, Duration: 0 }, { Id: sessions[0], SessionId: sessions[0], Type: 2, Timestamp: 0, Duration: 0, EndStatus: 109, Nickname: '小明',
        ClientUserId: customer.visitorId, StaffId: 'ann@tests.example', SkillGroupId: first.SkillGroupId, SkillGroupName: '在线', Satisfaction: { Id: 4, Label: 'fine' } });
      assert.ok(Math.abs(first.Timestamp - now()) < 60 && first.Duration >= 0);
      assert.equal(answer.IMCdrList.find(({ SessionId }) => SessionId === sessions[1]).Satisfaction, null);
      const pages = [];
      for (let Offset = 0; Offset < 4; Offset += 2) pages.push(...(await list(action, { Limit: 2, Offset, Type: 2 })).IMCdrList);
      assert.deepEqual(pages, answer.IMCdrList);
      assert.deepEqual([(await list(action, { Type: 1 })).TotalCount, (await list(action, { StartTimestamp: now() - 7200, EndTimestamp: now() - 3600 })).TotalCount], [0, 0]);
    }
    await customer.ask('visit.end', { sessionId: running });
  });

  it('what is wrong is refused by name', async () => {
    for (const action of ['DescribeIMCdrs', 'DescribeIMCdrList']) {
      const when = { StartTimestamp: now() - 60, EndTimestamp: now() };
      await centre.refuses(action, { EndTimestamp: now() }, 'MissingParameter', 'StartTimestamp');
      await centre.refuses(action, { ...when, EndTimestamp: now() - 61 }, 'InvalidParameterValue', 'EndTimestamp');
      await centre.refuses(action, { StartTimestamp: now() - 91 * 86400, EndTimestamp: now() }, 'InvalidParameterValue', 'EndTimestamp');
      await centre.refuses(action, { ...when, Limit: 101 }, 'InvalidParameterValue', 'Limit');
      await centre.refuses(action, { ...when, Offset: -1 }, 'InvalidParameterValue', 'Offset');
      await centre.refuses(action, { ...when, Type: 3 }, 'InvalidParameterValue', 'Type');
      await centre.refuses(action, { ...when, Limit: '5' }, 'InvalidParameter', 'Limit');
      await centre.refuses(action, { ...when, Colour: 1 }, 'UnknownParameter', 'Colour');
      await centre.staysClosed(action, when);
    }
    await centre.refuses('DescribeChatMessages', {}, 'MissingParameter', 'SessionId');
    await centre.refuses('DescribeChatMessages', { SessionId: 'none' }, 'FailedOperation.SessionNotExists', 'SessionId');
    await centre.refuses('DescribeChatMessages', { SessionId: 'none', Order: 3 }, 'InvalidParameterValue', 'Order');
    await centre.staysClosed('DescribeChatMessages', { SessionId: 'none' });
  });

  it('messages come in both orders and in pages', async () => {
    const customer = await visitor();
    const SessionId = await chat(customer, 7);
    const ask = async (more) => {
      const { TotalCount, Messages } = await centre.ask('DescribeChatMessages', { SessionId, ...more });
      assert.equal(TotalCount, 7);
      return Messages;
    };
    const all = await ask({ Order: 1 });
    assert.deepEqual(all.map(({ From, Messages }) => [From, Messages]), Array.from({ length: 7 }, (_, i) => [i % 2 ? 'ann@tests.example' : customer.visitorId, [{ Type: 'Text', Content: `m${i}` }]]));
    assert.ok(all.every(({ Timestamp }) => Math.abs(Timestamp - now()) < 60));
    assert.deepEqual(await ask({}), [...all].reverse());
    assert.deepEqual([...await ask({ Limit: 3 }), ...await ask({ Limit: 3, Offset: 3 }), ...await ask({ Limit: 3, Offset: 6 })], [...all].reverse());
    assert.deepEqual([...await ask({ Limit: 4, Order: 1 }), ...await ask({ Limit: 4, Offset: 4, Order: 1 })], all);
    assert.deepEqual(await ask({ Offset: 7 }), []);
    const long = await chatWith(customer, agent);
    for (let i = 0; i < 36; i++) await say(i % 2 ? agent : customer, long, '\u0001'.repeat(4096));
    const whole = await centre.ask('DescribeChatMessages', { SessionId: long, Limit: 36 }).catch((error) => error);
    assert.ok(whole.TotalCount === 36 || whole.code === 'InternalError', 'an answer that is too long is an error, not half an answer');
    await customer.ask('visit.end', { sessionId: long });
  });

  it('each record is pushed once, as docs/push.schema.json has it', async () => {
    const customer = await visitor();
    const sessionId = await chat(customer, 2);
    const find = () => receiver.pushes.filter(({ body }) => JSON.parse(body).SessionId === sessionId);
    await receiver.until(() => find().length, 'push');
    assert.match(find()[0].url, /action=imcdr&version=1$/);
    for (const { body } of receiver.pushes) assert.ok(isPush(JSON.parse(body)), JSON.stringify(isPush.errors));
    assert.equal(find().length, 1);
  });

  it('/metrics counts chats by phase and end, messages by sender, and how long visitors wait', async () => {
    const scrape = async () => readMetrics(await (await fetch(`http://127.0.0.1:${centre.tcccd.httpPort}/metrics`)).text());
    const of = (families, series) => families[series.replace(/\{.*/, '')].samples.get(series);
    const before = await scrape();
    const customer = await visitor();
    const sessionId = await chatWith(customer, agent);
    await say(customer, sessionId, 'one');
    await say(agent, sessionId, 'two');
    const during = await scrape();
    assert.equal(of(during, 'tcccd_chats{phase="open"}'), of(before, 'tcccd_chats{phase="open"}') + 1);
    assert.equal(of(during, 'tcccd_chat_messages_total{from="client"}'), of(before, 'tcccd_chat_messages_total{from="client"}') + 1);
    assert.equal(of(during, 'tcccd_chats_accepted_total{}'), of(before, 'tcccd_chats_accepted_total{}') + 1);
    await agent.ask('agent.status', { status: 'rest' });
    const second = await visitor();
    const { sessionId: waits } = await second.ask('visit.start', { type: 'im' });
    assert.equal(of(await scrape(), 'tcccd_chats{phase="queued"}'), 1);
    assert.ok(of(await scrape(), 'tcccd_chat_queue_longest_wait_seconds{}') >= 0);
    await second.ask('visit.end', { sessionId: waits });
    await agent.ask('chat.end', { sessionId });
    const after = await scrape();
    for (const end of ['agent', 'customer'])
      assert.equal(of(after, `tcccd_chats_ended_total{end="${end}"}`), of(before, `tcccd_chats_ended_total{end="${end}"}`) + 1, end);
    assert.equal(of(after, 'tcccd_chats{phase="open"}'), of(before, 'tcccd_chats{phase="open"}'));
  });
});
