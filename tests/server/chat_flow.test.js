/** chat_flow.test.js: a channel's flow in chats: texts by language, choices, the queue, a message that is left, a rating. Layer: tests. */
import assert from 'node:assert/strict';
import { AdminClient } from './admin_client.js';
import { chatTeam, heard, openVisitor, say } from './chat_people.js';
import { PushReceiver } from './push_receiver.js';
import { ServerCentre } from './server_centre.js';

const CHANGE = { visitors: { signInsPerMinute: 100000 }, calls: { resumeSeconds: 30 } };

/** A menu, agents behind it, a message when nobody is there, a rating afterwards. */
const document = (group) => ({
  start: 'hello',
  modules: [
    { id: 'hello', type: 'play', sound: { text: 'Welcome.', texts: { zh: '欢迎。' } }, next: 'menu' },
    { id: 'menu', type: 'branch', label: 'Main menu', prompt: { text: 'What is it about?', texts: { zh: '请问有什么需要？' } }, timeoutSound: { text: 'Are you there?' },
      errorSound: { text: 'Please choose one of these.' }, maxErrors: 1,
      branches: [{ key: '1', name: 'Parcels', texts: { zh: '包裹' }, next: 'agents' }, { key: '2', name: 'A message', next: 'message' }, { key: '9', name: 'Again', next: 'hello' }],
      failed: 'bye' },
    { id: 'agents', type: 'transferToHuman', group, sound: { text: '${WaitNo} before you.' }, music: { soundId: 1 }, connectedSound: { text: 'Agent ${StaffNo} is here.' },
      leaveKey: '*', leave: 'message', noAgent: 'message', queueOver: 'bye', next: 'rate' },
    { id: 'message', type: 'voicemail', label: 'Leave a message', prompt: { text: 'Write to us.' }, next: 'bye' },
    { id: 'rate', type: 'rating', prompt: { text: 'Were you satisfied?' }, keys: [{ key: '1', label: 'Yes' }, { key: '2', label: 'No' }],
      thanksSound: { text: 'Thank you.' }, next: 'end' },
    { id: 'bye', type: 'play', sound: { text: 'Goodbye.' }, next: 'end' },
    { id: 'end', type: 'end' },
  ],
});

