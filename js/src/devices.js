/**
 * devices.js: which devices there are, which are chosen, and whether the agent has a microphone. Layer: page.
 *
 * The browser's list, its permission and what came of opening the microphone together say `ok`, `lost` or `denied`; a change
 * of that is an event, and the server is told, so that the next contact goes to somebody who can speak.
 */
import { createChoices, findChosen } from './device_choice.js';
import { tcccError } from './errors.js';

/** @typedef {'ok' | 'lost' | 'denied'} MicState */
/** @typedef {{deviceId: string, groupId: string, label: string, kind: string}} Device */

const KINDS = /** @type {const} */ ({ microphone: 'audioinput', speaker: 'audiooutput', camera: 'videoinput' });
/** What opening says of the microphone itself; one that is in use elsewhere is there all the same. @type {Record<string, MicState>} */
const LOST_BY = { MIC_NOT_FOUND: 'lost', MIC_DENIED: 'denied' };
/** @type {Record<string, string>} */
const ERROR_OF = { lost: 'MIC_NOT_FOUND', denied: 'MIC_DENIED' };

/** @param {MediaDeviceInfo} info @returns {Device} one that can be posted to other tabs */
const plain = ({ deviceId, groupId, label, kind }) => ({ deviceId, groupId, label, kind });

/** What the browser's default is: some list it as a device of its own, the others list it first. @param {Device[]} list */
const defaultOf = (list) => {
  const first = list.find(({ deviceId }) => deviceId === 'default') ?? list[0];
  return first ? `${first.groupId} ${first.label}` : '';
};

/**
 * @param {object} parts
 * @param {import('./audio.js').Audio} parts.audio
 * @param {(name: string, fields: object) => void} parts.emit
 * @param {(microphone: MicState) => void} parts.tell the server
 * @param {(work: () => Promise<any>) => Promise<any>} parts.borrowMic
 * @param {string} parts.help address of the page that checks devices
 * @param {ReturnType<typeof createChoices>} [parts.choices]
 */
