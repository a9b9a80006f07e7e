/**
 * screens.js: the element <t3c-sdk id="tcccSdkDomRoot"> and the bundle ui.js that draws in it. Layer: page.
 *
 * The element stands from the start, empty: pages remove it by hand. ui.js is loaded when there is something to show; what
 * tccc.UI was asked for until then waits. A page that forbids or lacks ui.js is told by a warning, and works without screens.
 */
import { scriptPolicy } from './script_policy.js';
import { tcccError } from './errors.js';
import { VERSION } from 'tccc:version';

const TAG = 't3c-sdk';
/** ui.js leaves its function here (ui/main.js). */
const KEY = Symbol.for(`tccc.ui ${VERSION}`);
/** Events with something to show. */
const WAKING = ['ready', 'callIn', 'callOuted', 'tokenExpired', 'kickedOut'];

/**
 * @typedef {object} App
 * @property {(name: string, fields: any) => void} onEvent
 * @property {() => void} onSessions
 * @property {(isShown: boolean) => void} showFloatButton
 * @property {(isShown: boolean) => void} showBar
 * @property {(isShown: boolean) => void} showWorkbench
 * @property {(isEmbedded: boolean) => void} setEmbedded
 * @property {(hidden: string[]) => void} setHiddenButtons
 * @property {() => void} onShown
 * @property {() => void} dispose
 */

/**
 * @typedef {object} ScreensParts
 * @property {import('./script.js').ScriptConfig} config
 * @property {() => any} face                      window.tccc
 * @property {import('./sessions.js').Sessions} sessions
 * @property {import('./events.js').Emitter} emitter
 * @property {import('./user_settings.js').Settings} settings
 * @property {() => boolean} isFirstLogin             no reload of a page that was signed in
 * @property {() => boolean} hasSound             whether the sound of calls is in this tab
 */

function makeHost() {
  if (typeof customElements === 'object' && !customElements.get(TAG)) customElements.define(TAG, class extends HTMLElement {});
  const host = document.createElement(TAG);
  host.id = 'tcccSdkDomRoot';
  return host;
}

/** @param {string} url @param {string} nonce @returns {Promise<void>} */
const runScript = (url, nonce) => new Promise((resolve, reject) => {
  const script = document.createElement('script');
  script.src = scriptPolicy().createScriptURL(url);
  script.crossOrigin = 'anonymous';
  if (nonce) script.nonce = nonce;
  script.onload = () => resolve();
  script.onerror = () => reject(tcccError('CSP_BLOCKED', `${url} could not be loaded, so the SDK shows no screens of its own.`));
  document.head.append(script);
});

/** @param {any} target an element, an id or a selector @returns {Element | null} */
function elementOf(target) {
  if (typeof target !== 'string') return target instanceof Element ? target : null;
  const byId = document.getElementById(target);
  if (byId) return byId;
  try {
    return document.querySelector(target);
  } catch { /* an id that is no selector */
    return null;
  }
}

export class Screens {
  /** @param {ScreensParts} parts */
  constructor(parts) {
    this.parts = parts;
    this.host = makeHost();
    /** @type {any} what UI.mount was given last */
    this.target = parts.config.renderDomId;
    /** @type {Map<string, () => void>} what ui.js is told first: the last wish and the last event of each name */
    this.waiting = new Map();
    /** @type {App | null} */
    this.app = null;
    /** @type {Promise<void> | null} */
    this.loading = null;
    this.isHidden = false;
    this.isDisposed = false;
    parts.emitter.tap((name, fields) => this.onEvent(name, fields));
    this.whenPossible(() => this.place());
  }

  /** @param {() => void} work */
  whenPossible(work) {
    if (document.body) work();
    else document.addEventListener('DOMContentLoaded', () => { if (!this.isDisposed) work(); }, { once: true });
  }

  /** Puts the element where it belongs: into the page's element, or at the end of body. @returns {boolean} whether it is embedded */
  place() {
    const place = this.target ? elementOf(this.target) : null;
    const parent = place ?? document.body;
    if (this.host.parentElement !== parent) parent.append(this.host);
    this.app?.setEmbedded(place !== null);
    return place !== null;
  }

  /** @param {any} target none: the element of data-render-dom-id, else body */
  mount(target) {
    this.target = target ?? this.parts.config.renderDomId;
    if (this.target && !elementOf(this.target) && document.readyState !== 'loading') {
      throw tcccError('NOT_FOUND', 'UI.mount: there is no such element in the page.');
    }
    this.whenPossible(() => this.place());
    this.setHidden(false);
  }

  /** @param {boolean} isHidden */
  setHidden(isHidden) {
    this.isHidden = isHidden;
    this.host.hidden = isHidden;
    this.app?.onShown();
    if (isHidden) return;
    this.load();
    if (!this.host.isConnected) this.whenPossible(() => this.place());
  }

  /** @param {'showFloatButton'|'showBar'|'showWorkbench'|'setHiddenButtons'} method @param {any} value */
  ask(method, value) {
    if (this.app) this.app[method](value);
    else this.keep(method, () => this.app?.[method](value));
    if (value === true) this.load();
  }

  /** @param {string} name @param {any} fields */
  onEvent(name, fields) {
    if (this.app) this.app.onEvent(name, fields);
    else this.keep(`on ${name}`, () => this.app?.onEvent(name, fields));
    if (WAKING.includes(name)) this.load();
    if (name === 'ready' && this.target && this.host.parentElement === document.body) this.place(); /* drawn since by a framework */
  }

  /** @param {string} name @param {() => void} tell */
  keep(name, tell) {
    this.waiting.delete(name); /* so that it comes after what was told before it */
    this.waiting.set(name, tell);
  }

  onSessions() {
    this.app?.onSessions();
  }

  load() {
    if (this.loading || this.isHidden || this.isDisposed) return;
    this.loading = this.start().catch((error) => {
      this.loading = null;
      const { code, errorMsg, remedy } = error.status === 'error' ? error : tcccError('CSP_BLOCKED');
      this.parts.emitter.emit('warning', { code, message: errorMsg, errorMsg, remedy, mode: 'ui' });
    });
  }

  async start() {
    const scope = /** @type {any} */ (globalThis);
    if (!scope[KEY]) await runScript(`${this.parts.config.base}ui.js`, this.parts.config.nonce);
    if (this.isDisposed) return;
    const { config, face, sessions, settings, isFirstLogin, hasSound } = this.parts;
    /** @type {App} */
    const app = scope[KEY]({ host: this.host, config, tccc: face(), sessions, settings, isFirstLogin: isFirstLogin(), hasSound });
    this.app = app;
    this.whenPossible(() => this.app?.setEmbedded(this.host.parentElement !== document.body));
    app.onSessions();
    for (const tell of this.waiting.values()) tell();
    this.waiting.clear();
  }

  dispose() {
    this.isDisposed = true;
    this.app?.dispose();
    this.app = null;
    this.host.remove();
  }
}
