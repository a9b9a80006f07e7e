/** controls.js: the small parts that every screen is made of. Layer: ui. */
import { h } from './dom.js';
import { icon } from './icons.js';
import { errorText, fill } from './text.js';
import { initials } from './format.js';

/**
 * What every view is given.
 * @typedef {object} Context
 * @property {import('./state.js').State} s
 * @property {import('./text.js').Text} t
 * @property {import('./actions.js').Actions} act
 * @property {(space: string, method: string) => boolean} can
 * @property {'en'|'zh'} lang
 * @property {any} tccc
 * @property {string} userId the agent's own, '' not known
 * @property {boolean} hasSound whether the sound of calls is in this tab
 */

/** A round button with a picture and a spoken name. @param {string} name @param {string} label @param {(event: any) => void} onclick @param {Record<string, any>} [more] */
export const iconButton = (name, label, onclick, { class: kind = '', ...more } = {}) =>
  h('button', { type: 'button', class: `round ${kind}`, title: label, 'aria-label': label, onclick, ...more }, icon(name));

/** @param {string} label @param {(event: any) => void} onclick @param {Record<string, any>} [more] picture: name of an icon */
export const textButton = (label, onclick, { class: kind = '', picture = '', ...more } = {}) =>
  h('button', { type: 'button', class: `button ${kind}`, onclick, ...more }, picture && icon(picture), h('span', { class: 'label' }, label));

/** @param {string} status */
export const dot = (status) => h('span', { class: 'dot', 'data-status': status });

/** @param {string} name @param {string} picture shown where there are no letters @param {string} [status] @param {string} [avatar] address of a picture */
export const face = (name, picture, status, avatar) => h('span', { class: 'face', 'aria-hidden': 'true' },
  initials(name) && !picture ? initials(name) : icon(picture || 'person'),
  /^https?:/i.test(avatar ?? '') ? h('img', { src: avatar, alt: '', loading: 'lazy', referrerpolicy: 'no-referrer', onerror: (/** @type {any} */ event) => { event.target.hidden = true; } }) : null,
  status ? dot(status) : null);

/** Why something was refused. @param {Context} c @param {string} place */
export const refusal = ({ s, t }, place) => h('div', { class: s.refusals[place] ? 'note' : 'note empty', role: 'alert', key: `refusal ${place}` },
  s.refusals[place] ? errorText(t, s.refusals[place]) : '');

/** @param {string} label @param {Record<string, any>} props of the input @param {string} [picture] */
export const field = (label, props, picture) => h('label', { class: 'field' },
  picture ? icon(picture) : null,
  h('input', { autocomplete: 'off', placeholder: label, 'aria-label': label, spellcheck: 'false', ...props }));

/** @param {string} picture @param {string} title @param {string} [more] */
export const empty = (picture, title, more) => h('div', { class: 'nothing' }, icon(picture), h('p', { class: 'strong' }, title), more ? h('p', null, more) : null);

/** Of a list so many are drawn, every second: a thousand would take the time in which the agent types. */
export const SHOWN_MAX = 100;
/** @param {Context} c @param {number} found how many a list has; what is not shown is searched for */
export const moreOf = ({ t }, found) => (found > SHOWN_MAX ? h('p', { class: 'soft centre rest', key: 'rest' }, fill(t.moreFound, { n: found - SHOWN_MAX })) : null);

/** @param {string} label @param {boolean} isOn @param {(isOn: boolean) => void} onchange @param {Record<string, any>} [more] */
export const toggle = (label, isOn, onchange, more = {}) => h('button', {
  type: 'button', class: 'switch', role: 'switch', 'aria-checked': isOn, onclick: () => onchange(!isOn), ...more,
}, h('span', { class: 'label' }, label), h('i', { 'aria-hidden': 'true' }));

/** @param {string} label @param {string} value @param {[string, string][]} choices value and words @param {(value: string) => void} onchange */
export const choice = (label, value, choices, onchange) => h('label', { class: 'choice' }, h('span', null, label),
  h('select', { value, 'aria-label': label, onchange: (/** @type {any} */ event) => onchange(event.target.value) },
    choices.map(([one, words]) => h('option', { value: one, key: one, selected: one === value }, words))));

/**
 * Pages beside each other, one shown. Arrow keys move between them.
 * @param {string} id @param {string} label @param {[string, string][]} pages name and words @param {string} shown @param {(name: string) => void} onchange
 */
export const tabs = (id, label, pages, shown, onchange) => h('div', {
  class: 'tabs', role: 'tablist', 'aria-label': label,
  onkeydown: (/** @type {KeyboardEvent} */ event) => moveFocus(event, ['ArrowLeft', 'ArrowRight']),
}, pages.map(([name, words]) => h('button', {
  type: 'button', role: 'tab', key: name, id: `${id}-${name}`, 'aria-selected': name === shown, tabindex: name === shown ? 0 : -1,
  onclick: () => onchange(name), onfocus: () => { if (name !== shown) onchange(name); },
}, words)));

/** Arrow keys, Home and End among the buttons of a group. @param {KeyboardEvent} event @param {string[]} keys back and forth */
export function moveFocus(event, [back, forth]) {
  const items = /** @type {HTMLElement[]} */ ([.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll('button:not([disabled]),[tabindex]')]);
  const root = /** @type {ShadowRoot} */ (items[0]?.getRootNode());
  const at = items.indexOf(/** @type {HTMLElement} */ (root?.activeElement));
  const isMirrored = back === 'ArrowLeft' && items[0] && getComputedStyle(items[0]).direction === 'rtl';
  const move = { [back]: isMirrored ? 1 : -1, [forth]: isMirrored ? -1 : 1 }[event.key];
  const to = event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : move && (at + move + items.length) % items.length;
  if (to === undefined || at < 0) return;
  event.preventDefault();
  items[to].focus();
}

/** A number as it is dialled, left to right in any script. @param {string} text */
export const number = (text) => h('bdi', { dir: /^[+\d*# ()-]+$/.test(text) ? 'ltr' : 'auto' }, text);
