/** main.js: what runs when the script tag is executed. Layer: page. */
import { load } from './loader.js';
import { scriptConfig } from './script.js';

const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
if (script) load(window, scriptConfig(script));
else console.error('tccc: load the SDK by a classic <script src>; modules and eval have no document.currentScript.');
performance.measure('tccc:evaluate', 'tccc:begin');
