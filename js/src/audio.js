/**
 * audio.js: microphone, loudspeaker and voice engine of the page. Layer: page.
 * The microphone is open only while a call needs it; the context sleeps when there is nothing to hear.
 */
import { fetchBytes } from './compile.js';
import { closeMicrophone, openMicrophone } from './microphone.js';
import { closeVoiceNode, createVoiceNode, loadVoiceModule } from './voice_node.js';
import { tcccError } from './errors.js';
import { NOISE_LEVELS, STATS } from './voice_module.js';

/** resume() of a context that waits for a click never settles, that of a slow sound card takes a second (Firefox). */
const RESUME_MS = 2000;
/** Chromium may lose the sound of a context that goes to sleep and wakes in the same moment: it is running, and its time stands still. */
const SLEEP_AFTER_MS = 500;
/** After waking, sound that has not begun by then is begun again. */
const BEGIN_MS = 500;
/** Chromium keeps a MediaStreamAudioSourceNode (about 1.5 kB) until its context is closed, however it is let go: so many are kept at most. */
const SOURCES_MAX = 16;
/** For figures out of the worklet, which gives none while it does not run. */
const ANSWER_MS = 5000;
/** For the model of the noise level "ai" to come: 150 kB. */
const MODEL_MS = 20000;
const GESTURES = ['pointerdown', 'keydown'];

/** @typedef {{context: AudioContext, node: AudioWorkletNode}} Graph */

/** @param {any} error @returns {import('./errors.js').TcccError} */
function engineError(error) {
  if (error?.status === 'error') return error;
  if (error instanceof WebAssembly.CompileError || /Content Security Policy|unsafe-eval/i.test(String(error))) {
    return tcccError('CSP_BLOCKED');
  }
  return tcccError('INTERNAL', `The voice engine could not be started: ${error?.message ?? error}`);
}

export class Audio {
  /**
   * @param {import('./script.js').ScriptConfig} config
   * @param {() => MessagePort} voicePort makes the worklet's end of a new channel to the core
   * @param {(name: string, fields?: object) => void} emit
   * @param {() => keyof typeof NOISE_LEVELS} [firstNoise] the level where none has been set here; asked for when it is needed
   */
  constructor(config, voicePort, emit, firstNoise = () => 'standard') {
    this.config = config;
    this.voicePort = voicePort;
    this.port = voicePort(); /* orders wait in it until the worklet stands */
    this.emit = emit;
    this.nSources = 0;
    /** @type {ReturnType<typeof loadVoiceModule> | null} */
    this.loading = null;
    /** @type {Promise<Graph> | null} */
    this.starting = null;
    /** @type {Graph | null} */
    this.graph = null;
    /** @type {MediaStream | null} */
    this.mic = null;
    /** @type {Promise<void> | null} */
    this.openingMic = null;
    /** @type {MediaStreamAudioSourceNode | null} */
    this.source = null;
    this.microphoneId = '';
    this.speakerId = '';
    this.toneName = 'none';
    this.isToneOn = false;
    this.isRingOn = true;
    this.gain = { input: 1, output: 1 };
    this.levelsMs = 0;
    this.firstNoise = firstNoise;
    /** @type {keyof typeof NOISE_LEVELS | undefined} */
    this.noise = undefined;
    /** The model of "ai": on its way or here. @type {Promise<ArrayBuffer> | null} */
    this.model = null;
    /** Whether the worklet has it. Until then "ai" is "standard". */
    this.isModelGiven = false;
    this.nNoiseWishes = 0;
    /** @type {(levels: {input: number, output: number, speaking: boolean}) => void} */
    this.onLevels = () => {};
    /** What is known of the microphone: it was opened (null), or why it could not be. @type {(error: import('./errors.js').TcccError | null) => void} */
    this.onMic = () => {};
    this.isListening = false;
    /** We asked the context to sleep; its state says so only later. */
    this.isAsleep = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.sleepTimer = undefined;
    this.isBlocked = false;
    this.isDisposed = false;
    /** @type {Map<number, (values: number[] | null) => void>} */
    this.statsWaiting = new Map();
    this.lastStats = 0;
    this.onGesture = () => { if (this.isWanted()) this.wake(); };
    for (const name of GESTURES) document.addEventListener(name, this.onGesture, { capture: true, passive: true });
  }

  /** Fetches and compiles the voice engine, so that the first call does not wait for it. */
  preload() {
    this.loading ??= loadVoiceModule(this.config.base);
    this.loading.catch(() => { this.loading = null; });
    return this.loading;
  }

