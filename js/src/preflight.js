/**
 * preflight.js: checks browser, microphone, loudspeaker and network as a call would use them, and says what to do. Layer: page.
 * Levels come from the voice engine, network figures from probes on the media paths (docs/protocol.md, "Measuring").
 */
import { isBrowserSupported, isEnvSupported, hasSimd } from './env.js';
import { preflightText } from './preflight_text.js';
import { tcccError } from './errors.js';

/** How long is listened, played and measured, milliseconds and seconds; `full` in the second column. */
const LISTEN_MS = [1000, 3000];
const PLAY_MS = [300, 1500];
const PROBE_S = [2, 3];
/** Shares of the meter (60 dB): room noise without speech stays below, clipping reaches the end. */
const QUIET = 0.1;
const CLIPPED = 0.999;
/** MOS of G.107: from 3.6 on most users are satisfied, below 3.1 many are not. */
const GOOD_MOS = 3.6;
const POOR_MOS = 3.1;
/** Mouth to ear besides the network: codec frame and look-ahead, half a block of both devices, the least jitter buffer. */
const FIXED_MS = 70;

/** @typedef {'ok' | 'warning' | 'failed' | 'skipped'} Result */
/** @typedef {{name: string, result: Result, finding: string, sentence: string, remedy: string, code?: string} & Record<string, any>} Check */

