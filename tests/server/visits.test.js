/** visits.test.js: voice and video sessions of visitors' pages, seen on the wire: events, fields, hand-overs, endings, records. Layer: tests. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { AdminClient } from './admin_client.js';
import { useServer } from './server_centre.js';
import { WireSeat } from './wire_seat.js';

const offerOf = (browser) => readFileSync(new URL(`../fuzz/seeds/fuzz_sdp_video/${browser}`, import.meta.url), 'utf8');
/** What POST /v1/visitor answers. */
const signIn = async (tcccd, body) => (await fetch(`http://127.0.0.1:${tcccd.httpPort}/v1/visitor`, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
})).json();
const SHORT = { text: 'Hi.' };
const end = { id: 'end', type: 'end' };
const menu = {
  start: 'menu',
  modules: [
    { id: 'menu', type: 'branch', label: 'Menu', prompt: SHORT, timeoutSeconds: 10, branches: [{ key: '1', name: 'Sales', next: 'agents' }] },
    { id: 'agents', type: 'transferToHuman', label: 'Agents', group: 1, queueOver: 'end', noAgent: 'end', next: 'end' },
    end,
  ],
};
const agent = (n) => `agent${n}@tests.example`;

describe('visits by voice and video', function suite() {
  this.timeout(60000);
  const centre = useServer({
    change: { visitors: { signInsPerMinute: 200 }, calls: { ringSeconds: 3, queueSeconds: 4, resumeSeconds: 2 },
      dataChannel: { port: 0, iceServers: [{ urls: 'turn:turn.example.com:3478?transport=tcp', username: 'u', credential: 'c' }] } },
    instance: { skillGroups: [{ name: 'sales', agents: Array.from({ length: 20 }, (_, n) => agent(n)) }],
      flows: [{ name: 'menu', kind: 'ivr', document: menu }] },
  });
  const visitors = [];
  let admin;
  before(async () => {
    admin = new AdminClient(centre().tcccd);
    const { flows } = await admin.get('flows');
    await admin.post('channels', { channelId: 'shop', name: 'Shop', types: ['voip', 'video'], groupId: 1 });
    await admin.post('channels', { channelId: 'menu', name: 'Menu', types: ['voip', 'video'], flowId: flows[0].flowId });
  });
  const visitorOf = async (more) => {
    const body = await signIn(centre().tcccd, { channel: 'shop', nickname: '小明', avatar: 'https://a.example/1.png', clientData: '{"order":7}', ...more });
    const seat = await WireSeat.open(centre().tcccd, { token: body.token });
    visitors.push(seat);
    return Object.assign(seat, { visitorId: body.visitorId });
  };
  /** No visit stays, or the next test's agent would get it. */
  afterEach(async () => {
    for (const seat of visitors.splice(0)) {
      const running = seat.events.filter((one) => one.e === 'callOuted').map((one) => one.d.sessionId);
      if (seat.closed === null) for (const sessionId of running) await seat.ask('visit.end', { sessionId }).catch(() => {});
      await seat.close();
    }
  });
  const begin = async (type, more) => {
    const seat = await centre().seat();
    const visitor = await visitorOf(more);
    const { sessionId } = await visitor.ask('visit.start', { type, remark: 'about an order' });
    return { seat, visitor, sessionId };
  };
  const taken = async (type, more) => {
    const all = await begin(type, more);
    await all.seat.next('callIn');
    await all.seat.ask(type === 'video' ? 'video.accept' : 'call.accept', { sessionId: all.sessionId });
    await all.visitor.next('joined');
    await all.seat.next('userAccessed');
    return all;
  };

  it('AMB-06 SDK-125 to SDK-136 a voip session: callIn with all fields, media for both pages, hold, digits, sessionEnded, a record of type 3', async () => {
    const { seat, visitor, sessionId } = await begin('voip');
    assert.equal((await visitor.next('callOuted')).type, 'voip');
    assert.deepEqual(await visitor.next('queued'), { sessionId, type: 'voip', ahead: 0 });
    const callIn = await seat.next('callIn');
    assert.deepEqual(callIn, { sessionId, type: 'voip', timeout: callIn.timeout, userId: visitor.visitorId, nickname: '小明', avatar: 'https://a.example/1.png',
      peerSource: 'web', channelName: 'Shop', clientData: '{"order":7}', callee: 'shop', calleeRemark: 'Shop', remark: 'about an order', serverType: 'staffSeat' });
    assert.equal(typeof callIn.timeout, 'number');
    await assert.rejects(seat.ask('video.accept', { sessionId }), { code: 'STATE', message: 'It is a call: use call.*.' });
    await seat.ask('call.accept', { sessionId });
    assert.deepEqual(await visitor.next('joined'), { sessionId, nickname: seat.welcome.agent.name });
    await visitor.next('calloutAccepted');
    await seat.next('userAccessed');
    const media = await seat.next('media'), theirs = await visitor.next('media');
    assert.deepEqual([media.codec, media.direction, theirs.codec, theirs.direction], ['opus', 'sendrecv', 'opus', 'sendrecv']);
    await seat.ask('call.hold', { sessionId });
    assert.deepEqual(await visitor.next('held'), { sessionId, held: true, by: 'client' });
    await seat.ask('call.unhold', { sessionId });
    await visitor.ask('call.mute', { sessionId, muted: true });
    await assert.rejects(visitor.ask('call.digits', { sessionId, digits: '1' }), { code: 'STATE' });
    for (const method of ['call.hold', 'call.hangup', 'agent.online']) await assert.rejects(visitor.ask(method, { sessionId }), { code: 'FORBIDDEN' });
    await assert.rejects(visitor.ask('visit.start', { type: 'voip' }), { code: 'STATE' });
    await visitor.ask('visit.end', { sessionId });
    const ended = await seat.next('sessionEnded');
    assert.deepEqual([ended.type, ended.closeBy], ['voip', 'client']);
    assert.equal((await visitor.next('sessionEnded')).closeBy, 'client');
    const cdr = await centre().cdr(sessionId);
    assert.deepEqual([cdr.CallType, cdr.Caller, cdr.Callee, cdr.EndStatusString, cdr.SeatUser.UserId], [3, visitor.visitorId, 'shop', 'ok', seat.userId]);
    const next = await visitor.ask('visit.start', { type: 'voip' }); // one at a time, not one for ever
    await visitor.ask('visit.end', { sessionId: next.sessionId });
  });

  it('a flow talks with the visitor, takes its digits and leads to the group; ivrPath tells the key', async () => {
    const { seat, visitor, sessionId } = await begin('voip', { channel: 'menu' });
    const media = await visitor.next('media');
    assert.deepEqual([media.op, media.direction], ['start', 'sendrecv']);
    assert.deepEqual(await visitor.next('progress'), { sessionId, earlyMedia: true });
    await visitor.ask('call.digits', { sessionId, digits: '1' });
    const callIn = await seat.next('callIn');
    assert.deepEqual(callIn.ivrPath, [{ key: '1', label: 'Sales' }]);
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    await seat.ask('call.hangup', { sessionId });
    assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
    assert.equal((await visitor.next('sessionEnded')).closeBy, 'timer'); // the flow went on, and ended
    const cdr = await centre().cdr(sessionId);
    assert.equal(cdr.IVRKeyPressedEx[0].Key, '1');
  });

  it('SDK-137 to SDK-143 SDK-068 a video session: callIn, music while it waits, offers of both pages, mutes, sessionEnded', async () => {
    const { seat, visitor, sessionId } = await begin('video', { channel: 'menu' });
    assert.equal((await visitor.next('media')).direction, 'recvonly');
    await visitor.ask('call.digits', { sessionId, digits: '1' }).catch((error) => assert.equal(error.code, 'STATE'));
    await visitor.ask('visit.end', { sessionId });
    const again = await begin('video');
    const callIn = await again.seat.next('callIn');
    assert.deepEqual(callIn, { sessionId: again.sessionId, type: 'video', timeout: callIn.timeout, userId: again.visitor.visitorId, nickname: '小明',
      avatar: 'https://a.example/1.png', peerSource: 'web', channelName: 'Shop', clientData: '{"order":7}', callee: 'shop', calleeRemark: 'Shop',
      remark: 'about an order', serverType: 'staffSeat' });
    assert.equal(typeof callIn.timeout, 'number');
    await assert.rejects(again.seat.ask('call.accept', { sessionId: again.sessionId }), { code: 'STATE', message: 'It is a video session: use video.*.' });
    await assert.rejects(again.visitor.ask('video.offer', { sessionId: again.sessionId, sdp: offerOf('chromium') }), { code: 'STATE' });
    await again.seat.ask('video.accept', { sessionId: again.sessionId });
    await again.seat.next('userAccessed');
    await again.visitor.next('calloutAccepted');
    const { sdp } = await again.seat.ask('video.offer', { sessionId: again.sessionId, sdp: offerOf('chromium') });
    assert.match(sdp, /a=ice-lite\r\n/);
    assert.match(sdp, /m=video \d+ UDP\/TLS\/RTP\/SAVPF 96\r\n/);
    assert.match((await again.visitor.ask('video.offer', { sessionId: again.sessionId, sdp: offerOf('firefox') })).sdp, /m=video \d+ UDP\/TLS\/RTP\/SAVPF 120\r\n/);
    await assert.rejects(again.seat.ask('video.offer', { sessionId: again.sessionId, sdp: 'v=0' }), { code: 'FORMAT' });
    await again.seat.ask('video.mute', { sessionId: again.sessionId, audio: false, video: true });
    assert.deepEqual(await again.visitor.next('videoMuted'), { sessionId: again.sessionId, from: 'seat', audio: false, video: true });
    await again.visitor.ask('video.mute', { sessionId: again.sessionId, audio: true, video: false });
    assert.deepEqual(await again.seat.next('videoMuted'), { sessionId: again.sessionId, from: 'client', audio: true, video: false });
    await assert.rejects(again.seat.ask('call.hold', { sessionId: again.sessionId }), { code: 'STATE' });
    const told = again.visitor.events.length;
    for (const [method, held] of [['video.hold', true], ['video.unhold', false], ['video.hold', true]]) {
      await again.seat.ask(method, { sessionId: again.sessionId });
      assert.deepEqual(await again.seat.next('held'), { sessionId: again.sessionId, held, by: 'seat' });
      assert.deepEqual(await again.visitor.next('held'), { sessionId: again.sessionId, held, by: 'client' });
    }
    const music = again.visitor.events.slice(told).filter(({ e }) => e === 'media' || e === 'progress').map(({ e, d }) => `${e} ${d.op} ${d.direction ?? ''}`);
    assert.deepEqual(music, ['media start recvonly', 'media stop ', 'media start recvonly'], 'music for the visitor, while it is on hold');
    assert.deepEqual(again.seat.events.filter(({ e }) => e === 'media'), [], 'and none for the agent');
    await assert.rejects(again.visitor.ask('video.hold', { sessionId: again.sessionId }), { code: 'FORBIDDEN' });
    await again.seat.ask('video.end', { sessionId: again.sessionId });
    assert.deepEqual([(await again.seat.next('sessionEnded')).type, (await again.visitor.next('sessionEnded')).closeBy], ['video', 'seat']);
    await again.seat.ask('video.delete', { sessionId: again.sessionId });
    assert.deepEqual((await centre().cdr(again.sessionId)).CallType, 4);
  });

  it('a picture is in a codec that both have: who came first is told and comes again; without one both are told that there is none', async () => {
    const h264Only = offerOf('chromium').replace('a=rtpmap:96 VP8/90000', 'a=rtpmap:96 VP9/90000');
    const { seat, visitor, sessionId } = await taken('video');
    const offer = async (from, sdp) => /m=video (?:0 |\d+ UDP\/TLS\/RTP\/SAVPF \d+\r\n[^]*?a=rtpmap:\d+ (\w+))/.exec((await from.ask('video.offer', { sessionId, sdp })).sdp)[1];
    const told = async (codec) => {
      for (const one of [seat, visitor]) assert.deepEqual(await one.next('videoCodec'), { sessionId, codec });
    };
    assert.equal(await offer(seat, offerOf('chromium')), 'VP8');
    assert.equal(await offer(visitor, h264Only), 'H264');
    await told('H264');
    assert.equal(await offer(seat, offerOf('chromium')), 'H264');
    await told('H264');
    assert.equal(await offer(seat, offerOf('firefox')), undefined, 'which has VP8 alone');
    await told('none');
    assert.equal(await offer(visitor, offerOf('chromium')), 'VP8');
    await told('VP8');
    await visitor.ask('visit.end', { sessionId });
  });

  it('the pages are handed the ICE servers of the configuration', async () => {
    const visitor = await visitorOf();
    assert.deepEqual(visitor.welcome.media.iceServers, [{ urls: 'turn:turn.example.com:3478?transport=tcp', username: 'u', credential: 'c' }]);
  });

  it('SDK-074 SDK-075 SDK-076 a video session is handed to an agent, then to a group: music for the visitor, transfer told, a new offer on the same connection', async () => {
    const { seat, visitor, sessionId } = await taken('video');
    await visitor.ask('video.offer', { sessionId, sdp: offerOf('chromium') });
    const other = await centre().seat();
    await seat.ask('video.transfer', { sessionId, userId: other.userId });
    assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
    assert.equal((await visitor.next('media')).op, 'start');
    assert.equal((await other.next('callIn')).type, 'video');
    await visitor.ask('video.mute', { sessionId, audio: false, video: true });
    await other.ask('video.accept', { sessionId });
    await other.next('userAccessed');
    assert.deepEqual(await other.next('videoMuted'), { sessionId, from: 'client', audio: false, video: true });
    assert.deepEqual((await seat.next('transfer')).userId, other.userId);
    await visitor.next('joined');
    await visitor.until(() => visitor.events.some((one) => one.e === 'media' && one.d.op === 'stop'), 'the music ends');
    assert.match((await other.ask('video.offer', { sessionId, sdp: offerOf('firefox') })).sdp, /SAVPF 120\r\n/);
    await assert.rejects(other.ask('video.transfer', { sessionId, skillGroupId: '77' }), { code: 'NOT_FOUND' });
    const third = await centre().seat();
    await other.ask('video.transfer', { sessionId, skillGroupId: '1' });
    assert.deepEqual([(await third.next('callIn')).type, third.events.at(-1).d.sessionId], ['video', sessionId]);
    await third.ask('video.accept', { sessionId });
    await third.next('userAccessed');
    assert.equal((await other.next('transfer')).skillGroupId, '1');
    await third.ask('video.end', { sessionId });
    await visitor.next('sessionEnded');
  });

  it('an agent who lets a video session ring hears autoTransfer, and the next one is asked; nobody left: sessionEnded by timer', async () => {
    const { seat, visitor, sessionId } = await begin('video');
    await seat.next('callIn');
    const other = await centre().seat();
    assert.equal((await seat.next('autoTransfer')).sessionId, sessionId);
    await other.next('callIn');
    await other.ask('video.end', { sessionId }); // rejects
    assert.equal((await other.next('sessionEnded')).closeBy, 'seat');
    assert.equal((await visitor.next('sessionEnded')).closeBy, 'timer');
  });

  it('a visitor whose page is lost for good leaves: the agent hears it after the resume window; one that comes back goes on', async () => {
    const { seat, visitor, sessionId } = await taken('video');
    await visitor.drop();
    await visitor.connect({ resume: visitor.welcome.resume });
    assert.deepEqual(visitor.welcome.sessions.map((one) => [one.sessionId, one.type, one.state]), [[sessionId, 'video', 'talking']]);
    assert.deepEqual((await visitor.ask('video.offer', { sessionId, sdp: offerOf('chromium') })).sdp.length > 0, true);
    await visitor.drop();
    const ended = await seat.next('sessionEnded', 10000);
    assert.deepEqual([ended.type, ended.closeBy, ended.mainReason], ['video', 'admin', 'connectionLost']);
  });

  it('a page that is loaded again finds the session with its visitor', async () => {
    const { seat, sessionId } = await taken('video');
    await seat.drop();
    await seat.connect({ resume: seat.welcome.resume });
    const [session] = seat.welcome.sessions;
    assert.deepEqual([session.sessionId, session.type, session.state, session.nickname, session.clientData], [sessionId, 'video', 'talking', '小明', '{"order":7}']);
  });
});
