/**
 * data_channel.js: media path 0, an unordered data channel whose packets die after 150 ms. Layer: page.
 * The page owns the peer connection; the channel itself is transferred to the worker, where it may only go in the same
 * task that created it (WebRTC extensions, transfer steps), so before the offer is made. The server is ICE-lite: the
 * offer is sent without waiting for candidates.
 */

const CHANNEL = { ordered: false, maxPacketLifeTime: 150 };

/**
 * @param {{ask: (cmd: string, args: object) => Promise<any>,
 *          post: (message: object, transfer?: Transferable[]) => void, isWorker: boolean, iceServers?: () => RTCIceServer[]}} core
 */
export function createDataChannelPath({ ask, post, isWorker, iceServers = () => [] }) {
  /** @type {RTCPeerConnection | null} */
  let peer = null;

  /** @param {RTCPeerConnection} connection */
  function fail(connection) {
    if (peer !== connection) return;
    close();
    post({ k: 'dataChannelFailed' });
  }

  /** @param {RTCPeerConnection} connection */
  function handOver(connection) {
    const channel = connection.createDataChannel('tccc', CHANNEL);
    post({ k: 'dataChannel', channel }, isWorker ? [/** @type {any} */ (channel)] : []);
  }

  /** @param {RTCPeerConnection} connection */
  async function negotiate(connection) {
    await connection.setLocalDescription(await connection.createOffer());
    const { sdp } = await ask('Media.offer', { sdp: connection.localDescription?.sdp });
    if (peer === connection) await connection.setRemoteDescription({ type: 'answer', sdp });
  }

  function open() {
    close();
    if (typeof RTCPeerConnection !== 'function') {
      post({ k: 'dataChannelFailed' });
      return;
    }
    const connection = new RTCPeerConnection({ iceServers: iceServers() });
    peer = connection;
    connection.onconnectionstatechange = () => connection.connectionState === 'failed' && fail(connection);
    try {
      handOver(connection); /* throws where a browser cannot transfer channels: WebSockets carry the sound there */
    } catch {
      fail(connection);
      return;
    }
    negotiate(connection).catch(() => fail(connection));
  }

  function close() {
    peer?.close();
    peer = null;
  }

  return { open, close };
}
