/**
 * ring.js: that an incoming contact is noticed when its ring is not heard: a notification and a title that flashes. Layer: page.
 * Both come while the page is hidden, and while the browser holds back the sound; for a message of a visitor, while the page is hidden.
 */
import { events } from './events.js';

const FLASH_MS = 1000;
const GESTURES = ['click', 'keydown'];

const TEXT = {
  en: { title: 'Incoming contact', message: 'New message', from: 'From {who}', unknown: 'unknown number' },
  zh: { title: '有新的来访', message: '有新消息', from: '来自 {who}', unknown: '未知号码' },
};

/** @param {string} lang */
const textOf = (lang) => (/^zh/i.test(lang || document.documentElement.lang || navigator.language) ? TEXT.zh : TEXT.en);

/**
 * @param {object} parts
 * @param {import('./events.js').Emitter} parts.emitter
 * @param {import('./sessions.js').Sessions} parts.sessions
 * @param {{get: () => {disableRingtone: boolean, disableNotification: boolean, lang: string}, subscribe: (listener: () => void) => void}} parts.settings
 * @param {import('./audio.js').Audio} parts.audio
 * @param {(name: string, fields: object) => void} parts.emit tells it in every tab that shares the seat
 * @param {string} parts.lang
 * @param {() => boolean} parts.isLeader of several tabs that share a seat one rings
 */
export function createRing({ emitter, emit, sessions, settings, audio, lang, isLeader }) {
  /** @type {Map<string, Notification | null>} those that were called out, by session */
  const called = new Map();
  /** @type {Map<string, Notification | null>} chats that were written in while the page was hidden */
  const written = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let flashing = undefined;
  let title = '';
  /** Why the browser holds back the sound. @type {{code?: string, errorMsg?: string, remedy?: string} | null} */
  let blockedBy = null;
  /** Sessions of which ringBlocked was told. @type {Set<string>} */
  const toldBlocked = new Set();
  let isDisposed = false;

  const ringing = () => (isLeader() ? sessions.list() : []).filter(({ state }) => state === 'ringingIn');

  /** Of a session in one of the two maps; what was written is not shown. @param {Map<string, Notification | null>} into @param {'title'|'message'} why @param {import('./sessions.js').Session} session */
  function notify(into, why, { sessionId, phoneDesc, number, details }) {
    const { disableNotification, lang: chosen } = settings.get();
    const text = textOf(chosen || lang);
    into.set(sessionId, null);
    if (disableNotification || globalThis.Notification?.permission !== 'granted') return;
    const who = phoneDesc || details?.nickname || number || text.unknown;
    try {
      const note = new Notification(text[why], { body: text.from.replace('{who}', who), tag: sessionId, requireInteraction: why === 'title' });
      note.onclick = () => {
        globalThis.focus();
        note.close();
      };
      into.set(sessionId, note);
    } catch { /* Chrome for Android gives notifications to service workers only */ }
  }

  /** @param {string} word */
  function flash(word) {
    if (flashing !== undefined) return;
    title = document.title;
    const other = `☎ ${word}`;
    document.title = other;
    flashing = setInterval(() => { document.title = document.title === other ? title : other; }, FLASH_MS);
  }

  function calm() {
    if (flashing === undefined) return;
    clearInterval(flashing);
    flashing = undefined;
    document.title = title;
  }

  /** @param {Map<string, Notification | null>} from @param {string} sessionId */
  function drop(from, sessionId) {
    from.get(sessionId)?.close();
    from.delete(sessionId);
  }

  function update() {
    const now = ringing();
    for (const sessionId of called.keys()) if (!now.some((one) => one.sessionId === sessionId)) drop(called, sessionId);
    if (!document.hidden) for (const sessionId of written.keys()) drop(written, sessionId);
    for (const sessionId of toldBlocked) if (!sessions.list().some((one) => one.sessionId === sessionId && one.state === 'ringingIn')) toldBlocked.delete(sessionId);
    const isUnheard = now.length > 0 && (document.hidden || blockedBy !== null);
    const text = textOf(settings.get().lang || lang);
    if (isUnheard) flash(text.title);
    else if (written.size) flash(text.message);
    else calm();
    for (const one of isUnheard ? now : []) if (!called.has(one.sessionId)) notify(called, 'title', one);
    if (blockedBy) Promise.resolve().then(tellBlocked); /* after what has led to it was told */
  }

  /** Each contact that rings unheard is told once, also one that comes while another does. */
  function tellBlocked() {
    if (!blockedBy || isDisposed || settings.get().disableRingtone) return;
    for (const { sessionId } of ringing()) {
      if (toldBlocked.has(sessionId)) continue;
      toldBlocked.add(sessionId);
      emit(events.ringBlocked, { sessionId, ...blockedBy });
    }
  }

  /** Each chat is told once until the page is looked at. @param {{sessionId: string, from: string}} fields of message */
  function onMessage({ sessionId, from }) {
    const session = sessions.list().find((one) => one.sessionId === sessionId);
    if (from !== 'client' || !document.hidden || !isLeader() || session?.state !== 'talking' || written.has(sessionId)) return;
    notify(written, 'message', session);
    update();
  }

  /** @param {{blocked: boolean, code?: string, errorMsg?: string, remedy?: string}} fields of audioBlocked */
  function onBlocked({ blocked, ...error }) {
    blockedBy = blocked ? error : null;
    update();
  }

  /** Browsers ask for notifications only in answer to a gesture. */
  function onGesture() {
    if (settings.get().disableNotification || globalThis.Notification?.permission !== 'default') return;
    stopAsking();
    Promise.resolve(Notification.requestPermission()).catch(() => {});
  }

  const stopAsking = () => { for (const name of GESTURES) document.removeEventListener(name, onGesture, { capture: true }); };

  const onSettings = () => {
    audio.setRing(!settings.get().disableRingtone);
    if (settings.get().disableNotification) for (const note of [...called.values(), ...written.values()]) note?.close();
  };

  const askLater = () => { for (const name of GESTURES) document.addEventListener(name, onGesture, { capture: true, passive: true }); };

  /** @type {Record<string, (fields: any) => void>} */
  const HEARD = {
    [events.audioBlocked]: onBlocked, [events.ready]: askLater, [events.message]: onMessage,
    [events.ringBlocked]: ({ sessionId }) => { toldBlocked.add(sessionId); }, /* by the tab that led before */
  };

  function begin() {
    emitter.tap((name, fields) => { if (!isDisposed) HEARD[name]?.(fields); });
    document.addEventListener('visibilitychange', update);
    settings.subscribe(onSettings);
    onSettings();
  }

  return {
    begin,
    /** After every change of sessions. */
    update,
    dispose: () => {
      isDisposed = true;
      calm();
      stopAsking();
      for (const from of [called, written]) for (const sessionId of [...from.keys()]) drop(from, sessionId);
      document.removeEventListener('visibilitychange', update);
    },
  };
}
