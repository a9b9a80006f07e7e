/** user_settings.js: what tccc.UI.updateUserCustomSettings and the settings screen choose, kept per origin. Layer: page. */
import { tcccError } from './errors.js';

const KEY = 'tccc.settings';

/** Each setting: its default and the values it takes (true and false where none are named). @type {Record<string, {first: any, values?: string[]}>} */
const SETTINGS = {
  disableRingtone: { first: false },
  disableNotification: { first: false },
  lang: { first: '', values: ['', 'zh', 'en'] },
  noiseReduction: { first: 'standard', values: ['off', 'low', 'standard', 'high', 'ai'] },
  theme: { first: 'auto', values: ['auto', 'light', 'dark'] },
};

/** @typedef {{disableRingtone: boolean, disableNotification: boolean, lang: string, noiseReduction: keyof typeof import('./voice_module.js').NOISE_LEVELS, theme: string}} UserSettings */

/** @param {string} name @param {any} value */
function check(name, value) {
  const { values } = SETTINGS[name];
  if (values ? values.includes(value) : typeof value === 'boolean') return;
  throw tcccError('ARG_TYPE', `The setting ${name} must be ${values ? `one of ${values.map((one) => `"${one}"`).join(', ')}` : 'true or false'}.`);
}

/** @param {any} change @returns {Partial<UserSettings>} the settings that we know and that are set in it */
function known(change) {
  if (typeof change !== 'object' || change === null) throw tcccError('ARG_TYPE', 'The settings must be an object.');
  const names = Object.keys(SETTINGS).filter((name) => change[name] !== undefined && change[name] !== null);
  for (const name of names) check(name, change[name]);
  return /** @type {any} */ (Object.fromEntries(names.map((name) => [name, change[name]])));
}

/** @param {Storage | undefined} storage @returns {Partial<UserSettings>} */
function stored(storage) {
  try {
    return known(JSON.parse(storage?.getItem(KEY) ?? '{}'));
  } catch { /* no storage in this frame, or not ours */
    return {};
  }
}

/** @param {Storage | undefined} [storage] */
export function createUserSettings(storage = localStorageOf()) {
  const first = Object.fromEntries(Object.entries(SETTINGS).map(([name, { first: value }]) => [name, value]));
  let settings = /** @type {UserSettings} */ ({ ...first, ...stored(storage) });
  /** @type {((settings: UserSettings) => void)[]} */
  const listeners = [];

  /** Takes over what is named in `change`. @param {any} change */
  function update(change) {
    settings = { ...settings, ...known(change) };
    try {
      storage?.setItem(KEY, JSON.stringify(settings));
    } catch { /* full or forbidden: they hold until the page is closed */ }
    for (const listener of listeners) listener(settings);
  }

  return { get: () => settings, update, subscribe: (/** @type {(settings: UserSettings) => void} */ listener) => { listeners.push(listener); } };
}
/** @typedef {ReturnType<typeof createUserSettings>} Settings */

function localStorageOf() {
  try {
    return globalThis.localStorage;
  } catch { /* a sandboxed frame */
    return undefined;
  }
}
