/** worker.js: entry of dist/worker.js: the core in a thread whose timers and sockets go on in hidden tabs. Layer: worker. */
import { CoreHost } from './core_host.js';

const scope = /** @type {any} */ (globalThis);
const host = new CoreHost((message) => scope.postMessage(message));
scope.onmessage = (/** @type {MessageEvent} */ { data }) => host.handle(data);
scope.postMessage({ k: 'up' });
