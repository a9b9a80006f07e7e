/** visitor.test.js: visitors: channels, sign-in, their seats and what is not theirs. Layer: tests. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { AdminClient } from './admin_client.js';
import { chatWith, openVisitor, postVisitor } from './chat_people.js';
import { useServer } from './server_centre.js';
import { WireSeat } from './wire_seat.js';

const ORIGIN = 'https://shop.example.com';

describe('visitors', function visitors() {
  this.timeout(60000);
  const centre = useServer({ change: { visitors: { signInsPerMinute: 200 } } });
  let admin;
  before(async () => {
    admin = new AdminClient(centre().tcccd);
    await admin.post('channels', { channelId: 'shop', name: 'Shop', types: ['im'] });
    await admin.post('channels', { channelId: 'strict', name: 'Strict', origins: [ORIGIN] });
  });
  const signIn = async (more) => (await postVisitor(centre().tcccd, { channel: 'shop', nickname: '小明', ...more })).body;
  const seatOf = async (more) => WireSeat.open(centre().tcccd, { token: (await signIn(more)).token });

  it('channels are made, changed, listed and deleted by administrators, and wrong ones are refused by name', async () => {
    const made = await admin.post('channels', { name: 'Second', welcome: 'hello', types: ['im', 'voip'] });
    assert.match(made.channelId, /^[0-9a-f]{16}$/);
    assert.deepEqual(made.types, ['im', 'voip']);
    const changed = await admin.patch(`channels/${made.channelId}`, { welcome: 'bye', origins: [ORIGIN], enabled: false });
    assert.deepEqual([changed.welcome, changed.origins, changed.enabled, changed.name], ['bye', [ORIGIN], false, 'Second']);
    assert.deepEqual((await admin.get('channels')).channels.map(({ channelId }) => channelId).sort(), [made.channelId, 'shop', 'strict'].sort());
    for (const [body, field] of [[{}, 'name'], [{ name: 'x', types: ['fax'] }, 'types'], [{ name: 'x', origins: ['shop'] }, 'origins'], [{ name: 'x', groupId: 77 }, 'groupId'],
      [{ name: 'x', flowId: 77 }, 'flowId'], [{ name: 'x', channelId: 'a b' }, 'channelId']]) {
      await assert.rejects(admin.post('channels', body), (error) => error.status === 400 && (error.field === field || error.message.includes(field)), field);
    }
    await assert.rejects(admin.post('channels', { name: 'x', channelId: 'shop' }), { status: 409 });
    await admin.del(`channels/${made.channelId}`);
    await assert.rejects(admin.get(`channels/${made.channelId}`), { status: 404 });
  });

  it('a visitor signs in, gets a token that is good once, and is known again by its key only', async () => {
    const first = await postVisitor(centre().tcccd, { channel: 'shop' });
    assert.equal(first.status, 200);
    assert.equal(first.headers.get('access-control-allow-origin'), '*');
    assert.match(first.body.visitorId, /^[0-9a-f]{32}$/);
    assert.deepEqual(first.body.channel, { id: 'shop', name: 'Shop', types: ['im'] });
    const { visitorId, visitorKey } = first.body;
    const again = await postVisitor(centre().tcccd, { channel: 'shop', visitorId, visitorKey });
    assert.equal(again.body.visitorId, visitorId);
    const thief = await postVisitor(centre().tcccd, { channel: 'shop', visitorId, visitorKey: '0'.repeat(64) });
    assert.deepEqual([thief.status, thief.body.error.code], [401, 'UNAUTHORIZED']);
    const seat = await WireSeat.open(centre().tcccd, { token: again.body.token });
    assert.equal(seat.welcome.agent.userId, visitorId);
    await seat.ask('media.offer', { sdp: 'v=0' }).catch((error) => assert.equal(error.code, 'FORMAT'));
    const second = await WireSeat.open(centre().tcccd, { token: again.body.token });
    assert.equal(second.refused?.code, 'TOKEN_INVALID');
    await seat.close();
  });

  it('a visitor whose connection is lost for longer may come back; the server goes on', async () => {
    const seat = await seatOf();
    await seat.drop();
    await centre().tcccd.process.waitLine(/seat\.away/);
    const back = await WireSeat.open(centre().tcccd, { resume: seat.welcome.resume, lastSeq: seat.lastSeq });
    assert.equal(back.welcome.agent.userId, seat.welcome.agent.userId);
    await back.close();
  });

  it('wrong sign-ins are refused with a sentence that names the member', async () => {
    for (const [body, status, word] of [['{', 400, 'body'], [{}, 400, 'channel'], [{ channel: 'none' }, 404, 'channel'], [{ channel: 'shop', avatar: 'javascript:1' }, 400, 'avatar'],
      [{ channel: 'shop', visitorId: 'x', visitorKey: 'y' }, 400, 'visitorId'], [{ channel: 'shop', visitorId: '0'.repeat(32) }, 400, 'visitorKey'],
      [{ channel: 'shop', nickname: 'a\nb' }, 400, 'nickname'], [{ channel: 'shop', clientData: 'x'.repeat(2000) }, 400, 'clientData'], ['x'.repeat(9000), 413, 'body']]) {
      const answer = await postVisitor(centre().tcccd, body);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.ok(answer.body.error.message.includes(word), answer.body.error.message);
    }
  });

  it('only pages of a channel\'s origins sign in there', async () => {
    assert.equal((await postVisitor(centre().tcccd, { channel: 'strict' }, { origin: 'https://evil.example.com' })).status, 403);
    assert.equal((await postVisitor(centre().tcccd, { channel: 'strict' })).status, 403);
    assert.equal((await postVisitor(centre().tcccd, { channel: 'strict' }, { origin: ORIGIN })).status, 200);
  });

  it('a visitor may not do what agents do, nor an agent what visitors do', async () => {
    const seat = await seatOf();
    for (const [method, args] of [['agent.online', {}], ['call.start', { phoneNumber: '1' }], ['chat.accept', { sessionId: 'x' }], ['chat.end', { sessionId: 'x' }],
      ['chat.transfer', { sessionId: 'x', userId: 'y' }], ['call.transfer', { sessionId: 'x', userId: 'y' }]]) {
      await assert.rejects(seat.ask(method, args), { code: 'FORBIDDEN' }, method);
    }
    const agent = await centre().seat();
    for (const [method, args] of [['visit.start', { type: 'im' }], ['visit.end', { sessionId: 'x' }], ['chat.rate', { sessionId: 'x', score: 5 }]]) {
      await assert.rejects(agent.ask(method, args), { code: 'FORBIDDEN' }, method);
    }
    await seat.close();
  });

  it('a type that the channel does not take is refused', async () => {
    const seat = await seatOf();
    await assert.rejects(seat.ask('visit.start', { type: 'video' }), { code: 'STATE' });
    await assert.rejects(seat.ask('visit.end', { sessionId: 'none' }), { code: 'NOT_FOUND' });
    await seat.close();
  });

  it('a visitor has eight pages at once; the ninth takes the place of one that is lost, or of the oldest', async () => {
    const told = await signIn();
    const pages = [await WireSeat.open(centre().tcccd, { token: told.token })];
    const another = async () => {
      const again = await signIn({ visitorId: told.visitorId, visitorKey: told.visitorKey });
      pages.push(await WireSeat.open(centre().tcccd, { token: again.token }));
    };
    for (let i = 1; i < 8; i++) await another();
    await pages[3].drop();
    await another();
    assert.ok(pages.every(({ closed }, i) => (closed === null) === (i !== 3)));
    await another();
    assert.ok((await pages[0].next('kickedOut')).reason);
    await pages[0].until(() => pages[0].closed !== null, 'close');
    await Promise.all(pages.map((one) => one.close()));
  });

  it('a lost connection is resumed as an agent\'s is', async () => {
    const seat = await seatOf();
    await seat.drop();
    await seat.connect({ resume: seat.messages.find(({ t }) => t === 'welcome').resume, lastSeq: seat.lastSeq });
    assert.ok(seat.welcome.replay);
    await seat.close();
  });
});

describe('visitors of one address', function flood() {
  this.timeout(60000);
  const centre = useServer({ change: { visitors: { signInsPerMinute: 5 } } });

  it('sign in so often and no more', async () => {
    await new AdminClient(centre().tcccd).post('channels', { channelId: 'shop', name: 'Shop' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => postVisitor(centre().tcccd, { channel: 'shop' })));
    const good = answers.filter(({ status }) => status === 200).length;
    assert.ok(good >= 5 && good <= 6, `${good}`);
    assert.ok(answers.filter(({ status }) => status === 429).every(({ body }) => body.error.code === 'LIMIT'));
  });
});

describe('visitors behind a reverse proxy', function proxied() {
  this.timeout(30000);
  const centre = useServer({ change: { http: { trustedProxies: ['127.0.0.1'] }, visitors: { signInsPerMinute: 2 } } });
  before(() => new AdminClient(centre().tcccd).post('channels', { channelId: 'shop', name: 'Shop' }));
  const signIn = async (address) => (await postVisitor(centre().tcccd, { channel: 'shop' }, { 'x-forwarded-for': address })).status;

  it('have limits of their own, whatever they say in front of what the proxy adds; the log names them', async () => {
    assert.deepEqual([await signIn('203.0.113.1'), await signIn('203.0.113.1'), await signIn('203.0.113.1')], [200, 200, 429]);
    assert.equal(await signIn('198.51.100.7, 203.0.113.1'), 429);
    assert.deepEqual([await signIn('203.0.113.2'), await signIn('203.0.113.2')], [200, 200]);
    assert.deepEqual([await signIn('2001:db8::1'), await signIn('2001:db8::2'), await signIn('2001:db8::3')], [200, 200, 429], 'a customer has a /64');
    await centre().tcccd.process.waitLine(/visitor\.sign_in.*from=203\.0\.113\.2/);
  });
});

describe('visitors who want too much', function limits() {
  this.timeout(60000);
  const centre = useServer({ change: { visitors: { signInsPerMinute: 1000, sessionsPerAddress: 3, uploadMegabytesPerHour: 12 } } });
  const seats = [];
  let agent;
  before(async () => {
    const admin = new AdminClient(centre().tcccd);
    const { groupId } = await admin.post('groups', { name: 'limits', type: 'online', maxConcurrency: 20 });
    await admin.post('channels', { channelId: 'shop', name: 'Shop', groupId });
    await admin.put(`agents/agent0@tests.example/groups/${groupId}`, { priority: 1 });
  });
  beforeEach(async () => { agent = await centre().seatOf('agent0@tests.example'); });
  afterEach(async () => {
    for (const seat of seats.splice(0)) {
      for (const { sessionId } of seat.sessions ?? []) await seat.ask('visit.end', { sessionId }).catch(() => {});
      await seat.close();
    }
  });
  const visitor = async () => {
    const seat = await openVisitor(centre().tcccd, { channel: 'shop' });
    seats.push(seat);
    return seat;
  };
  const begin = async (seat) => {
    const told = await seat.ask('visit.start', { type: 'im' });
    (seat.sessions ??= []).push(told);
    return told.sessionId;
  };

  it('as many sessions run from one address as the configuration says; when one ends another may begin', async () => {
    const [a, b, c, d] = [await visitor(), await visitor(), await visitor(), await visitor()];
    const first = await begin(a);
    await begin(b);
    await begin(c);
    await assert.rejects(begin(d), (error) => error.code === 'LIMIT' && /address/.test(error.message));
    await a.ask('visit.end', { sessionId: first });
    await begin(d);
  });

  it('a visitor begins ten sessions a minute', async () => {
    const one = await visitor();
    for (let i = 0; i < 10; i++) await one.ask('visit.end', { sessionId: await begin(one) });
    await assert.rejects(begin(one), (error) => error.code === 'LIMIT' && /minute/.test(error.message));
    await begin(await visitor());
  });

  it('a page that asks more than a hundred times in a second is answered LIMIT, and the connection stays', async () => {
    const one = await visitor();
    const sessionId = await begin(one);
    const answers = await Promise.allSettled(Array.from({ length: 250 }, () => one.ask('chat.history', { sessionId })));
    const refused = answers.filter(({ reason }) => reason?.code === 'LIMIT').length;
    assert.ok(refused >= 1 && refused <= 151, `${refused}`);
    assert.equal(one.closed, null);
  });

  it('files: so many bytes of a chat, and of an address in an hour', async () => {
    const one = await visitor();
    const sessionId = await chatWith(one, agent);
    one.sessions = [{ sessionId }];
    const promise = (seat, size) => seat.ask('chat.upload', { sessionId, name: 'x', size, mime: 'text/plain' });
    await promise(one, 10 << 20);
    await assert.rejects(promise(one, 3 << 20), (error) => error.code === 'LIMIT' && /hour/.test(error.message));
    await promise(one, 1 << 20);
    for (let i = 0; i < 8; i++) await promise(agent, 10 << 20); /* an agent is bound by the chat alone */
    await promise(agent, 9 << 20);
    await assert.rejects(promise(agent, 1), (error) => error.code === 'LIMIT' && /100 MiB/.test(error.message));
  });

  it('a visitor reads no file of another: not by its number, not by an address of its own, not by sending it on', async () => {
    const [one, thief] = [await visitor(), await visitor()];
    const [sessionId, own] = [await chatWith(one, agent), await chatWith(thief, agent)];
    Object.assign(one, { sessions: [{ sessionId }] });
    Object.assign(thief, { sessions: [{ sessionId: own }] });
    const base = `http://127.0.0.1:${centre().tcccd.httpPort}`;
    const upload = async (seat, id) => {
      const told = await seat.ask('chat.upload', { sessionId: id, name: 'secret.txt', size: 6, mime: 'text/plain' });
      assert.equal((await fetch(base + told.url, { method: 'PUT', body: 'secret' })).status, 200);
      return told;
    };
    const secret = await upload(one, sessionId), mine = await upload(thief, own);
    const [path, query] = secret.getUrl.split('?'), [, myQuery] = mine.getUrl.split('?');
    for (const address of [path, `${path}?${myQuery}`, `${path}?expires=99999999999&signature=${'0'.repeat(64)}`, `${mine.getUrl.split('?')[0]}?${query}`, secret.url])
      assert.equal((await fetch(base + address)).status, 403, address);
    const send = (url) => thief.ask('chat.send', { sessionId: own, clientId: randomUUID(), kind: 'file', url, name: 'x', size: 6, mime: 'text/plain' });
    await assert.rejects(send(secret.getUrl), { code: 'ARG_RANGE' });
    await assert.rejects(send(path), { code: 'ARG_RANGE' });
    for (const [method, args] of [['chat.history', {}], ['chat.upload', { name: 'x', size: 1, mime: 'a/b' }], ['chat.read', { seq: 1 }], ['visit.end', {}], ['chat.rate', { score: 5 }]])
      await assert.rejects(thief.ask(method, { sessionId, ...args }), { code: 'NOT_FOUND' }, method);
  });
});
