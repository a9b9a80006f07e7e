/**
 * patience.js: for how long the tab that leads may be silent before another takes it for frozen. Layer: worker. Source: docs/tabs.md.
 *
 * On a machine that has too little time for all, beats come late and nobody is frozen. Two signs of it: this tab's own clock comes late,
 * and a tab whose lead was taken comes back alive soon after.
 */

/** So many beats in a row are missed. */
const BEATS = 3;
/** Own lateness counts up to this, and fades by this share at every look. */
const LATE_MAX_MS = 300;
const FADING = 0.98;
/** Who is back after this was frozen; a lead that was taken sooner than that was taken wrongly. */
const FROZEN_MS = 2500;
/** A wrong seizure makes the limit half as long again as that silence was, up to RAISED_MAX_MS, for RAISED_FOR_MS. */
const RAISE = 1.5;
const RAISED_MAX_MS = 1200;
const RAISED_FOR_MS = 60000;

export class Patience {
  constructor() {
    this.lateMs = 0;
    this.raisedMs = 0;
    this.raisedUntilMs = 0;
  }

  /** @param {number} lateMs by how much this tab's own look at the clock came late */
  looked(lateMs) {
    this.lateMs = Math.max(Math.min(lateMs, LATE_MAX_MS), FADING * this.lateMs);
  }

  /** A tab that led comes back. @param {number} ms now @param {number} silentMs since its last beat */
  wronged(ms, silentMs) {
    if (silentMs > FROZEN_MS) return;
    const before = ms < this.raisedUntilMs ? this.raisedMs : 0;
    this.raisedMs = Math.max(before, Math.min(RAISED_MAX_MS, RAISE * silentMs));
    this.raisedUntilMs = ms + RAISED_FOR_MS;
  }

  /** @param {number} ms now @param {number} everyMs as often the leader wants to be heard of */
  limitMs(ms, everyMs) {
    return Math.max(BEATS * (everyMs + this.lateMs), ms < this.raisedUntilMs ? this.raisedMs : 0);
  }
}
