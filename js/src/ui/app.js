/** app.js: the screens put together: state, drawing, focus, and what is asked for from time to time. Layer: ui. */
import { adoptStyle, draw, h } from './dom.js';
import { arrangeCard, barSessions, card, notices } from './card.js';
import { canOf, createActions } from './actions.js';
import { createStore, isLookedAt } from './state.js';
import { incomingText, inOrder, stateOf, titleOf } from './format.js';
import { fill, languageOf, TEXTS } from './text.js';
import { videoSounds } from './video_pane.js';
import { unreadOf, workbench } from './workbench.js';
import { icon } from './icons.js';
import { dot } from './controls.js';
import { keepScroll } from './scroll.js';
import { STYLE } from './style.js';

const TICK_MS = 1000;
const DIRECTORY_MS = 3000;
const RUNNING_MS = 2000;
/** A workbench of two columns needs this much of the page, or of the element that it stands in. */
const WIDE_MIN = 820;
const WIDE_MIN_EMBEDDED = 640;
const FOCUSABLE = 'button:not([disabled]):not([hidden]),input:not([disabled]):not([tabindex="-1"]),select,textarea,[tabindex="0"]';

/**
 * @typedef {object} AppParts
 * @property {HTMLElement} host
 * @property {import('../script.js').ScriptConfig} config
 * @property {any} tccc
 * @property {import('../sessions.js').Sessions} sessions
 * @property {import('../user_settings.js').Settings} settings
 * @property {boolean} isFirstLogin
 * @property {() => boolean} hasSound whether the sound of calls is in this tab
 */

export class App {
  /** @param {AppParts} parts */
  constructor(parts) {
    this.parts = parts;
    this.isDisposed = false;
    this.isDrawing = false;
    this.focusCount = 0;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    /** @type {Record<string, number>} when something was last asked for */
    this.asked = {};
    this.store = createStore(() => this.drawSoon(), () => Date.now());
    this.can = canOf(parts.tccc);
    this.act = createActions({ tccc: parts.tccc, store: this.store, settings: parts.settings });
    this.shadow = parts.host.shadowRoot ?? parts.host.attachShadow({ mode: 'open' });
    this.stage = document.createElement('div');
    this.shadow.replaceChildren(this.stage);
    adoptStyle(this.shadow, STYLE, parts.config.nonce);
    this.onResize = () => this.measure();
    globalThis.addEventListener('resize', this.onResize);
    this.observer = new ResizeObserver(this.onResize);
    this.observer.observe(parts.host);
    this.onShown = () => this.look();
    document.addEventListener('visibilitychange', this.onShown);
    this.measure();
    this.look();
    this.store.step('settings', parts.settings.get());
    parts.settings.subscribe((settings) => { if (!this.isDisposed) this.store.step('settings', settings); });
    const status = parts.tccc.Agent.getStatus();
    if (status !== 'offline') this.store.step('statusChanged', { status });
    this.draw();
  }

  /** Whether there is room for two columns. */
  measure() {
    const { isEmbedded } = this.store.get().view;
    const hasRoom = isEmbedded ? this.parts.host.clientWidth >= WIDE_MIN_EMBEDDED : globalThis.innerWidth >= WIDE_MIN;
    if (hasRoom !== this.store.get().view.hasRoom) this.store.step('view', { hasRoom });
  }

  /** After hide and show of the screens or their page: what came meanwhile is read when it is seen, not before. */
  look() {
    const isSeen = !document.hidden && !this.parts.host.hidden;
    const { view, sessions } = this.store.get();
    if (isSeen === view.isSeen) return;
    this.act.view({ isSeen });
    if (isLookedAt(this.store.get(), view.selected) && sessions.find((one) => one.sessionId === view.selected)?.type === 'im') this.act.openChat(view.selected);
  }

  /** @param {string} name @param {any} fields */
  onEvent(name, fields) {
    this.store.step(name, fields);
    EFFECTS[name]?.(this, fields);
  }

  onSessions() {
    const { store, parts } = this;
    store.step('sessions', parts.sessions.list().map((one) => ({ ...one, phoneDesc: one.phoneDesc || this.colleague(one) })));
    for (const { sessionId, type, state, details, consult } of /** @type {any[]} */ (parts.sessions.list())) { /* what no event tells after a reload */
      if (type === 'im' && state === 'talking' && !store.get().chats[sessionId]?.isLoaded && this.can('Chat', 'getMessages')) this.act.takeMessages(sessionId);
      if (consult && !store.get().consults[sessionId]) store.step('consult', { sessionId, state: consult });
      if (details.selfService === true && store.get().flows[sessionId] === undefined) store.step('selfService', { sessionId, running: true });
    }
  }

