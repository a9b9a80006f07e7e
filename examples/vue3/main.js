/** main.js: a Vue 3 page that telephones by the composable. Layer: examples. Render functions: the page's policy forbids eval. */
import { createApp, h, ref } from 'vue';
import { useTccc } from 'libtccc/vue';

const getSdkUrl = async () => (await (await fetch('/loginTCCC', { method: 'POST' })).json()).SdkURL;

createApp({
  setup() {
    const { tccc, isReady, status, calls, error } = useTccc({ getSdkUrl });
    const problem = ref('');
    const call = (phoneNumber) => tccc.value.Call.startOutboundCall({ phoneNumber })
      .catch(({ errorMsg, remedy }) => { problem.value = `${errorMsg} ${remedy}`; });
    const hangUp = (sessionId) => tccc.value.Call.hungUp({ sessionId });
    return () => [
      h('h1', 'Vue 3'),
      h('p', { id: 'state', role: 'status' }, error.value ? error.value.message : isReady.value ? `Ready, ${status.value}.` : 'Signing in…'),
      h('button', { type: 'button', id: 'call', disabled: !isReady.value, onClick: () => call('600') }, 'Call 600'),
      h('p', { id: 'problem', role: 'alert' }, problem.value),
      h('ul', { id: 'calls' }, calls.value.map(({ sessionId, number, state }) => h('li', { key: sessionId, 'data-state': state }, [
        `${number}: ${state} `,
        state === 'ended' ? null : h('button', { type: 'button', onClick: () => hangUp(sessionId) }, 'Hang up'),
      ]))),
    ];
  },
}).mount('#app');
