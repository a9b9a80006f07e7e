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
 * @typedef {import('./core_module.js').Core} Core
 * @typedef {{core: string, seat: string, media: string}} Urls
 * @typedef {{token: string, resumeToken: string, tabUuid: string, sdkVersion: string, autoOnline: boolean, visitor?: boolean, mirror?: string}} Seat
 */

/** What the engine puts out, and who carries it out. @type {Record<number, (host: CoreHost, core: Core) => void>} */
const OUTPUTS = {
  [OUT.WIRE_CONNECT]: (host) => host.openWire(),
  [OUT.WIRE_TEXT]: (host, core) => host.sendText(core.text()),
  [OUT.WIRE_CLOSE]: (host, core) => host.closeWire(core.index),
  [OUT.PATH_OPEN]: (host, core) => host.openPath(core.index, core.json().ticket),
  [OUT.PATH_CLOSE]: (host, core) => host.closePath(core.index),
  [OUT.PATH_FRAME]: (host, core) => host.sendFrame(core.index, core.bytes()),
  [OUT.PACKET]: (host, core) => host.toVoice(core.index, core.bytes()),
  [OUT.RESULT]: (host, core) => host.post({ k: 'result', result: core.json() }),
  [OUT.EVENT]: (host, core) => host.post({ k: 'event', ...core.json(), seq: core.index }),
  [OUT.MEDIA]: (host, core) => host.mediaOrder(core.json()),
  [OUT.STORE]: (host, core) => host.post({ k: 'store', token: core.text() }),
};

/** What the page sends. @type {Record<string, (host: CoreHost, message: any) => void>} */
const INPUTS = {
  start: (host, message) => host.start(message),
  stop: (host) => host.stop(),
  command: (host, message) => host.command(message),
  voice: (host, { port }) => host.attachVoice(port, false),
  network: (host) => host.feed((core) => core.network(now())),
  dataChannel: (host, { channel }) => host.attachPath(DATA_CHANNEL, channel),
  dataChannelFailed: (host) => host.pathLost(DATA_CHANNEL),
};

const now = () => performance.now();

export class CoreHost {
  /** @param {(message: object) => void} post to the page */
  constructor(post) {
    this.post = post;
    /** @type {Core | null} */
    this.core = null;
    /** @type {Urls} */
    this.urls = { core: '', seat: '', media: '' };
    /** @type {WebSocket | null} */
    this.wire = null;
    /** @type {(WebSocket | RTCDataChannel | null)[]} */
    this.paths = [null, null, null];
    /** @type {MessagePort | null} */
    this.voice = null;
    this.isVoiceUp = false;
    this.isRetired = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.timerAt = Infinity;
    /** @type {{id: number, text: string}[]} commands that came before the engine stood */
    this.early = [];
    /** Whether an input may be taken now; where not, `again` takes it later. @type {((again: () => void, isSignalling: boolean) => boolean) | null} */
    this.guard = null;
    /** After every input. @type {((core: Core, isSignalling: boolean) => void) | null} */
    this.onPumped = null;
  }

  /** A message of the page. @param {any} message */
  handle(message) {
    INPUTS[message.k]?.(this, message);
  }

  /** @param {{urls: Urls, seat: Seat, module?: Promise<WebAssembly.Module>}} order module: of urls.core, where it has been fetched */
  async start({ urls, seat, module = compileUrl(urls.core) }) {
    this.urls = urls;
    try {
      const core = await loadCore(await module, seat, now());
      if (this.isRetired) return;
      this.core = core;
    } catch (error) {
      this.post({ k: 'fault', message: String(error) });
      return;
    }
    this.pump(this.core, true);
    for (const command of this.early.splice(0)) this.command(command);
  }

  stop() {
    this.retire();
    this.voice?.close();
  }

  /** Sockets are closed and nothing more is done; the voice port stays. */
  retire() {
    this.isRetired = true;
    clearTimeout(this.timer);
    this.closeWire(1000);
    this.paths.forEach((_, path) => this.closePath(path));
    this.core = null;
  }

  /** @param {{id: number, text: string}} command */
  command(command) {
    if (!this.core) {
      this.early.push(command);
      return;
    }
    this.feed((core) => {
      if (core.command(command.text, now())) return;
      this.post({ k: 'result', result: { id: command.id, status: 'error', code: 'TOO_LARGE' } });
    });
  }

  /** @param {(core: Core) => void} input @param {boolean} [isSignalling] false: a packet of sound */
  feed(input, isSignalling = true) {
    if (!this.core) return;
    if (this.guard && !this.guard(() => this.feed(input, isSignalling), isSignalling)) return;
    input(this.core);
    this.pump(this.core, isSignalling);
  }

