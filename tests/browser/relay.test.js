/** relay.test.js: video sessions of pages that reach tcccd by TURN only, and of pages that have H.264 only. Layer: tests. docs/video.md. */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
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

/** Runs in the page before its scripts: of pictures its browser has H.264 only. */
const h264Only = `(() => {
  const create = RTCPeerConnection.prototype.createOffer;
  window.peers = [];
  RTCPeerConnection.prototype.createOffer = function (...args) {
    window.peers.push(this);
    const codecs = RTCRtpReceiver.getCapabilities('video').codecs.filter((one) => /h264|rtx/i.test(one.mimeType));
    for (const one of this.getTransceivers()) if (one.receiver.track.kind === 'video') one.setCodecPreferences(codecs);
    return create.apply(this, args);
  };
})()`;

/** In the page: of the newest connection with a picture: how its packets go, and in which codec pictures come. */
async function ways() {
  const peer = window.peers.filter((one) => one.connectionState === 'connected' && one.getTransceivers().length).at(-1);
  if (!peer) return null;
  const stats = [...(await peer.getStats()).values()];
  const at = (id) => stats.find((one) => one.id === id);
  const pair = at(stats.find((one) => one.type === 'transport')?.selectedCandidatePairId);
  const picture = stats.find((one) => one.type === 'inbound-rtp' && one.kind === 'video');
  return { local: at(pair?.localCandidateId)?.candidateType, codec: at(picture?.codecId)?.mimeType, servers: peer.given?.iceServers };
}

describe('video sessions over a relay, and in H.264', function suite() {
  this.timeout(90000);
  let turn;
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
  after(() => turn.stop());

  /** Both pages with this script, in a session that was taken: both see and hear each other. */
  async function session(script) {
    const cameraOf = (colours, hz) => `(${installCamera})(${JSON.stringify([colours, hz])})`;
    const seat = await centre().seat({ init: [script, cameraOf(AGENT_COLOURS, AGENT_HZ)] });
    const visitor = new VisitorPage(await centre().browser.tab({ sound: false, init: [script, cameraOf(VISITOR_COLOURS, VISITOR_HZ)] }));
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

  async function end({ seat, visitor, sessionId }) {
    await seat.call('Video.end', { sessionId });
    await seat.next('sessionEnded');
    await visitor.tab.close();
  }

  it('SDK-068 pages that reach nothing but a TURN server see and hear each other; each has a credential that ends', async () => {
    const both = await session(relayOnly);
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
    await end(both);
  });

  it('SDK-068 browsers that have H.264 only see each other in H.264', async () => {
    const both = await session(h264Only);
    for (const { tab } of [both.seat, both.visitor]) assert.equal((await tab.evaluate(ways)).codec, 'video/H264');
    await end(both);
  });
});
