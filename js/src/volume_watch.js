/** volume_watch.js: the volume event: levels of microphone and loudspeaker while somebody wants them. Layer: page. */
import { events } from './events.js';
import { tcccError } from './errors.js';

const USUAL_MS = 200;
const LEAST_MS = 50;
const MOST_MS = 10000;

/** @param {any} value @param {number} min @param {number} max */
const isBetween = (value, min, max) => typeof value === 'number' && value >= min && value <= max;

/** @param {any} options @returns {{ms: number, threshold: number}} ms 0: no */
function wishOf(options) {
  if (options === false) return { ms: 0, threshold: 0 };
  if (options === true || options === undefined) return { ms: USUAL_MS, threshold: 0 };
  if (typeof options !== 'number' && (typeof options !== 'object' || options === null)) {
    throw tcccError('ARG_TYPE', 'watchVolume takes true, false, milliseconds or {ms, threshold}.');
  }
  const { ms = USUAL_MS, threshold = 0 } = typeof options === 'number' ? { ms: options } : options;
  if (!isBetween(ms, LEAST_MS, MOST_MS)) throw tcccError('ARG_RANGE', `The option ms must be a number from ${LEAST_MS} to ${MOST_MS}.`);
  if (!isBetween(threshold, 0, 1)) throw tcccError('ARG_RANGE', 'The option threshold must be a number from 0 to 1.');
  return { ms, threshold };
}

/** @param {{audio: import('./audio.js').Audio, emit: (name: string, fields: object) => void}} parts */
export function createVolumeWatch({ audio, emit }) {
  let threshold = 0;
  let wasAbove = true;
  /** @type {Set<(levels: {input: number, output: number, speaking: boolean}) => void>} the SDK's own, beside the page's */
  const readers = new Set();
  let pageMs = 0;

  audio.onLevels = ({ input, output, speaking }) => {
    for (const read of readers) read({ input, output, speaking });
    if (pageMs === 0) return;
    const isAbove = input >= threshold || output >= threshold;
    if (isAbove || wasAbove) emit(events.volume, { input, output, speaking });
    wasAbove = isAbove;
  };

  const apply = () => audio.watchLevels(readers.size > 0 ? Math.min(LEAST_MS, pageMs || LEAST_MS) : pageMs);

  return {
    /** @param {any} options true, false, milliseconds or {ms, threshold} */
    watch: async (options) => {
      const wish = wishOf(options);
      ({ threshold } = wish);
      pageMs = wish.ms;
      apply();
    },
    /** Every level while `work` runs. @template T @param {(levels: {input: number, output: number, speaking: boolean}) => void} read @param {() => Promise<T>} work @returns {Promise<T>} */
    during: async (read, work) => {
      readers.add(read);
      apply();
      try {
        return await work();
      } finally {
        readers.delete(read);
        apply();
      }
    },
  };
}
