/** microphone.js: one microphone for all calls, and the errors of getting one. Layer: page. */
import { tcccError } from './errors.js';

/** DOMException names of getUserMedia (Media Capture and Streams, section 10.2) and what they mean to an agent. */
const CAUSES = {
  NotAllowedError: 'MIC_DENIED',
  SecurityError: 'MIC_DENIED',
  NotFoundError: 'MIC_NOT_FOUND',
  OverconstrainedError: 'MIC_NOT_FOUND',
  NotReadableError: 'MIC_BUSY',
  AbortError: 'MIC_BUSY',
};

/** @param {any} error */
export const micError = (error) =>
  tcccError(CAUSES[/** @type {keyof CAUSES} */ (error?.name)] ?? 'MIC_BUSY');

/** @param {string} deviceId '' = the browser's default @param {boolean} byBrowser whether the browser cancels echo and noise */
export const micConstraints = (deviceId, byBrowser) => ({
  audio: {
    channelCount: 1,
    echoCancellation: byBrowser,
    noiseSuppression: byBrowser,
    autoGainControl: byBrowser,
    ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
  },
});

/** @param {string} deviceId @param {boolean} byBrowser @returns {Promise<MediaStream>} */
export async function openMicrophone(deviceId, byBrowser) {
  if (!globalThis.isSecureContext || !navigator.mediaDevices) throw tcccError('INSECURE_CONTEXT');
  try {
    return await navigator.mediaDevices.getUserMedia(micConstraints(deviceId, byBrowser));
  } catch (error) {
    throw micError(error);
  }
}

/** @param {MediaStream | null} stream */
export function closeMicrophone(stream) {
  stream?.getTracks().forEach((track) => {
    track.onended = null;
    track.stop();
  });
}
