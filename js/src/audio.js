/**
 * audio.js: microphone, loudspeaker and voice engine of the page. Layer: page.
 * The microphone is open only while a call needs it; the context sleeps when there is nothing to hear.
 */
import { closeMicrophone, openMicrophone } from './microphone.js';
import { createVoiceNode, loadVoiceModule } from './voice_node.js';
import { tcccError } from './errors.js';
import { STATS } from './voice_module.js';

/** resume() of a context that waits for a click never settles, that of a slow sound card takes a second (Firefox). */
const RESUME_MS = 2000;
const GESTURES = ['pointerdown', 'keydown'];

/**
 * @typedef {object} AudioHost
 * @property {MessagePort} voicePort the worklet's end of the channel to the core
 * @property {(name: string, fields?: object) => void} emit
 * @param {import('./script.js').ScriptConfig} config @param {AudioHost} host
 */
export function createAudio(config, { voicePort, emit }) {
  const byCore = config.processing === 'core';
  /** @type {ReturnType<typeof loadVoiceModule> | null} */
  let loading = null;
  /** @type {Promise<{context: AudioContext, node: AudioWorkletNode}> | null} */
  let starting = null;
  /** @type {{context: AudioContext, node: AudioWorkletNode} | null} */
  let graph = null;
  /** @type {MediaStream | null} */
  let mic = null;
  /** @type {Promise<void> | null} */
  let openingMic = null;
  /** @type {MediaStreamAudioSourceNode | null} */
  let source = null;
  let microphoneId = '';
  let speakerId = '';
  let isToneOn = false;
  /** We asked the context to sleep; its state says so only later. */
  let isAsleep = false;
  let isBlocked = false;
  let isDisposed = false;
  const statsWaiting = /** @type {Map<number, (values: number[] | null) => void>} */ (new Map());
  let lastStats = 0;

  /** Fetches and compiles the voice engine, so that the first call does not wait for it. */
  function preload() {
    loading ??= loadVoiceModule(config.base);
    loading.catch(() => { loading = null; });
    return loading;
  }

  /** @param {any} message */
  function fromNode(message) {
    if (message.k === 'stats') answerStats(message);
    else if (message.k === 'fault') emit('warning', { code: 'INTERNAL', message: message.message });
  }

  /** @param {{id: number, values: number[] | null}} message */
  function answerStats({ id, values }) {
    statsWaiting.get(id)?.(values);
    statsWaiting.delete(id);
  }

  async function startGraph() {
    if (!globalThis.isSecureContext) throw tcccError('INSECURE_CONTEXT');
    const made = await createVoiceNode({ base: config.base, byCore, loaded: preload(), onMessage: fromNode });
    if (isDisposed) {
      made.context.close();
      throw tcccError('DESTROYED');
    }
    made.node.port.postMessage({ k: 'core', port: voicePort }, [voicePort]);
    graph = made;
    if (speakerId) await setSink(speakerId);
    connectMic();
    return made;
  }

  /** The voice engine, started if it is not yet. */
  function start() {
    starting ??= startGraph().catch((error) => { throw engineError(error); });
    starting.catch(() => { starting = null; });
    return starting;
  }

  function connectMic() {
    source?.disconnect();
    source = null;
    if (!graph || !mic) return;
    source = graph.context.createMediaStreamSource(mic);
    source.connect(graph.node);
  }

  /** @param {MediaStream} stream */
  function takeMic(stream) {
    closeMicrophone(mic);
    mic = stream;
    stream.getAudioTracks().forEach((track) => { track.onended = () => replaceMic('').catch(() => {}); });
    connectMic();
  }

  /** The device went away in a call, or another is wanted. @param {string} deviceId */
  async function replaceMic(deviceId) {
    const before = mic;
    try {
      const stream = await openMicrophone(deviceId, config.processing === 'browser');
      if (mic !== before || !mic) closeMicrophone(stream);
      else takeMic(stream);
    } catch (error) {
      const { code, errorMsg, remedy } = /** @type {import('./errors.js').TcccError} */ (error);
      emit('micError', { code, errorMsg, remedy });
      throw error;
    }
  }

  async function openMic() {
    const stream = await openMicrophone(microphoneId, config.processing === 'browser');
    if (isDisposed) closeMicrophone(stream);
    else takeMic(stream);
  }

  /** Microphone and engine, ready for a call. Rejects with MIC_*, INSECURE_CONTEXT. */
  async function acquire() {
    const started = start();
    started.catch(() => {});
    if (!mic) {
      openingMic ??= openMic().finally(() => { openingMic = null; });
      await openingMic;
    }
    await started;
    wake();
  }

  function release() {
    closeMicrophone(mic);
    mic = null;
    connectMic();
    sleepIfIdle();
  }

  /** @param {boolean} isOn whether a ring or ringback tone plays */
  function tone(isOn) {
    isToneOn = isOn;
    if (isOn) start().then(wake, () => {});
    else sleepIfIdle();
  }

  const isWanted = () => isToneOn || mic !== null;

  function sleepIfIdle() {
    if (isWanted() || !graph) return;
    isBlocked = false;
    isAsleep = true;
    graph.context.suspend();
  }

  function wake() {
    const context = graph?.context;
    if (!context || (context.state === 'running' && !isAsleep)) return;
    isAsleep = false;
    context.resume().then(unblocked, () => {});
    setTimeout(() => {
      if (isWanted() && context.state === 'suspended' && !isBlocked) blocked();
    }, RESUME_MS);
  }

  function blocked() {
    isBlocked = true;
    const { errorMsg, remedy, code } = tcccError('AUDIO_BLOCKED');
    emit('audioBlocked', { blocked: true, code, errorMsg, remedy });
  }

  function unblocked() {
    if (isBlocked) emit('audioBlocked', { blocked: false });
    isBlocked = false;
  }

  const onGesture = () => { if (isWanted()) wake(); };
  for (const name of GESTURES) document.addEventListener(name, onGesture, { capture: true, passive: true });

  /** @param {MediaDeviceKind} kind @returns {Promise<MediaDeviceInfo[]>} */
  async function devices(kind) {
    if (!navigator.mediaDevices?.enumerateDevices) throw tcccError('INSECURE_CONTEXT');
    return (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === kind);
  }

  /** @param {string} deviceId */
  async function setMicrophone(deviceId) {
    if (mic) await replaceMic(deviceId);
    microphoneId = deviceId;
  }

  /** @param {string} deviceId */
  async function setSink(deviceId) {
    const context = /** @type {any} */ (graph?.context);
    if (context) await context.setSinkId(deviceId);
  }

  /** @param {string} deviceId */
  async function setSpeaker(deviceId) {
    if (!('setSinkId' in AudioContext.prototype)) throw tcccError('BROWSER_UNSUPPORTED');
    await setSink(deviceId).catch(() => { throw tcccError('ARG_RANGE', 'There is no loudspeaker with this deviceId.'); });
    speakerId = deviceId;
  }

  /** @param {number} channel @returns {Promise<Record<string, number> | null>} figures of one stream */
  function stats(channel) {
    if (!graph) return Promise.resolve(null);
    const { node } = graph;
    lastStats += 1;
    const id = lastStats;
    return new Promise((resolve) => {
      statsWaiting.set(id, (values) =>
        resolve(values && Object.fromEntries(STATS.map((name, i) => [name, values[i]]))));
      node.port.postMessage({ k: 'stats', id, channel });
    });
  }

  function dispose() {
    isDisposed = true;
    for (const name of GESTURES) document.removeEventListener(name, onGesture, { capture: true });
    closeMicrophone(mic);
    mic = null;
    graph?.node.port.postMessage({ k: 'stop' });
    graph?.context.close();
    graph = null;
  }

  return {
    preload, start, acquire, release, tone, stats, dispose, setMicrophone, setSpeaker,
    microphones: () => devices('audioinput'),
    speakers: () => devices('audiooutput'),
    context: () => graph?.context ?? null,
  };
}

/** @param {any} error @returns {import('./errors.js').TcccError} */
function engineError(error) {
  if (error?.status === 'error') return error;
  if (error instanceof WebAssembly.CompileError || /Content Security Policy|unsafe-eval/i.test(String(error))) {
    return tcccError('CSP_BLOCKED');
  }
  return tcccError('INTERNAL', `The voice engine could not be started: ${error?.message ?? error}`);
}
