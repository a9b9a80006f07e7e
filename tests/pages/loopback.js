/** loopback.js: the voice engine hears itself: every packet that it sends is given back. Layer: tests. */

const parameters = new URLSearchParams(location.search);
const wasm = `/sdk/${parameters.get('wasm') ?? 'voice.wasm'}`;
const codec = parameters.get('codec') ?? 'opus';
const STREAMS = {
  opus: { codec: 'opus', payloadType: 111, dtmfPayloadType: 110, dtmfRate: 48000, ptimeMs: 20 },
  PCMA: { codec: 'PCMA', payloadType: 8, dtmfPayloadType: 101, dtmfRate: 8000, ptimeMs: 20 },
};
const config = { aec: 0, ns: 0, agc: 0, tailMs: 128, seed: [1, 2] };

window.faults = [];
window.packets = 0;

async function start() {
  const bytes = await (await fetch(wasm)).arrayBuffer();
  const module = parameters.has('bytes') ? undefined : await WebAssembly.compile(bytes);
  const context = new AudioContext({ sampleRate: 48000 });
  await context.audioWorklet.addModule('/sdk/worklet.js');
  const node = new AudioWorkletNode(context, 'tccc-voice', {
    numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1], channelCount: 1, channelCountMode: 'explicit',
    processorOptions: { module, config },
  });
  const { port1, port2 } = new MessageChannel();
  const up = new Promise((resolve) => {
    node.port.onmessage = ({ data }) => {
      if (data.k === 'up') resolve();
      else if (data.k === 'needBytes') node.port.postMessage({ k: 'bytes', bytes });
      else if (data.k === 'stats') window.stats = data.values;
      else window.faults.push(data);
    };
  });
  node.onprocessorerror = () => window.faults.push('processorerror');
  node.port.postMessage({ k: 'core', port: port1 }, [port1]);
  port2.onmessage = ({ data }) => {
    if (!(data instanceof ArrayBuffer)) return;
    window.packets += 1;
    port2.postMessage(data, [data]);
  };
  await up;
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  context.createMediaStreamSource(stream).connect(node);
  node.connect(context.destination);
  await context.resume();
  port2.postMessage({ op: 'open', channel: 0, sessionId: 's', config: STREAMS[codec] });
  window.voice = {
    context,
    ask: () => node.port.postMessage({ k: 'stats', id: 1, channel: 0 }),
    order: (order) => port2.postMessage(order),
  };
}

start().catch((error) => window.faults.push(String(error)));
