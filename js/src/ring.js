/**
 * ring.js: that an incoming contact is noticed when its ring is not heard: a notification and a title that flashes. Layer: page.
 * Both come while the page is hidden, and while the browser holds back the sound.
 */
import { events } from './events.js';

const FLASH_MS = 1000;
const GESTURES = ['click', 'keydown'];

const TEXT = {
  en: { title: 'Incoming contact', from: 'From {who}', unknown: 'unknown number' },
  zh: { title: '有新的来访', from: '来自 {who}', unknown: '未知号码' },
};

/** @param {string} lang */
const textOf = (lang) => (/^zh/i.test(lang || document.documentElement.lang || navigator.language) ? TEXT.zh : TEXT.en);

/**
 * @param {object} parts
 * @param {import('./events.js').Emitter} parts.emitter
 * @param {import('./sessions.js').Sessions} parts.sessions
 * @param {{get: () => {disableRingtone: boolean, disableNotification: boolean, lang: string}, subscribe: (listener: () => void) => void}} parts.settings
 * @param {import('./audio.js').Audio} parts.audio
 * @param {string} parts.lang
 * @param {() => boolean} parts.isLeader of several tabs that share a seat one rings
 */
export function createRing({ emitter, sessions, settings, audio, lang, isLeader }) {
  /** @type {Map<string, Notification | null>} those that were called out, by session */
  const called = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let flashing = undefined;
  let title = '';
  let isBlocked = false;

  const ringing = () => (isLeader() ? sessions.list() : []).filter(({ state }) => state === 'ringingIn');

  /** @param {import('./sessions.js').Session} session */
  function notify({ sessionId, phoneDesc, number, details }) {
    const { disableNotification, lang: chosen } = settings.get();
    const text = textOf(chosen || lang);
    called.set(sessionId, null);
    if (disableNotification || globalThis.Notification?.permission !== 'granted') return;
    const who = phoneDesc || details?.nickname || number || text.unknown;
    try {
      const note = new Notification(text.title, { body: text.from.replace('{who}', who), tag: sessionId, requireInteraction: true });
      note.onclick = () => {
        globalThis.focus();
        note.close();
      };
      called.set(sessionId, note);
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

  /** @param {string} sessionId */
  function drop(sessionId) {
    called.get(sessionId)?.close();
    called.delete(sessionId);
  }

  function update() {
    const now = ringing();
    for (const sessionId of called.keys()) if (!now.some((one) => one.sessionId === sessionId)) drop(sessionId);
    const isUnheard = now.length > 0 && (document.hidden || isBlocked);
    if (!isUnheard) calm();
    else flash(textOf(settings.get().lang || lang).title);
    for (const one of isUnheard ? now : []) if (!called.has(one.sessionId)) notify(one);
  }

  /** @param {{blocked: boolean, code?: string, errorMsg?: string, remedy?: string}} fields of audioBlocked */
  function onBlocked({ blocked, ...error }) {
    isBlocked = blocked;
    if (blocked && !settings.get().disableRingtone) {
      for (const { sessionId } of ringing()) emitter.emit(events.ringBlocked, { sessionId, ...error });
    }
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
    if (settings.get().disableNotification) for (const sessionId of called.keys()) called.get(sessionId)?.close();
  };

  function begin() {
    emitter.on(events.audioBlocked, onBlocked);
    emitter.on(events.ready, askLater);
    document.addEventListener('visibilitychange', update);
    settings.subscribe(onSettings);
    onSettings();
  }

  const askLater = () => { for (const name of GESTURES) document.addEventListener(name, onGesture, { capture: true, passive: true }); };

  return {
    begin,
    /** After every change of sessions. */
    update,
    dispose: () => {
      calm();
      stopAsking();
      for (const sessionId of [...called.keys()]) drop(sessionId);
      document.removeEventListener('visibilitychange', update);
      emitter.off(events.audioBlocked, onBlocked);
      emitter.off(events.ready, askLater);
    },
  };
}
