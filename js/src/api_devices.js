/** api_devices.js: tccc.Devices. Layer: page, namespaces. All but the first four are ours. */
import { apiPromise } from './promise.js';
import { asTcccError } from './errors.js';
import { isBrowserSupported, isEnvSupported } from './env.js';

/**
 * @param {object} sdk
 * @param {import('./devices.js').DeviceKeeper} sdk.devices
 * @param {(options?: any) => Promise<any>} sdk.preflight
 * @param {(options: any) => Promise<void>} sdk.watchVolume
 */
export const createDevicesApi = ({ devices, preflight, watchVolume }) => ({
  isBrowserSupported: () => isBrowserSupported(),
  isEnvSupported: () => isEnvSupported(),
  getMicrophones: () => handled(devices.ofKind('microphone')),
  getSpeakers: () => handled(devices.ofKind('speaker')),
  getCameras: () => handled(devices.ofKind('camera')),
  setMicrophone: (/** @type {any} */ options) => apiPromise(devices.setMicrophone(options)),
  setSpeaker: (/** @type {any} */ options) => apiPromise(devices.setSpeaker(options)),
  setCamera: (/** @type {any} */ options) => apiPromise(devices.setCamera(options)),
  getSelected: () => devices.selected(),
  requestPermission: (/** @type {any} */ options) => apiPromise(devices.requestPermission(options)),
  getPermission: () => apiPromise(devices.getPermission()),
  setVolume: (/** @type {any} */ options) => apiPromise(devices.setGain('volume', options)),
  setMicVolume: (/** @type {any} */ options) => apiPromise(devices.setGain('micVolume', options)),
  watchVolume: (/** @type {any} */ options) => apiPromise(watchVolume(options)),
  preflight: (/** @type {any} */ options) => apiPromise(preflight(options)),
});

/** A plain list instead of a result, as documented. @template T @param {Promise<T>} work @returns {Promise<T>} */
function handled(work) {
  const promise = work.catch((error) => { throw asTcccError(error); });
  promise.catch(() => {});
  return promise;
}
