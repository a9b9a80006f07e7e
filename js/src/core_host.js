/**
 * core_host.js: drives core.wasm: sockets, data channel, timer and voice port around the engine. Layer: worker, or page
 * where a page's policy allows no worker. Source: include/tccc/engine.h, docs/protocol.md.
 *
 * Every input to the engine is followed by pump(), which carries out all outputs and arms the timer.
 */
import { loadCore, OUT } from './core_module.js';
import { channelOf, packetMessage, packetOf } from './packet_message.js';
import { compileUrl } from './compile.js';

/** Live sound must not queue: above so many unsent bytes (about half a second of speech) a path's frames are dropped. */
const PATH_BUFFER_MAX = 8192;
const DATA_CHANNEL = 0;

/**
 * @typedef {{core: string, seat: string, media: string}} Urls
 * @typedef {{token: string, resumeToken: string, tabUuid: string, sdkVersion: string, autoOnline: boolean}} Seat
 * @param {(message: object, transfer?: Transferable[]) => void} post to the page
 */
export function createCoreHost(post) {
  /** @type {import('./core_module.js').Core | null} */
  let core = null;
  /** @type {Urls} */
  let urls;
  /** @type {WebSocket | null} */
  let wire = null;
  /** @type {(WebSocket | RTCDataChannel | null)[]} */
  const paths = [null, null, null];
  /** @type {MessagePort | null} */
  let voice = null;
  let isVoiceUp = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let timerAt = Infinity;
  const early = /** @type {any[]} */ ([]);

  const now = () => performance.now();

  /** @param {(core: import('./core_module.js').Core, nowMs: number) => void} input */
  function feed(input) {
    if (!core) return;
    input(core, now());
    pump(core);
  }

  /** @param {import('./core_module.js').Core} engine */
  function pump(engine) {
    while (engine.poll()) OUTPUTS[engine.kind]?.(engine);
    const next = engine.nextMs();
    if (next === timerAt) return;
    timerAt = next;
    clearTimeout(timer);
    if (next !== Infinity) timer = setTimeout(onTimer, Math.max(0, Math.ceil(next - now())));
  }

  function onTimer() {
    timerAt = Infinity;
    feed((engine, at) => engine.tick(at));
  }

  /** @type {Record<number, (engine: import('./core_module.js').Core) => void>} */
  const OUTPUTS = {
    [OUT.WIRE_CONNECT]: () => openWire(),
    [OUT.WIRE_TEXT]: (engine) => wire?.readyState === WebSocket.OPEN && wire.send(engine.text()),
    [OUT.WIRE_CLOSE]: (engine) => closeWire(engine.index),
    [OUT.PATH_OPEN]: (engine) => openPath(engine.index, engine.json().ticket),
    [OUT.PATH_CLOSE]: (engine) => closePath(engine.index),
    [OUT.PATH_FRAME]: (engine) => sendFrame(engine.index, engine.bytes()),
    [OUT.PACKET]: (engine) => toVoice(engine.index, engine.bytes()),
    [OUT.RESULT]: (engine) => post({ k: 'result', result: engine.json() }),
    [OUT.EVENT]: (engine) => post({ k: 'event', ...engine.json() }),
    [OUT.MEDIA]: (engine) => mediaOrder(engine.json()),
    [OUT.STORE]: (engine) => post({ k: 'store', token: engine.text() }),
  };

  function openWire() {
    closeWire(1000);
    const socket = new WebSocket(urls.seat, 'tccc.v1');
    wire = socket;
    socket.onopen = () => wire === socket && feed((engine, at) => engine.wireOpen(at));
    socket.onmessage = ({ data }) => wire === socket && onWireText(data);
    socket.onclose = ({ code }) => {
      if (wire !== socket) return;
      wire = null;
      feed((engine, at) => engine.wireClosed(code, at));
    };
  }

  /** @param {unknown} data */
  function onWireText(data) {
    if (typeof data === 'string') feed((engine, at) => engine.wireText(data, at));
    else wire?.close(1003);
  }

  /** @param {number} code */
  function closeWire(code) {
    const socket = wire;
    wire = null;
    socket?.close(code === 1000 || code >= 3000 ? code : 1000);
  }

  /** @param {number} path @param {string} ticket */
  function openPath(path, ticket) {
    closePath(path);
    if (path === DATA_CHANNEL) post({ k: 'dataChannel' });
    else attachPath(path, openMediaSocket(path, ticket));
  }

  /** @param {number} path @param {string} ticket */
  function openMediaSocket(path, ticket) {
    return new WebSocket(`${urls.media}?ticket=${encodeURIComponent(ticket)}&path=${path}`, 'tccc.media.v1');
  }

  /** @param {number} path @param {WebSocket | RTCDataChannel} link */
  function attachPath(path, link) {
    paths[path] = link;
    link.binaryType = 'arraybuffer';
    link.onopen = () => paths[path] === link && feed((engine, at) => engine.pathOpen(path, at));
    link.onmessage = ({ data }) => {
      if (paths[path] === link && data instanceof ArrayBuffer) {
        feed((engine, at) => engine.pathFrame(path, new Uint8Array(data), at));
      }
    };
    link.onclose = () => paths[path] === link && pathLost(path);
    if (path === DATA_CHANNEL && link.readyState === 'open') feed((engine, at) => engine.pathOpen(path, at));
  }

  /** @param {number} path */
  function pathLost(path) {
    paths[path] = null;
    feed((engine, at) => engine.pathClosed(path, at));
  }

  /** @param {number} path */
  function closePath(path) {
    const link = paths[path];
    paths[path] = null;
    link?.close();
    if (path === DATA_CHANNEL) post({ k: 'dataChannelClose' });
  }

  /** @param {number} path @param {Uint8Array<ArrayBuffer>} frame a view into the engine's memory */
  function sendFrame(path, frame) {
    const link = paths[path];
    const isOpen = link && (link.readyState === 'open' || link.readyState === WebSocket.OPEN);
    if (isOpen && link.bufferedAmount <= PATH_BUFFER_MAX) link.send(/** @type {any} */ (frame));
  }

  /** @param {number} channel @param {Uint8Array} packet a view into the engine's memory */
  function toVoice(channel, packet) {
    if (!voice || !isVoiceUp) return;
    const message = packetMessage(channel, packet);
    voice.postMessage(message, [message]);
  }

  /** @param {any} order */
  function mediaOrder(order) {
    voice?.postMessage(order);
    if (order.op !== 'digits') post({ k: 'media', order });
  }

  /** @param {MessagePort} port */
  function attachVoice(port) {
    voice = port;
    port.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) fromVoice(new Uint8Array(data));
      else isVoiceUp = data.k === 'up';
    };
  }

  /** @param {Uint8Array} message */
  const fromVoice = (message) => feed((engine, at) => engine.packet(channelOf(message), packetOf(message), at));

  /** @param {{urls: Urls, seat: Seat}} order */
  async function start(order) {
    urls = order.urls;
    try {
      const module = await compileUrl(urls.core);
      core = await loadCore(module, order.seat, now());
    } catch (error) {
      post({ k: 'fault', message: String(error) });
      return;
    }
    pump(core);
    for (const message of early.splice(0)) handle(message);
  }

  function stop() {
    clearTimeout(timer);
    closeWire(1000);
    [1, 2].forEach(closePath);
    closePath(DATA_CHANNEL);
    voice?.close();
    core = null;
  }

  /** @type {Record<string, (message: any) => void>} */
  const INPUTS = {
    start,
    stop,
    command: ({ command }) => feed((engine, at) => engine.command(JSON.stringify(command), at)),
    voice: ({ port }) => attachVoice(port),
    dataChannel: ({ channel }) => attachPath(DATA_CHANNEL, channel),
    dataChannelFailed: () => pathLost(DATA_CHANNEL),
  };

  /** A message of the page. Commands that come before the engine stands wait for it. @param {any} message */
  function handle(message) {
    if (!core && message.k === 'command') early.push(message);
    else INPUTS[message.k]?.(message);
  }

  return { handle };
}
