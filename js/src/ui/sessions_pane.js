/** sessions_pane.js: the list of contacts and the one that is looked at. Layer: ui. */
import { h } from './dom.js';
import { empty, face, number, refusal, textButton } from './controls.js';
import { chatPane } from './chat_pane.js';
import { completeButton, details, paneHead, transcript } from './pane_parts.js';
import { durationOf, inOrder, secondsLeft, stateOf, titleOf } from './format.js';
import { fill } from './text.js';
import { isWide } from './state.js';
import { videoPane } from './video_pane.js';

/** @typedef {import('./controls.js').Context} Context */
/** @typedef {import('../sessions.js').Session} Session */

export const pictureOf = (/** @type {string} */ type) => ({ im: 'chat', video: 'camera' })[type] ?? 'answer';

/** The last words of a chat, else the state. @param {Context} c @param {Session} session */
function lastWords(c, session) {
  const { s, t } = c;
  const last = s.chats[session.sessionId]?.messages.filter(({ kind }) => kind !== undefined).pop();
  if (session.type !== 'im' || !last || session.state === 'ringingIn') return stateOf(t, session, c.hasSound);
  if (last.kind === 'text') return last.text ?? '';
  return fill(last.kind === 'image' ? t.image : t.file, { name: last.name ?? '' });
}

/** @param {Context} c @param {Session} session */
function item(c, session) {
  const { s, t, act } = c;
  const { sessionId, state, type } = session;
  const unread = s.chats[sessionId]?.unread ?? 0;
  const left = secondsLeft(session, s.now);
  const time = left ? fill(t.secondsLeft, { n: left }) : durationOf(session, s.now);
  return h('li', { key: sessionId }, h('button', {
    type: 'button', class: `item ${state}`, 'aria-current': s.view.selected === sessionId ? 'true' : undefined, onclick: () => act.select(sessionId),
  }, face(titleOf(t, session), pictureOf(type), state === 'ended' ? 'offline' : state === 'ringingIn' ? 'rest' : 'free', session.details.avatar),
  h('span', { class: 'grow' }, h('span', { class: 'title' }, number(titleOf(t, session))), h('span', { class: 'soft clip' }, lastWords(c, session))),
  h('span', { class: 'side' }, h('span', { class: 'soft time' }, time),
    unread ? h('span', { class: 'badge' }, unread, h('span', { class: 'spoken' }, fill(t.unread, { n: unread }))) : null)));
}

/** @param {Context} c */
const list = (c) => {
  const { s, t } = c;
  return h('div', { class: 'list', key: 'list', tabindex: -1, 'data-focus': 'sessions' }, s.sessions.length === 0 ? empty('list', t.noSessions, t.noSessionsMore)
    : h('ul', { 'aria-label': t.sessions }, inOrder(s.sessions).map((one) => item(c, one))));
};

/** @param {Context} c @param {Session} session */
function callPane(c, session) {
  const { t, act } = c;
  const { sessionId, state, number: to } = session;
  return [paneHead(c, session, [
    state === 'ended' && session.type === 'phone' && to ? textButton(t.callBack, () => act.dial(to), { picture: 'answer', key: 'back' }) : null, completeButton(c, session)]),
  h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t.details }, refusal(c, state === 'ended' ? sessionId : 'dial'), transcript(c, sessionId), details(c, session))];
}

/** @param {Context} c */
export function sessionsPane(c) {
  const { s, t } = c;
  const isBoth = isWide(s.view);
  const session = s.sessions.find(({ sessionId }) => sessionId === s.view.selected);
  const pane = session && ({ im: chatPane, video: videoPane }[/** @type {string} */ (session.type)] ?? callPane);
  return [
    isBoth || !session ? list(c) : null,
    session && pane ? h('div', { class: 'detail', key: session.sessionId, tabindex: -1, 'data-focus': `pane:${session.sessionId}` }, pane(c, session))
      : isBoth && s.sessions.length > 0 ? h('div', { class: 'detail', key: 'none' }, empty('chat', t.noneSelected)) : null,
  ];
}
