/**
 * video.js: the browser's side of video sessions: local tracks, one peer connection each, streams. Layer: page.
 * The core says when a session's connection runs and what of it is muted (order `video`); this carries it out, and makes a new
 * connection when one has failed or the network is another, until the core ends it.
 */
import { cameraConstraints, cameraError, closeCamera, openCamera } from './camera.js';

/** Waits before another try. */
const AGAIN_MS = [0, 1000, 2000, 4000, 8000];
/** A connection that says it is disconnected may come back by itself for so long. */
const PATIENCE_MS = 3000;

/** @typedef {{local: MediaStream, remote: MediaStream}} Streams */
/**
 * @typedef {object} Parts
 * @property {(cmd: string, args: object) => Promise<any>} ask
 * @property {(sessionId: string) => void} onStreams   they are there, changed or gone
 * @property {(error: any) => void} onError            the session goes on with less than it could have
 * @property {() => {cameraId: string, microphoneId: string}} chosen  devices
 */

/** The codec of the picture in an answer; 'none' where its section is refused. @param {string} sdp */
const codecOf = (sdp) => /a=rtpmap:\d+ (VP8|H264)\//.exec(sdp)?.[1] ?? 'none';

class Picture {
  /** @param {string} sessionId @param {Parts} parts @param {RTCIceServer[]} iceServers */
  constructor(sessionId, parts, iceServers) {
    this.sessionId = sessionId;
    this.parts = parts;
    this.iceServers = iceServers;
    /** @type {MediaStream | null} */
    this.local = null;
    /** @type {MediaStream | null} */
    this.remote = null;
    /** @type {RTCPeerConnection | null} */
    this.peer = null;
    this.muted = { audio: false, video: false };
    this.runs = false;
    this.isClosed = false;
    /** @type {Promise<void> | undefined} */
    this.opening = undefined;
    /** Of the picture, as the server answered; '' while nothing is answered or agreed on. */
    this.codec = '';
    this.tries = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.onNetwork = () => { if (this.runs) this.again(0); };
    globalThis.addEventListener('online', this.onNetwork);
  }

  /** Camera and microphone; asked for once. */
  open() {
    this.opening ??= openCamera(this.parts.chosen()).then(({ stream, lacks }) => {
      if (this.isClosed) closeCamera(stream);
      else this.take(stream);
      if (lacks) this.parts.onError(lacks);
    });
    this.opening.catch(() => { this.opening = undefined; });
    return this.opening;
  }

  /** @param {MediaStream} stream */
  take(stream) {
    this.local = stream;
    this.mute(this.muted);
  }

  /** @param {{audio: boolean, video: boolean}} muted */
  mute(muted) {
    this.muted = muted;
    this.local?.getAudioTracks().forEach((track) => { track.enabled = !muted.audio; });
    this.local?.getVideoTracks().forEach((track) => { track.enabled = !muted.video; });
  }

  async run() {
    if (this.runs) return;
    this.runs = true;
    await this.open().catch((error) => { this.parts.onError(error); }); /* one may watch and listen without */
    if (!this.isClosed) this.connect();
  }

