/** text.js: which language the screens speak, and sentences put together. Layer: ui. */
import { en } from './text_en.js';
import { zh } from './text_zh.js';

/** @typedef {import('./text_en.js').Text} Text */

export const TEXTS = Object.freeze({ en, zh });

/** @param {string} wanted the setting or data-lang, '' = the page's, then the browser's @returns {'en'|'zh'} */
export function languageOf(wanted) {
  const language = wanted || document.documentElement.lang || navigator.language;
  return /^zh/i.test(language) ? 'zh' : 'en';
}

/** @param {string} sentence with {names} @param {Record<string, string|number>} values */
export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));

/** @param {Text} t @param {{closeBy?: string, mainReason?: string, subReason?: string}} ending @param {boolean} isCall */
export function endingText(t, { closeBy, mainReason, subReason }, isCall) {
  const reasons = /** @type {Record<string, string>} */ (t.reasons);
  const reason = reasons[subReason ?? ''] ?? reasons[mainReason ?? ''];
  if (reason) return reason;
  if (closeBy === 'timer') return t.endedTimer;
  if (closeBy === 'client') return isCall ? t.endedClient : t.chatEndedClient;
  if (closeBy === 'seat') return isCall ? t.endedSeat : t.chatEndedSeat;
  return isCall ? t.endedAdmin : t.chatEndedAdmin;
}

/** @param {Text} t @param {any} error */
export function errorText(t, error) {
  const { code = '', errorMsg = '', message = '', remedy = '', consultReason = '' } = error ?? {};
  if (consultReason) return /** @type {Record<string, string>} */ (t.reasons)[consultReason] ?? t.thirdPartyLeft;
  const sentence = /** @type {Record<string, string>} */ (t.errors)[code];
  return sentence ? fill(sentence, { what: errorMsg || message }).trim() : `${errorMsg || message} ${remedy}`.trim();
}
