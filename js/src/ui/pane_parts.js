/** pane_parts.js: head, facts and transcript of the contact that is looked at. Layer: ui. */
import { h } from './dom.js';
import { iconButton, number, textButton } from './controls.js';
import { dateAndTime, durationOf, stateOf, subtitleOf, titleOf } from './format.js';

import { isWide } from './state.js';

/** @typedef {import('./controls.js').Context} Context */
/** @typedef {import('../sessions.js').Session} Session */

/** What is known of a call. @param {Context} c @param {Session} session @returns {[string, any][]} */
function facts({ s, t, lang }, session) {
  const { direction, details, startMs, type, sessionId } = session;
  const path = (details.ivrPath ?? []).map((/** @type {any} */ { key, label }) => (label ? `${key} ${label}` : key)).join(' → ');
  const data = details.clientData;
  /** @type {[string, any][]} */
  const all = [
    [t.direction, direction === 'in' ? t.inbound : t.outbound],
    [t.caller, details.callerPhoneNumber && number(details.callerPhoneNumber)], [t.callee, details.calleePhoneNumber && number(details.calleePhoneNumber)],
    [t.location, direction === 'in' ? details.callerLocation : details.calleeLocation], [t.menuPath, path], [t.remark, details.remark],
    [t.source, details.peerSource], [t.channel, details.channelName ?? (type === 'voip' ? details.callee : '')],
    [t.customerData, typeof data === 'string' ? data : data ? JSON.stringify(data) : ''],
    [t.began, dateAndTime(startMs, lang)], [t.duration, durationOf(session, s.now)], [t.sessionId, h('code', { dir: 'ltr' }, sessionId)],
  ];
  return all.filter(([, value]) => value);
}

/** @param {Context} c @param {Session} session */
export const details = (c, session) => h('dl', { class: 'facts' }, facts(c, session).map(([name, value]) =>
  h('div', { key: name }, h('dt', null, name), h('dd', null, value))));

/** Back to the list where there is no room for both, who it is, and what can be done with it. @param {Context} c @param {Session} session @param {any} buttons */
export function paneHead(c, session, buttons) {
  const { s, t, act } = c;
  return h('div', { class: 'paneHead' },
    isWide(s.view) ? null : iconButton('back', t.back, () => {
      act.view({ selected: '' });
      act.focus('sessions');
    }, { class: 'small', key: 'back' }),
    h('div', { class: 'grow' }, h('h2', { class: 'clip' }, number(titleOf(t, session))),
      h('p', { class: 'soft clip' }, stateOf(t, session, c.hasSound), [durationOf(session, s.now), subtitleOf(session)].filter(Boolean).map((one) => ` · ${one}`))),
    buttons);
}

/** Removes what has ended. @param {Context} c @param {Session} session */
export const completeButton = ({ t, act }, { sessionId, state }) =>
  state === 'ended' && textButton(t.complete, () => act.remove(sessionId), { class: 'primary', picture: 'check', key: 'complete' });

/** @param {Context} c @param {string} sessionId */
export const transcript = ({ s, t }, sessionId) => {
  const lines = s.transcripts[sessionId] ?? [];
  return lines.length === 0 ? null : h('section', { class: 'transcript', 'aria-label': t.transcript, key: 'transcript' }, h('h2', { class: 'minor' }, t.transcript),
    h('div', { role: 'log', 'aria-live': 'off', tabindex: 0, 'aria-label': t.transcript, 'data-follow': true }, lines.map(({ flow, index, text, isFinal }) => h('p', { key: `${flow} ${index}`, class: isFinal ? '' : 'soft' },
      h('b', null, flow === 'IN' ? t.customer : t.you), ' ', h('span', { dir: 'auto' }, text)))));
};
