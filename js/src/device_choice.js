/** device_choice.js: the chosen devices and volumes, kept for this origin over page loads, the same in all its pages. Layer: page. */
import { originStore } from './origin_store.js';

const KEY = 'tccc.devices';

/** @typedef {{deviceId: string, label: string}} Choice '' is the browser's default */
/** @typedef {{microphone: Choice, speaker: Choice, camera: Choice, volume: number, micVolume: number}} Choices */

/** @type {Choice} */
const DEFAULT = { deviceId: '', label: '' };
export const VOLUME_MAX = 2;

const volumeOf = (/** @type {any} */ value) => (typeof value === 'number' && value >= 0 && value <= VOLUME_MAX ? value : 1);
const choiceOf = (/** @type {any} */ value) =>
  (typeof value?.deviceId === 'string' && typeof value.label === 'string' ? { deviceId: value.deviceId, label: value.label } : DEFAULT);

/** @param {any} kept @returns {Choices} */
const choicesOf = (kept) => ({
  microphone: choiceOf(kept.microphone), speaker: choiceOf(kept.speaker), camera: choiceOf(kept.camera),
  volume: volumeOf(kept.volume), micVolume: volumeOf(kept.micVolume),
});

/** @param {Storage | null} [storage] */
export function createChoices(storage) {
  const store = originStore(KEY, storage);
  /** Read when they are first wanted. @type {Choices | undefined} */
  let choices = undefined;

  const get = () => {
    choices ??= choicesOf(store.read());
    return choices;
  };

  /** @param {Partial<Choices>} change */
  function put(change) {
    choices = { ...get(), ...change };
    store.write(choices);
  }

  /** From now on what another page of this origin chooses holds here, too. @param {(before: Choices) => void} listener @returns {() => void} no longer */
  const follow = (listener) => store.follow(() => {
    const before = get();
    choices = choicesOf(store.read());
    listener(before);
  });

  return { get, put, follow };
}

/**
 * The device that was chosen, as it is called now: browsers give new ids when site data are cleared; then its name decides.
 * @template {{deviceId: string, label: string}} D @param {D[]} list @param {Choice} choice @returns {D | undefined}
 */
export const findChosen = (list, { deviceId, label }) =>
  (deviceId ? list.find((one) => one.deviceId === deviceId) ?? list.find((one) => label && one.label === label) : undefined);
