/**
 * ui.js: the call bar in <t3c-sdk id="tcccSdkDomRoot">, a direct child of body, and tccc.UI. Layer: ui.
 * The page may remove the element by hand; calls go on, and UI.show() brings it back.
 */
import { adoptStyle, element, setText } from './dom.js';
import { barText, errorText } from './text.js';
import { Card, ENDED_SHOWN_MS } from './card.js';
import { createPanel } from './panel.js';
import { events } from '../events.js';
import { STYLE } from './style.js';

const TAG = 't3c-sdk';
const QUALITY_MS = 2000;
const BUTTONS = ['holdToggle', 'showKeyboard'];

/**
 * @typedef {object} UiParts
 * @property {import('../script.js').ScriptConfig} config
 * @property {any} Call
 * @property {any} Agent
 * @property {import('../sessions.js').Sessions} sessions
 * @property {import('../events.js').Emitter} emitter
 * @property {(channel: number) => Promise<any>} quality figures of a stream
 */

/** @param {string} nonce @param {Node[]} children */
function makeHost(nonce, children) {
  if (!customElements.get(TAG)) customElements.define(TAG, class extends HTMLElement {});
  const host = document.createElement(TAG);
  host.id = 'tcccSdkDomRoot';
  const root = host.attachShadow({ mode: 'open' });
  adoptStyle(root, STYLE, nonce);
  root.append(...children);
  return host;
}

export class Ui {
  /** @param {UiParts} parts */
  constructor(parts) {
    this.parts = parts;
    this.text = barText(parts.config.lang);
    /** @type {Map<string, Card>} */
    this.cards = new Map();
    /** @type {Set<string>} sessions whose cards the agent has put away */
    this.dismissed = new Set();
    /** @type {string[]} */
    this.hiddenButtons = [];
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.clock = undefined;
    this.qualityMs = 0;
    this.isDisposed = false;

    const { text } = this;
    this.spoken = element('div', { className: 'spoken', attributes: { role: 'alert' } });
    this.list = element('div', { className: 'cards' });
    this.sound = element('button', { type: 'button', className: 'note', textContent: text.audioBlocked, hidden: true });
    this.trouble = element('div', { className: 'note', hidden: true, attributes: { role: 'status' } });
    this.bar = element('div', { className: 'cards bar', attributes: { role: 'region', 'aria-label': text.region } },
      this.sound, this.trouble, this.list);
    this.panel = createPanel({ text, Call: parts.Call, Agent: parts.Agent });
    this.host = makeHost(parts.config.nonce, [this.spoken, this.bar, this.panel.panel, this.panel.button]);
    this.listening = this.listen();
    this.mountWhenPossible();
  }

  /** tccc.UI. */
  api() {
    const { bar, host, panel } = this;
    return {
      hide: () => { host.hidden = true; },
      show: () => this.show(),
      showfloatButton: () => { panel.button.hidden = false; },
      hidefloatButton: () => {
        panel.button.hidden = true;
        panel.panel.hidden = true;
      },
      showNotificationBar: () => { bar.hidden = false; },
      hideNotificationBar: () => { bar.hidden = true; },
    };
  }

  show() {
    this.host.hidden = false;
    if (!this.host.isConnected) this.mountWhenPossible();
  }

  mount() {
    const { renderDomId } = this.parts.config;
    const place = renderDomId ? document.getElementById(renderDomId) : null;
    this.host.classList.toggle('embedded', place !== null);
    (place ?? document.body).append(this.host);
  }

  mountWhenPossible() {
    if (document.body) this.mount();
    else document.addEventListener('DOMContentLoaded', () => { if (!this.isDisposed) this.mount(); }, { once: true });
  }

  /** What the bar says about the SDK as a whole. @returns {[string, (fields: any) => void][]} */
  listen() {
    const { text } = this;
    /** @type {[string, (fields: any) => void][]} */
    const listening = [
      [events.audioBlocked, ({ blocked }) => { this.sound.hidden = !blocked; }],
      [events.connectionLost, () => this.showTrouble(text.reconnecting)],
      [events.reconnected, () => this.showTrouble('')],
      [events.micError, (error) => this.showTrouble(errorText(text, error))],
      [events.sessionEnded, () => this.showTrouble('')],
      [events.kickedOut, () => this.showTrouble(text.signedOut)],
      [events.tokenExpired, () => this.showTrouble(text.tokenExpired)],
    ];
    for (const [name, listener] of listening) this.parts.emitter.on(name, listener);
    return listening;
  }

  /** @param {string} sentence '' = none */
  showTrouble(sentence) {
    setText(this.trouble, sentence);
    this.trouble.hidden = sentence === '';
  }

  /** Shows sessions and status as they are now. */
  update() {
    const { Agent, sessions } = this.parts;
    const shown = sessions.list().filter((session) => !this.isPast(session));
    for (const session of shown) this.card(session.sessionId).update(session);
    this.dropCards(new Set(shown.map(({ sessionId }) => sessionId)));
    this.announce();
    this.panel.update(Agent.getStatus());
    this.setClock(shown.length > 0);
  }

  /** @param {import('../sessions.js').Session} session */
  isPast({ sessionId, state, endMs }) {
    return this.dismissed.has(sessionId) || (state === 'ended' && Date.now() - endMs > ENDED_SHOWN_MS);
  }

  /** @param {string} sessionId */
  card(sessionId) {
    const present = this.cards.get(sessionId);
    if (present) return present;
    const made = new Card({
      text: this.text, Call: this.parts.Call, sessionId,
      isShown: (type) => !this.hiddenButtons.includes(type), onDismiss: () => this.dismiss(sessionId),
    });
    this.cards.set(sessionId, made);
    this.list.append(made.root);
    return made;
  }

  /** @param {Set<string>} kept */
  dropCards(kept) {
    for (const [sessionId, card] of this.cards) {
      if (kept.has(sessionId)) continue;
      card.root.remove();
      this.cards.delete(sessionId);
    }
  }

  /** @param {string} sessionId */
  dismiss(sessionId) {
    this.dismissed.add(sessionId);
    this.update();
  }

  /** For screen readers. */
  announce() {
    const ringing = this.parts.sessions.list().find(({ state }) => state === 'ringingIn');
    const who = ringing && (ringing.phoneDesc || ringing.number || this.text.unknownNumber);
    setText(this.spoken, who ? this.text.incomingFrom.replace('{who}', who) : '');
  }

  /** @param {boolean} isOn */
  setClock(isOn) {
    if (isOn && !this.clock) this.clock = setInterval(() => this.tick(), 1000);
    if (!isOn) {
      clearInterval(this.clock);
      this.clock = undefined;
    }
  }

  tick() {
    this.update();
    if (Date.now() - this.qualityMs < QUALITY_MS) return;
    this.qualityMs = Date.now();
    for (const { sessionId, channel, state } of this.parts.sessions.list()) {
      if (state === 'talking' && channel >= 0) {
        this.parts.quality(channel).then((stats) => this.cards.get(sessionId)?.showQuality(stats));
      }
    }
  }

  /** Published integrations take buttons away so. @param {(config: {active: {type: string}[]}) => {active: {type: string}[]}} change */
  overrideButtonConfig(change) {
    const { active } = change({ active: BUTTONS.map((type) => ({ type })) });
    this.hiddenButtons = BUTTONS.filter((type) => !active.some((one) => one.type === type));
    this.update();
  }

  dispose() {
    this.isDisposed = true;
    this.setClock(false);
    for (const [name, listener] of this.listening) this.parts.emitter.off(name, listener);
    this.host.remove();
  }
}
