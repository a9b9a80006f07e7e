/** settings_pane.js: devices and their check, alerts, language and look. Layer: ui. */
import { h } from './dom.js';
import { icon } from './icons.js';
import { choice, refusal, textButton, toggle } from './controls.js';
import { fill } from './text.js';
import { isVoice } from './format.js';

/** @typedef {import('./controls.js').Context} Context */

const KINDS = /** @type {const} */ ([['microphone', 'microphones', 'setMicrophone'], ['speaker', 'speakers', 'setSpeaker'], ['camera', 'cameras', 'setCamera']]);

/** @param {Context} c @param {'volume'|'micVolume'} name @param {string} method */
const slider = ({ s, t, act, can }, name, method) => (can('Devices', method) ? h('label', { class: 'choice', key: name }, h('span', null, t[name]),
  h('input', {
    type: 'range', min: 0, max: 2, step: 0.1, value: String(s.devices.selected[name] ?? 1), 'aria-label': t[name],
    onchange: (/** @type {any} */ event) => act.setVolume(name, method, Number(event.target.value)),
  })) : null);

/** @param {Context} c */
function devices(c) {
  const { s, t, act, can } = c;
  const shown = KINDS.filter(([kind, , method]) => can('Devices', method) && (kind !== 'camera' || can('Video', 'accept')));
  const isNameless = s.devices.microphones.every(({ label }) => !label) && can('Devices', 'requestPermission');
  return h('section', { 'aria-label': t.sound, key: 'sound' }, h('h2', { class: 'minor' }, t.sound),
    isNameless ? h('div', { class: 'line wrap', key: 'allow' }, h('span', { class: 'grow soft' }, t.allowWhy), textButton(t.allowDevices, () => act.allowDevices())) : null,
    shown.map(([kind, list]) => {
      const found = /** @type {any[]} */ (s.devices[list]).filter(({ deviceId }) => deviceId && deviceId !== 'default');
      const words = /** @type {[string, string][]} */ ([['', t.browserDefault], ...found.map(({ deviceId, label }, i) => [deviceId, label || `${t[kind]} ${i + 1}`])]);
      return choice(t[kind], s.devices.selected[kind] ?? '', words, (deviceId) => act.chooseDevice(kind, deviceId));
    }),
    slider(c, 'volume', 'setVolume'), slider(c, 'micVolume', 'setMicVolume'),
    can('Devices', 'watchVolume') && s.sessions.some((one) => isVoice(one) && one.state === 'talking')
      ? h('div', { class: 'choice', key: 'level' }, h('span', null, t.inputLevel), h('meter', { min: 0, max: 1, value: s.volume.input, 'aria-label': t.inputLevel })) : null);
}

/** @param {Context} c @param {any} check of Devices.preflight */
function remarks({ t, lang }, { sentence = '', remedy = '', label = '', rttMs, jitterMs, lossRatio, mos }) {
  const one = (/** @type {number | undefined} */ n) => (n === undefined ? '–' : n.toLocaleString(lang === 'zh' ? 'zh-CN' : 'en-GB', { maximumFractionDigits: 1 }));
  const figures = mos === undefined ? label : fill(t.networkFigures, { rtt: one(rttMs), jitter: one(jitterMs), loss: one((lossRatio ?? 0) * 100), mos: one(mos) });
  return [h('span', { class: 'soft' }, `${sentence} ${remedy}`.trim()), figures ? h('span', { class: 'soft', key: 'figures' }, figures) : null];
}

/** Class, picture and word of each verdict. @type {Record<string, ['passed'|'doubtful'|'failed'|'', 'check'|'warn', 'checkPassed'|'checkWarning'|'checkFailed'|'checkUnknown']>} */
const VERDICTS = {
  ok: ['passed', 'check', 'checkPassed'], warning: ['doubtful', 'warn', 'checkWarning'], failed: ['failed', 'warn', 'checkFailed'], skipped: ['', 'warn', 'checkUnknown'],
};

/** @param {Context} c */
function report(c) {
  const { s, t } = c;
  const names = /** @type {Record<string, string>} */ (t.checkOf);
  return s.preflight.report ? h('ul', { class: 'checks', 'aria-label': t.deviceCheck }, (s.preflight.report.checks ?? []).map((/** @type {any} */ one) => {
    const [kind, picture, word] = VERDICTS[one.result] ?? VERDICTS.skipped;
    return h('li', { key: one.name, class: kind }, icon(picture), h('span', { class: 'grow' }, h('span', { class: 'strong' }, names[one.name] ?? one.name), remarks(c, one)),
      h('span', { class: 'verdict' }, t[word]));
  })) : null;
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
  const { s, t, act, can } = c;
  const { settings } = s;
  return h('div', { class: 'scroll padded settingsPane' }, refusal(c, 'settings'), devices(c), check(c),
    can('Call', 'setNoiseSuppression') ? h('section', { 'aria-label': t.noise, key: 'noise' }, h('h2', { class: 'minor' }, t.noise),
      toggle(t.noiseAiOn, settings.noiseReduction === 'ai', (isOn) => act.setNoise('settings', isOn ? 'ai' : 'standard'))) : null,
    h('section', { 'aria-label': t.alerts, key: 'alerts' }, h('h2', { class: 'minor' }, t.alerts),
      toggle(t.ringtone, !settings.disableRingtone, (isOn) => act.set({ disableRingtone: !isOn })),
      toggle(t.notifications, !settings.disableNotification, (isOn) => act.set({ disableNotification: !isOn }))),
    h('section', { 'aria-label': t.look, key: 'look' }, h('h2', { class: 'minor' }, t.look),
      choice(t.language, settings.lang, [['', t.languageOfPage], ['zh', '中文'], ['en', 'English']], (lang) => act.set({ lang })),
      choice(t.theme, settings.theme, [['auto', t.themeAuto], ['light', t.themeLight], ['dark', t.themeDark]], (theme) => act.set({ theme }))));
}
