/** page_room.js: a room around a page: its loudspeaker is heard by its microphone, with a talker whom the test lets speak. Layer: tests. */

/**
 * Runs in the page before its own scripts. getUserMedia gives the sound of a room that stands in the SDK's own audio context, so that
 * echo and loudspeaker have one clock, as with one sound card: what is led to the loudspeaker, through a seeded response of 250 ms
 * (reverberation time 0.3 s) after 60 ms, 10 dB quieter; the talker; and noise at -65 dBFS.
 */
export function installPageRoom() {
  const DELAY_S = 0.06;
  const ROOM_S = 0.25;
  const DECAY_S = 0.3 / 6.9; // to 1/e in amplitude, for 60 dB in 0.3 s
  const ECHO = 0.316;
  const NOISE = 0.00056;
  const connect = AudioNode.prototype.connect;
  const state = {};

  /** Park and Miller's numbers, -1..1. */
  function seeded(seed) {
    let value = seed;
    return () => {
      value = (value * 48271) % 2147483647;
      return (2 * value) / 2147483647 - 1;
    };
  }

  function bufferOf(context, seconds, sample) {
    const buffer = context.createBuffer(1, Math.round(seconds * context.sampleRate), context.sampleRate);
    const data = buffer.getChannelData(0);
    for (let i = 0; i < data.length; i++) data[i] = sample(i / context.sampleRate, i);
    return buffer;
  }

  function responseOf(context) {
    const random = seeded(5);
    const response = bufferOf(context, ROOM_S, (t, i) => (i === 0 ? 1 : 0.25 * random() * Math.exp(-t / DECAY_S)));
    const data = response.getChannelData(0);
    const energy = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < data.length; i++) data[i] *= ECHO / energy;
    return response;
  }

  function build(loudspeaker) {
    const { context } = loudspeaker;
    const [air, room] = [context.createDelay(1), context.createConvolver()];
    const microphone = context.createMediaStreamDestination();
    microphone.channelCount = 1;
    air.delayTime.value = DELAY_S;
    room.normalize = false;
    room.buffer = responseOf(context);
    connect.call(loudspeaker, air);
    connect.call(air, room);
    connect.call(room, microphone);
    const random = seeded(9);
    const noise = context.createBufferSource();
    noise.buffer = bufferOf(context, 5, () => NOISE * 1.73 * random());
    noise.loop = true;
    connect.call(noise, microphone);
    noise.start();
    Object.assign(state, { context, microphone, node: loudspeaker });
    return microphone;
  }

  const built = new Promise((resolve) => {
    AudioNode.prototype.connect = function overheard(to, ...rest) {
      const result = connect.call(this, to, ...rest);
      if (!state.node && this instanceof AudioWorkletNode && to === this.context.destination) resolve(build(this));
      return result;
    };
  });
  navigator.mediaDevices.getUserMedia = async () => (await built).stream.clone();

  window.pageRoom = {
    /** The talker says mono 16-bit samples (base64); resolves when they have been said. */
    say(base64, rate) {
      const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
      const ints = new Int16Array(bytes.buffer);
      const source = state.context.createBufferSource();
      const speech = state.context.createBuffer(1, ints.length, rate);
      speech.copyToChannel(Float32Array.from(ints, (value) => value / 32768), 0);
      source.buffer = speech; /* which takes it as it is now */
      connect.call(source, state.microphone);
      return new Promise((resolve) => {
        source.onended = () => resolve(true);
        source.start();
      });
    },
    /** To the engine in the worklet: the page has no switch for the echo canceller in a call. */
    configure(aec, ns, agc) { state.node.port.postMessage({ k: 'configure', aec, ns, agc }); },
  };
}

/** Lets the talker in the tab's room say {samples, rate}. */
export function sayInRoom(tab, { samples, rate }) {
  const bytes = Buffer.alloc(2 * samples.length);
  samples.forEach((value, i) => bytes.writeInt16LE(Math.round(32767 * Math.max(-1, Math.min(1, value))), 2 * i));
  return tab.evaluate(([text, hz]) => window.pageRoom.say(text, hz), [bytes.toString('base64'), rate]);
}
