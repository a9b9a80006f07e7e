/** transfer.js: to whom a contact goes: groups, colleagues with their states, or a number. Layer: ui. */
import { h } from './dom.js';
import { dot, empty, field, moreOf, SHOWN_MAX, tabs, textButton } from './controls.js';
import { fill } from './text.js';
import { statusWord } from './status.js';
import { transferOf } from './state.js';

/** @typedef {import('./controls.js').Context} Context */
/** @typedef {{key: string, name: string, more: string, status: string, target: object, isOff?: boolean}} Target */

export const contains = (/** @type {string} */ text, /** @type {(string|undefined)[]} */ ...fields) =>
  fields.some((one) => (one ?? '').toLowerCase().includes(text.trim().toLowerCase()));

/** @param {Context} c @param {any} group */
export const groupState = ({ t }, { free = 0, waiting = 0 }) => fill(t.groupState, { free, waiting });

/** @param {Context} c @param {string} text @returns {Target[]} */
const groupTargets = (c, text) => (c.s.directory?.groups ?? []).filter((/** @type {any} */ one) => contains(text, one.skillGroupName))
  .map((/** @type {any} */ one) => ({
    key: `g${one.skillGroupId}`, name: one.skillGroupName, more: one.free === undefined ? '' : groupState(c, one), status: one.free > 0 ? 'free' : 'busy',
    target: { skillGroupId: String(one.skillGroupId) },
  }));

/** @param {Context} c @param {string} text @returns {Target[]} */
const agentTargets = (c, text) => (c.s.directory?.agents ?? []).filter((/** @type {any} */ one) => one.userId !== c.userId && contains(text, one.name, one.userId, one.extension))
  .map((/** @type {any} */ one) => ({
    key: `a${one.userId}`, name: one.name || one.userId, more: statusWord(c.t, one.status), status: one.status, target: { userId: one.userId },
  }));

/** @param {Context} c @param {string} sessionId @param {Target[]} list @param {string} label */
function picker(c, sessionId, list, label) {
  const { s, t, act } = c;
  const { target } = transferOf(s, sessionId);
  if (!s.directory) return h('p', { class: 'soft', role: 'status' }, t.loading);
  if (list.length === 0) return empty('search', t.nothingFound);
  return h('div', { class: 'picks', role: 'radiogroup', 'aria-label': label }, list.filter(({ key }, i) => i < SHOWN_MAX || key === target).map((one) => h('label', { class: 'pick', key: one.key },
    h('input', { type: 'radio', name: `to-${sessionId}`, checked: target === one.key, onchange: () => act.choose(sessionId, { target: one.key }) }),
    dot(one.status), h('span', { class: 'grow clip' }, one.name), h('span', { class: 'soft small' }, one.more))), moreOf(c, list.length));
}

/** @param {Context} c @param {string} sessionId @param {Target | undefined} target @param {boolean} isCall */
function goButtons({ s, t, act, can }, sessionId, target, isCall) {
  const canAsk = isCall && can('Call.consult', 'start') && !s.hiddenButtons.includes('consult');
  return h('div', { class: 'buttons' },
    textButton(t.transferNow, () => { if (target) act.transfer(sessionId, target.target); }, { class: 'primary', disabled: !target, picture: 'transfer' }),
    canAsk ? textButton(t.askFirst, () => { if (target) act.consult(sessionId, target.target, target.name); }, { disabled: !target, key: 'ask' }) : null);
}

/** @param {Context} c @param {string} sessionId @param {boolean} isCall */
function pagesOf({ s, t }, sessionId, isCall) {
  /** @type {[string, string, string][]} */
  const pages = [['groups', t.groups, 'transferSkillGroup'], ['agents', t.agents, 'transferSeat']];
  if (isCall) pages.push(['number', t.number, 'forwardOut']);
  return /** @type {[string, string][]} */ (pages.filter(([, , type]) => !s.hiddenButtons.includes(type)).map(([name, words]) => [name, words]));
}

/** @param {Context} c @param {string} sessionId @param {(Target|undefined)} target */
const numberPage = ({ s, t, act }, sessionId, target) => {
  const { number } = transferOf(s, sessionId);
  return h('div', { class: 'stack', key: 'number' },
    field(t.numberOrExtension, { type: 'tel', inputmode: 'tel', value: number, dir: 'ltr', oninput: (/** @type {any} */ event) => act.choose(sessionId, { number: event.target.value }) }),
    number && target ? h('p', { class: 'soft' }, 'extension' in target.target ? t.extension : t.outsideNumber) : null);
};

/** Up to five digits are a desk phone's. @param {string} number @returns {Target | undefined} */
function numberTarget(number) {
  const dialled = number.replace(/[\s()-]/g, '');
  if (!/^\+?[\d*#]+$/.test(dialled)) return undefined;
  return { key: 'number', name: dialled, more: '', status: '', target: /^\d{2,5}$/.test(dialled) ? { extension: dialled } : { phoneNumber: dialled } };
}

/** @param {Context} c @param {string} sessionId @param {boolean} [isCall] chats go to groups and colleagues only */
export function transferPanel(c, sessionId, isCall = true) {
  const { s, t, act } = c;
  const pages = pagesOf(c, sessionId, isCall);
  const chosen = transferOf(s, sessionId);
  const tab = pages.some(([name]) => name === chosen.tab) ? chosen.tab : pages[0]?.[0];
  const list = `transfer ${tab}`;
  const text = s.search[list] ?? '';
  const targets = tab === 'groups' ? groupTargets(c, text) : tab === 'agents' ? agentTargets(c, text) : [];
  const target = tab === 'number' ? numberTarget(chosen.number) : targets.find(({ key }) => key === chosen.target);
  return h('div', { class: 'inset', key: 'transfer', tabindex: -1, 'data-focus': `transfer:${sessionId}`, role: 'group', 'aria-label': t.transferTo },
    tabs(`transfer-${sessionId}`, t.transferTo, pages, tab, (name) => act.choose(sessionId, { tab: name, target: '' })),
    tab === 'number' ? numberPage(c, sessionId, target) : h('div', { class: 'stack', key: tab },
      field(tab === 'groups' ? t.searchGroups : t.searchAgents, { type: 'search', value: text, oninput: (/** @type {any} */ event) => act.step('search', { list, text: event.target.value }) }, 'search'),
      picker(c, sessionId, targets, tab === 'groups' ? t.groups : t.agents)),
    goButtons(c, sessionId, target, isCall));
}
