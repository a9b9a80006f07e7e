/** api_video.js: tccc.Video. Layer: page, namespaces. Source: the documented agent SDK; docs/video.md. */
import { apiPromise } from './promise.js';

/** Like calls, a session is named by {sessionId} or a bare string. @param {any} options @returns {any} */
const sessionArgs = (options) => (typeof options === 'string' ? { sessionId: options } : { ...options });

/**
 * @param {{bus: import('./bus.js').Bus, sessions: import('./sessions.js').Sessions, videos: import('./video.js').Videos}} sdk
 */
export function createVideoApi({ bus, sessions, videos }) {
  /** @param {string} cmd */
  const plain = (cmd) => (/** @type {any} */ options) => apiPromise(bus.request(`Video.${cmd}`, sessionArgs(options)));

  /** @param {string} cmd @param {object} fields of the session afterwards */
  const mute = (cmd, fields) => (/** @type {any} */ options) => {
    const args = sessionArgs(options);
    return apiPromise(bus.request(`Video.${cmd}`, args).then((data) => {
      sessions.patch(args.sessionId, fields);
      return data;
    }));
  };

  /** @param {any} options */
  async function accept(options) {
    const args = sessionArgs(options);
    const { sessions: known } = await bus.request('Session.list'); /* refuses before ready, so that no one is asked in vain */
    const isOffered = known.some((/** @type {any} */ one) => one.sessionId === args.sessionId && one.type === 'video' && one.state === 'offered');
    const work = async () => {
      const data = await bus.request('Video.accept', args);
      sessions.onEvent('accepted', args);
      return data;
    };
    return isOffered ? videos.withCamera(args.sessionId, work) : work();
  }

  return {
    accept: (/** @type {any} */ options) => apiPromise(accept(options)),
    end: plain('end'),
    deleteVideo: plain('deleteVideo'),
    hold: plain('hold'),
    unHold: plain('unHold'),
    transfer: plain('transfer'),
    muteMic: mute('muteMic', { muted: true }),
    unmuteMic: mute('unmuteMic', { muted: false }),
    muteVideo: mute('muteVideo', { cameraMuted: true }),
    unmuteVideo: mute('unmuteVideo', { cameraMuted: false }),
    getStreams: (/** @type {any} */ options) => videos.streams(sessionArgs(options).sessionId),
  };
}
