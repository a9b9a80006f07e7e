/** card.js: one call in the bar: who, state, time, quality, buttons, keypad. Layer: ui. */
import { element, icon, roundButton, setText, setToggle } from './dom.js';
import { endingText, errorText } from './text.js';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** @param {number} ms */
export function clock(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  return `${hours ? `${hours}:` : ''}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** Bars for a MOS estimate: the bands of ITU-T G.107 Annex B, "many users dissatisfied" and so on. @param {number} mos */
const levelOf = (mos) => [1, 3.1, 3.6, 4].filter((floor) => mos >= floor).length;

/** A finished call's card goes away by itself after this. */
export const ENDED_SHOWN_MS = 5000;

/**
 * @param {{text: import('./text.js').Text, Call: any, sessionId: string, onDismiss: () => void,
 *          isShown: (type: string) => boolean}} options
 */
export function createCard({ text, Call, sessionId, onDismiss, isShown }) {
  const refuse = (/** @type {any} */ error) => {
    setText(note, errorText(text, error));
    note.hidden = false;
  };
  const run = (/** @type {(options: object) => Promise<any>} */ method, /** @type {object} */ more = {}) => () => {
    note.hidden = true;
    method({ sessionId, ...more }).catch(refuse);
  };

  const title = element('div', { className: 'title' });
  const sub = element('div', { className: 'sub' });
  const time = element('b');
  const stateWord = element('span');
  const state = element('div', { className: 'state' }, stateWord, ' ', time);
  const bars = element('div', { className: 'bars', attributes: { role: 'img' } },
    element('i'), element('i'), element('i'), element('i'));
  const note = element('div', { className: 'note', hidden: true, attributes: { role: 'status' } });
  const dismiss = roundButton('small', 'close', text.dismiss, onDismiss);

  const wide = (/** @type {string} */ kind, /** @type {string} */ iconName, /** @type {string} */ label, /** @type {() => void} */ onClick) => {
    const button = element('button', { type: 'button', className: `wide ${kind}` }, icon(iconName), label);
    button.addEventListener('click', onClick);
    return button;
  };
  const answer = wide('go', 'answer', text.answer, run(Call.accept));
  const reject = wide('stop', 'hangUp', text.reject, run(Call.end));
  const mute = roundButton('mute', 'mic', text.mute, () => run(isMuted ? Call.unmuteMic : Call.muteMic)());
  const hold = roundButton('hold', 'pause', text.hold, () => run(isHeld ? Call.unHold : Call.hold)());
  const keypad = roundButton('keypad', 'keypad', text.keypad, () => showKeys(keys.hidden));
  const hangUp = roundButton('stop', 'hangUp', text.hangUp, run(Call.hungUp));
  const actions = element('div', { className: 'actions' }, answer, reject, mute, hold, keypad, hangUp);

  const sent = element('div', { className: 'sent', hidden: true, attributes: { 'aria-label': text.digits } });
  const keys = element('div', { className: 'keys', hidden: true }, ...KEYS.map((key) => {
    const button = element('button', { type: 'button', textContent: key });
    button.addEventListener('click', () => press(key));
    return button;
  }));
  const root = element('section', { className: 'card' },
    element('div', { className: 'head' }, element('div', { className: 'who' }, title, sub, state), bars, dismiss),
    note, actions, sent, keys);
  root.addEventListener('keydown', (event) => {
    if (keys.hidden) return;
    if (event.key === 'Escape') showKeys(false);
    else if (KEYS.includes(event.key)) press(event.key);
  });

  let isMuted = false;
  let isHeld = false;

  /** @param {string} key */
  function press(key) {
    sent.textContent += key;
    run(Call.sendDigits, { dtmfText: key })();
  }

  /** @param {boolean} isOpen */
  function showKeys(isOpen) {
    keys.hidden = !isOpen;
    sent.hidden = !isOpen;
    keypad.setAttribute('aria-pressed', String(isOpen));
    keypad.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) /** @type {HTMLElement} */ (keys.firstChild).focus();
    else if (root.contains(/** @type {ShadowRoot} */ (root.getRootNode()).activeElement)) keypad.focus();
  }

  /** @param {import('../sessions.js').Session} session */
  function stateText(session) {
    if (session.state === 'ended') return endingText(text, session.ending);
    if (session.state === 'talking' && session.held) return text.held;
    if (session.state === 'talking' && session.channel < 0) return text.connectingSound;
    return text[session.state];
  }

  /** @param {import('../sessions.js').Session} session */
  function timeText(session) {
    if (session.state === 'talking') return clock(Date.now() - session.answerMs);
    if (session.state === 'ended') return session.answerMs ? clock(session.endMs - session.answerMs) : '';
    if (session.state === 'ringingIn' && session.timeout) {
      return `${Math.max(0, Math.ceil(session.timeout - (Date.now() - session.startMs) / 1000))} s`;
    }
    return '';
  }

  /** @param {import('../sessions.js').Session} session */
  function update(session) {
    const { state: now, number, phoneDesc } = session;
    const isTalking = now === 'talking';
    const isRinging = now === 'ringingIn';
    isMuted = session.muted;
    isHeld = session.held;
    root.classList.toggle('ringing', isRinging);
    setText(title, phoneDesc || number || text.unknownNumber);
    setText(sub, phoneDesc ? number : '');
    setText(stateWord, stateText(session));
    setText(time, timeText(session));
    bars.hidden = !isTalking;
    dismiss.hidden = now !== 'ended';
    actions.hidden = now === 'ended';
    answer.hidden = reject.hidden = !isRinging;
    mute.hidden = !isTalking;
    hold.hidden = !isTalking || !isShown('holdToggle');
    keypad.hidden = !isTalking || !isShown('showKeyboard');
    hangUp.hidden = isRinging;
    setToggle(mute, isMuted ? 'micOff' : 'mic', isMuted ? text.unmute : text.mute, isMuted);
    setToggle(hold, isHeld ? 'play' : 'pause', isHeld ? text.unhold : text.hold, isHeld);
    if (!isTalking) showKeysQuietly();
  }

  function showKeysQuietly() {
    keys.hidden = true;
    sent.hidden = true;
  }

  /** @param {Record<string, number> | null} stats */
  function showQuality(stats) {
    const isKnown = stats !== null && stats.packetsReceived > 0;
    const level = isKnown ? levelOf(stats.mos) : 0;
    const label = text.quality[level] + (isKnown && stats.rttMs >= 0 ? ` · ${Math.round(stats.rttMs)} ms` : '');
    bars.dataset.level = String(level);
    bars.title = label;
    bars.setAttribute('aria-label', label);
  }

  showQuality(null);
  return { root, update, showQuality };
}
