/** user_settings.js: what tccc.UI.updateUserCustomSettings and the settings screen choose, kept per origin, the same in all its pages. Layer: page. */
import { originStore } from './origin_store.js';
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

/** `change`: what was named, or what another page has changed. @typedef {(settings: UserSettings, change: Partial<UserSettings>) => void} Listener */

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

/** @param {Storage | null} [storage] */
export function createUserSettings(storage) {
  const store = originStore(KEY, storage);
  const first = Object.fromEntries(Object.entries(SETTINGS).map(([name, { first: value }]) => [name, value]));
  /** Read when they are first wanted. @type {UserSettings | undefined} */
  let settings = undefined;
  /** @type {Listener[]} */
  const listeners = [];

  /** @returns {UserSettings} */
  function kept() {
    try {
      return /** @type {any} */ ({ ...first, ...known(store.read()) });
    } catch { /* not ours */
      return /** @type {any} */ (first);
    }
  }

  const get = () => {
    settings ??= kept();
    return settings;
  };

  /** @param {UserSettings} next @param {Partial<UserSettings>} change */
  function put(next, change) {
    settings = next;
    for (const listener of listeners) listener(next, change);
  }

  /** Another page has written. */
  function adopt() {
    const before = /** @type {any} */ (get());
    const next = kept();
    put(next, Object.fromEntries(Object.entries(next).filter(([name, value]) => before[name] !== value)));
  }

  /** Takes over what is named in `change`. @param {any} change */
  function update(change) {
    const named = known(change);
    const next = { ...get(), ...named };
    store.write(next);
    put(next, named);
  }

  return {
    get, update,
    subscribe: (/** @type {Listener} */ listener) => { listeners.push(listener); },
    /** From now on what another page of this origin chooses holds here, too. @returns {() => void} no longer */
    follow: () => store.follow(adopt),
  };
}
/** @typedef {ReturnType<typeof createUserSettings>} Settings */
