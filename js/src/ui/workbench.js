/** workbench.js: the window with status, contacts, dial pad, colleagues, running calls and settings. Layer: ui. */
import { h } from './dom.js';
import { icon } from './icons.js';
import { iconButton } from './controls.js';
import { agentsPane } from './agents_pane.js';
import { dialPane } from './dial_pane.js';
import { fill } from './text.js';
import { isWide } from './state.js';
import { sessionsPane } from './sessions_pane.js';
import { settingsPane } from './settings_pane.js';
import { statusButton, statusStrip } from './status.js';
import { supervisePane } from './supervise_pane.js';

/** @typedef {import('./controls.js').Context} Context */

/** @param {Context} c how many messages wait */
export const unreadOf = ({ s }) => Object.values(s.chats).reduce((sum, { unread }) => sum + unread, 0);

/** @type {Record<string, (c: Context) => any>} */
const PANES = { sessions: sessionsPane, dial: dialPane, agents: agentsPane, supervise: supervisePane, settings: settingsPane };

/** @param {Context} c */
function rail(c) {
  const { s, t, act, can } = c;
  const unread = unreadOf(c);
  /** @type {[string, string, string, boolean][]} */
  const parts = [
    ['sessions', 'list', t.sessions, true], ['dial', 'keypad', t.dial, true], ['agents', 'people', t.directory, can('Call', 'startInternalCall')],
    ['supervise', 'headset', t.supervise, s.running !== null], ['settings', 'settings', t.settings, true],
  ];
  return h('nav', { class: 'rail', 'aria-label': t.rail }, parts.filter(([, , , isThere]) => isThere).map(([name, picture, words]) => h('button', {
    type: 'button', key: name, class: name, 'aria-current': s.view.tab === name ? 'page' : undefined, onclick: () => act.showTab(name),
  }, icon(picture), h('span', { class: 'label' }, words),
  name === 'sessions' && unread > 0 ? h('span', { class: 'badge' }, unread, h('span', { class: 'spoken' }, fill(t.unread, { n: unread }))) : null)));
}

/** @param {Context} c */
const header = (c) => {
  const { s, t, act } = c;
  return h('div', { class: 'top' }, statusButton(c), h('span', { class: 'grow' }),
    s.link === 'starting' ? h('span', { class: 'soft', role: 'status' }, t.starting) : null,
    s.view.isEmbedded ? null : [
      s.view.hasRoom && iconButton(s.view.isWide ? 'narrower' : 'wider', s.view.isWide ? t.narrower : t.wider, () => act.view({ isWide: !s.view.isWide }), { class: 'small', key: 'size' }),
      iconButton('close', t.closeBench, () => act.openBench(false), { class: 'small', key: 'close' })]);
};

/** @param {Context} c @param {any} docked calls, offers and notices, which stay above every pane */
export function workbench(c, docked) {
  const { s, t, act } = c;
  const tab = PANES[s.view.tab] && (s.view.tab !== 'supervise' || s.running) ? s.view.tab : 'sessions';
  return h('section', {
    class: `bench ${isWide(s.view) ? 'wide' : 'compact'}`, 'aria-label': t.bench, key: 'bench', tabindex: -1, 'data-focus': 'bench', 'data-home': 'bench',
    onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape' && !s.view.isEmbedded) act.openBench(false); },
  }, header(c), statusStrip(c), docked,
  h('div', { class: 'body' }, rail(c), h('div', { class: `pane ${tab}`, key: tab }, PANES[tab](c))));
}
