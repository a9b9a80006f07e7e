/** index.js: the SDK as a composable of Vue 2.7 and Vue 3. Layer: packages. */
import { computed, getCurrentScope, onScopeDispose, shallowRef } from 'vue';
import { openTccc } from 'libtccc';

/** @type {import('libtccc').TcccStore | null} a page has one seat */
let shared = null;

/** The first call signs in by `options`; all others share that seat. The seat outlives the component. */
export function useTccc(options) {
  shared ??= openTccc(options);
  const store = shared;
  const state = shallowRef(store.get());
  const stop = store.subscribe(() => { state.value = store.get(); });
  if (getCurrentScope()) onScopeDispose(stop);
  const part = (name) => computed(() => state.value[name]);
  return { tccc: part('tccc'), isReady: part('isReady'), status: part('status'), reason: part('reason'), calls: part('calls'), error: part('error') };
}
