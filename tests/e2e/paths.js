/** paths.js: forces a seat onto a media path, tells which one it uses, and when its jitter buffer has settled. Layer: tests. */
import assert from 'node:assert/strict';
import { TcpShuttle } from '../peers/shuttle.js';

/** Runs in the page before its scripts: a browser, or an administrator, that allows no peer connections. */
export function withoutDataChannel() {
  delete window.RTCPeerConnection;
  delete window.webkitRTCPeerConnection;
}

/** A way to tcccd's HTTP port that refuses these kinds of connections ('media1', 'media2'). */
export async function throughShuttle(centre, refused = []) {
  const shuttle = await TcpShuttle.start({ targetPort: centre.tcccd.httpPort });
  for (const kind of refused) shuttle.refuse(kind);
  return shuttle;
}

/**
 * Runs in the page before its scripts: the data channel goes to this port (a shuttle's) instead of tcccd's own.
 * The page's script is made here because init scripts take no arguments.
 */
export function dataChannelVia(host, port) {
  return `(() => {
    const real = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function (description) {
      const sdp = description.sdp.replace(/^(a=candidate:\\S+ \\d+ \\S+ \\d+) \\S+ \\d+ /gm, '$1 ${host} ${port} ');
      return real.call(this, { type: description.type, sdp });
    };
  })()`;
}

/** Waits until the core says that this path carries the sound. */
export async function usedPath(seat, sessionId, wanted) {
  const path = await seat.tab.until(async ([id, name]) => {
    const { path: now } = await tccc.Call.getStats({ sessionId: id });
    return now && now.path === name ? now : null;
  }, [sessionId, PATH_NAMES[wanted]], { what: `sound on ${wanted}` });
  assert.ok(path);
  return path;
}

const PATH_NAMES = { 'data channel': 'dataChannel', 'two WebSockets': 'webSocketDoubled', 'one WebSocket': 'webSocket' };

const NEAR_MS = 10; // what a jitter buffer leaves alone
const MEMORY_MS = 13000; // src/media/jitter_delay.c
const SETTLE_DEADLINE_MS = 30000;

/**
 * Waits until the page's jitter buffer is as long as it wants to be, and that at most longestMs: until then speech is stretched or hastened.
 * Longer than restMs it is on its guard for as long as delays are remembered, and then grows shorter, faster than speech is compared: that
 * is waited for, unless it has wanted the same for all that time.
 */
export function settledBuffer(seat, sessionId, longestMs, restMs = null) {
  return seat.tab.until(async ([id, longest, rest, near, memory]) => {
    const { bufferMs, targetMs } = await tccc.Call.getStats({ sessionId: id });
    const wanted = window.wantedBuffer;
    if (!wanted || Math.abs(targetMs - wanted.ms) > near) window.wantedBuffer = { ms: targetMs, at: performance.now() };
    const isAtRest = rest === null || targetMs <= rest || performance.now() - window.wantedBuffer.at > memory;
    return bufferMs > 0 && targetMs <= longest && Math.abs(bufferMs - targetMs) <= near && isAtRest && targetMs;
  }, [sessionId, longestMs, restMs, NEAR_MS, MEMORY_MS], { deadlineMs: SETTLE_DEADLINE_MS, what: 'a jitter buffer of the wanted length' });
}
