/**
 * errors.js: the Error that every rejection of the SDK carries. Layer: page.
 * The table is include/tccc/error.h, which the build turns into build/gen/errors.json.
 */
import table from 'tccc:errors';

/**
 * @typedef {Error & {status: 'error', code: string, errorMsg: string, remedy: string}} TcccError
 * @typedef {{code: string, errorMsg?: string, remedy?: string}} ErrorAnswer
 */

/** @type {Map<string, {sentence: string, remedy: string}>} */
const byName = new Map(table.map((row) => [row.name, row]));

/**
 * @param {string} code a name of the table, or one that a newer server knows
 * @param {string} [errorMsg] instead of the table's sentence
 * @param {string} [remedy]
 * @returns {TcccError}
 */
export function tcccError(code, errorMsg, remedy) {
  const row = byName.get(code);
  const sentence = errorMsg || (row ? row.sentence : code);
  return Object.assign(new Error(sentence), {
    status: /** @type {const} */ ('error'),
    code,
    errorMsg: sentence,
    remedy: remedy || (row ? row.remedy : ''),
  });
}

/** What a browser or a fault of ours has thrown, in the shape of all rejections. @param {any} error @returns {TcccError} */
export const asTcccError = (error) => (error?.status === 'error' ? error : tcccError('INTERNAL', String(error?.message ?? error)));

/** @param {string} code @param {string} detail @returns {TcccError} the table's sentence with what exactly was wrong */
export const tcccErrorOf = (code, detail) => tcccError(code, `${byName.get(code)?.sentence ?? code} ${detail}`);
