/** samples_module.ts: how bundled pages use the module and the packages; compiled, never run. Layer: tests. */
import { loadTccc, openTccc } from 'libtccc';
import { useTccc as useReact } from 'libtccc/react';
import { useTccc as useVue } from 'libtccc/vue';

export async function signIn(url: string): Promise<string> {
  const tccc = await loadTccc({ url, enableShared: true, lang: 'zh' });
  const { data } = await tccc.Devices.preflight({ full: true });
  tccc.on(tccc.events.micLost, ({ reason, help }) => console.log(reason, help));
  tccc.on('quality', ({ level, mos }) => console.log(level + mos));
  return data.checks.map(({ name, sentence }) => `${name}: ${sentence}`).join();
}

const store = openTccc({ getSdkUrl: async () => 'https://cc.example/sdk/tcccSdk.js' });
export const stop: () => void = store.subscribe(() => console.log(store.get().calls.length));
export const numbers = () => useReact().calls.map(({ number }) => number);
export const status = () => useVue({ getSdkUrl: () => '' }).status.value;

// @ts-expect-error the url is required
loadTccc({});
// @ts-expect-error calls are read-only
store.get().calls[0].state = 'ended';
