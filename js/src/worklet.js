/**
 * worklet.js: entry of dist/worklet.js: the voice engine between microphone and loudspeaker. Layer: worklet.
 * Packets go straight to the worker by MessagePort; the page sends only what concerns devices and figures.
 * Time is the worklet's sample clock. The quantum's size is what the browser hands in.
 */
import { channelOf, packetOf, sentMs } from './packet_message.js';
import { createVoice, FLAG } from './voice_module.js';

const scope = /** @type {any} */ (globalThis);

/** Sound that waited longer than this, in the port or for a device that stood still, only makes what follows late. */
const STALE_MS = 250;

/** @param {{send: boolean, receive: boolean, muted: boolean}} order */
const flagsOf = ({ send, receive, muted }) =>
  (send ? FLAG.SEND : 0) | (receive ? FLAG.RECEIVE : 0) | (muted ? FLAG.MUTED : 0);

class VoiceProcessor extends scope.AudioWorkletProcessor {
  /** @param {{processorOptions: {module?: WebAssembly.Module, config: import('./voice_module.js').VoiceConfig}}} options */
  constructor({ processorOptions: { module, config } }) {
    super();
    this.config = { ...config, rateHz: scope.sampleRate };
    /** @type {import('./voice_module.js').Voice | null} */
    this.voice = null;
    /** @type {MessagePort | null} */
    this.core = null;
    this.isStopped = false;
    /** The page's wishes: volumes, whether a ring is heard, how often levels are told (0: not). */
    this.gain = { input: 1, output: 1 };
    this.isRingOn = true;
    this.isTest = false;
    /** @type {any} what the core wants to sound */
    this.wantedTone = 'none';
    this.levelFrames = 0;
    this.levelsDue = 0;
    this.quantumMs = 0;
    this.port.onmessage = (/** @type {MessageEvent} */ { data }) => this.fromPage(data);
    if (module instanceof WebAssembly.Module) this.begin(module);
    else this.port.postMessage({ k: 'needBytes' });
  }

  /** @param {WebAssembly.Module} module */
  begin(module) {
    this.voice = createVoice(module, this.config);
    this.voice.warm();
    this.voice.gain(this.gain.input, this.gain.output);
    this.port.postMessage({ k: 'up' });
    this.core?.postMessage({ k: 'up' });
  }

  /** @param {any} message */
  fromPage(message) {
    if (message.k === 'bytes') this.begin(new WebAssembly.Module(message.bytes));
    else if (message.k === 'core') this.attachCore(message.port);
    else if (message.k === 'configure') this.voice?.configure(message.aec, message.ns, message.agc);
    else if (message.k === 'model') this.takeModel(message);
    else if (message.k === 'stats') this.port.postMessage({ ...message, values: this.voice?.stats(message.channel) ?? null });
    else if (message.k === 'mos') this.port.postMessage({ k: 'stats', id: message.id, values: [this.voice?.mos(message.delayMs, message.loss) ?? 0] });
    else if (message.k === 'gain') this.setGain(message);
    else if (message.k === 'ring') this.setRing(message.isOn);
    else if (message.k === 'test') this.setTest(message.isOn);
    else if (message.k === 'levels') this.levelFrames = message.ms * scope.sampleRate / 1000;
    else if (message.k === 'stop') this.isStopped = true;
  }

  /** Answers with values, or with null where the engine does not take it. @param {{id: number, bytes: ArrayBuffer}} message */
  takeModel({ id, bytes }) {
    let values = null;
    try {
      this.voice?.model(new Uint8Array(bytes));
      values = [1];
    } catch { /* what is wrong with it, the page says */ }
    this.port.postMessage({ k: 'stats', id, values });
  }

  /** @param {{input: number, output: number}} gain */
  setGain({ input, output }) {
    this.gain = { input, output };
    this.guard(() => this.voice?.gain(input, output));
  }

  /** @param {boolean} isOn */
  setRing(isOn) {
    this.isRingOn = isOn;
    this.guard(() => this.voice?.tone(this.tone()));
  }

  /** @param {boolean} isOn */
  setTest(isOn) {
    this.isTest = isOn;
    this.guard(() => this.voice?.tone(this.tone()));
  }

  /** What sounds of what the core wants to sound. */
  tone() {
    if (this.isTest) return 'ringback';
    return this.wantedTone === 'ring' && !this.isRingOn ? 'none' : this.wantedTone;
  }

  tellLevels(/** @type {import('./voice_module.js').Voice} */ voice, /** @type {number} */ frames) {
    this.levelsDue -= frames;
    if (this.levelFrames === 0 || this.levelsDue > 0) return;
    this.levelsDue = this.levelFrames;
    this.port.postMessage({ k: 'levels', ...voice.levels() });
  }

  /** @param {MessagePort} port */
  attachCore(port) {
    this.core?.close();
    this.core = port;
    port.onmessage = ({ data }) => this.fromCore(data);
    if (this.voice) port.postMessage({ k: 'up' });
  }

  /** @param {any} message a packet (ArrayBuffer) or an order */
  fromCore(message) {
    if (!this.voice) return;
    if (message instanceof ArrayBuffer) this.packet(this.voice, new Uint8Array(message));
    else this.guard(() => this.order(/** @type {any} */ (this.voice), message));
  }

  /** @param {import('./voice_module.js').Voice} voice @param {Uint8Array} message */
  packet(voice, message) {
    const nowMs = Date.now(); /* the only clock here that the worker shares */
    const isStale = nowMs - sentMs(message) > STALE_MS || nowMs - this.quantumMs > STALE_MS;
    if (!isStale) voice.packetIn(channelOf(message), packetOf(message), scope.currentTime * 1e6);
  }

  /** @param {import('./voice_module.js').Voice} voice @param {any} message */
  order(voice, message) {
    if (message.op === 'open') voice.open(message.channel, message.config);
    else if (message.op === 'direct') voice.direct(message.channel, flagsOf(message));
    else if (message.op === 'digits') voice.digits(message.channel, message.digits);
    else if (message.op === 'close') voice.close(message.channel);
    else if (message.op === 'tone') {
      this.wantedTone = message.name;
      voice.tone(this.tone());
    }
  }

  /** @param {() => void} work */
  guard(work) {
    try {
      work();
    } catch (error) {
      this.port.postMessage({ k: 'fault', message: String(error) });
    }
  }

  /** @param {Float32Array[][]} inputs @param {Float32Array[][]} outputs @returns {boolean} whether to go on */
  process(inputs, outputs) {
    const out = outputs[0][0];
    if (this.isStopped) {
      this.port.postMessage({ k: 'stopped' });
      return false;
    }
    if (!this.voice || !out) return true;
    this.quantumMs = Date.now();
    this.voice.quantum(inputs[0][0] ?? null, out, scope.currentTime * 1e6);
    this.tellLevels(this.voice, out.length);
    for (let packet = this.voice.packetOut(); packet; packet = this.voice.packetOut()) {
      this.core?.postMessage(packet, [packet]);
    }
    return true;
  }
}

scope.registerProcessor('tccc-voice', VoiceProcessor);
