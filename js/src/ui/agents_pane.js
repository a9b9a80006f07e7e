/** agents_pane.js: colleagues to call: search by group, name, account or extension. Layer: ui. */
import { h } from './dom.js';
import { icon } from './icons.js';
import { empty, face, field, iconButton, moreOf, refusal, SHOWN_MAX } from './controls.js';
import { fill } from './text.js';
import { groupState } from './transfer.js';
import { statusWord } from './status.js';

/** @typedef {import('./controls.js').Context} Context */

/** @param {Context} c @param {any} agent */
function row(c, agent) {
  const { s, t, act } = c;
  const name = agent.name || agent.userId;
  const isThere = agent.status !== 'offline';
  const groups = (s.directory?.groups ?? []).filter((/** @type {any} */ { skillGroupId }) => (agent.skillGroupIds ?? []).includes(skillGroupId))
    .map((/** @type {any} */ { skillGroupName }) => skillGroupName).join(', ');
  return h('li', { class: 'row', key: agent.userId }, face(name, '', agent.status),
    h('span', { class: 'grow' }, h('span', { class: 'title clip' }, name),
      h('span', { class: 'soft clip' }, [statusWord(t, agent.status), groups, agent.extension].filter(Boolean).join(' · '))),
    agent.userId === c.userId ? null : [
      agent.hasMobile ? iconButton('mobile', fill(t.callMobile, { who: name }), () => act.callAgent(agent.userId, true), { class: 'small', key: 'mobile' }) : null,
      isThere ? iconButton('answer', fill(t.callAgent, { who: name }), () => act.callAgent(agent.userId, false), { class: 'call', key: 'call' }) : null]);
}

/** Without a directory an account can be typed. @param {Context} c */
function byAccount(c) {
  const { s, t, act } = c;
  const text = s.search.account ?? '';
  return h('form', { class: 'stack', onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    if (text.trim()) act.callAgent(text.trim(), false);
  } }, h('p', { class: 'soft' }, t.noDirectory),
  field(t.accountToCall, { type: 'text', value: text, oninput: (/** @type {any} */ event) => act.step('search', { list: 'account', text: event.target.value }) }),
  h('button', { type: 'submit', class: 'button go', disabled: text.trim() === '' }, icon('answer'), h('span', { class: 'label' }, t.call)));
}

/** @param {Context} c */
export function agentsPane(c) {
  const { s, t, act } = c;
  const text = (s.search.agents ?? '').trim().toLowerCase();
  const group = s.search.group ?? '';
  const agents = (s.directory?.agents ?? []).filter((/** @type {any} */ one) =>
    (!group || (one.skillGroupIds ?? []).map(String).includes(group)) && [one.name, one.userId, one.extension].some((field_) => (field_ ?? '').toLowerCase().includes(text)));
  if (!s.directory?.agents?.length) return h('div', { class: 'scroll padded' }, refusal(c, 'agents'), byAccount(c));
  return [
    h('div', { class: 'tools', key: 'tools' },
      field(t.searchAgents, { type: 'search', value: s.search.agents ?? '', oninput: (/** @type {any} */ event) => act.step('search', { list: 'agents', text: event.target.value }) }, 'search'),
      h('select', { 'aria-label': t.group, value: group, onchange: (/** @type {any} */ event) => act.step('search', { list: 'group', text: event.target.value }) },
        h('option', { value: '', key: '' }, t.allGroups),
        s.directory.groups.map((/** @type {any} */ one) => h('option', { value: String(one.skillGroupId), key: one.skillGroupId }, `${one.skillGroupName} (${groupState(c, one)})`)))),
    refusal(c, 'agents'),
    h('div', { class: 'scroll', key: 'list' }, agents.length === 0 ? empty('search', t.nothingFound) : [h('ul', { 'aria-label': t.directory, key: 'all' }, agents.slice(0, SHOWN_MAX).map((/** @type {any} */ one) => row(c, one))), moreOf(c, agents.length)]),
  ];
}

