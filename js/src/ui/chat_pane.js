/** chat_pane.js: one chat: messages, what is being written, files. Layer: ui. */
import { h } from './dom.js';
import { icon } from './icons.js';
import { iconButton, refusal, textButton } from './controls.js';
import { completeButton, paneHead } from './pane_parts.js';
import { dayOf, sizeOf, timeOfDay, titleOf } from './format.js';
import { fill } from './text.js';
import { transferPanel } from './transfer.js';
import { TYPING_SHOWN_MS } from './state.js';

/** @typedef {import('./controls.js').Context} Context */
/** @typedef {import('../sessions.js').Session} Session */
/** @typedef {import('./state.js').Message} Message */

/** A picture of a file that is still on its way. @type {WeakMap<File, string>} */
const previews = new WeakMap();

/** @param {Message} message */
function urlOf({ url, file }) {
  if (url) return /^(https?:|blob:|\/)/i.test(url) ? url : '';
  if (!file) return '';
  if (!previews.has(file)) previews.set(file, URL.createObjectURL(file));
  return previews.get(file);
}

/** Which choice of a question the visitor took, by its key or its words as tcccd reads them, before the next question and the agent's words. @param {Message[]} list @param {number} at of the question @returns {string} its key, '' none */
export function takenOf(list, at) {
  const options = list[at].options ?? [];
  for (const { from, kind, text = '', options: next } of list.slice(at + 1)) {
    if (next || from === 'seat') return '';
    const said = text.trim().toLowerCase();
    const taken = from === 'client' && kind === 'text' && (options.find(({ key }) => key.toLowerCase() === said) ?? options.find((one) => one.text.toLowerCase() === said));
    if (taken) return taken.key;
  }
  return '';
}

/** What a flow let the visitor choose: shown, not offered. @param {Context} c @param {Message} message @param {string} taken */
const choices = ({ t }, { options }, taken) => options?.length ? h('ul', { class: 'choices', 'aria-label': t.couldChoose }, options.map(({ key, text }) =>
  h('li', { key, class: key === taken ? 'taken' : '', dir: 'auto' }, key === taken ? [icon('check'), h('span', { class: 'spoken' }, t.chosen), ' '] : null, text))) : null;