  /** The name of the other agent of an internal call, where it is known. @param {import('../sessions.js').Session} session */
  colleague({ type, number, details }) {
    const userId = type === 'internal' ? details.calleeUserId ?? details.peerUserId ?? number : '';
    return (userId && this.store.get().directory?.agents?.find((/** @type {any} */ one) => one.userId === userId)?.name) || '';
  }

  showFloatButton(/** @type {boolean} */ isFloatShown) { this.act.view({ isFloatShown }); }
  showBar(/** @type {boolean} */ isBarShown) { this.act.view({ isBarShown }); }
  showWorkbench(/** @type {boolean} */ isOpen) {
    this.act.view(isOpen ? { isOpen, isWide: true } : { isOpen });
  }
  setHiddenButtons(/** @type {string[]} */ hidden) { this.store.step('hiddenButtons', hidden); }

  /** @param {boolean} isEmbedded */
  setEmbedded(isEmbedded) {
    this.parts.host.toggleAttribute('data-embedded', isEmbedded);
    if (isEmbedded === this.store.get().view.isEmbedded) return;
    this.act.view({ isEmbedded, isOpen: isEmbedded });
    this.measure();
  }

  /** @returns {import('./controls.js').Context} */
  context() {
    const s = this.store.get();
    const lang = languageOf(s.settings.lang || this.parts.config.lang);
    return { s, t: TEXTS[lang], lang, act: this.act, can: this.can, tccc: this.parts.tccc, userId: this.parts.config.userId, hasSound: this.parts.hasSound() };
  }

  /** Several steps of one event are drawn once. */
  drawSoon() {
    if (this.isDrawing || this.isDisposed) return;
    this.isDrawing = true;
    Promise.resolve().then(() => { if (!this.isDisposed) this.draw(); });
  }

  draw() {
    this.isDrawing = false;
    const c = this.context();
    const home = this.homeOfFocus();
    const scrolled = keepScroll(this.shadow);
    draw(this.stage, screens(c, getComputedStyle(this.parts.host).direction, this.parts.host.hidden));
    scrolled();
    this.giveFocus(home);
    this.setTimer(needsClock(c.s));
  }

  /** @returns {{element: Element, name: string} | null} what has the focus, and the part it is in */
  homeOfFocus() {
    const element = this.shadow.activeElement;
    return element && { element, name: element.closest('[data-home]')?.getAttribute('data-home') ?? '' };
  }

  /** To what an act asked for; else, when what had it has gone, to the part it was in. @param {{element: Element, name: string} | null} home */
  giveFocus(home) {
    const { focus } = this.store.get();
    if (focus.count !== this.focusCount) {
      this.focusCount = focus.count;
      const wanted = this.shadow.querySelector(`[data-focus="${CSS.escape(focus.name)}"]`);
      if (wanted) {
        focusIn(wanted);
        return;
      }
    }
    if (!home || this.shadow.activeElement || (home.element.isConnected && home.element.matches(':not([disabled])'))) return;
    const part = this.shadow.querySelector(`[data-home="${CSS.escape(home.name)}"]`) ?? this.shadow.querySelector('.card, .bench, .float');
    /** @type {HTMLElement | null} */ (part)?.focus();
  }

  /** @param {boolean} isOn */
  setTimer(isOn) {
    if (isOn && !this.timer) this.timer = setInterval(() => this.tick(), TICK_MS);
    if (!isOn) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
  }

  tick() {
    this.store.step('tick');
    const { view, panels } = this.store.get();
    const isTransferOpen = Object.values(panels).includes('transfer');
    if (isTransferOpen || (view.isOpen && view.tab === 'agents')) this.every('directory', DIRECTORY_MS, () => this.act.refreshDirectory());
    if (view.isOpen && view.tab === 'supervise') this.every('running', RUNNING_MS, () => this.act.refreshRunning());
  }

  /** @param {string} name @param {number} ms @param {() => void} work */
  every(name, ms, work) {
    const now = Date.now();
    if (now - (this.asked[name] ?? 0) < ms - 100) return;
    this.asked[name] = now;
    work();
  }

  dispose() {
    this.isDisposed = true;
    globalThis.removeEventListener('resize', this.onResize);
    document.removeEventListener('visibilitychange', this.onShown);
    this.observer.disconnect();
    this.setTimer(false);
    this.stage.remove();
  }
}

/** Ways in which the agent ends a consultation, who therefore knows. */
const OWN_ENDINGS = ['completed', 'cancelled', 'left', undefined];

