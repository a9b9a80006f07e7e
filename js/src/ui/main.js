/** main.js: the second bundle, ui.js: leaves what makes the screens where tccc.js looks for it. Layer: ui. */
import { App } from './app.js';
import { VERSION } from 'tccc:version';

/** @type {any} */ (globalThis)[Symbol.for(`tccc.ui ${VERSION}`)] = (/** @type {import('./app.js').AppParts} */ parts) => new App(parts);
