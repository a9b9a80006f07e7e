/** voice_node.js: the audio context with the voice engine's worklet in it. Layer: page. */
import { compileUrl, fetchBytes } from './compile.js';
import { hasSimd } from './env.js';

/** The engine resamples 48 kHz well; Chromium without a sound card would choose 44100. */
const RATE_HZ = 48000;
/** Echo canceller's tail (include/tccc/media.h: 128 is usual). */
const TAIL_MS = 128;
/** A worklet whose context sleeps does not end. */
const END_MS = 1000;

/** @param {string} base @returns {string[]} best first */
const moduleUrls = (base) => [...(hasSimd() ? [`${base}voice-simd.wasm`] : []), `${base}voice.wasm`];

/** @param {string} base @returns {Promise<{module: WebAssembly.Module, url: string}>} */
export async function loadVoiceModule(base) {
  const [best, ...others] = moduleUrls(base);
  try {
    return { module: await compileUrl(best), url: best };
  } catch (error) {
    if (others.length === 0) throw error;
    return { module: await compileUrl(others[0]), url: others[0] };
  }
}

/** @returns {[number, number]} */
const randomSeed = () => /** @type {any} */ ([...crypto.getRandomValues(new Int32Array(2))]);

/** @param {boolean} byCore @returns {object} */
const voiceConfig = (byCore) => ({ aec: +byCore, ns: +byCore, agc: +byCore, tailMs: TAIL_MS, seed: randomSeed() });

/** @param {AudioContext} context @param {WebAssembly.Module | undefined} module @param {boolean} byCore */
function makeNode(context, module, byCore) {
  return new AudioWorkletNode(context, 'tccc-voice', {
    numberOfInputs: 1,
    numberOfOutputs: 1,
    outputChannelCount: [1],
    channelCount: 1,
    channelCountMode: 'explicit',
    processorOptions: { module, config: voiceConfig(byCore) },
  });
}

/** Some browsers cannot clone a module into a worklet; they get its bytes. @param {Parameters<typeof makeNode>} args */
function makeNodeAnyway(...args) {
  try {
    return makeNode(...args);
  } catch (error) {
    if (/** @type {any} */ (error)?.name !== 'DataCloneError') throw error;
    return makeNode(args[0], undefined, args[2]);
  }
}

/**
 * @param {AudioWorkletNode} node @param {string} moduleUrl @param {(message: any) => void} onMessage
 * @returns {Promise<void>} when the engine runs
 */
function nodeUp(node, moduleUrl, onMessage) {
  return new Promise((resolve, reject) => {
    node.onprocessorerror = () => {
      reject(new Error('The voice engine stopped.'));
      onMessage({ k: 'fault', message: 'The voice engine stopped.' });
    };
    node.port.onmessage = async ({ data }) => {
      if (data.k === 'up') resolve();
      else if (data.k === 'needBytes') fetchBytes(moduleUrl).then((bytes) => node.port.postMessage({ k: 'bytes', bytes }), reject);
      else onMessage(data);
    };
  });
}

/**
 * @param {{base: string, byCore: boolean, loaded: ReturnType<typeof loadVoiceModule>, onMessage: (message: any) => void}} options
 */
export async function createVoiceNode({ base, byCore, loaded, onMessage }) {
  const context = new AudioContext({ sampleRate: RATE_HZ, latencyHint: 'interactive' });
  try {
    const [{ module, url }] = await Promise.all([loaded, context.audioWorklet.addModule(`${base}worklet.js`)]);
    const node = makeNodeAnyway(context, module, byCore);
    await nodeUp(node, url, onMessage);
    node.connect(context.destination);
    return { context, node };
  } catch (error) {
    context.close();
    throw error;
  }
}

/**
 * The worklet ends by itself before: Chromium keeps a context that is closed while its worklet is at work.
 * @param {{context: AudioContext, node: AudioWorkletNode}} graph
 */
export function closeVoiceNode({ context, node }) {
  const end = () => {
    clearTimeout(timer);
    node.port.onmessage = null;
    node.port.close();
    node.disconnect();
    context.close();
  };
  const timer = setTimeout(end, END_MS);
  node.onprocessorerror = null;
  node.port.onmessage = ({ data }) => { if (data.k === 'stopped') end(); };
  node.port.postMessage({ k: 'stop' });
}