/** What else happens at an event. @type {Record<string, (app: App, fields: any) => void>} */
const EFFECTS = {
  ready: (app) => {
    app.act.refreshDirectory();
    app.act.refreshRunning();
    if (app.parts.config.isWorkbenchFirst && app.parts.isFirstLogin) app.showWorkbench(true);
  },
  message: (app, { sessionId, from }) => {
    if (app.can('Chat', 'getMessages')) app.act.takeMessages(sessionId);
    if (from === 'client' && isLookedAt(app.store.get(), sessionId)) app.act.openChat(sessionId);
  },
  userAccessed: (app, { sessionId }) => {
    const { view, sessions } = app.store.get();
    if (view.selected !== sessionId || sessions.find((one) => one.sessionId === sessionId)?.type !== 'im') return;
    app.act.openChat(sessionId);
    if (app.homeOfFocus()?.name === sessionId) app.act.focus(`write:${sessionId}`); /* who pressed Accept goes on with writing; who writes elsewhere is left alone */
  },
  consult: (app, { sessionId, state, reason }) => {
    if (state === 'ended' && !OWN_ENDINGS.includes(reason)) app.store.step('refuse', { place: sessionId, error: { consultReason: reason } });
  },
  devicesChanged: (app) => { if (app.store.get().view.tab === 'settings') app.act.refreshDevices(); },
};

/** @param {Element} element itself, or what is first in it */
function focusIn(element) {
  const isControl = element.matches('button,input,select,textarea,a[href]');
  const inner = isControl ? null : element.querySelector('textarea') ?? (element.matches('.detail') ? null : element.querySelector(FOCUSABLE));
  /** @type {HTMLElement} */ (inner ?? element).focus();
}

/** @param {import('./state.js').State} s whether something shown changes by itself */
const needsClock = (s) => s.sessions.some(({ state, endMs }) => state !== 'ended' || s.now - endMs < 7000) || s.status.endMs > s.now - 2000
  || (s.view.isOpen && ['agents', 'supervise'].includes(s.view.tab));

/** @param {import('./controls.js').Context} c */
function floatButton(c) {
  const { s, t, act } = c;
  const unread = unreadOf(c);
  const ringing = s.sessions.filter(({ state }) => state === 'ringingIn').length;
  const label = unread ? fill(t.openBenchUnread, { n: unread }) : t.openBench;
  return h('button', { type: 'button', class: `float ${ringing ? 'rings' : ''}`, title: label, 'aria-label': label, 'data-focus': 'float', 'data-home': 'float', key: 'float', onclick: () => act.openBench(true) },
    icon('headset'), dot(s.status.value), unread ? h('span', { class: 'badge', key: 'unread' }, unread) : null);
}

/** What screen readers are told without being asked. @param {import('./controls.js').Context} c */
function spoken(c) {
  const { s, t } = c;
  const offer = s.sessions.find(({ state }) => state === 'ringingIn');
  const first = inOrder(s.sessions).find(({ state }) => state !== 'ringingIn');
  const unread = unreadOf(c);
  return [
    h('div', { class: 'spoken', role: 'alert', key: 'alert' }, offer ? incomingText(t, offer) : ''),
    h('div', { class: 'spoken', role: 'status', key: 'status' }, [first ? `${titleOf(t, first)}: ${stateOf(t, first, c.hasSound)}` : '', unread ? fill(t.unread, { n: unread }) : ''].filter(Boolean).join('. ')),
  ];
}

/** @param {import('./controls.js').Context} c @param {string} direction of the page @param {boolean} isHidden by UI.hide */
function screens(c, direction, isHidden) {
  const { s, t, lang } = c;
  const { isOpen, isEmbedded, isBarShown, isFloatShown } = s.view;
  const cards = [...notices(c), ...inOrder(barSessions(c)).map((one) => card(c, one)), arrangeCard(c)];
  const hasCards = cards.some(Boolean);
  return h('div', {
    class: `root ${isEmbedded ? 'embedded' : ''} ${isOpen ? 'open' : ''}`, lang: lang === 'zh' ? 'zh-CN' : 'en', dir: direction, 'data-theme': s.settings.theme,
    role: 'region', 'aria-label': t.region,
  }, spoken(c), videoSounds(c, isHidden),
  !isOpen && !isEmbedded ? h('div', { class: 'bar', role: 'group', 'aria-label': t.bar, hidden: !isBarShown, key: 'bar' }, cards) : null,
  isOpen ? workbench(c, h('div', { class: 'docked', role: 'group', 'aria-label': t.bar, hidden: !hasCards, key: 'docked' }, cards)) : null,
  !isOpen && !isEmbedded ? [h('div', { class: 'floatPart', key: 'float', hidden: !isFloatShown }, floatButton(c))] : null);
}
