/** main.js: a Vue 2.7 page that telephones by the same composable as Vue 3. Layer: examples. */
import Vue, { h } from 'vue';
import { useTccc } from 'libtccc/vue';

const getSdkUrl = async () => (await (await fetch('/loginTCCC', { method: 'POST' })).json()).SdkURL;

new Vue({
  setup() {
    const { tccc, isReady, status, calls, error } = useTccc({ getSdkUrl });
    const call = () => tccc.value.Call.startOutboundCall({ phoneNumber: '600' });
    const hangUp = (sessionId) => tccc.value.Call.hungUp({ sessionId });
    return () => h('main', [
      h('h1', 'Vue 2.7'),
      h('p', { attrs: { id: 'state', role: 'status' } }, error.value ? error.value.message : isReady.value ? `Ready, ${status.value}.` : 'Signing in…'),
      h('button', { attrs: { type: 'button', id: 'call', disabled: !isReady.value }, on: { click: call } }, 'Call 600'),
      h('ul', { attrs: { id: 'calls' } }, calls.value.map(({ sessionId, number, state }) => h('li', { key: sessionId, attrs: { 'data-state': state } }, [
        `${number}: ${state} `,
        state === 'ended' ? null : h('button', { attrs: { type: 'button' }, on: { click: () => hangUp(sessionId) } }, 'Hang up'),
      ]))),
    ]);
  },
}).$mount('#app');
