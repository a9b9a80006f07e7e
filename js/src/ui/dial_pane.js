/** dial_pane.js: a number to call, and whom one spoke to lately. Layer: ui. */
import { h } from './dom.js';
import { icon } from './icons.js';
import { face, iconButton, number, refusal } from './controls.js';
import { inOrder, titleOf } from './format.js';
import { fill } from './text.js';
import { keypad } from './keypad.js';

const RECENT_MAX = 6;

/** @typedef {import('./controls.js').Context} Context */

/** @param {Context} c */
function recent(c) {
  const { s, t, act } = c;
  const all = inOrder(s.sessions).filter(({ type, number: to }) => type === 'phone' && to);
  const list = all.filter((one, i) => all.findIndex((other) => other.number === one.number) === i).slice(0, RECENT_MAX);
  return list.length === 0 ? null : h('section', { class: 'recent', key: 'recent', 'aria-label': t.recent }, h('h2', { class: 'minor' }, t.recent),
    h('ul', null, list.map((one) => h('li', { key: one.number }, h('button', {
      type: 'button', class: 'item', 'aria-label': fill(t.dialAgain, { who: titleOf(t, one) }), onclick: () => act.dial(one.number),
    }, face(titleOf(t, one), 'answer'), h('span', { class: 'grow' }, h('span', { class: 'title' }, number(titleOf(t, one))),
      one.phoneDesc ? h('span', { class: 'soft' }, number(one.number)) : null))))));
}

/** @param {Context} c */
export function dialPane(c) {
  const { s, t, act } = c;
  const type = (/** @type {string} */ text) => act.step('dialled', text);
  return h('div', { class: 'dialPane scroll' },
    h('form', { class: 'dialer', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      act.dial(s.dialled);
    } },
    h('div', { class: 'dialLine' },
      h('input', {
        class: 'dialled', type: 'tel', placeholder: t.numberToCall, 'aria-label': t.numberToCall, inputmode: 'tel', autocomplete: 'off',
        value: s.dialled, dir: 'ltr', maxlength: 40,
        oninput: (/** @type {any} */ event) => type(event.target.value), 'data-focus': 'dial',
      }),
      s.dialled ? iconButton('erase', t.erase, () => type(s.dialled.slice(0, -1)), { class: 'small', key: 'erase' }) : null),
    refusal(c, 'dial'),
    keypad(t.keypad, (key) => type(s.dialled + key)),
    h('button', { type: 'submit', class: 'button wide go', disabled: s.dialled.trim() === '' }, icon('answer'), h('span', { class: 'label' }, t.call))),
    recent(c));
}
