/** camera.js: camera and microphone of a video session, and the errors of getting them. Layer: page. */
import { micConstraints, micError } from './microphone.js';
import { tcccError } from './errors.js';

/** DOMException names of getUserMedia (Media Capture and Streams, section 10.2). @type {Record<string, string>} */
const CAUSES = {
  NotAllowedError: 'CAMERA_DENIED',
  SecurityError: 'CAMERA_DENIED',
  NotFoundError: 'CAMERA_NOT_FOUND',
  OverconstrainedError: 'CAMERA_NOT_FOUND',
  NotReadableError: 'CAMERA_BUSY',
  AbortError: 'CAMERA_BUSY',
};

/** What 960 kbit/s carry well. */
const PICTURE = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 } };

/** @param {any} error */
export const cameraError = (error) => tcccError(CAUSES[error?.name] ?? 'CAMERA_BUSY');

/** @param {string} deviceId '' = the browser's default */
export const cameraConstraints = (deviceId) => ({ ...PICTURE, ...(deviceId ? { deviceId: { exact: deviceId } } : {}) });

/**
 * Both, for one session. The browser cancels echo: it plays the other side itself. Without a camera the sound alone, and `lacks` says
 * why. Rejects with CAMERA_DENIED, MIC_* or INSECURE_CONTEXT.
 * @param {{cameraId: string, microphoneId: string}} ids @returns {Promise<{stream: MediaStream, lacks: any}>}
 */
export async function openCamera({ cameraId, microphoneId }) {
  const media = globalThis.isSecureContext ? navigator.mediaDevices : null;
  if (!media) throw tcccError('INSECURE_CONTEXT');
  const { audio } = micConstraints(microphoneId, true);
  try {
    return { stream: await media.getUserMedia({ audio, video: cameraConstraints(cameraId) }), lacks: null };
  } catch (error) {
    const lacks = cameraError(error);
    if (lacks.code === 'CAMERA_DENIED') throw lacks;
    try {
      return { stream: await media.getUserMedia({ audio }), lacks };
    } catch (second) {
      throw micError(second);
    }
  }
}

/** @param {MediaStream | null | undefined} stream */
export const closeCamera = (stream) => stream?.getTracks().forEach((track) => track.stop());
