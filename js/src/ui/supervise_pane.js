/** supervise_pane.js: the calls that run, for those who may listen, whisper, take over or end them. Layer: ui. */
import { h } from './dom.js';
import { empty, face, field, moreOf, number, refusal, SHOWN_MAX, textButton } from './controls.js';
import { clock } from './format.js';
import { contains } from './transfer.js';
import { transcript } from './pane_parts.js';

/** @typedef {import('./controls.js').Context} Context */

/** Fewer are seen at a glance. */
const SEARCHED_FROM = 8;

/** @param {Context} c @param {string} question @param {string} words */
const asking = ({ t, act }, question, words) => h('div', { class: 'inset ask', role: 'alertdialog', 'aria-label': words, key: 'ask' }, h('p', null, words),
  h('div', { class: 'buttons' }, textButton(t.yes, () => act.confirm(question), { class: 'danger', 'data-focus': `ask:${question}` }), textButton(t.no, () => act.step('question', ''), { key: 'no' })));

/** With its words where there is room for them. @param {string} picture @param {string} label @param {() => void} onclick @param {Record<string, any>} more */
const tool = (picture, label, onclick, { class: kind = '', ...more }) => textButton(label, onclick, { picture, class: `tool ${kind}`, title: label, 'aria-label': label, ...more });

/** @param {Context} c @param {string} sessionId */
function buttons({ s, t, act, can }, sessionId) {
  const mine = s.monitored[sessionId];
  const ask = (/** @type {string} */ question) => {
    act.step('question', question);
    act.focus(`ask:${question}`);
  };
  if (!mine) {
    return [
      can('Call', 'monitor') && tool('listen', t.listen, () => act.monitor(sessionId, false), { key: 'listen' }),
      can('Call', 'monitor') && tool('text', t.readAlong, () => act.monitor(sessionId, true), { key: 'read' }),
      can('Call', 'kick') && tool('hangUp', t.kick, () => ask(`kick:${sessionId}`), { class: 'bad', key: 'kick' })];
  }
  return [
    !mine.isTextOnly && can('Call', 'whisper') && tool('whisper', t.whisper, () => act.whisper(sessionId, !mine.isWhispering), { 'aria-pressed': mine.isWhispering, key: 'whisper' }),
    !mine.isTextOnly && can('Call', 'intercept') && tool('takeOver', t.takeOver, () => ask(`intercept:${sessionId}`), { key: 'intercept' }),
    can('Call', 'kick') && tool('hangUp', t.kick, () => ask(`kick:${sessionId}`), { class: 'bad', key: 'kick' }),
    tool('close', t.stopListening, () => act.unmonitor(sessionId), { key: 'stop' })];
}

/** @param {Context} c @param {any} one */
function row(c, one) {
  const { s, t } = c;
  const { sessionId, name, userId, state, answerMs, startMs, callerPhoneNumber, calleePhoneNumber } = one;
  const mine = s.monitored[sessionId];
  const words = /** @type {Record<string, string>} */ (t.runningState)[state] ?? state;
  return h('li', { class: `row running ${mine ? 'mine' : ''}`, key: sessionId },
    h('div', { class: 'line' }, face(name || userId || '', '', state === 'talking' || state === 'held' ? 'busy' : 'rest'),
      h('span', { class: 'grow' }, h('span', { class: 'title clip' }, name || userId),
        h('span', { class: 'soft clip' }, number(callerPhoneNumber || ''), ' → ', number(calleePhoneNumber || ''))),
      h('span', { class: 'side' }, h('span', { class: 'strong time' }, clock(s.now - (answerMs || startMs))), h('span', { class: 'soft' }, words))),
    h('div', { class: 'line tools', role: 'group', 'aria-label': name || userId }, mine ? h('span', { class: 'grow live', role: 'status' }, mine.isTextOnly ? t.reading : t.listening) : h('span', { class: 'grow' }), buttons(c, sessionId)),
    s.question === `kick:${sessionId}` ? asking(c, s.question, t.kickSure) : null,
    s.question === `intercept:${sessionId}` ? asking(c, s.question, t.takeOverSure) : null,
    mine ? transcript(c, sessionId) : null);
}

/** @param {Context} c */
export function supervisePane(c) {
  const { s, t, act } = c;
  const running = s.running ?? [];
  const text = s.search.running ?? '';
  const found = running.filter((one) => s.monitored[one.sessionId] || contains(text, one.name, one.userId, one.callerPhoneNumber, one.calleePhoneNumber));
  if (running.length === 0) return h('div', { class: 'scroll' }, refusal(c, 'supervise'), empty('headset', t.noRunning, t.noRunningMore));
  return [
    running.length > SEARCHED_FROM || text ? h('div', { class: 'tools', key: 'tools' },
      field(t.searchRunning, { type: 'search', value: text, oninput: (/** @type {any} */ event) => act.step('search', { list: 'running', text: event.target.value }) }, 'search')) : null,
    h('div', { class: 'scroll', key: 'list' }, refusal(c, 'supervise'), found.length === 0 ? empty('search', t.nothingFound)
      : [h('ul', { 'aria-label': t.supervise, key: 'all' }, found.filter(({ sessionId }, i) => i < SHOWN_MAX || s.monitored[sessionId]).map((one) => row(c, one))), moreOf(c, found.length)]),
  ];
}
