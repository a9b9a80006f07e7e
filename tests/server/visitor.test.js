/** visitor.test.js: visitors: channels, sign-in, their seats and what is not theirs. Layer: tests. */
import assert from 'node:assert/strict';
import { AdminClient } from './admin_client.js';
import { postVisitor } from './chat_people.js';
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