/** Addresses in what was written can be opened; a full stop or bracket behind one is not its own. @param {string} text */
const withLinks = (text) => text.split(/(https?:\/\/[^\s<>"'“”‘’，。；！？（）]*[^\s<>"'“”‘’，。；！？（）.,;:!?)\]])/i).map((part, i) => (i % 2 ? h('a', { class: 'link', href: part, target: '_blank', rel: 'noopener noreferrer nofollow' }, part) : part));

/** @param {Context} c @param {Message} message @param {string} taken */
function content(c, message, taken) {
  const { t } = c;
  if (message.kind === 'text') return [h('p', { class: 'words', dir: 'auto' }, withLinks(message.text ?? '')), choices(c, message, taken)];
  const url = urlOf(message);
  const name = message.name ?? '';
  if (message.kind === 'image' && url) {
    return h('a', { class: 'picture', href: url, target: '_blank', rel: 'noopener noreferrer' }, h('img', { src: url, alt: fill(t.image, { name }), loading: 'lazy' }));
  }
  return h('a', { class: 'file', href: url || undefined, target: '_blank', rel: 'noopener noreferrer', download: name },
    icon('file'), h('span', { class: 'grow clip' }, name || t.file), message.size ? h('span', { class: 'soft' }, sizeOf(message.size)) : null);
}

/** @param {Context} c @param {string} sessionId @param {Message} message @param {boolean} isRead */
function mark({ t, act, lang }, sessionId, message, isRead) {
  const time = h('time', { key: 'time' }, timeOfDay(message.timeMs, lang));
  if (message.from !== 'seat') return time;
  if (message.state === 'sending') return h('span', null, t.sending);
  if (message.state !== 'failed') return [time, ' · ', isRead ? t.read : t.sent];
  const { text, file, clientId } = message;
  return [h('span', { class: 'bad' }, t.notSent), ' ', h('button', { type: 'button', class: 'link', onclick: () => act.send(sessionId, file ? { file } : { text }, clientId) }, t.retry)];
}

/** Views of messages, which do not change by themselves: a long chat is drawn in no time. @type {WeakMap<Message, {key: string, view: import('./dom.js').View}>} */
const drawn = new WeakMap();

/** @param {Context} c @param {string} sessionId @param {Message} message @param {boolean} isRead @param {string} taken */
function messageView(c, sessionId, message, isRead, taken) {
  const key = `${c.lang} ${isRead} ${taken}`;
  const known = drawn.get(message);
  if (known?.key === key) return known.view;
  const view = h('div', { class: `message ${message.from} ${message.state ?? ''}`, key: message.clientId || `${message.from} ${message.seq}` },
    content(c, message, taken), message.from === 'system' ? null : h('div', { class: 'mark' }, mark(c, sessionId, message, isRead)));
  drawn.set(message, { key, view });
  return view;
}

/** @param {Context} c @param {Session} session */
function messages(c, session) {
  const { s, t, act } = c;
  const { sessionId } = session;
  const chat = s.chats[sessionId];
  const list = chat?.messages ?? [];
  const isWriting = chat && s.now - chat.typingMs < TYPING_SHOWN_MS;
  return h('div', {
    class: 'messages', role: 'log', 'aria-label': t.messages, tabindex: 0, 'data-follow': `${list.length} ${list[list.length - 1]?.seq ?? ''} ${isWriting}`,
  }, chat?.more && (list.find(({ seq }) => seq !== undefined)?.seq ?? 0) > 1 ? h('button', { type: 'button', class: 'link earlier', key: 'earlier', onclick: () => act.loadEarlier(sessionId) }, t.earlier) : null,
  list.length === 0 ? h('p', { class: 'soft centre' }, t.noMessages) : null,
  list.map((one, i) => {
    const isDay = i === 0 || new Date(one.timeMs).toDateString() !== new Date(list[i - 1].timeMs).toDateString();
    return [isDay ? h('p', { class: 'day', key: `day ${one.timeMs}` }, new Date(one.timeMs).toDateString() === new Date(s.now).toDateString() ? t.today : dayOf(one.timeMs, c.lang)) : null,
      messageView(c, sessionId, one, one.seq !== undefined && one.seq <= (chat?.readSeq ?? 0), one.options ? takenOf(list, i) : '')];
  }),
  isWriting ? h('p', { class: 'soft writing', key: 'writing', role: 'status' }, h('i', null), h('i', null), h('i', null), fill(t.isTyping, { who: titleOf(t, session) })) : null);
}

/** @param {Context} c @param {string} sessionId @param {FileList | null | undefined} files */
function sendFiles({ act }, sessionId, files) {
  for (const file of files ?? []) act.send(sessionId, { file });
}

/** For browsers without field-sizing: as many lines as are written, and a guess at those that wrap. @param {string} text */
const rowsOf = (text) => Math.min(6, text.split('\n').reduce((sum, line) => sum + 1 + Math.floor(line.length / 60), 0));

/** @param {Context} c @param {string} sessionId */
function composer(c, sessionId) {
  const { s, t, act } = c;
  const draft = s.chats[sessionId]?.draft ?? '';
  const ownRoot = (/** @type {Event} */ event) => /** @type {ShadowRoot} */ (/** @type {HTMLElement} */ (event.currentTarget).getRootNode());
  return h('form', { class: 'composer', onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    act.sendDraft(sessionId);
  } },
  h('input', {
    type: 'file', class: 'spoken', tabindex: -1, 'aria-hidden': 'true', id: 'chatFile',
    onchange: (/** @type {any} */ event) => {
      sendFiles(c, sessionId, event.target.files);
      event.target.value = '';
    },
  }),
  iconButton('attach', t.attach, (event) => /** @type {HTMLElement} */ (ownRoot(event).getElementById('chatFile')).click(), { class: 'small' }),
  h('textarea', {
    rows: rowsOf(draft), 'aria-label': t.writeMessage, placeholder: t.writeMessage, title: t.writeHint, value: draft, dir: 'auto', 'data-focus': `write:${sessionId}`, maxlength: 4096,
    oninput: (/** @type {any} */ event) => act.draft(sessionId, event.target.value),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      act.sendDraft(sessionId);
    },
    onpaste: (/** @type {ClipboardEvent} */ event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      sendFiles(c, sessionId, event.clipboardData.files);
    },
  }),
  h('button', { type: 'submit', class: 'round primary', title: t.send, 'aria-label': t.send, disabled: draft.trim() === '' }, icon('send')));
}

/** @param {Context} c @param {Session} session */
export function chatPane(c, session) {
  const { s, t, act, can } = c;
  const { sessionId, state } = session;
  const isUp = state === 'talking';
  return [
    paneHead(c, session, [
      isUp && can('Chat', 'transfer') ? iconButton('transfer', t.transferChat, () => act.panel(sessionId, 'transfer'), { class: 'small', key: 'transfer', 'aria-expanded': s.panels[sessionId] === 'transfer', 'data-focus': `transferButton:${sessionId}` }) : null,
      isUp ? textButton(t.endChat, () => act.end(sessionId), { key: 'end' }) : null, completeButton(c, session)]),
    refusal(c, sessionId),
    s.panels[sessionId] === 'transfer' && isUp ? transferPanel(c, sessionId, false) : null,
    h('div', {
      class: 'chat', key: 'chat',
      ondragover: (/** @type {DragEvent} */ event) => event.preventDefault(),
      ondrop: (/** @type {DragEvent} */ event) => {
        event.preventDefault();
        if (isUp) sendFiles(c, sessionId, event.dataTransfer?.files);
      },
    }, messages(c, session), isUp ? composer(c, sessionId) : h('p', { class: 'soft centre', role: 'status' }, state === 'ended' ? t.chatEnded : '')),
  ];
}
