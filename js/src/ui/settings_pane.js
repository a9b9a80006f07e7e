/** settings_pane.js: devices and their check, alerts, language and look. Layer: ui. */
import { h } from './dom.js';
import { icon } from './icons.js';
import { choice, refusal, textButton, toggle } from './controls.js';
import { fill } from './text.js';

/** @typedef {import('./controls.js').Context} Context */

const KINDS = /** @type {const} */ ([['microphone', 'microphones', 'setMicrophone'], ['speaker', 'speakers', 'setSpeaker'], ['camera', 'cameras', 'setCamera']]);

/** @param {Context} c */
function devices(c) {
  const { s, t, act, can } = c;
  const shown = KINDS.filter(([, , method]) => can('Devices', method));
  return h('section', { 'aria-label': t.sound, key: 'sound' }, h('h2', { class: 'minor' }, t.sound), shown.map(([kind, list]) => {
    const found = /** @type {any[]} */ (s.devices[list]).filter(({ deviceId }) => deviceId && deviceId !== 'default');
    const words = /** @type {[string, string][]} */ ([['', t.browserDefault], ...found.map(({ deviceId, label }, i) => [deviceId, label || `${t[kind]} ${i + 1}`])]);
    return choice(t[kind], s.devices.selected[kind] ?? '', words, (deviceId) => act.chooseDevice(kind, deviceId));
  }),
  can('Devices', 'watchVolume') ? h('div', { class: 'choice' }, h('span', null, t.inputLevel), h('meter', { min: 0, max: 1, value: s.volume.input, 'aria-label': t.inputLevel })) : null);
}

/** A check's verdict in whichever form: true, "ok", {ok}. @param {any} result @returns {boolean | undefined} */
export function verdictOf(result) {
  if (typeof result === 'boolean') return result;
  if (typeof result === 'string') return /^(ok|granted|good|passed)$/i.test(result);
  if (typeof result?.ok === 'boolean') return result.ok;
  return result?.status === undefined ? undefined : verdictOf(result.status);
}

/** @param {Context} c @param {any} result */
function remarks({ t, lang }, result) {
  if (typeof result !== 'object' || result === null) return '';
  const { rttMs, jitterMs, loss = result.lossRatio, mos, errorMsg, message, label, name, version, code, remedy } = result;
  if (mos !== undefined && mos !== null) {
    const one = (/** @type {number} */ n) => (n === undefined ? '–' : Number(n).toLocaleString(lang === 'zh' ? 'zh-CN' : 'en-GB', { maximumFractionDigits: 1 }));
    return fill(t.networkFigures, { rtt: one(rttMs), jitter: one(jitterMs), loss: one(loss), mos: one(mos) });
  }
  const known = /** @type {Record<string, string>} */ (t.errors)[code];
  return [label ?? name, version, known ?? errorMsg ?? message, known ? '' : remedy].filter((part) => typeof part === 'string' && part).join(' ');
}

/** @param {Context} c */
function report(c) {
  const { t } = c;
  const found = c.s.preflight.report;
  if (!found) return null;
  const names = /** @type {Record<string, string>} */ (t.checkOf);
  const parts = Object.entries(found).filter(([name]) => name in names);
  return h('ul', { class: 'checks', 'aria-label': t.deviceCheck }, parts.map(([name, result]) => {
    const verdict = verdictOf(result);
    return h('li', { key: name, class: verdict === true ? 'passed' : verdict === false ? 'failed' : '' },
      icon(verdict === true ? 'check' : 'warn'), h('span', { class: 'grow' }, h('span', { class: 'strong' }, names[name]), h('span', { class: 'soft' }, remarks(c, result))),
      h('span', { class: 'verdict' }, verdict === true ? t.checkPassed : verdict === false ? t.checkFailed : t.checkUnknown));
  }));
}

/** @param {Context} c */
function check(c) {
  const { s, t, act, can } = c;
  if (!can('Devices', 'preflight')) return null;
  const { isRunning, report: found } = s.preflight;
  return h('section', { 'aria-label': t.deviceCheck, key: 'check' }, h('h2', { class: 'minor' }, t.deviceCheck), h('div', { 'aria-live': 'polite' }, report(c)),
    h('div', { class: 'buttons' },
      textButton(isRunning ? t.checking : found ? t.checkAgain : t.runCheck, () => act.preflight(), { class: 'primary', disabled: isRunning }),
      found ? textButton(t.copyReport, () => act.run('settings', () => navigator.clipboard.writeText(JSON.stringify(found, null, 2))), { key: 'copy' }) : null));
}

/** @param {Context} c */
export function settingsPane(c) {
  const { s, t, act } = c;
  const { settings } = s;
  return h('div', { class: 'scroll padded settingsPane' }, refusal(c, 'settings'), devices(c), check(c),
    h('section', { 'aria-label': t.alerts, key: 'alerts' }, h('h2', { class: 'minor' }, t.alerts),
      toggle(t.ringtone, !settings.disableRingtone, (isOn) => act.set({ disableRingtone: !isOn })),
      toggle(t.notifications, !settings.disableNotification, (isOn) => act.set({ disableNotification: !isOn }))),
    h('section', { 'aria-label': t.look, key: 'look' }, h('h2', { class: 'minor' }, t.look),
      choice(t.language, settings.lang, [['', t.languageOfPage], ['zh', '中文'], ['en', 'English']], (lang) => act.set({ lang })),
      choice(t.theme, settings.theme, [['auto', t.themeAuto], ['light', t.themeLight], ['dark', t.themeDark]], (theme) => act.set({ theme }))));
}