  connect() {
    this.peer?.close();
    const peer = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: 'max-bundle' });
    this.peer = peer;
    this.codec = '';
    peer.ontrack = ({ track, streams: [stream] }) => this.peer === peer && this.receive(track, stream);
    peer.onconnectionstatechange = () => this.peer === peer && this.watch(peer.connectionState);
    this.negotiate(peer).catch((error) => this.peer === peer && this.refused(error));
  }

  /** @param {RTCPeerConnection} peer */
  async negotiate(peer) {
    for (const kind of ['audio', 'video']) {
      const track = this.local?.getTracks().find((one) => one.kind === kind);
      const streams = this.local ? [this.local] : [];
      peer.addTransceiver(track ?? kind, { direction: track ? 'sendrecv' : 'recvonly', streams });
    }
    await peer.setLocalDescription(await peer.createOffer());
    const { sdp } = await this.parts.ask('Video.offer', { sessionId: this.sessionId, sdp: peer.localDescription?.sdp });
    if (this.peer !== peer) return;
    this.codec = codecOf(sdp);
    await peer.setRemoteDescription({ type: 'answer', sdp });
  }

  /** What both browsers can have; one that was answered before the other came may have to change. @param {string} codec */
  agree(codec) {
    if (this.codec && codec !== 'none' && codec !== this.codec) this.again(0);
  }

  /** @param {MediaStreamTrack} track @param {MediaStream} [stream] */
  receive(track, stream) {
    const known = stream ?? this.remote ?? new MediaStream();
    if (!stream) known.addTrack(track);
    this.remote = known;
    this.parts.onStreams(this.sessionId);
  }

  /** @param {RTCPeerConnectionState} state */
  watch(state) {
    clearTimeout(this.timer);
    if (state === 'connected') this.tries = 0;
    if (state === 'disconnected') this.again(PATIENCE_MS);
    if (state === 'failed') this.again(this.wait());
  }

  wait() {
    this.tries += 1;
    return AGAIN_MS[Math.min(this.tries - 1, AGAIN_MS.length - 1)];
  }

  /** @param {any} error a session that is over needs no connection */
  refused(error) {
    if (error?.code === 'STATE' || error?.code === 'NOT_FOUND') return;
    if (error?.code === 'FORMAT') this.parts.onError(error);
    else this.again(this.wait() || AGAIN_MS[1]);
  }

  /** @param {number} delayMs */
  again(delayMs) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (!this.isClosed) this.connect(); }, delayMs);
  }

  /** Another camera in the running session. @param {string} deviceId */
  async useCamera(deviceId) {
    const stream = await navigator.mediaDevices.getUserMedia({ video: cameraConstraints(deviceId) }).catch((error) => { throw cameraError(error); });
    const [track] = stream.getVideoTracks();
    const [before] = this.local?.getVideoTracks() ?? [];
    const sender = this.peer?.getSenders().find((one) => one.track && one.track === before);
    if (!this.local || !before || !sender) {
      closeCamera(stream);
      return;
    }
    track.enabled = !this.muted.video;
    await sender.replaceTrack(track);
    this.local.removeTrack(before);
    before.stop();
    this.local.addTrack(track);
    this.parts.onStreams(this.sessionId);
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    globalThis.removeEventListener('online', this.onNetwork);
    this.peer?.close();
    this.peer = null;
    closeCamera(this.local);
  }
}

/** @param {Parts} parts */
export function createVideos(parts) {
  /** @type {Map<string, Picture>} */
  const all = new Map();
  /** @type {RTCIceServer[]} */
  let iceServers = [];

  /** @param {string} sessionId */
  function need(sessionId) {
    const picture = all.get(sessionId) ?? new Picture(sessionId, parts, iceServers);
    all.set(sessionId, picture);
    return picture;
  }

  /** @param {string} sessionId */
  function drop(sessionId) {
    const picture = all.get(sessionId);
    if (!picture) return;
    all.delete(sessionId);
    picture.close();
    parts.onStreams(sessionId);
  }

  return {
    setIceServers: (/** @type {RTCIceServer[]} */ servers) => { iceServers = servers; },
    iceServers: () => iceServers,
    /** The core's order; on hold nothing is sent, and what was muted stays so afterwards. @param {{sessionId: string, run: boolean, audioMuted: boolean, videoMuted: boolean, held?: boolean}} order */
    order({ sessionId, run, audioMuted, videoMuted, held = false }) {
      if (!run) {
        drop(sessionId);
        return;
      }
      const picture = need(sessionId);
      picture.mute({ audio: audioMuted || held, video: videoMuted || held });
      if (!picture.runs) picture.run().then(() => parts.onStreams(sessionId));
    },
    /** Runs `work` with camera and microphone open, as accepting needs; without them the session is not touched. @param {string} sessionId @param {() => Promise<any>} work */
    async withCamera(sessionId, work) {
      const picture = need(sessionId);
      try {
        await picture.open();
        return await work();
      } catch (error) {
        if (!picture.runs) drop(sessionId);
        throw error;
      }
    },
    /** The same for a session that `work` begins: it resolves with {sessionId}. @param {() => Promise<any>} work */
    async begin(work) {
      const picture = new Picture('', parts, iceServers);
      try {
        await picture.open();
        const data = await work();
        picture.sessionId = data.sessionId;
        all.set(data.sessionId, picture);
        parts.onStreams(data.sessionId);
        return data;
      } catch (error) {
        picture.close();
        throw error;
      }
    },
    drop,
    /** The event videoCodec. @param {string} sessionId @param {string} codec */
    agree: (sessionId, codec) => all.get(sessionId)?.agree(codec),
    /** @param {string} sessionId @returns {Streams | null} */
    streams(sessionId) {
      const picture = all.get(sessionId);
      return picture && (picture.runs || picture.local) ? { local: picture.local ?? new MediaStream(), remote: picture.remote ?? new MediaStream() } : null;
    },
    /** @param {string} deviceId */
    useCamera: (deviceId) => Promise.all([...all.values()].map((picture) => picture.useCamera(deviceId))),
    /** The session's peer connection, for its statistics. @param {string} sessionId */
    peer: (sessionId) => all.get(sessionId)?.peer ?? null,
    dispose() {
      for (const sessionId of [...all.keys()]) drop(sessionId);
    },
  };
}
/** @typedef {ReturnType<typeof createVideos>} Videos */
