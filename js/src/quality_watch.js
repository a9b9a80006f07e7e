/** quality_watch.js: tells how good each call sounds when that changes, from the figures of the voice engine. Layer: page. */
import { events } from './events.js';

const PERIOD_MS = 2000;

/**
 * @param {object} parts
 * @param {import('./audio.js').Audio} parts.audio
 * @param {import('./sessions.js').Sessions} parts.sessions
 * @param {import('./bus.js').Bus} parts.bus
 * @param {(name: string, fields: object) => void} parts.emit
 */
export function createQualityWatch({ audio, sessions, bus, emit }) {
  /** @type {Map<string, number>} the level that was told, by session */
  const told = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clock = undefined;

  const talking = () => sessions.list().filter(({ state, channel }) => state === 'talking' && channel >= 0);

  /** The telephone's reports give the whole round trip; before the first, the way to the server is known. @param {number} rttMs */
  async function roundTrip(rttMs) {
    if (rttMs >= 0) return rttMs;
    const { rttMs: paths } = await bus.request('Media.stats');
    const known = paths.filter((/** @type {number} */ one) => one > 0);
    return known.length ? Math.min(...known) : -1;
  }

  /** @param {import('./sessions.js').Session} session */
  async function look({ sessionId, channel }) {
    const stats = await audio.stats(channel);
    if (!stats || !talking().some((one) => one.sessionId === sessionId) || told.get(sessionId) === stats.level) return;
    if (stats.packetsReceived === 0 && stats.level > 0) return; /* nothing to judge yet */
    told.set(sessionId, stats.level);
    const rttMs = await roundTrip(stats.rttMs).catch(() => -1);
    emit(events.quality, {
      sessionId, level: stats.level, mos: stats.mos, loss: Math.max(stats.lossRatio, stats.remoteLossRatio, 0), jitterMs: stats.jitterMs, rttMs,
    });
  }

  /** After every change of sessions. */
  function update() {
    const now = talking();
    for (const sessionId of told.keys()) if (!now.some((one) => one.sessionId === sessionId)) told.delete(sessionId);
    if (now.length > 0) clock ??= setInterval(() => talking().forEach((one) => look(one).catch(() => {})), PERIOD_MS);
    else stop();
  }

  function stop() {
    clearInterval(clock);
    clock = undefined;
  }

  return { update, dispose: stop };
}
