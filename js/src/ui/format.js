/** format.js: sessions and times as words. Layer: ui. */
import { endingText, fill } from './text.js';
import { VOICE } from './state.js';

/** @typedef {import('../sessions.js').Session} Session */
/** @typedef {import('./text.js').Text} Text */

/** @param {number} ms */
export function clock(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  return `${hours ? `${hours}:` : ''}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

export const isVoice = (/** @type {{type: string}} */ { type }) => VOICE.includes(type);

/** @param {Text} t @param {Session} session */
export const titleOf = (t, { phoneDesc, number, type }) =>
  phoneDesc || number || (type === 'im' || type === 'video' || type === 'voip' ? t.visitor : t.unknownNumber);

/** What stands below the title. @param {Session} session */
export const subtitleOf = ({ phoneDesc, number, details }) =>
  (phoneDesc && phoneDesc !== number ? number : '') || details.callerLocation || details.channelName || '';

/** Seconds left to answer, 0 none. @param {Session} session @param {number} now */
export const secondsLeft = ({ state, timeout, startMs }, now) =>
  (state === 'ringingIn' && timeout ? Math.max(0, Math.ceil(timeout - (now - startMs) / 1000)) : 0);

/** @param {Session} session @param {number} now @returns {string} how long it has gone on or went on */
export function durationOf({ state, answerMs, endMs }, now) {
  if (state === 'talking') return clock(now - answerMs);
  return state === 'ended' && answerMs ? clock(endMs - answerMs) : '';
}

/** @param {Text} t @param {Session} session @param {boolean} hasSound whether the sound of calls is in this tab */
export function stateOf(t, session, hasSound) {
  const { state, type, held, channel, ending } = session;
  if (state === 'ended') return endingText(t, ending, isVoice(session));
  if (state === 'ringingIn') return type === 'im' ? t.chatWaits : type === 'video' ? t.videoWaits : t.ringingIn;
  if (state === 'talking' && type === 'im') return t.chatting;
  if (state === 'talking' && held) return t.held;
  if (state === 'talking' && type === 'video') return t.onVideo;
  if (state === 'talking' && channel < 0 && hasSound) return t.connectingSound;
  return t[state];
}

/** What a screen reader says when it comes in. @param {Text} t @param {Session} session */
export function incomingText(t, session) {
  const sentence = session.type === 'im' ? t.incomingChat : session.type === 'video' ? t.incomingVideo : t.incomingCall;
  return fill(sentence, { who: titleOf(t, session) });
}

const RANK = { ringingIn: 0, answering: 1, dialing: 1, ringingOut: 1, talking: 1, ended: 2 };

/** Ringing first, and who has waited longest before the others; then the newest before the older, finished last. @param {Session[]} sessions */
export const inOrder = (sessions) => [...sessions].sort((a, b) => RANK[a.state] - RANK[b.state]
  || (a.state === 'ringingIn' ? a.startMs - b.startMs : b.startMs - a.startMs));

/** Making one takes far longer than using it. @type {Record<string, Intl.DateTimeFormat>} */
const formats = {};

/** @param {string} lang @param {string} name @param {Intl.DateTimeFormatOptions} options */
const formatOf = (lang, name, options) => {
  formats[`${lang} ${name}`] ??= new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', options);
  return formats[`${lang} ${name}`];
};

/** @param {number} ms @param {string} lang */
export const timeOfDay = (ms, lang) => formatOf(lang, 'time', { hour: '2-digit', minute: '2-digit' }).format(ms);

/** @param {number} ms @param {string} lang */
export const dayOf = (ms, lang) => formatOf(lang, 'day', { dateStyle: 'medium' }).format(ms);

/** @param {number} ms @param {string} lang */
export const dateAndTime = (ms, lang) => formatOf(lang, 'both', { dateStyle: 'medium', timeStyle: 'short' }).format(ms);

/** @param {number} bytes */
export function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

/** First letters for a round picture. @param {string} name */
export function initials(name) {
  const words = name.trim().split(/[\s@._-]+/).filter(Boolean);
  if (/^[+\d]/.test(name)) return '';
  const letters = words.length > 1 ? words[0][0] + words[1][0] : (words[0] ?? '').slice(0, /[^\x00-\xff]/.test(name) ? 1 : 2);
  return letters.toUpperCase();
}
