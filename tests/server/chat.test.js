/** chat.test.js: chats between visitors' and agents' seats: routing, messages, hand-over, ends, records, files. Layer: tests. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { until } from '../peers/process.js';
import { AdminClient } from './admin_client.js';
import { chatTeam, chatWith, heard, heardAll, say, seeded } from './chat_people.js';
import { useServer } from './server_centre.js';
import { WireSeat } from './wire_seat.js';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const CHANGE = { visitors: { signInsPerMinute: 100000 }, calls: { resumeSeconds: 2 } };

describe('chats', function chats() {
  this.timeout(60000);
  const centre = useServer({ change: CHANGE });
  let admin;
  before(() => { admin = new AdminClient(centre().tcccd); });

  const team = (nAgents, more) => chatTeam(centre(), admin, nAgents, more);
  /** The one of the agents who is offered the chat. */
  const rung = (agents, sessionId) => Promise.any(agents.map((one) => one
    .until(() => one.events.some(({ e, d }) => e === 'callIn' && d.sessionId === sessionId), 'callIn').then(() => one)));
  const settings = (members) => admin.patch('settings/online', members);

  it('SDK-063 SDK-104 SDK-116 to SDK-124 AMB-01 a visit rings an agent with all that is known of the visitor, and is accepted', async () => {
    const { agents: [agent], visitor, channelName } = await team(1);
    const customer = await visitor({ nickname: '小明', avatar: 'https://a.example/b.png', clientData: '{"order":7}' });
    const { sessionId } = await customer.ask('visit.start', { type: 'im', remark: 'about order 7' });
    const callIn = await agent.next('callIn');
    assert.deepEqual({ ...callIn, timeout: 0 }, {
      sessionId, type: 'im', timeout: 0, userId: customer.visitorId, nickname: '小明', avatar: 'https://a.example/b.png', remark: 'about order 7', peerSource: 'web',
      channelName, clientData: '{"order":7}',
    });
    assert.equal(callIn.timeout, 20);
    await agent.ask('chat.accept', { sessionId });
    assert.equal((await agent.next('userAccessed')).sessionId, sessionId);
    assert.match((await customer.next('joined')).nickname, /^agent \d+$/);
    await assert.rejects(agent.ask('chat.accept', { sessionId }), { code: 'STATE' });
  });

  it('messages go both ways in order, are read, and a welcome comes first', async () => {
    const { agents: [agent], visitor } = await team(1, { welcome: 'Welcome!' });
    const customer = await visitor();
    const { sessionId } = await customer.ask('visit.start', { type: 'im' });
    await say(customer, sessionId, 'anybody there?');
    assert.ok([1, 2].includes((await agent.next('callIn')).lastSeq));
    await agent.ask('chat.accept', { sessionId });
    const past = await agent.ask('chat.history', { sessionId, afterSeq: 0 });
    assert.deepEqual(past.messages.map(({ seq, from, text }) => [seq, from, text]), [[1, 'system', 'Welcome!'], [2, 'client', 'anybody there?']]);
    assert.deepEqual(await say(agent, sessionId, 'yes').then(({ seq }) => seq), 3);
    await say(customer, sessionId, 'good 你好 😀 "quoted" \\ \u0001');
    await heardAll(customer, sessionId, 4);
    await heardAll(agent, sessionId, 2);
    assert.deepEqual(heard(customer, sessionId), ['Welcome!', 'anybody there?', 'yes', 'good 你好 😀 "quoted" \\ \u0001']);
    await customer.ask('chat.read', { sessionId, seq: 3 });
    assert.deepEqual(await agent.next('messageRead'), { sessionId, seq: 3, from: 'client' });
    await agent.ask('chat.typing', { sessionId });
    assert.deepEqual(await customer.next('typing'), { sessionId, from: 'seat' });
    await assert.rejects(customer.ask('chat.read', { sessionId, seq: 99 }), { code: 'ARG_RANGE' });
  });

  it('a message that is sent twice is stored once, also after the end', async () => {
    const { agents: [agent], visitor } = await team(1);
    const customer = await visitor();
    const sessionId = await chatWith(customer, agent);
    const clientId = randomUUID();
    const first = await say(customer, sessionId, 'once', clientId);
    assert.deepEqual(await say(customer, sessionId, 'once', clientId), first);
    await agent.ask('chat.end', { sessionId });
    assert.deepEqual(await say(customer, sessionId, 'once', clientId), first);
    await assert.rejects(say(customer, sessionId, 'new'), { code: 'STATE' });
    assert.equal((await agent.ask('chat.history', { sessionId })).messages.length, 1);
  });

  it('history comes in pages, forward and back, and a page never outgrows a message', async () => {
    const { agents: [agent], visitor } = await team(1);
    const customer = await visitor();
    const sessionId = await chatWith(customer, agent);
    const long = '\u0001'.repeat(4096);
    for (let i = 1; i <= 12; i++) await say(i % 2 ? customer : agent, sessionId, i > 8 ? long : `m${i}`);
    const last = await agent.ask('chat.history', { sessionId });
    assert.equal(last.messages.at(-1).seq, 12);
    assert.ok(last.more && last.messages.length < 12);
    const all = [];
    for (let afterSeq = 0, more = true; more;) {
      const page = await customer.ask('chat.history', { sessionId, afterSeq, limit: 5 });
      all.push(...page.messages.map(({ seq }) => seq));
      afterSeq = all.at(-1);
      more = page.more;
    }
    assert.deepEqual(all, Array.from({ length: 12 }, (_, i) => i + 1));
    const before = await agent.ask('chat.history', { sessionId, beforeSeq: 4, limit: 2 });
    assert.deepEqual([before.messages.map(({ seq }) => seq), before.more], [[2, 3], true]);
    const stranger = await visitor();
    await assert.rejects(stranger.ask('chat.history', { sessionId }), { code: 'NOT_FOUND' });
    await assert.rejects(say(stranger, sessionId, 'x'), { code: 'NOT_FOUND' });
  });

  it('ACD-012 ACD-013 an agent takes as many chats as its group allows, is busy then, and the next one waits', async () => {
    const { agents: [agent], visitor } = await team(1, { max: 2 });
    const [a, b, c] = [await visitor(), await visitor(), await visitor()];
    const one = await chatWith(a, agent);
    assert.ok(!agent.events.some(({ e, d }) => e === 'statusChanged' && d.status === 'busy'), 'free below the limit');
    await chatWith(b, agent);
    await agent.until(() => agent.events.some(({ e, d }) => e === 'statusChanged' && d.status === 'busy'), 'busy');
    const { sessionId } = await c.ask('visit.start', { type: 'im' });
    const d = await visitor();
    await d.ask('visit.start', { type: 'im' });
    await d.until(() => d.events.some(({ e, d: data }) => e === 'queued' && data.ahead === 1), 'one ahead');
    assert.ok(!agent.events.some(({ e, d: data }) => e === 'callIn' && data.sessionId === sessionId));
    await agent.ask('chat.end', { sessionId: one });
    await agent.until(() => agent.events.some(({ e, d: data }) => e === 'callIn' && data.sessionId === sessionId), 'the next');
    await d.until(() => d.events.some(({ e, d: data }) => e === 'queued' && data.ahead === 0), 'first in line');
  });

  it('the agent with the fewest chats gets the next', async () => {
    const { agents: [one, two], visitor } = await team(2, { max: 5 });
    const sessions = [];
    for (let i = 0; i < 4; i++) {
      const customer = await visitor();
      const { sessionId } = await customer.ask('visit.start', { type: 'im' });
      sessions.push(sessionId);
      await (await rung([one, two], sessionId)).ask('chat.accept', { sessionId });
    }
    for (const seat of [one, two]) assert.equal(seat.events.filter(({ e }) => e === 'callIn').length, 2);
  });

  it('SDK-151 ACD-003 ACD-005 ACD-011 ACD-025 ADM-067 a chat that is not accepted in time goes to another agent, and the first one rests', async () => {
    await settings({ timeoutTransferSeconds: 1 });
    const { agents, visitor } = await team(2);
    const customer = await visitor();
    const { sessionId } = await customer.ask('visit.start', { type: 'im' });
    const has = (seat, name) => seat.events.some(({ e, d }) => e === name && d.sessionId === sessionId);
    await Promise.all(agents.map((one) => one.until(() => has(one, 'callIn'), 'callIn')));
    await agents[1].until(() => agents.every((one) => has(one, 'callIn')), 'both were asked', 10000);
    const first = agents.find((one) => has(one, 'autoTransfer'));
    const second = agents.find((one) => one !== first);
    await second.ask('chat.accept', { sessionId });
    await first.until(() => first.events.some(({ e, d }) => e === 'statusChanged' && d.status === 'rest'), 'rest');
    await assert.rejects(first.ask('chat.accept', { sessionId }), { code: 'NOT_FOUND' });
    await settings({ timeoutTransferSeconds: null });
    for (const wrong of [0, 91, 1.5]) await assert.rejects(settings({ timeoutTransferSeconds: wrong }), { status: 400 });
  });

  it('ACD-004 ADM-072 the omni section has a switch and 1 to 90 seconds', async () => {
    assert.deepEqual(await admin.patch('settings/omni', { timeoutTransfer: false, timeoutTransferSeconds: 90 }), { timeoutTransfer: false, timeoutTransferSeconds: 90 });
    for (const wrong of [0, 91, 1.5]) await assert.rejects(admin.patch('settings/omni', { timeoutTransferSeconds: wrong }), { status: 400 });
  });

  it('a chat that is rejected goes to another agent, and the one who rejected stays free', async () => {
    const { agents, visitor } = await team(2);
    const customer = await visitor();
    const { sessionId } = await customer.ask('visit.start', { type: 'im' });
    const has = (seat, name) => seat.events.some(({ e, d }) => e === name && d.sessionId === sessionId);
    const first = await rung(agents, sessionId);
    const second = agents.find((one) => one !== first);
    await first.ask('chat.reject', { sessionId });
    assert.equal((await first.next('sessionEnded')).closeBy, 'seat');
    await second.next('callIn');
    assert.ok(!first.events.some(({ e, d }) => e === 'statusChanged' && d.status === 'rest'));
  });

  it('ADM-074 with autoAccept a chat is open at once', async () => {
    await settings({ autoAccept: true });
    const { agents: [agent], visitor } = await team(1);
    const customer = await visitor();
    await customer.ask('visit.start', { type: 'im' });
    await customer.next('joined');
    await agent.next('userAccessed');
    await settings({ autoAccept: null });
  });

  it('ACD-023 nobody online ends the visit at once', async () => {
    const { visitor } = await team(0);
    const customer = await visitor();
    await customer.ask('visit.start', { type: 'im' });
    const ended = await customer.next('sessionEnded');
    assert.deepEqual([ended.type, ended.closeBy, ended.mainReason], ['im', 'admin', 'noSeatOnline']);
  });

  it('SDK-064 SDK-152 SDK-154 chats end by agent, visitor and silence, and are rated once', async () => {
    const { agents: [agent], visitor } = await team(1);
    const customer = await visitor();
    const first = await chatWith(customer, agent);
    await assert.rejects(customer.ask('chat.rate', { sessionId: first, score: 5 }), { code: 'STATE' });
    await agent.ask('chat.end', { sessionId: first });
    const ended = await customer.next('sessionEnded');
    assert.deepEqual([ended.sessionId, ended.type, ended.closeBy], [first, 'im', 'seat']);
    assert.equal((await agent.next('sessionEnded')).closeBy, 'seat');
    await customer.ask('chat.rate', { sessionId: first, score: 4, comment: 'fine' });
    await assert.rejects(customer.ask('chat.rate', { sessionId: first, score: 5 }), { code: 'STATE' });
    await agent.ask('chat.delete', { sessionId: first });
    const second = await chatWith(customer, agent);
    await customer.ask('visit.end', { sessionId: second });
    assert.equal((await agent.next('sessionEnded')).closeBy, 'client');
    await settings({ silenceSeconds: 1 });
    const third = await chatWith(customer, agent);
    await say(agent, third, 'are you there?');
    await agent.until(() => agent.events.some(({ e, d }) => e === 'sessionEnded' && d.sessionId === third && d.closeBy === 'timer'), 'ADM-075 silence', 5000);
    await settings({ silenceSeconds: null });
  });

  it('a visitor has one chat at a time', async () => {
    const { agents: [agent], visitor } = await team(1);
    const customer = await visitor();
    await chatWith(customer, agent);
    await assert.rejects(customer.ask('visit.start', { type: 'im' }), { code: 'STATE' });
  });

  it('ACD-036 a visitor asks for one of several agents: whoever is free first gets it, and when they decline nobody does', async () => {
    const { agents: [first], visitor } = await team(1);
    const { agents: [second, third] } = await team(2);
    const customer = await visitor();
    await assert.rejects(customer.ask('visit.start', { type: 'im', userIds: ['nobody'] }), { code: 'NOT_FOUND', message: /userIds/ });
    await assert.rejects(customer.ask('visit.start', { type: 'im', userIds: [second.userId], skillGroupId: '1' }), { code: 'ARG_RANGE' });
    const { sessionId } = await customer.ask('visit.start', { type: 'im', userIds: [second.userId, third.userId] });
    const one = await rung([second, third], sessionId), other = one === second ? third : second;
    await one.ask('chat.reject', { sessionId });
    assert.equal((await other.next('callIn')).sessionId, sessionId);
    await other.ask('chat.reject', { sessionId });
    assert.equal((await customer.next('sessionEnded')).sessionId, sessionId);
    assert.ok(!first.events.some(({ e, d }) => e === 'callIn' && d.sessionId === sessionId), 'the channel\'s own group is not asked');
    const again = await customer.ask('visit.start', { type: 'im', userIds: [third.userId, second.userId] });
    const taker = await rung([second, third], again.sessionId);
    await taker.ask('chat.accept', { sessionId: again.sessionId });
    await customer.next('joined');
    for (const seat of [first, second, third]) assert.equal(seat.events.filter(({ e, d }) => e === 'callIn' && d.sessionId === again.sessionId).length, seat === taker ? 1 : 0);
  });

  it('ACD-036 a visitor asks for a group', async () => {
    const { agents: [first], visitor } = await team(1);
    const { agents: [second], groupId } = await team(1);
    const customer = await visitor();
    await assert.rejects(customer.ask('visit.start', { type: 'im', skillGroupId: '99999' }), { code: 'NOT_FOUND', message: /skillGroupId/ });
    const { sessionId } = await customer.ask('visit.start', { type: 'im', skillGroupId: String(groupId) });
    assert.equal((await second.next('callIn')).sessionId, sessionId);
    assert.ok(!first.events.some(({ e }) => e === 'callIn'));
  });

  it('SDK-065 SDK-066 SDK-067 ACD-036 a chat is transferred to an agent or a group; its messages go along', async () => {
    const { agents: [first], visitor } = await team(1);
    const { agents: [second], groupId } = await team(1);
    const customer = await visitor();
    const sessionId = await chatWith(customer, first);
    await say(customer, sessionId, 'before');
    await assert.rejects(first.ask('chat.transfer', { sessionId, userId: 'nobody' }), { code: 'NOT_FOUND' });
    await assert.rejects(first.ask('chat.transfer', { sessionId, userId: first.userId }), { code: 'ARG_RANGE' });
    await second.ask('agent.offline');
    await assert.rejects(first.ask('chat.transfer', { sessionId, userId: second.userId }), { code: 'COLLEAGUE_OFFLINE' });
    await second.ask('agent.online');
    await first.ask('chat.transfer', { sessionId, userId: second.userId });
    assert.equal((await first.next('sessionEnded')).closeBy, 'seat');
    const callIn = await second.next('callIn');
    assert.deepEqual([callIn.sessionId, callIn.lastSeq], [sessionId, 1]);
    await second.ask('chat.accept', { sessionId });
    assert.equal((await first.next('transfer')).userId, second.userId);
    assert.deepEqual((await second.ask('chat.history', { sessionId, afterSeq: 0 })).messages.map(({ text }) => text), ['before']);
    await assert.rejects(say(first, sessionId, 'late'), { code: 'STATE' });
    const { agents: [third], groupId: other } = await team(1);
    await second.ask('chat.transfer', { sessionId, skillGroupId: other });
    await third.next('callIn');
    await third.ask('chat.accept', { sessionId });
    assert.equal((await second.next('transfer')).skillGroupId, other);
    assert.notEqual(groupId, other);
  });

  it('an agent whom a transfer rings in vain gives the chat back to its group', async () => {
    const { agents: [first], visitor } = await team(1);
    const { agents: [second] } = await team(1);
    const customer = await visitor();
    const sessionId = await chatWith(customer, first);
    await first.ask('chat.transfer', { sessionId, userId: second.userId });
    await second.next('callIn');
    await second.ask('chat.reject', { sessionId });
    await first.until(() => first.events.filter(({ e, d }) => e === 'callIn' && d.sessionId === sessionId).length === 2, 'it comes back');
    await first.ask('chat.accept', { sessionId });
  });

  it('an agent that is gone for good loses its chats to the others; a lost connection while it rings is enough', async () => {
    const { agents: [first, second], visitor } = await team(2);
    const customer = await visitor();
    const { sessionId } = await customer.ask('visit.start', { type: 'im' });
    const has = (seat) => seat.events.some(({ e, d }) => e === 'callIn' && d.sessionId === sessionId);
    const ringing = await rung([first, second], sessionId);
    const other = ringing === first ? second : first;
    await ringing.drop();
    await other.next('callIn');
    await other.ask('chat.accept', { sessionId });
    await say(customer, sessionId, 'hello');
    const back = await centre().seatOf(ringing.userId);
    await other.drop();
    await back.until(() => has(back), 'the other one has it after the resume window', 20000);
    await customer.until(() => customer.events.filter(({ e }) => e === 'queued').length >= 2, 'the visitor waits again');
    await back.ask('chat.accept', { sessionId });
    assert.deepEqual((await back.ask('chat.history', { sessionId })).messages.map(({ text }) => text), ['hello']);
  });

  it('a visitor that does not come back has left', async () => {
    const { agents: [agent], visitor } = await team(1);
    const customer = await visitor();
    await chatWith(customer, agent);
    await customer.drop();
    assert.equal((await agent.next('sessionEnded', 20000)).closeBy, 'timer');
  });

  it('reloaded pages of both find the chat in the snapshot', async () => {
    const { agents: [agent], visitor } = await team(1);
    const customer = await visitor();
    const sessionId = await chatWith(customer, agent);
    await say(customer, sessionId, 'one');
    for (const [seat, expected] of [[agent, { direction: 'in', state: 'talking', lastSeq: 1 }], [customer, { direction: 'out', state: 'talking', lastSeq: 1 }]]) {
      await seat.drop();
      await seat.connect({ resume: seat.messages.findLast(({ t }) => t === 'welcome').resume });
      const [session] = seat.welcome.sessions;
      assert.deepEqual([session.sessionId, session.type], [sessionId, 'im']);
      for (const [name, value] of Object.entries(expected)) assert.equal(session[name], value, name);
      seat.lastId = 0;
      seat.answers.clear();
    }
    await say(agent, sessionId, 'two');
    await heardAll(customer, sessionId, 2);
  });

  it('files are uploaded by a signed address, judged by what they are, and fetched by another', async () => {
    const { agents: [agent], visitor } = await team(1);
    const customer = await visitor();
    const sessionId = await chatWith(customer, agent);
    const base = `http://127.0.0.1:${centre().tcccd.httpPort}`;
    const upload = async (seat, bytes, mime, name = 'a b.png') => {
      const promised = await seat.ask('chat.upload', { sessionId, name, size: bytes.length, mime });
      const answer = await fetch(base + promised.url, { method: 'PUT', body: bytes });
      return { ...promised, status: answer.status };
    };
    const { getUrl, status, url } = await upload(customer, PNG, 'image/png');
    assert.equal(status, 200);
    assert.equal((await fetch(base + url, { method: 'PUT', body: PNG })).status, 409);
    await customer.ask('chat.send', { sessionId, clientId: randomUUID(), kind: 'image', url: getUrl, name: 'a b.png', size: PNG.length, mime: 'image/png' });
    const message = await agent.next('message');
    assert.deepEqual([message.kind, message.name, message.size, message.mime], ['image', 'a b.png', PNG.length, 'image/png']);
    const got = await fetch(base + message.url);
    assert.deepEqual([got.headers.get('content-type'), got.headers.get('x-content-type-options')], ['image/png', 'nosniff']);
    assert.deepEqual(Buffer.from(await got.arrayBuffer()), PNG);
    const html = await upload(agent, Buffer.from('<script>1</script>'), 'image/png', 'evil.png');
    await agent.ask('chat.send', { sessionId, clientId: randomUUID(), kind: 'image', url: html.getUrl, name: 'evil.png', size: 18, mime: 'image/png' });
    const evil = await customer.until(() => customer.events.find(({ e, d }) => e === 'message' && d.name === 'evil.png'), 'the file');
    assert.equal(evil.d.kind, 'file');
    const fetched = await fetch(base + evil.d.url);
    assert.deepEqual([fetched.headers.get('content-type'), fetched.headers.get('content-disposition').split(';')[0]], ['application/octet-stream', 'attachment']);
    for (const [method, address, expected] of [['GET', getUrl.replace(/signature=../, 'signature=00'), 403], ['PUT', getUrl, 403], ['GET', url, 403],
      ['GET', '/v1/files/x', 404], ['GET', `/v1/files/${'0'.repeat(32)}?expires=1&signature=${'0'.repeat(64)}`, 403]]) {
      assert.equal((await fetch(base + address, { method, body: method === 'PUT' ? PNG : undefined })).status, expected, `${method} ${address}`);
    }
    const short = await customer.ask('chat.upload', { sessionId, name: 'x', size: 5, mime: 'text/plain' });
    assert.equal((await fetch(base + short.url, { method: 'PUT', body: 'four' })).status, 400);
    const send = (more) => customer.ask('chat.send', { sessionId, clientId: randomUUID(), kind: 'file', url: short.getUrl, name: 'x', size: 5, mime: 'text/plain', ...more });
    await assert.rejects(send(), { code: 'ARG_RANGE' });
    await assert.rejects(send({ url: 'https://evil.example.com/x' }), { code: 'ARG_RANGE' });
    await assert.rejects(customer.ask('chat.upload', { sessionId, name: 'x', size: 10485761, mime: 'a/b' }), { code: 'ARG_RANGE' });
  });

  it('one who sends more than a person can is stopped', async () => {
    const { agents: [agent], visitor } = await team(1);
    const customer = await visitor();
    const sessionId = await chatWith(customer, agent);
    const answers = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => say(customer, sessionId, `m${i}`)));
    const refused = answers.filter(({ status, reason }) => status === 'rejected' && reason.code === 'LIMIT').length;
    assert.ok(refused >= 1 && refused <= 20, `${refused}`);
  });

  it('two pages of a visitor show the same chat: both are told everything once, either may write, and it lasts as long as one of them', async () => {
    const { agents: [agent], visitor } = await team(1);
    const first = await visitor(), facts = { visitorId: first.visitorId, visitorKey: first.visitorKey };
    const second = await visitor(facts);
    const sessionId = await chatWith(first, agent);
    await second.until(() => second.events.some(({ e, d }) => e === 'joined' && d.sessionId === sessionId), 'joined');
    const writes = [];
    for (let i = 0; i < 5; i++) writes.push(say(first, sessionId, `a${i}`), say(second, sessionId, `b${i}`), say(agent, sessionId, `c${i}`));
    const order = (await Promise.all(writes)).map(({ seq }, i) => [seq, `${'abc'[i % 3]}${Math.floor(i / 3)}`]).sort(([a], [b]) => a - b).map(([, text]) => text);
    for (const seat of [first, second, agent]) {
      await heardAll(seat, sessionId, 15);
      assert.deepEqual(heard(seat, sessionId), order);
    }
    await agent.ask('chat.typing', { sessionId });
    for (const seat of [first, second]) await seat.next('typing');
    await assert.rejects(second.ask('visit.start', { type: 'im' }), { code: 'STATE' });
    const third = await visitor(facts);
    assert.deepEqual(third.welcome.sessions.map(({ sessionId: id, state, lastSeq }) => [id, state, lastSeq]), [[sessionId, 'talking', 15]]);
    assert.equal((await third.ask('chat.history', { sessionId })).messages.length, 15);
    /* a page that was duplicated brings the token of the first */
    const copy = new WireSeat(centre().tcccd);
    centre().seats.push(copy);
    await copy.connect({ resume: first.welcome.resume, tab: randomUUID() });
    assert.deepEqual(copy.welcome.sessions.map(({ sessionId: id }) => id), [sessionId]);
    const { process } = centre().tcccd, from = process.lines.length;
    await Promise.all([first, second, copy].map((one) => one.close()));
    const gone = () => process.lines.slice(from).filter((line) => line.includes(`seat.gone user=${first.visitorId}`)).length;
    await until(process, 'line', () => gone() === 3, 'three pages gone');
    await say(third, sessionId, 'still here');
    await agent.until(() => heard(agent, sessionId).includes('still here'), 'the message');
    await third.ask('visit.end', { sessionId });
    assert.equal((await agent.next('sessionEnded')).closeBy, 'client');
  });

  it('connections cut at random points, on both sides: nothing is lost, doubled or reordered', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const random = seeded(seed);
      const { agents: [agent], visitor } = await team(1);
      const customer = await visitor();
      const sessionId = await chatWith(customer, agent);
      const stored = [];
      const cut = async (seat) => {
        const resume = seat.messages.findLast(({ t }) => t === 'welcome').resume;
        await seat.drop();
        await seat.connect({ resume, lastSeq: seat.lastSeq });
        seat.send({ t: 'ack', seq: seat.lastSeq });
      };
      /* As the engine does it: a request without an answer is sent again with its number after the resume. */
      const write = async (seat, text) => {
        const args = { sessionId, clientId: randomUUID(), kind: 'text', text }, id = ++seat.lastId;
        seat.send({ t: 'req', id, m: 'chat.send', a: args });
        if (random() < 0.3) {
          if (random() < 0.5) await new Promise((resolve) => setImmediate(resolve));
          await cut(seat);
          seat.send({ t: 'req', id, m: 'chat.send', a: args });
        }
        const answer = await seat.until(() => seat.answers.get(id), `answer of ${text}, seed ${seed}`);
        assert.ok(answer.ok, JSON.stringify(answer));
        stored.push({ seq: answer.r.seq, text });
      };
      for (let i = 0; i < 15; i++) {
        await Promise.all([write(customer, `c${i}`), write(agent, `a${i}`)]);
        if (random() < 0.2) await cut(random() < 0.5 ? customer : agent);
        await new Promise((resolve) => setImmediate(resolve));
      }
      const right = stored.sort((a, b) => a.seq - b.seq).map(({ text }) => text);
      for (const seat of [customer, agent]) {
        await heardAll(seat, sessionId, 30);
        assert.deepEqual(heard(seat, sessionId), right, `seed ${seed}`);
      }
      assert.deepEqual((await customer.ask('chat.history', { sessionId, afterSeq: 0 })).messages.map(({ text }) => text), right);
      await customer.ask('visit.end', { sessionId });
    }
  });
});
