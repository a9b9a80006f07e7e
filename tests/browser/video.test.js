/** video.test.js: video sessions between an agent's page and a visitor's, in real browsers: the decoded picture is the one sent. Layer: tests. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as audio from '../peers/audio.js';
import { Chromium, Firefox } from '../peers/browser.js';
import { AGENT_COLOURS, AGENT_HZ, VISITOR_COLOURS, VISITOR_HZ, installCamera, isBlack, look, shows, sounds } from '../peers/picture.js';
import { AdminClient } from '../server/admin_client.js';
import { filesUnder, play } from '../peers/ogg.js';
import { VisitorPage } from '../peers/visitor_page.js';
import { AGENTS, useCentre } from '../e2e/centre.js';

const DEADLINE_MS = 20000;
/** Of what the visitor hears on hold: far below the music, far above silence. */
const MUSIC_DB = -50;
/** A browser that sends and reads no other picture, and makes no offer before letOffer(). */
const H264_ALONE = `(${() => {
  const { createOffer } = RTCPeerConnection.prototype;
  const mayOffer = new Promise((resolve) => { window.letOffer = resolve; });
  RTCPeerConnection.prototype.createOffer = async function offer(...all) {
    await mayOffer;
    for (const one of this.getTransceivers()) {
      if (one.receiver.track.kind === 'video') one.setCodecPreferences(RTCRtpReceiver.getCapabilities('video').codecs.filter(({ mimeType }) => mimeType === 'video/H264'));
    }
    return createOffer.apply(this, all);
  };
}})()`;
const initOf = (colours, hz) => `(${installCamera})(${JSON.stringify([colours, hz])})`;

/** Waits until the page sees and hears what `fits` wants. */
async function sees(tab, streams, fits, what) {
  const limit = Date.now() + DEADLINE_MS;
  for (let last = null; ;) {
    const seen = await tab.evaluate(look, streams);
    if (seen && fits(seen)) return seen;
    last = seen ?? last;
    if (Date.now() > limit) throw tab.failure(`${what}: ${JSON.stringify(last)}`);
    await delay(100);
  }
}

/** How much louder one tone is than another in a recording: the ratio of the two lines of its spectrum (Goertzel). */
function louder({ samples, rate }, hz, than) {
  const power = (one) => {
    let [re, im] = [0, 0];
    samples.forEach((sample, i) => {
      re += sample * Math.cos(2 * Math.PI * one * i / rate);
      im += sample * Math.sin(2 * Math.PI * one * i / rate);
    });
    return re * re + im * im;
  };
  return power(hz) / power(than);
}

