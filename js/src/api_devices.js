/** api_devices.js: tccc.Devices. Layer: page, namespaces. setMicrophone and setSpeaker are ours. */
import { apiPromise } from './promise.js';
import { isBrowserSupported, isEnvSupported } from './env.js';
import { tcccError } from './errors.js';

/** @param {any} options a deviceId or {deviceId}; '' is the browser's default */
function deviceIdOf(options) {
  const deviceId = typeof options === 'string' ? options : options?.deviceId;
  if (typeof deviceId !== 'string') throw tcccError('ARG_MISSING', 'The option deviceId is missing.');
  return deviceId;
}

/** @param {any} options @param {(deviceId: string) => Promise<void>} choose */
const chosen = async (options, choose) => choose(deviceIdOf(options));

/** @param {{audio: import('./audio.js').Audio}} sdk */
export const createDevicesApi = ({ audio }) => ({
  isBrowserSupported: () => isBrowserSupported(),
  isEnvSupported: () => isEnvSupported(),
  getMicrophones: () => handled(audio.microphones()),
  getSpeakers: () => handled(audio.speakers()),
  setMicrophone: (/** @type {any} */ options) => apiPromise(chosen(options, (id) => audio.setMicrophone(id))),
  setSpeaker: (/** @type {any} */ options) => apiPromise(chosen(options, (id) => audio.setSpeaker(id))),
});

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
function handled(promise) {
  promise.catch(() => {});
  return promise;
}
