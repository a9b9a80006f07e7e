/** page_sound.js: records what a page's microphone gives and its loudspeaker plays, on one clock. Layer: tests. */

/**
 * Runs in the page before its own scripts. Every connection from a microphone and every connection to the
 * loudspeaker is also led into a recorder in the same audio context: input 0 the mouth, input 1 the ear.
 */
export function installPageSound() {
  const RECORDER = `registerProcessor('page-sound', class extends AudioWorkletProcessor {
    constructor() { super(); this.size = 0; this.mouth = new Float32Array(2400); this.ear = new Float32Array(2400); }
    put(to, input, n) { const from = input[0]; for (let i = 0; i < n; i++) to[this.size + i] = from ? from[i] : 0; }
    process(inputs, outputs) {
      const n = outputs[0][0].length;
      if (this.size + n > 2400) this.flush();
      this.put(this.mouth, inputs[0], n);
      this.put(this.ear, inputs[1], n);
      this.size += n;
      this.end = currentFrame + n;
      return true;
    }
    flush() {
      const [mouth, ear] = [this.mouth.slice(0, this.size), this.ear.slice(0, this.size)];
      this.port.postMessage({ end: this.end, at: Date.now(), mouth, ear }, [mouth.buffer, ear.buffer]);
      this.size = 0;
    }
  });`;
  const connect = AudioNode.prototype.connect;
  const recorders = new WeakMap();
  const state = { blocks: [], isOn: false, rate: 0, contexts: [] };

  async function recorderOf(context) {
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([RECORDER], { type: 'text/javascript' })));
    const node = new AudioWorkletNode(context, 'page-sound', { numberOfInputs: 2, numberOfOutputs: 1, outputChannelCount: [1], channelCount: 1, channelCountMode: 'explicit' });
    node.port.onmessage = ({ data }) => {
      if (state.isOn) state.blocks.push(data);
      window.dispatchEvent(new Event('pagesound'));
    };
    state.rate = context.sampleRate;
    connect.call(node, context.destination);
    return node;
  }

  function tap(node, input) {
    const { context } = node;
    if (!recorders.has(context)) {
      state.contexts.push(context);
      recorders.set(context, recorderOf(context));
    }
    recorders.get(context).then((recorder) => connect.call(node, recorder, 0, input)).catch((error) => { state.error = String(error); });
  }

  AudioNode.prototype.connect = function tapped(to, ...rest) {
    const result = connect.call(this, to, ...rest);
    if (this instanceof MediaStreamAudioSourceNode) tap(this, 0);
    else if (to === this.context.destination) tap(this, 1);
    return result;
  };

  const base64 = (floats) => {
    const ints = Int16Array.from(floats, (value) => Math.max(-32768, Math.min(32767, Math.round(value * 32767))));
    const bytes = new Uint8Array(ints.buffer);
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
  };

  const joined = (name) => Float32Array.from(state.blocks.flatMap((block) => [...block[name]]));

  /** Upper bounds of the first sample's time, read on the audio thread; the least is nearest to the truth (never too early). */
  const startMs = () => {
    const begin = state.blocks[0].end - state.blocks[0].mouth.length;
    return Math.min(...state.blocks.map((block) => block.at - (1000 * (block.end - begin)) / state.rate));
  };

  window.pageSound = {
    start() { state.blocks = []; state.isOn = true; },
    seconds() { return state.blocks.reduce((sum, block) => sum + block.mouth.length, 0) / (state.rate || 1); },
    /** Resolves with whether `seconds` were recorded before the deadline. */
    recorded(seconds, deadlineMs) {
      return new Promise((resolve) => {
        const ask = (isLate) => {
          if (!isLate && window.pageSound.seconds() < seconds) return;
          window.removeEventListener('pagesound', hear);
          clearTimeout(timer);
          resolve(!isLate);
        };
        const hear = () => ask(false);
        const timer = setTimeout(() => ask(true), deadlineMs);
        window.addEventListener('pagesound', hear);
        hear();
      });
    },
    error() { return state.error; },
    contexts: state.contexts,
    stop() {
      state.isOn = false;
      if (!state.blocks.length) throw new Error(`nothing was recorded ${state.error || ''}`);
      return { rate: state.rate, startMs: startMs(), mouth: base64(joined('mouth')), ear: base64(joined('ear')) };
    },
  };
}

/** {mouth, ear} as sounds {samples, rate, startMs} from what pageSound.stop() returned. */
export function soundsOf({ rate, startMs, mouth, ear }) {
  const samples = (text) => {
    const bytes = Buffer.from(text, 'base64');
    return Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) / 32768);
  };
  return { mouth: { samples: samples(mouth), rate, startMs }, ear: { samples: samples(ear), rate, startMs } };
}
