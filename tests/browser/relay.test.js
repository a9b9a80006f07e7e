/** relay.test.js: video sessions of pages that reach tcccd by TURN only. Layer: tests. docs/video.md. */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Firefox } from '../peers/browser.js';
import { AGENT_COLOURS, AGENT_HZ, VISITOR_COLOURS, VISITOR_HZ, installCamera, look, shows, sounds } from '../peers/picture.js';
import { freePort, realAddress } from '../peers/process.js';
import { Turn } from '../peers/turn.js';
import { VisitorPage } from '../peers/visitor_page.js';
import { AdminClient } from '../server/admin_client.js';
import { useCentre } from '../e2e/centre.js';

const DEADLINE_MS = 20000;
const SECRET = 'a secret of the tests';
const ADDRESS = realAddress();

/** Runs in the page before its scripts: its connections may use relays only, and are kept for questions. */
const relayOnly = `(() => {
  const Own = RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Own {
    constructor(configuration) { super({ ...configuration, iceTransportPolicy: 'relay' }); this.given = configuration; window.peers.push(this); }
  };
})()`;

/** In the page: of the newest connection with a picture: how its packets go. */
async function ways() {
  const peer = window.peers.filter((one) => one.connectionState === 'connected' && one.getTransceivers().length).at(-1);
  if (!peer) return null;
  const stats = [...(await peer.getStats()).values()];
  const at = (id) => stats.find((one) => one.id === id);
  const pair = at(stats.find((one) => one.type === 'transport')?.selectedCandidatePairId) ?? stats.find((one) => one.type === 'candidate-pair' && one.selected); /* Firefox has the latter */
  return { local: at(pair?.localCandidateId)?.candidateType, servers: peer.given?.iceServers };
}

describe('video sessions over a relay', function suite() {
  this.timeout(90000);
  let turn, firefox;
  const iceServers = [];
  before(async () => {
    const port = await freePort(ADDRESS);
    turn = await Turn.start({ address: ADDRESS, port, secret: SECRET, peer: ADDRESS });
    iceServers.push({ urls: [`turn:${ADDRESS}:${port}`], secret: SECRET });
  });
  const centre = useCentre({
    change: { visitors: { signInsPerMinute: 100 }, dataChannel: { host: ADDRESS, port: 0, iceServers } },
  });
  before(() => new AdminClient(centre().tcccd).post('channels', { channelId: 'shop', name: 'Shop', types: ['video'] }));
  before(async () => { firefox = await Firefox.start(); });
  after(() => Promise.all([turn, firefox].map((one) => one?.stop())));

  /** Both pages, in a session that was taken: both see and hear each other. */
  async function session() {
    const cameraOf = (colours, hz) => `(${installCamera})(${JSON.stringify([colours, hz])})`;
    const seat = await centre().seat({ init: [relayOnly, cameraOf(AGENT_COLOURS, AGENT_HZ)] });
    const visitor = new VisitorPage(await firefox.tab({ sound: false, init: [relayOnly, cameraOf(VISITOR_COLOURS, VISITOR_HZ)] }));
    await visitor.open(centre().pages.page(`http://127.0.0.1:${centre().tcccd.httpPort}/sdk/tccc-visitor.js`), 'shop');
    const { sessionId } = await visitor.call('startVideo');
    await seat.next('callIn');
    await seat.call('Video.accept', { sessionId });
    await seat.next('userAccessed');
    const sees = async (tab, streams, colours, hz) => {
      const limit = Date.now() + DEADLINE_MS;
      for (let seen; ; await delay(100)) {
        seen = await tab.evaluate(look, streams) ?? seen;
        if (seen && shows(seen, colours) && sounds(seen, hz)) return;
        if (Date.now() > limit) throw tab.failure(JSON.stringify([seen, await tab.evaluate(ways)]));
      }
    };
    await sees(seat.tab, `tccc.Video.getStreams({ sessionId: '${sessionId}' })`, VISITOR_COLOURS, VISITOR_HZ);
    await sees(visitor.tab, 'visitor.getStreams()', AGENT_COLOURS, AGENT_HZ);
    return { seat, visitor, sessionId };
  }

  it('SDK-068 a page in Chromium and one in Firefox that reach nothing but a TURN server see and hear each other; each has a credential that ends', async () => {
    const both = await session();
    const seen = [];
    for (const { tab } of [both.seat, both.visitor]) {
      const { local, servers } = await tab.evaluate(ways);
      assert.equal(local, 'relay');
      assert.equal(servers.length, 1);
      const [{ urls, username, credential, ...rest }] = servers;
      assert.deepEqual([urls, rest], [iceServers[0].urls, {}], 'the secret stays in tcccd');
      assert.equal(credential, crypto.createHmac('sha1', SECRET).update(username).digest('base64'));
      const left = Number(username.split(':')[0]) - Date.now() / 1000;
      assert.ok(left > 11 * 3600 && left <= 12 * 3600);
      seen.push(local);
    }
    assert.ok(turn.allocations() >= seen.length);
    await both.seat.call('Video.end', { sessionId: both.sessionId });
    await both.seat.next('sessionEnded');
    await both.visitor.tab.close();
  });
});
