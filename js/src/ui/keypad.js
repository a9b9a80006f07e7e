/** keypad.js: the twelve keys. Layer: ui. */
import { h } from './dom.js';

export const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const LETTERS = ['', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ', '', '+', ''];

/** @param {string} label @param {(key: string) => void} onkey @param {Record<string, any>} [more] */
export const keypad = (label, onkey, more = {}) => h('div', { class: 'keys', role: 'group', 'aria-label': label, dir: 'ltr', ...more },
  KEYS.map((key, i) => h('button', { type: 'button', key, onclick: () => onkey(key) },
    h('span', null, key), h('small', { 'aria-hidden': 'true' }, LETTERS[i]))));
