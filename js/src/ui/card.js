/** card.js: one call in the bar: who, state, time, quality, buttons, keypad. Layer: ui. */
import { element, icon, roundButton, setText, setToggle } from './dom.js';
import { endingText, errorText } from './text.js';
import { Keypad, KEYS } from './keypad.js';

/** A finished call's card goes away by itself after this. */
export const ENDED_SHOWN_MS = 5000;

/** @typedef {import('../sessions.js').Session} Session */

/** @param {number} ms */
export function clock(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  return `${hours ? `${hours}:` : ''}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** Bars for a MOS estimate: the bands of ITU-T G.107 Annex B, "many users dissatisfied" and so on. @param {number} mos */
const levelOf = (mos) => [1, 3.1, 3.6, 4].filter((floor) => mos >= floor).length;

/** @param {Session} session */
function timeText({ state, startMs, answerMs, endMs, timeout }) {
  if (state === 'talking') return clock(Date.now() - answerMs);
  if (state === 'ended') return answerMs ? clock(endMs - answerMs) : '';
  if (state !== 'ringingIn' || !timeout) return '';
  return `${Math.max(0, Math.ceil(timeout - (Date.now() - startMs) / 1000))} s`;
}

/** @param {string} kind @param {string} iconName @param {string} label @param {() => void} onClick */
function wideButton(kind, iconName, label, onClick) {
  const button = element('button', { type: 'button', className: `wide ${kind}` }, icon(iconName), label);
  button.addEventListener('click', onClick);
  return button;
}

/** @param {import('./text.js').Text} text @param {() => void} onDismiss */
const makeLook = (text, onDismiss) => ({
  title: element('div', { className: 'title' }),
  sub: element('div', { className: 'sub' }),
  time: element('b'),
  stateWord: element('span'),
  bars: element('div', { className: 'bars', attributes: { role: 'img' } }, ...[1, 2, 3, 4].map(() => element('i'))),
  dismiss: roundButton('small', 'close', text.dismiss, onDismiss),
  note: element('div', { className: 'note', hidden: true, attributes: { role: 'status' } }),
});

/** @param {ReturnType<typeof makeLook>} look */
const makeHead = ({ title, sub, stateWord, time, bars, dismiss }) => element('div', { className: 'head' },
  element('div', { className: 'who' }, title, sub, element('div', { className: 'state' }, stateWord, ' ', time)), bars, dismiss);

/** @param {import('./text.js').Text} text @param {Card} card */
function makeButtons(text, card) {
  const made = {
    answer: wideButton('go', 'answer', text.answer, () => card.run('accept')),
    reject: wideButton('stop', 'hangUp', text.reject, () => card.run('end')),
    mute: roundButton('mute', 'mic', text.mute, () => card.run(card.isMuted ? 'unmuteMic' : 'muteMic')),
    hold: roundButton('hold', 'pause', text.hold, () => card.run(card.isHeld ? 'unHold' : 'hold')),
    keypad: roundButton('keypad', 'keypad', text.keypad, () => card.showPad(card.pad.root.hidden)),
    hangUp: roundButton('stop', 'hangUp', text.hangUp, () => card.run('hungUp')),
  };
  return { ...made, all: element('div', { className: 'actions' }, ...Object.values(made)) };
}

export class Card {
  /**
   * @param {{text: import('./text.js').Text, Call: any, sessionId: string, onDismiss: () => void,
   *          isShown: (type: string) => boolean}} options
   */
  constructor(options) {
    this.options = options;
    this.text = options.text;
    this.isMuted = false;
    this.isHeld = false;
    this.look = makeLook(this.text, options.onDismiss);
    this.buttons = makeButtons(this.text, this);
    this.pad = new Keypad(this.text.digits, (key) => this.run('sendDigits', { dtmfText: key }));
    this.root = element('section', { className: 'card' }, makeHead(this.look), this.look.note, this.buttons.all, this.pad.root);
    this.root.addEventListener('keydown', (event) => this.onKey(event.key));
    this.showQuality(null);
  }

  /** Calls a method of tccc.Call and shows why it was refused. @param {string} method @param {object} [more] */
  run(method, more = {}) {
    this.look.note.hidden = true;
    this.options.Call[method]({ sessionId: this.options.sessionId, ...more }).catch((/** @type {any} */ error) => {
      setText(this.look.note, errorText(this.text, error));
      this.look.note.hidden = false;
    });
  }

  /** @param {string} key */
  onKey(key) {
    if (this.pad.root.hidden) return;
    if (key === 'Escape') this.showPad(false);
    else if (KEYS.includes(key)) this.pad.press(key);
  }

  /** @param {boolean} isOpen */
  showPad(isOpen) {
    this.pad.root.hidden = !isOpen;
    this.buttons.keypad.setAttribute('aria-pressed', String(isOpen));
    this.buttons.keypad.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) this.pad.focus();
    else this.buttons.keypad.focus();
  }

  /** @param {Session} session */
  update(session) {
    const { state, number, phoneDesc } = session;
    setText(this.look.title, phoneDesc || number || this.text.unknownNumber);
    setText(this.look.sub, phoneDesc ? number : '');
    setText(this.look.stateWord, this.stateText(session));
    setText(this.look.time, timeText(session));
    this.root.classList.toggle('ringing', state === 'ringingIn');
    this.showButtons(state);
    this.showToggles(session);
  }

  /** @param {Session} session */
  stateText(session) {
    const { text } = this;
    if (session.state === 'ended') return endingText(text, session.ending);
    if (session.state === 'talking' && session.held) return text.held;
    if (session.state === 'talking' && session.channel < 0) return text.connectingSound;
    return text[session.state];
  }

  /** @param {Session['state']} state */
  showButtons(state) {
    const { isShown } = this.options;
    const isTalking = state === 'talking';
    const isRinging = state === 'ringingIn';
    this.look.bars.hidden = !isTalking;
    this.look.dismiss.hidden = state !== 'ended';
    this.buttons.all.hidden = state === 'ended';
    this.buttons.answer.hidden = !isRinging;
    this.buttons.reject.hidden = !isRinging;
    this.buttons.mute.hidden = !isTalking;
    this.buttons.hold.hidden = !isTalking || !isShown('holdToggle');
    this.buttons.keypad.hidden = !isTalking || !isShown('showKeyboard');
    this.buttons.hangUp.hidden = isRinging;
    if (this.buttons.keypad.hidden) this.pad.root.hidden = true;
  }

  /** @param {Session} session */
  showToggles({ muted, held }) {
    const { text } = this;
    this.isMuted = muted;
    this.isHeld = held;
    setToggle(this.buttons.mute, muted ? 'micOff' : 'mic', muted ? text.unmute : text.mute, muted);
    setToggle(this.buttons.hold, held ? 'play' : 'pause', held ? text.unhold : text.hold, held);
  }

  /** @param {Record<string, number> | null} stats */
  showQuality(stats) {
    const isKnown = stats !== null && stats.packetsReceived > 0;
    const level = isKnown ? levelOf(stats.mos) : 0;
    const label = this.text.quality[level] + (isKnown && stats.rttMs >= 0 ? ` · ${Math.round(stats.rttMs)} ms` : '');
    this.look.bars.dataset.level = String(level);
    this.look.bars.title = label;
    this.look.bars.setAttribute('aria-label', label);
  }
}
