/** index.d.ts: types of libtccc/vue. */
import type { ComputedRef } from 'vue';
import type { OpenOptions, TcccState } from 'libtccc';

/** The first call needs options and signs in; all others share that seat, which outlives the component. */
export function useTccc(options?: OpenOptions): { readonly [name in keyof TcccState]: ComputedRef<TcccState[name]> };