  /** The engine stands and sleeps before the first call, which does not wait for it then. What hinders it, that call tells. */
  stand() {
    if (globalThis.isSecureContext) this.start().then(() => this.sleepIfIdle(), () => {});
  }

  /** The voice engine, started if it is not yet. */
  start() {
    this.starting ??= this.startGraph().catch((error) => { throw engineError(error); });
    this.starting.catch(() => { this.starting = null; });
    return this.starting;
  }

  async startGraph() {
    if (!globalThis.isSecureContext) throw tcccError('INSECURE_CONTEXT');
    const made = await createVoiceNode({
      base: this.config.base, byCore: this.config.processing === 'core', loaded: this.preload(),
      onMessage: (message) => this.fromNode(message),
    });
    if (this.isDisposed) {
      made.context.close();
      throw tcccError('DESTROYED');
    }
    made.node.port.postMessage({ k: 'core', port: this.port }, [this.port]);
    this.graph = made;
    this.isModelGiven = false;
    this.tellNode();
    if (this.noiseLevel() === 'ai' && this.isOurProcessing()) this.giveModel().catch((error) => this.warn(error));
    if (this.speakerId) await this.setSink(this.speakerId).catch(() => {}); /* it is gone: the default one plays */
    this.connectMic();
    return made;
  }

  /** @param {any} message */
  fromNode(message) {
    if (message.k === 'stats') this.answerStats(message);
    else if (message.k === 'levels') this.onLevels(message);
    else if (message.k === 'fault') this.emit('warning', { code: 'INTERNAL', message: message.message });
  }

  /** The loudspeaker alone. */
  async play() {
    await this.start();
    this.wake();
  }

  /** Microphone and engine, ready for a call. Rejects with MIC_*, INSECURE_CONTEXT, CSP_BLOCKED, INTERNAL. */
  async acquire() {
    const started = this.start();
    started.catch(() => {}); /* a refused microphone is told first */
    if (!this.hasMic('')) { /* one that was pulled out is none */
      this.openingMic ??= this.openMic().finally(() => { this.openingMic = null; });
      await this.openingMic;
    }
    await started;
    this.wake();
  }

  release() {
    closeMicrophone(this.mic);
    this.mic = null;
    this.connectMic();
    this.sleepIfIdle();
  }

  /** The wanted microphone; the default one where that is gone. @param {string} deviceId */
  async openStream(deviceId) {
    const byBrowser = this.config.processing === 'browser';
    try {
      return await openMicrophone(deviceId, byBrowser);
    } catch (error) {
      if (deviceId && /** @type {any} */ (error).code === 'MIC_NOT_FOUND') return openMicrophone('', byBrowser);
      throw error;
    }
  }

  /** As openStream, and says what became of it. @param {string} deviceId */
  async openTold(deviceId) {
    try {
      const stream = await this.openStream(deviceId);
      this.onMic(null);
      return stream;
    } catch (error) {
      this.onMic(/** @type {import('./errors.js').TcccError} */ (error));
      throw error;
    }
  }

  async openMic() {
    const stream = await this.openTold(this.microphoneId);
    if (this.isDisposed) closeMicrophone(stream);
    else this.takeMic(stream);
  }

  /** @param {MediaStream} stream */
  takeMic(stream) {
    closeMicrophone(this.mic);
    this.mic = stream;
    stream.getAudioTracks().forEach((track) => { track.onended = () => this.replaceMic(this.microphoneId).catch(() => {}); });
    this.connectMic();
  }

  connectMic() {
    this.source?.disconnect();
    this.source = null;
    if (!this.graph || !this.mic) return;
    this.source = this.graph.context.createMediaStreamSource(this.mic);
    this.nSources += 1;
    this.source.connect(this.graph.node);
  }

  /** The device went away in a call, or another is wanted. @param {string} deviceId */
  async replaceMic(deviceId) {
    const before = this.mic;
    try {
      const stream = await this.openTold(deviceId);
      if (this.mic !== before || !before) closeMicrophone(stream);
      else this.takeMic(stream);
    } catch (error) {
      const { code, errorMsg, remedy } = /** @type {import('./errors.js').TcccError} */ (error);
      this.emit('micError', { code, errorMsg, remedy });
      throw error;
    }
  }

  /** @param {string} name "ring", "ringback" or "none": what plays from now on */
  tone(name) {
    this.toneName = name;
    this.isToneOn = name === 'ringback' || (name === 'ring' && this.isRingOn);
    if (this.isToneOn) this.play().catch(() => {});
    else this.sleepIfIdle();
  }

