/** device_choice.js: the chosen devices and volumes, kept for this origin over page loads. Layer: page. */
const KEY = 'tccc.devices';

/** @typedef {{deviceId: string, label: string}} Choice '' is the browser's default */
/** @typedef {{microphone: Choice, speaker: Choice, camera: Choice, volume: number, micVolume: number}} Choices */

/** @type {Choice} */
const DEFAULT = { deviceId: '', label: '' };
export const VOLUME_MAX = 2;

const volumeOf = (/** @type {any} */ value) => (typeof value === 'number' && value >= 0 && value <= VOLUME_MAX ? value : 1);
const choiceOf = (/** @type {any} */ value) =>
  (typeof value?.deviceId === 'string' && typeof value.label === 'string' ? { deviceId: value.deviceId, label: value.label } : DEFAULT);

/** @param {Storage | null} storage @returns {any} */
function stored(storage) {
  try {
    return JSON.parse(storage?.getItem(KEY) ?? '{}') ?? {};
  } catch { /* not ours */
    return {};
  }
}

/** @param {Storage | null} [storage] */
export function createChoices(storage = originStorage()) {
  const kept = stored(storage);
  /** @type {Choices} */
  let choices = {
    microphone: choiceOf(kept.microphone), speaker: choiceOf(kept.speaker), camera: choiceOf(kept.camera),
    volume: volumeOf(kept.volume), micVolume: volumeOf(kept.micVolume),
  };

  /** @param {Partial<Choices>} change */
  function put(change) {
    choices = { ...choices, ...change };
    try {
      storage?.setItem(KEY, JSON.stringify(choices));
    } catch { /* full: the choice holds until the page is closed */ }
  }

  return { get: () => choices, put };
}

/** Throws in a sandboxed frame. @returns {Storage | null} */
function originStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}

/**
 * The device that was chosen, as it is called now: browsers give new ids when site data are cleared; then its name decides.
 * @template {{deviceId: string, label: string}} D @param {D[]} list @param {Choice} choice @returns {D | undefined}
 */
export const findChosen = (list, { deviceId, label }) =>
  (deviceId ? list.find((one) => one.deviceId === deviceId) ?? list.find((one) => label && one.label === label) : undefined);
