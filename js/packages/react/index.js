/** index.js: the SDK as a hook of React 18 and later. Layer: packages. */
import { useSyncExternalStore } from 'react';
import { openTccc } from 'libtccc';

/** @type {import('libtccc').TcccStore | null} a page has one seat */
let shared = null;

/** The first call signs in by `options`; all others share that seat. The seat outlives the component. */
export function useTccc(options) {
  shared ??= openTccc(options);
  return useSyncExternalStore(shared.subscribe, shared.get, shared.get);
}