  /** @param {Core} core @param {boolean} isSignalling */
  pump(core, isSignalling) {
    while (core.poll()) OUTPUTS[core.kind]?.(this, core);
    this.onPumped?.(core, isSignalling);
    const next = core.nextMs();
    if (next === this.timerAt) return;
    this.timerAt = next;
    clearTimeout(this.timer);
    if (next !== Infinity) this.timer = setTimeout(() => this.tick(), Math.max(0, Math.ceil(next - now())));
  }

  tick() {
    this.timerAt = Infinity;
    this.feed((core) => core.tick(now()));
  }

  openWire() {
    this.closeWire(1000);
    const socket = new WebSocket(this.urls.seat, 'tccc.v1');
    this.wire = socket;
    socket.onopen = () => this.wire === socket && this.feed((core) => core.wireOpen(now()));
    socket.onmessage = ({ data }) => this.wire === socket && this.wireText(data);
    socket.onclose = ({ code }) => {
      if (this.wire !== socket) return;
      this.wire = null;
      this.feed((core) => core.wireClosed(code, now()));
    };
  }

  /** @param {unknown} data */
  wireText(data) {
    this.feed((core) => {
      if (typeof data !== 'string' || !core.wireText(data, now())) this.wire?.close(1000);
    });
  }

  /** @param {string} text */
  sendText(text) {
    if (this.wire?.readyState === WebSocket.OPEN) this.wire.send(text);
  }

  /** @param {number} code pages may send 1000 and 3000 to 4999 */
  closeWire(code) {
    const socket = this.wire;
    this.wire = null;
    socket?.close(code >= 3000 ? code : 1000);
  }

  /** @param {number} path @param {string} ticket */
  openPath(path, ticket) {
    this.closePath(path);
    if (path === DATA_CHANNEL) {
      this.post({ k: 'dataChannel' });
      return;
    }
    const url = `${this.urls.media}?ticket=${encodeURIComponent(ticket)}&path=${path}`;
    this.attachPath(path, new WebSocket(url, 'tccc.media.v1'));
  }

  /** @param {number} path @param {WebSocket | RTCDataChannel} link */
  attachPath(path, link) {
    const isOurs = () => this.paths[path] === link;
    this.paths[path] = link;
    link.binaryType = 'arraybuffer';
    link.onopen = () => isOurs() && this.feed((core) => core.pathOpen(path, now()));
    link.onmessage = ({ data }) => {
      if (isOurs() && data instanceof ArrayBuffer) this.feed((core) => core.pathFrame(path, new Uint8Array(data), now()), false);
    };
    link.onclose = () => isOurs() && this.pathLost(path);
    if (link.readyState === 'open') this.feed((core) => core.pathOpen(path, now()));
  }

  /** @param {number} path */
  pathLost(path) {
    this.paths[path] = null;
    this.feed((core) => core.pathClosed(path, now()));
  }

  /** @param {number} path */
  closePath(path) {
    const link = this.paths[path];
    this.paths[path] = null;
    link?.close();
    if (path === DATA_CHANNEL) this.post({ k: 'dataChannelClose' });
  }

  /** @param {number} path @param {Uint8Array<ArrayBuffer>} frame a view into the engine's memory */
  sendFrame(path, frame) {
    const link = this.paths[path];
    const isOpen = link && (link.readyState === 'open' || link.readyState === WebSocket.OPEN);
    if (isOpen && link.bufferedAmount <= PATH_BUFFER_MAX) link.send(/** @type {any} */ (frame));
  }

  /** @param {MessagePort} port @param {boolean} isUp whether the worklet has said so already */
  attachVoice(port, isUp) {
    if (this.voice && this.voice !== port) this.voice.close();
    this.voice = port;
    this.isVoiceUp = isUp;
    port.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.fromVoice(new Uint8Array(data));
      else this.isVoiceUp = data.k === 'up';
    };
  }

  /** @param {Uint8Array} message */
  fromVoice(message) {
    this.feed((core) => core.packet(channelOf(message), packetOf(message), now()), false);
  }

  /** @param {number} channel @param {Uint8Array} packet a view into the engine's memory */
  toVoice(channel, packet) {
    if (!this.voice || !this.isVoiceUp) return;
    const message = packetMessage(channel, packet);
    this.voice.postMessage(message, [message]);
  }

  /** @param {any} order */
  mediaOrder(order) {
    this.voice?.postMessage(order);
    if (order.op !== 'digits') this.post({ k: 'media', order });
  }
}
