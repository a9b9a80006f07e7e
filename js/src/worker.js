/** worker.js: entry of dist/worker.js: the core in a thread whose timers and sockets go on in hidden tabs. Layer: worker. */
import { CoreHost } from './core_host.js';
import { TabHost } from './tabs/tab_host.js';

const scope = /** @type {any} */ (globalThis);
const post = (/** @type {object} */ message) => scope.postMessage(message);
/** @type {CoreHost | TabHost} */
let host = new CoreHost(post);
scope.onmessage = (/** @type {MessageEvent} */ { data }) => {
  if (data.k === 'start' && data.shared) host = new TabHost(post, data);
  else host.handle(data);
};
scope.ononline = () => host.handle({ k: 'network' });
scope.postMessage({ k: 'up' });