export function createDevices({ audio, emit, tell, borrowMic, help, choices = createChoices() }) {
  const media = globalThis.navigator?.mediaDevices;
  /** @type {Device[]} */
  let known = [];
  /** @type {PermissionStatus | null} */
  let permission = null;
  /** @type {MicState} */
  let state = 'ok';
  /** What the last attempt to open it said. @type {MicState} */
  let opened = 'ok';
  let isSignedIn = false;
  let isDisposed = false;
  /** Ends what another page's choices would change here. */
  let unfollow = () => {};

  const ofKind = (/** @type {keyof KINDS} */ kind, list = known) => list.filter((one) => one.kind === KINDS[kind]);

  async function list() {
    if (!media?.enumerateDevices) throw tcccError('INSECURE_CONTEXT');
    return media.enumerateDevices();
  }

  /** @returns {MicState} */
  function judge() {
    if (permission?.state === 'denied') return 'denied';
    if (known.length > 0 && ofKind('microphone').length === 0) return 'lost';
    return opened;
  }

  function settle() {
    const now = judge();
    if (now === state) return;
    state = now;
    const { code, errorMsg, remedy } = tcccError(ERROR_OF[now] ?? 'INTERNAL');
    if (now === 'ok') emit('micRestored', { label: audio.micLabel() });
    else emit('micLost', { reason: now, code, errorMsg, remedy, help });
    if (isSignedIn) tell(state);
  }

  audio.onMic = (error) => {
    if (error && !LOST_BY[error.code]) return;
    /* a prompt that was closed is no refusal for good: the next call asks again */
    const isDismissed = error?.code === 'MIC_DENIED' && permission !== null && permission.state !== 'denied';
    if (!isDismissed) opened = error ? LOST_BY[error.code] : 'ok';
    settle();
  };

  /** A device came or went, or the system's default is another one. @param {Device[]} before */
  async function follow(before) {
    const { microphone, speaker } = choices.get();
    const isBack = opened === 'lost' && ofKind('microphone').length > 0;
    if (isBack) opened = 'ok';
    const wanted = findChosen(ofKind('microphone'), microphone)?.deviceId ?? '';
    const usesDefault = wanted === '' && defaultOf(ofKind('microphone', before)) !== defaultOf(ofKind('microphone'));
    const isOther = wanted !== audio.microphoneId;
    audio.microphoneId = wanted;
    if (audio.mic && ofKind('microphone').length > 0 && (isBack || isOther || usesDefault || !audio.hasMic(wanted))) await audio.replaceMic(wanted).catch(() => {});
    const sink = findChosen(ofKind('speaker'), speaker)?.deviceId ?? '';
    if (sink !== audio.speakerId) await audio.setSpeaker(sink).catch(() => {});
  }

  async function refresh() {
    const before = known;
    known = (await list()).map(plain);
    if (isDisposed) return;
    await follow(before);
    settle();
  }

  const onChange = async () => {
    await refresh().catch(() => {});
    if (!isDisposed) emit('devicesChanged', { microphones: ofKind('microphone'), speakers: ofKind('speaker'), cameras: ofKind('camera') });
  };

  async function watchPermission() {
    const name = /** @type {PermissionName} */ ('microphone');
    permission = await navigator.permissions.query({ name });
    permission.onchange = () => {
      if (permission?.state !== 'denied') opened = 'ok';
      refresh().catch(() => {});
    };
    if (isDisposed) permission.onchange = null;
  }

  function applyGain() {
    const { volume, micVolume } = choices.get();
    audio.setGain({ input: micVolume, output: volume });
  }

  /** Another page of this origin has chosen. @param {import('./device_choice.js').Choices} before */
  function onElsewhere(before) {
    const { camera } = choices.get();
    applyGain();
    refresh().catch(() => {});
    if (camera.deviceId !== before.camera.deviceId) api.onCamera(camera.deviceId);
  }

  /** From the start: browsers tell of changes only while somebody listens. */
  async function begin() {
    applyGain();
    unfollow = choices.follow(onElsewhere);
    media?.addEventListener?.('devicechange', onChange);
    await watchPermission().catch(() => {}); /* a browser that does not know the name: opening tells */
    await refresh().catch(() => {});
  }

  /** @param {keyof KINDS} kind @param {any} options a deviceId or {deviceId} @returns {Promise<import('./device_choice.js').Choice>} */
  async function pick(kind, options) {
    const deviceId = typeof options === 'string' ? options : options?.deviceId;
    if (typeof deviceId !== 'string') throw tcccError('ARG_MISSING', 'The option deviceId is missing.');
    if (deviceId === '') return { deviceId, label: '' };
    const found = (await list()).find((one) => one.kind === KINDS[kind] && one.deviceId === deviceId);
    if (!found) throw tcccError('ARG_RANGE', `There is no ${kind} with this deviceId.`);
    return { deviceId, label: found.label };
  }

  /** @param {any} options */
  async function setMicrophone(options) {
    const choice = await pick('microphone', options);
    await audio.setMicrophone(choice.deviceId);
    choices.put({ microphone: choice });
  }

  /** @param {any} options */
  async function setSpeaker(options) {
    const choice = await pick('speaker', options);
    await audio.setSpeaker(choice.deviceId);
    choices.put({ speaker: choice });
  }

  /** @param {any} options */
  async function setCamera(options) {
    const choice = await pick('camera', options);
    choices.put({ camera: choice });
    api.onCamera(choice.deviceId);
  }

  /** @param {'volume' | 'micVolume'} name @param {any} options a number or {volume} */
  async function setGain(name, options) {
    const volume = typeof options === 'number' ? options : options?.volume;
    if (typeof volume !== 'number') throw tcccError('ARG_MISSING', 'The option volume is missing.');
    if (!(volume >= 0 && volume <= 2)) throw tcccError('ARG_RANGE', 'The option volume must be a number from 0 to 2.');
    choices.put({ [name]: volume });
    audio.setGain(name === 'volume' ? { output: volume } : { input: volume });
  }

  /** Asks the person, once; the devices have names afterwards. @param {any} [options] */
  async function requestPermission(options) {
    if (!media?.getUserMedia) throw tcccError('INSECURE_CONTEXT');
    await borrowMic(async () => {});
    if (options?.camera) await askForCamera();
    await refresh();
    return getPermission();
  }

  async function askForCamera() {
    try {
      (await media.getUserMedia({ video: true })).getTracks().forEach((track) => track.stop());
    } catch (error) {
      throw tcccError(/** @type {any} */ (error)?.name === 'NotAllowedError' ? 'MIC_DENIED' : 'MIC_NOT_FOUND', 'The page may not use the camera, or there is none.');
    }
  }

  async function getPermission() {
    const ask = async (/** @type {string} */ name) => {
      try {
        return (await navigator.permissions.query({ name: /** @type {any} */ (name) })).state;
      } catch { /* the browser does not tell */
        return 'unknown';
      }
    };
    return { microphone: await ask('microphone'), camera: await ask('camera'), notification: globalThis.Notification?.permission ?? 'unknown' };
  }

  const api = {
    /** Told of another camera while one may be in use. @type {(deviceId: string) => void} */
    onCamera: () => {},
    begin, list, setMicrophone, setSpeaker, setCamera, setGain, requestPermission, getPermission, refresh,
    ofKind: async (/** @type {keyof KINDS} */ kind) => (await list()).filter((one) => one.kind === KINDS[kind]),
    selected: () => {
      const { microphone, speaker, camera, volume, micVolume } = choices.get();
      return { microphone: microphone.deviceId, speaker: speaker.deviceId, camera: camera.deviceId, volume, micVolume };
    },
    /** The server has a seat for us: it learns what it cannot see. */
    signedIn: () => {
      isSignedIn = true;
      tell(state);
    },
    state: () => state,
    /** Whether opening the microphone asks nobody. */
    isGranted: () => permission?.state === 'granted',
    /** Whether the browser will ask the person. */
    isAsked: () => permission?.state === 'prompt',
    dispose: () => {
      isDisposed = true;
      unfollow();
      media?.removeEventListener?.('devicechange', onChange);
      if (permission) permission.onchange = null;
    },
  };
  return api;
}
/** @typedef {ReturnType<typeof createDevices>} DeviceKeeper */