describe('video sessions in browsers', function suite() {
  this.timeout(90000);
  const centre = useCentre({ change: { visitors: { signInsPerMinute: 100 } } });
  const visitors = [];
  let firefox;
  before(async () => {
    await new AdminClient(centre().tcccd).post('channels', { channelId: 'shop', name: 'Shop', types: ['voip', 'video'] });
    firefox = await Firefox.start();
  });
  after(async () => { if (firefox) await firefox.stop(); });
  afterEach(async () => { await Promise.all(visitors.splice(0).map((one) => one.tab.close().catch(() => {}))); });

  const agentPage = (more = {}) => centre().seat({ init: [initOf(AGENT_COLOURS, AGENT_HZ)], ...more });

  async function visitorPage(browser, init = [], sound = false) {
    const page = new VisitorPage(await browser.tab({ sound, init: [initOf(VISITOR_COLOURS, VISITOR_HZ), ...init] }));
    visitors.push(page);
    const { httpPort } = centre().tcccd;
    await page.open(centre().pages.page(`http://127.0.0.1:${httpPort}/sdk/tccc-visitor.js`), 'shop');
    return page;
  }

  async function taken(browser, { visitorInit, visitorSound } = {}) {
    const [seat, visitor] = await Promise.all([agentPage(), visitorPage(browser, visitorInit, visitorSound)]);
    const { sessionId } = await visitor.call('startVideo', { remark: 'about a chair' });
    const callIn = await seat.next('callIn');
    assert.deepEqual([callIn.type, callIn.sessionId, callIn.nickname], ['video', sessionId, 'Ann']);
    await seat.call('Video.accept', { sessionId });
    await seat.next('userAccessed');
    await visitor.next('joined');
    const ofSeat = `tccc.Video.getStreams({ sessionId: '${sessionId}' })`, ofVisitor = 'visitor.getStreams()';
    const agentSees = (fits, what) => sees(seat.tab, ofSeat, fits, `the agent: ${what}`);
    const visitorSees = (fits, what) => sees(visitor.tab, ofVisitor, fits, `the visitor: ${what}`);
    return { seat, visitor, sessionId, agentSees, visitorSees };
  }

  /** For a second on end: what begins and falls silent at once is none. */
  async function hearsMusic(visitor) {
    const level = async () => {
      await visitor.tab.startSound();
      return audio.levelDb((await visitor.tab.takeSound(1)).ear);
    };
    for (let turn = 0; await level() < MUSIC_DB; turn++) assert.ok(turn < 10, 'the visitor hears music from the voice engine');
    assert.ok(await level() > MUSIC_DB, 'and goes on hearing it');
  }

  it('SDK-068 SDK-069 Chromium to Chromium: each sees the other\'s colours and hears its tone; a hold with music, the end, the recordings', async () => {
    const { seat, visitor, sessionId, agentSees, visitorSees } = await taken(centre().browser, { visitorSound: true });
    await seat.call('Video.hold', { sessionId }); /* at once: what was heard while it rang has just ended */
    await hearsMusic(visitor);
    await seat.call('Video.unHold', { sessionId });
    for (const held of [true, false]) assert.equal((await visitor.next('held')).held, held);
    await agentSees((seen) => shows(seen, VISITOR_COLOURS) && sounds(seen, VISITOR_HZ), 'the visitor\'s picture and tone');
    await visitorSees((seen) => shows(seen, AGENT_COLOURS) && sounds(seen, AGENT_HZ), 'the agent\'s picture and tone');
    await seat.call('Video.hold', { sessionId });
    assert.deepEqual(await visitor.next('held'), { sessionId, held: true, by: 'client' });
    const still = await visitorSees((seen) => seen.hz === 0, 'silence on hold');
    assert.ok((await agentSees((seen) => seen.hz === 0, 'silence on hold')).frames > 0);
    await hearsMusic(visitor);
    await seat.call('Video.unHold', { sessionId });
    assert.equal((await visitor.next('held')).held, false);
    await visitorSees((seen) => seen.frames > still.frames && shows(seen, AGENT_COLOURS) && sounds(seen, AGENT_HZ), 'picture and tone again');
    await agentSees((seen) => shows(seen, VISITOR_COLOURS) && sounds(seen, VISITOR_HZ), 'picture and tone again');
    await seat.call('Video.end', { sessionId });
    assert.equal((await seat.next('sessionEnded')).type, 'video');
    assert.equal((await visitor.next('sessionEnded')).closeBy, 'seat');
    for (const { tab } of [seat, visitor]) await tab.until(() => cameras.length === 1 && cameras[0].getTracks().every((track) => track.readyState === 'ended'));
    assert.equal(await seat.tab.evaluate((id) => tccc.Video.getStreams({ sessionId: id }), sessionId), null);
    await seat.call('Video.deleteVideo', { sessionId });
    await seat.next('sessionCompleted');
    const { process, dir } = centre().tcccd;
    for (const [side, own, theirs] of [[0, AGENT_HZ, VISITOR_HZ], [1, VISITOR_HZ, AGENT_HZ]]) {
      const [, record] = await process.waitLine(new RegExp(`record\\.start record=(\\S+) session=${sessionId} .*side=${side}`));
      await process.waitLine(new RegExp(`record\\.finished record=${record} `));
      assert.ok(louder(play(filesUnder(path.join(dir, 'records')).find((name) => name.endsWith(`${record}.ogg`))), own, theirs) > 100, `what side ${side} says is recorded, and nothing else`);
    }
  });

  it('SDK-070 SDK-071 SDK-072 SDK-073 Chromium to Firefox: the same, and each side sees the other mute', async () => {
    const { seat, visitor, sessionId, agentSees, visitorSees } = await taken(firefox);
    await agentSees((seen) => shows(seen, VISITOR_COLOURS) && sounds(seen, VISITOR_HZ), 'the visitor\'s picture and tone');
    await visitorSees((seen) => shows(seen, AGENT_COLOURS) && sounds(seen, AGENT_HZ), 'the agent\'s picture and tone');
    await seat.call('Video.muteVideo', { sessionId });
    assert.deepEqual(await visitor.next('videoMuted'), { sessionId, from: 'seat', audio: false, video: true });
    await visitorSees((seen) => isBlack(seen) && sounds(seen, AGENT_HZ), 'a black picture with the tone');
    await seat.call('Video.muteMic', { sessionId });
    assert.equal((await visitor.next('videoMuted')).audio, true);
    await visitorSees((seen) => isBlack(seen) && seen.hz === 0, 'silence');
    await seat.call('Video.unmuteVideo', { sessionId });
    await seat.call('Video.unmuteMic', { sessionId });
    await visitorSees((seen) => shows(seen, AGENT_COLOURS) && sounds(seen, AGENT_HZ), 'picture and tone again');
    await visitor.call('muteVideo');
    assert.deepEqual(await seat.next('videoMuted'), { sessionId, from: 'client', audio: false, video: true });
    await agentSees(isBlack, 'a black picture');
    await visitor.call('end');
    assert.equal((await seat.next('sessionEnded')).closeBy, 'client');
  });

  it('a visitor whose browser has H.264 alone: the agent\'s, which began with VP8, comes again with it', async () => {
    const { seat, visitor, sessionId, agentSees, visitorSees } = await taken(centre().browser, { visitorInit: [H264_ALONE] });
    await seat.tab.until((id) => tccc.Video.getStreams({ sessionId: id })?.remote.getVideoTracks().length, sessionId, { what: 'the answer with VP8' });
    await visitor.tab.evaluate(() => window.letOffer());
    await agentSees((seen) => shows(seen, VISITOR_COLOURS) && sounds(seen, VISITOR_HZ), 'the visitor\'s picture and tone');
    await visitorSees((seen) => shows(seen, AGENT_COLOURS) && sounds(seen, AGENT_HZ), 'the agent\'s picture and tone');
    assert.equal((await seat.next('videoCodec')).codec, 'H264');
    await visitor.call('end');
    await seat.next('sessionEnded');
  });

  it('without a codec in common both are told, by name, and still hear each other', async () => {
    const seat = await agentPage({ init: [initOf(AGENT_COLOURS, AGENT_HZ), H264_ALONE, 'window.letOffer()'] });
    const visitor = await visitorPage(firefox); /* without OpenH264, which Mozilla hands out apart */
    const { sessionId } = await visitor.call('startVideo');
    await seat.next('callIn');
    await seat.call('Video.accept', { sessionId });
    assert.equal((await seat.next('videoCodec')).codec, 'none');
    assert.equal((await visitor.next('videoCodec')).codec, 'none');
    await seat.tab.page.locator('t3c-sdk').getByText('no picture format in common').waitFor();
    for (const [tab, streams] of [[seat.tab, `tccc.Video.getStreams({ sessionId: '${sessionId}' })`], [visitor.tab, 'visitor.getStreams()']]) {
      await tab.until((text) => (0, eval)(text).remote.getAudioTracks().some((track) => track.readyState === 'live' && !track.muted), streams, { what: 'the sound' });
    }
    await visitor.call('end');
    await seat.next('sessionEnded');
  });

  it('SDK-074 SDK-076 handed to another agent, over a change of network and a reload: the visitor sees who serves it on the connection it has', async () => {
    const { seat, visitor, sessionId, visitorSees } = await taken(centre().browser);
    await visitorSees((seen) => shows(seen, AGENT_COLOURS), 'the first agent');
    const other = await agentPage({ agent: AGENTS[1], init: [initOf(VISITOR_COLOURS, AGENT_HZ)] });
    await seat.call('Video.transfer', { sessionId, userId: AGENTS[1] });
    await seat.next('sessionEnded');
    await other.next('callIn');
    await other.call('Video.accept', { sessionId });
    await visitorSees((seen) => shows(seen, VISITOR_COLOURS), 'the second agent');
    await other.tab.evaluate(() => { window.dispatchEvent(new Event('online')); }); // as after a change of network: a new connection
    const before = (await visitorSees(() => true, 'frames')).frames;
    await visitorSees((seen) => seen.frames > before + 20 && shows(seen, VISITOR_COLOURS), 'the picture goes on');
    await other.tab.reload();
    await other.next('ready');
    const reloaded = (await visitorSees(() => true, 'frames')).frames;
    await visitorSees((seen) => seen.frames > reloaded + 20 && shows(seen, VISITOR_COLOURS), 'the picture of a page that was loaded again');
    await visitor.call('end');
    await other.next('sessionEnded');
  });

  it('SDK-068 without a camera the agent is told, and the session goes on ringing', async () => {
    const denied = await Chromium.start({ denyMicrophone: true });
    try {
      const [seat, visitor] = await Promise.all([centre().seat({ browser: denied }), visitorPage(centre().browser)]);
      const { sessionId } = await visitor.call('startVideo');
      await seat.next('callIn');
      assert.equal((await seat.refused('Video.accept', { sessionId })).code, 'CAMERA_DENIED');
      await seat.call('Video.end', { sessionId });
      assert.equal((await seat.next('sessionEnded')).closeBy, 'seat');
      await visitor.call('end');
    } finally {
      await denied.stop();
    }
  });
});
