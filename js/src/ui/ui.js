/**
 * ui.js: the call bar in <t3c-sdk id="tcccSdkDomRoot">, a direct child of body, and tccc.UI. Layer: ui.
 * The page may remove the element by hand; calls go on, and UI.show() brings it back.
 */
import { adoptStyle, element, setText } from './dom.js';
import { barText, errorText } from './text.js';
import { createCard, ENDED_SHOWN_MS } from './card.js';
import { createPanel } from './panel.js';
import { events } from '../events.js';
import { STYLE } from './style.js';

const TAG = 't3c-sdk';
const QUALITY_MS = 2000;
const BUTTONS = ['holdToggle', 'showKeyboard'];

function defineTag() {
  if (!customElements.get(TAG)) customElements.define(TAG, class extends HTMLElement {});
}

/**
 * @param {{config: import('../script.js').ScriptConfig, Call: any, Agent: any, sessions: import('../sessions.js').Sessions,
 *          emitter: import('../events.js').Emitter, quality: (channel: number) => Promise<any>}} sdk
 */
export function createUi({ config, Call, Agent, sessions, emitter, quality }) {
  const text = barText(config.lang);
  /** @type {Map<string, ReturnType<typeof createCard>>} */
  const cards = new Map();
  /** @type {Set<string>} */
  const dismissed = new Set();
  let hiddenButtons = /** @type {string[]} */ ([]);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clockTimer;
  let lastQualityMs = 0;

  const spoken = element('div', { className: 'spoken', attributes: { role: 'alert' } });
  const list = element('div', { className: 'cards' });
  const sound = element('button', { type: 'button', className: 'note', textContent: text.audioBlocked, hidden: true });
  const trouble = element('div', { className: 'note', hidden: true, attributes: { role: 'status' } });
  const { button, panel, update: updatePanel } = createPanel({ text, Call, Agent });
  const bar = element('div', { className: 'cards bar', attributes: { role: 'region', 'aria-label': text.region } },
    sound, trouble, list);
  const host = createHost();

  function createHost() {
    defineTag();
    const made = document.createElement(TAG);
    made.id = 'tcccSdkDomRoot';
    const root = made.attachShadow({ mode: 'open' });
    adoptStyle(root, STYLE, config.nonce);
    root.append(spoken, bar, panel, button);
    return made;
  }

  function mount() {
    const place = config.renderDomId ? document.getElementById(config.renderDomId) : null;
    host.classList.toggle('embedded', place !== null);
    (place ?? document.body).append(host);
  }

  function mountWhenPossible() {
    if (document.body) mount();
    else document.addEventListener('DOMContentLoaded', () => !isDisposed && mount(), { once: true });
  }

  /** @param {string} sessionId */
  function dismiss(sessionId) {
    dismissed.add(sessionId);
    update();
  }

  const isPast = (/** @type {import('../sessions.js').Session} */ session) =>
    dismissed.has(session.sessionId) || (session.state === 'ended' && Date.now() - session.endMs > ENDED_SHOWN_MS);

  /** @param {import('../sessions.js').Session} session */
  function cardOf(session) {
    const present = cards.get(session.sessionId);
    if (present) return present;
    const { sessionId } = session;
    const isShown = (/** @type {string} */ type) => !hiddenButtons.includes(type);
    const made = createCard({ text, Call, sessionId, isShown, onDismiss: () => dismiss(sessionId) });
    cards.set(sessionId, made);
    list.append(made.root);
    return made;
  }

  /** @param {Set<string>} kept */
  function dropCards(kept) {
    for (const [sessionId, card] of cards) {
      if (kept.has(sessionId)) continue;
      card.root.remove();
      cards.delete(sessionId);
    }
  }

  function announce() {
    const ringing = sessions.list().find(({ state }) => state === 'ringingIn');
    const who = ringing && (ringing.phoneDesc || ringing.number || text.unknownNumber);
    setText(spoken, who ? text.incomingFrom.replace('{who}', who) : '');
  }

  function update() {
    const shown = sessions.list().filter((session) => !isPast(session));
    for (const session of shown) cardOf(session).update(session);
    dropCards(new Set(shown.map(({ sessionId }) => sessionId)));
    announce();
    updatePanel(Agent.getStatus());
    setClock(shown.length > 0);
  }

  /** @param {boolean} isOn */
  function setClock(isOn) {
    if (isOn && !clockTimer) clockTimer = setInterval(tick, 1000);
    if (!isOn) {
      clearInterval(clockTimer);
      clockTimer = undefined;
    }
  }

  function tick() {
    update();
    if (Date.now() - lastQualityMs < QUALITY_MS) return;
    lastQualityMs = Date.now();
    for (const { sessionId, channel, state } of sessions.list()) {
      if (state === 'talking' && channel >= 0) quality(channel).then((stats) => cards.get(sessionId)?.showQuality(stats));
    }
  }

  /** @param {string} sentence '' = none */
  function showTrouble(sentence) {
    setText(trouble, sentence);
    trouble.hidden = sentence === '';
  }

  /** @type {[string, (fields: any) => void][]} */
  const listening = [
    [events.audioBlocked, ({ blocked }) => { sound.hidden = !blocked; }],
    [events.connectionLost, () => showTrouble(text.reconnecting)],
    [events.reconnected, () => showTrouble('')],
    [events.micError, (error) => showTrouble(errorText(text, error))],
    [events.sessionEnded, () => showTrouble('')],
    [events.kickedOut, () => showTrouble(text.signedOut)],
    [events.tokenExpired, () => showTrouble(text.tokenExpired)],
  ];
  for (const [name, listener] of listening) emitter.on(name, listener);

  let isDisposed = false;
  function dispose() {
    isDisposed = true;
    setClock(false);
    for (const [name, listener] of listening) emitter.off(name, listener);
    host.remove();
  }

  /** Published integrations take buttons away so. @param {(config: {active: {type: string}[]}) => {active: {type: string}[]}} fn */
  function overrideButtonConfig(fn) {
    const { active } = fn({ active: BUTTONS.map((type) => ({ type })) });
    hiddenButtons = BUTTONS.filter((type) => !active.some((one) => one.type === type));
    update();
  }

  function show() {
    host.hidden = false;
    if (!host.isConnected) mountWhenPossible();
  }

  const api = {
    hide: () => { host.hidden = true; },
    show,
    showfloatButton: () => { button.hidden = false; },
    hidefloatButton: () => {
      button.hidden = true;
      panel.hidden = true;
    },
    showNotificationBar: () => { bar.hidden = false; },
    hideNotificationBar: () => { bar.hidden = true; },
  };
  mountWhenPossible();
  return { api, update, dispose, overrideButtonConfig };
}
