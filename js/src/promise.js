/**
 * promise.js: the shape of what API promises yield. Layer: page. Source: the documented CommonSDKResponse.
 * Samples read both `res.data.sessionId` and `res.sessionId`, so a result carries its fields twice.
 */

import { asTcccError } from './errors.js';

/** @param {object} [data] @returns {{status: 'success', data: any} & Record<string, any>} */
export const success = (data = {}) => ({ ...data, status: 'success', data });

/**
 * The promise of an API call. Callers who ignore it raise no unhandledrejection.
 * @param {Promise<object | undefined | void>} work @returns {Promise<any>}
 */
export function apiPromise(work) {
  const promise = work.then((data) => success(data ?? {}), (error) => { throw asTcccError(error); });
  promise.catch(() => {});
  return promise;
}
