/** status.js: the agent's status, its menu, and what follows a call. Layer: ui. */
import { h } from './dom.js';
import { icon } from './icons.js';
import { dot, moveFocus, refusal, textButton } from './controls.js';
import { clock } from './format.js';
import { fill } from './text.js';

/** @typedef {import('./controls.js').Context} Context */

/** The cloud's name of after-call work is another. @param {import('./text.js').Text} t @param {string} status */
export const statusWord = (t, status) =>
  /** @type {Record<string, any>} */ (t)[status === 'afterCallWork' ? 'arrange' : status] ?? status;

/** @param {Context} c what an agent may choose; the server sets the others @returns {{value: string, reason?: string, words: string}[]} */
function choices({ s, t }) {
  const reasons = s.directory?.restReasons ?? [];
  const breaks = reasons.length === 0 ? [{ value: 'rest', words: t.rest }]
    : reasons.map((/** @type {string} */ reason) => ({ value: 'rest', reason, words: fill(t.restWith, { reason }) }));
  return [{ value: 'free', words: t.free }, { value: 'notReady', words: t.notReady }, ...breaks,
    ...(s.status.value === 'busy' || s.status.value === 'offline' ? [] : [{ value: 'arrange', words: t.arrange }]), { value: 'offline', words: t.offline }];
}

/** @param {Context} c */
function menu(c) {
  const { s, t, act } = c;
  const close = () => {
    act.view({ isStatusOpen: false });
    act.focus('status');
  };
  const isNow = (/** @type {any} */ { value, reason = '' }) => s.status.value === value && (value !== 'rest' || s.status.reason === reason);
  return h('div', {
    class: 'menu', role: 'menu', 'aria-label': t.status, key: 'menu',
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        close();
      } else if (event.key === 'Tab') act.view({ isStatusOpen: false });
      else moveFocus(event, ['ArrowUp', 'ArrowDown']);
    },
  }, choices(c).map((one, i) => h('button', {
    type: 'button', role: 'menuitemradio', 'aria-checked': isNow(one), tabindex: -1, key: `${one.value} ${one.reason ?? ''}`,
    'data-focus': i === 0 ? 'statusMenu' : undefined, onclick: () => act.setStatus(one.value, one.reason),
  }, dot(one.value), h('span', { class: 'grow' }, one.words), isNow(one) ? icon('check') : null)));
}

/** @param {Context} c */
export function statusButton(c) {
  const { s, t, act } = c;
  const { value, reason, endMs } = s.status;
  const why = /** @type {Record<string, string>} */ (t.notReadyReasons)[reason];
  const words = value === 'rest' && reason ? fill(t.restWith, { reason }) : (value === 'notReady' && why) || statusWord(t, value);
  const open = () => {
    act.refreshDirectory();
    act.view({ isStatusOpen: !s.view.isStatusOpen });
    if (!s.view.isStatusOpen) act.focus('statusMenu');
  };
  return h('div', { class: 'statusPart' },
    h('button', {
      type: 'button', class: 'status', 'aria-haspopup': 'menu', 'aria-expanded': s.view.isStatusOpen, 'aria-label': fill(t.statusNow, { status: words }), 'data-focus': 'status', onclick: open,
    }, dot(value), h('span', { class: 'label' }, words), endMs > s.now ? h('b', { class: 'time' }, clock(endMs - s.now + 999)) : null, icon('down')),
    s.view.isStatusOpen ? menu(c) : null);
}

/** Below the header: what was asked for during a call, being offline, and what was refused. @param {Context} c */
export function statusStrip(c) {
  const { s, t, act } = c;
  const { reserved, value } = s.status;
  return [
    reserved ? h('div', { class: 'strip', key: 'reserved', role: 'status' }, dot(reserved), h('span', { class: 'grow' }, reserved === 'rest' ? t.reservedRest : t.reservedNotReady),
      textButton(t.takeBack, () => act.setStatus('free'))) : null,
    value === 'offline' && s.link === 'up' ? h('div', { class: 'strip', key: 'offline' }, dot('offline'), h('span', { class: 'grow' }, t.youAreOffline),
      textButton(t.goOnline, () => act.setStatus('free'), { class: 'primary' })) : null,
    refusal(c, 'status'),
  ];
}