const pause = (/** @type {number} */ ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** @type {Record<string, import('./preflight_text.js').Finding>} */
const MIC_FINDINGS = { MIC_DENIED: 'micDenied', MIC_NOT_FOUND: 'micNone', MIC_BUSY: 'micBusy', INSECURE_CONTEXT: 'insecure' };

/**
 * @param {object} parts
 * @param {import('./audio.js').Audio} parts.audio
 * @param {import('./devices.js').DeviceKeeper} parts.devices
 * @param {import('./bus.js').Bus} parts.bus
 * @param {ReturnType<typeof import('./volume_watch.js').createVolumeWatch>} parts.volume
 * @param {(work: () => Promise<any>) => Promise<any>} parts.borrowMic
 * @param {() => string} parts.lang
 */
export function createPreflight({ audio, devices, bus, volume, borrowMic, lang }) {
  let isRunning = false;

  /** @param {string} name @param {Result} result @param {import('./preflight_text.js').Finding} finding @param {object} [figures] @returns {Check} */
  function check(name, result, finding, figures = {}) {
    const [sentence, remedy] = preflightText(lang())[finding];
    return { name, result, finding, sentence, remedy, ...figures };
  }

  function browser() {
    const figures = {
      secure: globalThis.isSecureContext, simd: isBrowserSupported() && hasSimd(), chooseSpeaker: typeof AudioContext === 'function' && 'setSinkId' in AudioContext.prototype,
    };
    if (!isBrowserSupported()) return check('browser', 'failed', 'browserOld', { code: 'BROWSER_UNSUPPORTED', ...figures });
    if (!isEnvSupported()) return check('browser', 'failed', 'insecure', { code: 'INSECURE_CONTEXT', ...figures });
    return check('browser', 'ok', 'browserOk', figures);
  }

  /** @param {number[]} levels */
  function judgeMic(levels) {
    const peak = Math.max(0, ...levels);
    const figures = { peak, mean: levels.length ? levels.reduce((sum, one) => sum + one, 0) / levels.length : 0, label: audio.micLabel() };
    if (peak === 0) return check('microphone', 'failed', 'micSilent', figures);
    if (peak < QUIET) return check('microphone', 'warning', 'micQuiet', figures);
    return peak >= CLIPPED ? check('microphone', 'warning', 'micClipped', figures) : check('microphone', 'ok', 'micOk', figures);
  }

  /** @param {number} ms */
  async function microphone(ms) {
    /** @type {number[]} */
    const levels = [];
    await volume.during(({ input }) => levels.push(input), () => pause(ms));
    return judgeMic(levels);
  }

  /** @param {any} error */
  function micFailed(error) {
    const { code, errorMsg } = error.status === 'error' ? error : tcccError('INTERNAL');
    return check('microphone', 'failed', MIC_FINDINGS[code] ?? 'engine', { code, detail: errorMsg });
  }

  /** @param {number} ms @param {boolean} isHeard whether a tone is played */
  async function speaker(ms, isHeard) {
    const speakers = (await devices.ofKind('speaker').catch(() => [])).length;
    await audio.start();
    audio.wake();
    const before = audio.seconds();
    let peak = 0;
    if (isHeard) audio.test(true);
    await volume.during(({ output }) => { peak = Math.max(peak, output); }, () => pause(ms));
    if (isHeard) audio.test(false);
    const figures = { speakers, peak };
    if (audio.seconds() === before) {
      return audio.isRunning() ? check('speaker', 'failed', 'speakerDead', figures) : check('speaker', 'failed', 'speakerBlocked', { code: 'AUDIO_BLOCKED', ...figures });
    }
    if (isHeard && peak === 0) return check('speaker', 'failed', 'speakerDead', figures);
    return check('speaker', 'ok', isHeard ? 'speakerPlayed' : 'speakerOk', figures);
  }

  /** @param {number} seconds */
  async function network(seconds) {
    const probe = await bus.request('Media.probe', { seconds });
    const { lossRatio, rttMs = 0, jitterMs = 0 } = probe;
    if (probe.received === 0) return check('network', 'failed', 'networkNone', { code: 'MEDIA_UNREACHABLE', ...probe });
    /* What went both ways was lost on either: one way's share, were they alike. The buffer covers twice the jitter. */
    const mos = await audio.mos(FIXED_MS + rttMs / 2 + 2 * jitterMs, 1 - Math.sqrt(1 - lossRatio));
    const figures = { ...probe, mos };
    if (mos < POOR_MOS) return check('network', 'failed', 'networkBad', figures);
    if (mos < GOOD_MOS) return check('network', 'warning', 'networkPoor', figures);
    return probe.path === 'dataChannel' ? check('network', 'ok', 'networkOk', figures) : check('network', 'warning', 'networkWebSocket', figures);
  }

  /** @param {any} error */
  function networkFailed({ code, errorMsg }) {
    if (code === 'NOT_READY' || /^TOKEN_/.test(code)) return check('network', 'skipped', 'networkSkipped', { code });
    return check('network', 'failed', 'networkNone', { code, detail: errorMsg });
  }

  /** @param {number} column of the times above @param {(check: Check) => void} note */
  async function sound(column, note) {
    try {
      await borrowMic(async () => {
        note(await microphone(LISTEN_MS[column]));
        note(await speaker(PLAY_MS[column], column === 1));
      });
    } catch (error) {
      note(micFailed(error));
      note(await speaker(PLAY_MS[column], column === 1).catch((cause) => check('speaker', 'failed', 'engine', { code: cause.code, detail: cause.errorMsg })));
    }
  }

  /** @param {boolean} isFull */
  async function runAll(isFull) {
    const startMs = Date.now();
    const column = isFull ? 1 : 0;
    /** @type {Check[]} */
    const checks = [];
    const note = (/** @type {Check} */ one) => { checks.push(one); };
    note(browser());
    if (checks[0].result === 'ok') {
      await sound(column, note);
      note(await network(PROBE_S[column]).catch(networkFailed));
    }
    const has = (/** @type {Result} */ result) => checks.some((one) => one.result === result);
    return { ok: !has('failed'), result: has('failed') ? 'failed' : has('warning') ? 'warning' : 'ok', full: isFull, startMs, durationMs: Date.now() - startMs, checks };
  }

  /** @param {any} [options] {full}: longer, with a tone that can be heard */
  return async function preflight(options) {
    if (isRunning) throw tcccError('STATE', 'A preflight is running already.');
    isRunning = true;
    try {
      return await runAll(options?.full === true);
    } finally {
      isRunning = false;
    }
  };
}