describe('flows of chats', function flows() {
  this.timeout(60000);
  let centre, admin, receiver;
  before(async () => {
    receiver = await PushReceiver.start();
    centre = await ServerCentre.start({ change: CHANGE });
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
  });

  let nextFlow = 0;
  const flowOf = async (make, groupId) => (await admin.post('flows', { name: `flow ${nextFlow++}`, kind: 'ivr', document: make(groupId), publish: true })).flowId;
  /** With the flow to it. */
  const team = (nAgents, { make = (group) => withoutMusic(document(group)), ...more } = {}) =>
    chatTeam(centre, admin, nAgents, { types: ['im'], flowTo: (groupId) => flowOf(make, groupId), ...more });
  const withoutMusic = (one) => ({ ...one, modules: one.modules.map(({ music, ...rest }) => rest) });
  const begin = async (customer) => (await customer.ask('visit.start', { type: 'im' })).sessionId;
  const has = (seat, name, sessionId) => seat.events.some(({ e, d }) => e === name && d.sessionId === sessionId);
  const told = (seat, sessionId, text) => seat.until(() => seat.events.find(({ e, d }) => e === 'message' && d.sessionId === sessionId && d.text === text && !d.clientId)?.d, text);
  const record = async (sessionId) => JSON.parse((await receiver.until(() => receiver.pushes.find(({ body }) => JSON.parse(body).SessionId === sessionId), 'record')).body);

  it('texts and choices come in the visitor\'s language; a choice by its text leads to the group, and afterwards comes the rating', async () => {
    const { agents: [agent], visitor } = await team(1);
    const customer = await visitor({ language: 'zh-CN' });
    const sessionId = await begin(customer);
    const question = await told(customer, sessionId, '请问有什么需要？');
    assert.deepEqual(heard(customer, sessionId), ['欢迎。', '请问有什么需要？']);
    assert.deepEqual(question.options, [{ key: '1', text: '包裹' }, { key: '2', text: 'A message' }, { key: '9', text: 'Again' }]);
    assert.ok(!has(customer, 'queued', sessionId), 'nobody waits in a menu');
    await say(customer, sessionId, '包裹');
    await agent.until(() => has(agent, 'callIn', sessionId), 'callIn');
    assert.deepEqual((await told(customer, sessionId, '0 before you.')).options, [{ key: '*', text: 'Leave a message' }]);
    await agent.ask('chat.accept', { sessionId });
    await told(customer, sessionId, `Agent ${8000 + centre.nextAgent - 1} is here.`);
    assert.deepEqual((await agent.ask('chat.history', { sessionId, afterSeq: 0 })).messages.map(({ text }) => text).slice(0, 3), ['欢迎。', '请问有什么需要？', '包裹']);
    await say(customer, sessionId, '2');
    await agent.ask('chat.end', { sessionId });
    await agent.until(() => has(agent, 'sessionEnded', sessionId), 'the agent\'s end');
    const rating = await told(customer, sessionId, 'Were you satisfied?');
    assert.ok(!has(customer, 'sessionEnded', sessionId));
    assert.deepEqual(rating.options.map(({ text }) => text), ['Yes', 'No']);
    await say(customer, sessionId, ' yes ');
    await told(customer, sessionId, 'Thank you.');
    const { d } = await customer.until(() => customer.events.find(({ e, d: one }) => e === 'sessionEnded' && one.sessionId === sessionId), 'the end');
    assert.equal(d.closeBy, 'seat');
    const { EndStatus, Satisfaction, StaffId } = await record(sessionId);
    assert.deepEqual({ EndStatus, Satisfaction, StaffId }, { EndStatus: 1, Satisfaction: { Id: 1, Label: 'Yes' }, StaffId: agent.userId });
  });

  it('office hours lead one way, holidays the other', async () => {
    const day = (n) => new Date(Date.now() + n * 86400000).toISOString().slice(0, 10); // the time zone's day may be the next one
    const make = (exceptions) => () => ({ start: 'hours', modules: [
      { id: 'hours', type: 'hours', timeZone: 'Asia/Shanghai', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }], exceptions, next: 'open', closed: 'shut' },
      { id: 'open', type: 'play', sound: { text: 'We are here.' }, next: 'end' }, { id: 'shut', type: 'play', sound: { text: 'It is a holiday.' }, next: 'end' }, { id: 'end', type: 'end' }] });
    for (const [exceptions, text] of [[[], 'We are here.'], [[-1, 0, 1, 2].map((n) => ({ date: day(n) })), 'It is a holiday.']]) {
      const customer = await (await team(0, { make: make(exceptions) })).visitor();
      const sessionId = await begin(customer);
      await told(customer, sessionId, text);
      assert.deepEqual(heard(customer, sessionId), [text]);
    }
  });

  it('what is no choice is answered, once too often leads away; keys are choices, too, and lead round', async () => {
    const { visitor } = await team(0);
    const customer = await visitor({ language: 'fr' });
    const sessionId = await begin(customer);
    await told(customer, sessionId, 'What is it about?');
    await say(customer, sessionId, '9');
    await customer.until(() => heard(customer, sessionId).filter((text) => text === 'Welcome.').length === 2, 'again');
    await say(customer, sessionId, 'hello?');
    await told(customer, sessionId, 'Please choose one of these.');
    await say(customer, sessionId, 'parcel');
    await customer.until(() => has(customer, 'sessionEnded', sessionId), 'the end');
    assert.deepEqual(heard(customer, sessionId), ['Welcome.', 'What is it about?', '9', 'Welcome.', 'What is it about?', 'hello?', 'Please choose one of these.',
      'What is it about?', 'parcel', 'Please choose one of these.', 'Goodbye.']);
    assert.equal((await record(sessionId)).EndStatus, 102);
  });

  it('ACD-023 with nobody online the visitor leaves a message, which is in the record', async () => {
    const { visitor } = await team(0);
    const customer = await visitor();
    const sessionId = await begin(customer);
    await told(customer, sessionId, 'What is it about?');
    await say(customer, sessionId, '1');
    await told(customer, sessionId, 'Write to us.');
    await say(customer, sessionId, 'My parcel "A7" is lost 😀');
    await told(customer, sessionId, 'Goodbye.');
    const { EndStatus, LeftMessage } = await record(sessionId);
    assert.deepEqual([EndStatus, LeftMessage], [102, 'My parcel "A7" is lost 😀']);
  });

  it('ACD-035 who waits, or is being offered, can leave the queue; other words are messages', async () => {
    const { agents: [agent], visitor } = await team(1, { max: 1 });
    const customer = await visitor();
    const ringing = await begin(customer);
    await say(customer, ringing, 'Parcels');
    await agent.until(() => has(agent, 'callIn', ringing), 'callIn');
    const second = await visitor();
    const waiting = await begin(second);
    await say(second, waiting, '1');
    await told(second, waiting, '0 before you.');
    await say(second, waiting, 'are you there?');
    await say(second, waiting, 'leave a MESSAGE');
    await told(second, waiting, 'Write to us.');
    await say(customer, ringing, '*');
    await agent.until(() => has(agent, 'autoTransfer', ringing), 'autoTransfer');
    await told(customer, ringing, 'Write to us.');
    await second.ask('visit.end', { sessionId: waiting });
    assert.equal((await record(waiting)).EndStatus, 102);
  });

  it('AMB-20 a session keeps its version, also over a kill of tcccd: at a question, in the queue, with the agent, at the rating', async () => {
    const { agents: [agent], visitor, flowId, channel } = await team(1);
    const seats = { question: await visitor(), queue: await visitor(), agent: await visitor(), rating: await visitor() };
    const ids = {};
    for (const [name, seat] of Object.entries(seats)) {
      ids[name] = await begin(seat);
      await told(seat, ids[name], 'What is it about?');
    }
    for (const name of ['agent', 'rating']) {
      await say(seats[name], ids[name], '1');
      await agent.until(() => has(agent, 'callIn', ids[name]), 'callIn');
      await agent.ask('chat.accept', { sessionId: ids[name] });
    }
    await agent.ask('agent.status', { status: 'rest' });
    await say(seats.queue, ids.queue, '1');
    await told(seats.queue, ids.queue, '0 before you.');
    await agent.ask('chat.end', { sessionId: ids.rating });
    await told(seats.rating, ids.rating, 'Were you satisfied?');
    await admin.patch(`channels/${channel}`, { flowId: 0 });
    await admin.post(`flows/${flowId}/withdraw`);
    const other = withoutMusic(document(1));
    other.modules[0].sound = { text: 'Another flow.' };
    await admin.put(`flows/${flowId}`, { name: 'changed', document: other, publish: true });
    await centre.tcccd.process.stop('SIGKILL');
    await centre.tcccd.restart();
    for (const seat of [agent, ...Object.values(seats)]) {
      await seat.until(() => seat.closed !== null, 'the end of the connection');
      await seat.connect({ resume: seat.messages.findLast(({ t }) => t === 'welcome').resume, lastSeq: seat.lastSeq });
      seat.lastSeq = seat.welcome.seq;
      seat.send({ t: 'ack', seq: seat.lastSeq });
    }
    await say(seats.rating, ids.rating, 'No');
    await told(seats.rating, ids.rating, 'Thank you.');
    assert.equal((await record(ids.rating)).Satisfaction.Label, 'No');
    await say(seats.question, ids.question, 'again');
    await seats.question.until(() => heard(seats.question, ids.question).filter((text) => text === 'Welcome.').length === 2, 'the version of before');
    await say(seats.queue, ids.queue, '*');
    await told(seats.queue, ids.queue, 'Write to us.');
    await agent.ask('chat.end', { sessionId: ids.agent });
    await told(seats.agent, ids.agent, 'Were you satisfied?');
  });

  it('time-outs: silence at a question is a mistake, a rating that is not given is recorded', async () => {
    const { agents: [agent], visitor } = await team(1);
    const customer = await visitor();
    await admin.patch('settings/online', { silenceSeconds: 1 });
    const sessionId = await begin(customer);
    await told(customer, sessionId, 'Are you there?');
    await say(customer, sessionId, '1');
    await agent.until(() => has(agent, 'callIn', sessionId), 'callIn');
    await agent.ask('chat.accept', { sessionId });
    await agent.ask('chat.end', { sessionId });
    await customer.until(() => has(customer, 'sessionEnded', sessionId), 'the end');
    await admin.patch('settings/online', { silenceSeconds: null });
    assert.deepEqual((await record(sessionId)).Satisfaction, { Id: 0, Label: 'noInput' });
  });

  it('FLOW-031 FLOW-032 FLOW-033 questions and the end have times of their own, and the end its words', async () => {
    const make = (group) => ({
      start: 'menu', modules: [
        { id: 'menu', type: 'branch', prompt: { text: 'What is it about?' }, timeoutSound: { text: 'Are you there?' }, replySeconds: 1,
          branches: [{ key: '1', name: 'Parcels', next: 'agents' }] },
        { id: 'agents', type: 'transferToHuman', group, noAgent: 'end', queueOver: 'end', next: 'end' },
        { id: 'end', type: 'end', replySeconds: 1, timeoutSound: { text: 'You are silent.', texts: { zh: '超时未回复。' } }, closingSound: { text: 'Until next time.' } },
      ],
    });
    const { agents: [agent], visitor } = await team(1, { make });
    const served = async (customer) => {
      const sessionId = await begin(customer);
      await told(customer, sessionId, 'Are you there?');
      await say(customer, sessionId, '1');
      await agent.until(() => has(agent, 'callIn', sessionId), 'callIn');
      await agent.ask('chat.accept', { sessionId });
      return sessionId;
    };
    const customer = await visitor({ language: 'zh-CN' });
    const silent = await served(customer);
    await say(agent, silent, 'Good morning');
    await told(customer, silent, '超时未回复。');
    await customer.until(() => has(customer, 'sessionEnded', silent), 'the end by silence');
    assert.equal((await record(silent)).EndStatus, 108);
    const other = await visitor();
    const closed = await served(other);
    await agent.ask('chat.end', { sessionId: closed });
    await other.until(() => has(other, 'sessionEnded', closed), 'the end by the agent');
    assert.equal(heard(other, closed).at(-1), 'Until next time.');
    assert.equal((await record(closed)).EndStatus, 1);
  });

  it('IVR-034 a flow that a chat cannot run is not bound, and the sentence names the module', async () => {
    const wav = Buffer.alloc(44 + 16000);
    wav.write('RIFF', 0); wav.writeUInt32LE(36 + 16000, 4); wav.write('WAVEfmt ', 8); wav.writeUInt32LE(16, 16); wav.writeUInt16LE(1, 20); wav.writeUInt16LE(1, 22);
    wav.writeUInt32LE(8000, 24); wav.writeUInt32LE(16000, 28); wav.writeUInt16LE(2, 32); wav.writeUInt16LE(16, 34); wav.write('data', 36); wav.writeUInt32LE(16000, 40);
    const { soundId } = await admin.post('sounds?name=hello&file=hello.wav', wav);
    const { groupId } = await admin.post('groups', { name: 'recorded', type: 'online' });
    const make = (sound) => (group) => {
      const one = document(group);
      one.modules[0].sound = sound;
      one.modules[2].music = { soundId };
      return one;
    };
    const recorded = await flowOf(make({ soundId }), groupId), worded = await flowOf(make({ soundId, texts: { en: 'Hello' } }), groupId);
    await assert.rejects(admin.post('channels', { channelId: 'recorded', name: 'x', types: ['im', 'voip'], flowId: recorded }),
      (error) => error.status === 400 && error.message.includes(`Module hello: sound ${soundId} is a recording, which a chat cannot show. Give it texts, or a text in its place.`));
    await admin.post('channels', { channelId: 'voice-only', name: 'x', types: ['voip'], flowId: recorded });
    await admin.post('channels', { channelId: 'worded', name: 'x', types: ['im'], flowId: worded });
    const customer = await openVisitor(centre.tcccd, { channel: 'worded', language: 'de' });
    centre.seats.push(customer);
    const sessionId = await begin(customer);
    await told(customer, sessionId, 'Hello');
    for (const [texts, sentence] of [[{}, /texts must be an object of 1 to 32/], [{ 'z h': 'x' }, /language tags/], [{ zh: '' }, /no text, empty or too long/], [{ zh: '${Name}' }, /not known/]])
      await assert.rejects(flowOf(make({ text: 'x', texts }), groupId), (error) => sentence.test(error.message));
    await assert.rejects(openVisitor(centre.tcccd, { channel: 'worded', language: 'a b' }), /language/);
  });
});
