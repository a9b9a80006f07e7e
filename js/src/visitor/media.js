/** media.js: what a visitor hears and shows: voice engine, data channel and peer connections of one connection. Layer: page, visitor. */
import { Audio } from '../audio.js';
import { createDataChannelPath } from '../data_channel.js';
import { createVideos } from '../video.js';
import { tcccError } from '../errors.js';

/** What the core's thread orders. @type {Record<string, (media: VisitorMedia, message: any) => void>} */
const FROM_CORE = {
  media: (media, { order }) => ORDERS[order.op]?.(media, order),
  dataChannel: (media) => media.dataChannel.open(),
  dataChannelClose: (media) => media.dataChannel.close(),
};

/** @type {Record<string, (media: VisitorMedia, order: any) => void>} */
const ORDERS = {
  prepare: ({ audio }) => { audio.start().catch(() => {}); },
  tone: ({ audio }, { name }) => audio.tone(name),
  iceServers: (media, { servers }) => {
    media.iceServers = servers;
    media.videos.setIceServers(servers);
  },
  video: ({ videos }, order) => videos.order(order),
  open: (media, { sessionId }) => media.hear(sessionId),
  close: ({ audio }) => { audio.listen(false); },
};

export class VisitorMedia {
  /**
   * @param {import('../core_thread.js').CoreThread} thread
   * @param {{config: any, ask: (cmd: string, args: object) => Promise<any>, emit: (name: string, fields?: object) => void,
   *   typeOf: (sessionId: string) => string}} visitor
   */
  constructor(thread, { config, ask, emit, typeOf }) {
    const post = (/** @type {object} */ message, /** @type {Transferable[]} */ transfer = []) => thread.post(message, transfer);
    this.typeOf = typeOf;
    this.emit = emit;
    /** @type {RTCIceServer[]} */
    this.iceServers = [];
    this.audio = new Audio({ ...config, processing: 'core' }, () => {
      const { port1, port2 } = new MessageChannel();
      post({ k: 'voice', port: port1 }, [port1]);
      return port2;
    }, emit);
    this.dataChannel = createDataChannelPath({ ask, post, isWorker: thread.isWorker, iceServers: () => this.iceServers });
    this.videos = createVideos({
      ask,
      onStreams: (sessionId) => emit('videoStreams', { sessionId }),
      onError: ({ code, errorMsg, remedy }) => emit('warning', { code, message: errorMsg, remedy }),
      chosen: () => ({ cameraId: '', microphoneId: '' }),
    });
  }

  /** @param {any} message whether it was for here */
  take(message) {
    FROM_CORE[message.k]?.(this, message);
  }

  /** A voip session speaks too; of a video session only flows and music come this way. @param {string} sessionId */
  hear(sessionId) {
    const opened = this.typeOf(sessionId) === 'video' ? this.audio.listen(true) : this.audio.acquire();
    opened.catch((/** @type {any} */ { code, errorMsg, remedy }) => this.emit('micError', { code: code ?? 'INTERNAL', errorMsg, remedy }));
  }

  /** Begins a voice session with the microphone open; without one nothing begins. @param {() => Promise<any>} work */
  async withMic(work) {
    await this.audio.acquire();
    try {
      return await work();
    } catch (error) {
      this.audio.release();
      throw error;
    }
  }

  /** Begins a video session with the camera open. @param {() => Promise<any>} work */
  async withCamera(work) {
    if (typeof RTCPeerConnection !== 'function') throw tcccError('BROWSER_UNSUPPORTED');
    return this.videos.begin(work);
  }

  /** @param {{sessionId: string, type: string}} ended */
  over({ sessionId, type }) {
    if (type === 'voip') this.audio.release();
    if (type === 'video') {
      this.videos.drop(sessionId);
      this.audio.listen(false);
    }
  }

  dispose() {
    this.dataChannel.close();
    this.videos.dispose();
    this.audio.dispose();
  }
}