  /** @param {boolean} isOn whether incoming calls are heard */
  setRing(isOn) {
    this.isRingOn = isOn;
    this.tellNode();
    this.tone(this.toneName);
  }

  /** @param {Partial<{input: number, output: number}>} gain 0..2 */
  setGain(gain) {
    this.gain = { ...this.gain, ...gain };
    this.tellNode();
  }

  noiseLevel() {
    return this.noise ?? this.firstNoise();
  }

  /** Rejects where "ai" is wanted and its model cannot be had; what was before stays then. @param {keyof typeof NOISE_LEVELS} level */
  async setNoiseSuppression(level) {
    const wish = this.nNoiseWishes += 1;
    if (level === 'ai') await this.giveModel();
    if (wish !== this.nNoiseWishes) return; /* something else was wanted meanwhile */
    this.noise = level;
    this.tellNode();
  }

  /** @returns {Promise<ArrayBuffer>} once for all calls */
  loadModel() {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), MODEL_MS);
    this.model ??= fetchBytes(`${this.config.base}voice-ai.bin`, limit.signal).catch(() => {
      this.model = null;
      throw tcccError('IO', 'The model of the AI noise reduction could not be loaded.', 'Check that voice-ai.bin can be reached beside tccc.js; noise is reduced as before meanwhile.');
    });
    return this.model.finally(() => clearTimeout(timer));
  }

  /** Brings the model to the worklet, if there is one by then. */
  async giveModel() {
    const bytes = await this.loadModel();
    const { graph } = this;
    if (!graph || this.isModelGiven) return;
    const isTaken = await this.askNode({ k: 'model', bytes });
    if (graph !== this.graph) return; /* the next one gets it anew */
    if (!isTaken) {
      this.model = null;
      throw tcccError('FORMAT', 'The model of the AI noise reduction is damaged or of another version.', 'Serve voice-ai.bin and tccc.js of the same version; noise is reduced as before meanwhile.');
    }
    this.isModelGiven = true;
    this.tellNode();
  }

  /** @param {import('./errors.js').TcccError} error */
  warn({ code, errorMsg, remedy }) {
    this.emit('warning', { code, message: errorMsg, errorMsg, remedy });
  }

  /** @param {number} ms how often onLevels is told; 0: not */
  watchLevels(ms) {
    this.levelsMs = ms;
    this.tellNode();
  }

  /** The worklet's settings, which are kept here until it stands. */
  tellNode() {
    const port = this.graph?.node.port;
    const byCore = +(this.config.processing === 'core');
    if (!port) return;
    const noise = this.noiseLevel();
    if (byCore) port.postMessage({ k: 'configure', aec: byCore, ns: NOISE_LEVELS[noise === 'ai' && !this.isModelGiven ? 'standard' : noise], agc: byCore });
    port.postMessage({ k: 'gain', ...this.gain });
    port.postMessage({ k: 'ring', isOn: this.isRingOn });
    port.postMessage({ k: 'levels', ms: this.levelsMs });
  }

  /** @param {boolean} isOn whether a tone is heard, to try the loudspeaker */
  test(isOn) {
    this.graph?.node.port.postMessage({ k: 'test', isOn });
  }

  isWanted() {
    return this.isToneOn || this.isListening || this.mic !== null;
  }

  /** Something is heard without a microphone: somebody else's call, or music. @param {boolean} on */
  async listen(on) {
    if (on === this.isListening) return;
    this.isListening = on;
    if (on) await this.play();
    else this.sleepIfIdle();
  }

  /** A new context, because a browser frees microphones' nodes with their context only. @param {Graph} graph */
  renew(graph) {
    this.graph = null;
    this.starting = null;
    this.source = null;
    this.nSources = 0;
    this.port = this.voicePort();
    closeVoiceNode(graph);
    this.answerAll();
    this.start().then(() => this.sleepIfIdle(), () => {});
  }

  sleepIfIdle() {
    if (this.isWanted() || !this.graph) return;
    this.setBlocked(false); /* nothing is held back any more; the next ring tells anew */
    if (this.nSources >= SOURCES_MAX) {
      this.renew(this.graph);
      return;
    }
    clearTimeout(this.sleepTimer);
    this.sleepTimer = setTimeout(() => this.sleep(), SLEEP_AFTER_MS);
  }

  sleep() {
    if (this.isWanted() || !this.graph) return;
    this.isAsleep = true;
    this.graph.context.suspend();
  }

  wake() {
    const context = this.graph?.context;
    if (!context) return;
    if (context.state === 'running' && !this.isAsleep) {
      this.setBlocked(false);
      return;
    }
    this.isAsleep = false;
    context.resume().then(() => this.setBlocked(false), () => {});
    this.seeItRun(context);
    setTimeout(() => {
      if (this.isWanted() && context.state === 'suspended') this.setBlocked(true);
    }, RESUME_MS);
  }

  /** @param {AudioContext} context which was woken @param {number} [ms] longer each time, because a busy machine takes its time */
  seeItRun(context, ms = BEGIN_MS) {
    const { currentTime } = context;
    setTimeout(() => {
      if (context !== this.graph?.context || this.isAsleep || !this.isWanted() || context.currentTime > currentTime) return;
      if (context.state === 'running') context.suspend().then(() => context.resume()).catch(() => {}); /* it was closed meanwhile */
      this.seeItRun(context, 2 * ms);
    }, ms);
  }

  /** @param {boolean} blocked whether the browser holds back the sound */
  setBlocked(blocked) {
    if (blocked === this.isBlocked) return;
    this.isBlocked = blocked;
    const { code, errorMsg, remedy } = tcccError('AUDIO_BLOCKED');
    this.emit('audioBlocked', blocked ? { blocked, code, errorMsg, remedy } : { blocked });
  }

  isOurProcessing() {
    return this.config.processing === 'core';
  }

  /** Of the open microphone, or ''. */
  micLabel() {
    return this.mic?.getAudioTracks()[0]?.label ?? '';
  }

  /** Whether this one is open and lives. @param {string} deviceId '' the browser's default */
  hasMic(deviceId) {
    const track = this.mic?.getAudioTracks()[0];
    return track?.readyState === 'live' && (deviceId === '' || track.getSettings().deviceId === deviceId);
  }

  /** What the loudspeaker has taken, in seconds. */
  seconds() {
    return this.graph?.context.currentTime ?? 0;
  }

  isRunning() {
    return this.graph?.context.state === 'running';
  }

  /** @param {string} deviceId */
  async setMicrophone(deviceId) {
    const before = this.microphoneId;
    this.microphoneId = deviceId;
    if (!this.mic) return;
    try {
      await this.replaceMic(deviceId);
    } catch (error) {
      this.microphoneId = before;
      throw error;
    }
  }

  /** @param {string} deviceId */
  async setSink(deviceId) {
    const context = /** @type {any} */ (this.graph?.context);
    if (context) await context.setSinkId(deviceId);
  }

  /** @param {string} deviceId */
  async setSpeaker(deviceId) {
    if (!('setSinkId' in AudioContext.prototype)) throw tcccError('BROWSER_UNSUPPORTED');
    await this.setSink(deviceId).catch(() => { throw tcccError('ARG_RANGE', 'There is no loudspeaker with this deviceId.'); });
    this.speakerId = deviceId;
  }

  /** @param {number} channel @returns {Promise<Record<string, number> | null>} figures of one stream */
  async stats(channel) {
    const values = await this.askNode({ k: 'stats', channel });
    return values && Object.fromEntries(STATS.map((name, i) => [name, values[i]]));
  }

  /** MOS of a connection. @param {number} delayMs mouth to ear @param {number} loss 0..1 @returns {Promise<number>} */
  async mos(delayMs, loss) {
    await this.start();
    const values = await this.askNode({ k: 'mos', delayMs, loss });
    return values ? values[0] : 0;
  }

  /** @param {{k: string} & Record<string, any>} question @returns {Promise<number[] | null>} */
  askNode(question) {
    if (!this.graph) return Promise.resolve(null);
    const { node } = this.graph;
    this.lastStats += 1;
    const id = this.lastStats;
    return new Promise((resolve) => {
      this.statsWaiting.set(id, resolve);
      node.port.postMessage({ ...question, id });
      if (question.k !== 'model') setTimeout(() => this.answerStats({ id, values: null }), ANSWER_MS); /* the model waits for the first sound */
    });
  }

  /** The worklet is gone with what it was asked. */
  answerAll() {
    for (const id of [...this.statsWaiting.keys()]) this.answerStats({ id, values: null });
  }

  /** @param {{id: number, values: number[] | null}} message */
  answerStats({ id, values }) {
    this.statsWaiting.get(id)?.(values);
    this.statsWaiting.delete(id);
  }

  dispose() {
    this.isDisposed = true;
    clearTimeout(this.sleepTimer);
    for (const name of GESTURES) document.removeEventListener(name, this.onGesture, { capture: true });
    closeMicrophone(this.mic);
    this.mic = null;
    if (this.graph) closeVoiceNode(this.graph);
    this.graph = null;
    this.answerAll();
  }
}
