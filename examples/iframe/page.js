/** page.js: the page outside the frame: asks the telephone inside to call, and shows what it tells. Layer: examples. */

const frame = document.querySelector('iframe');
const part = (id) => document.getElementById(id);
const ask = (message) => frame.contentWindow.postMessage(message, location.origin);

const SHOW = {
  ready: () => {
    part('state').textContent = 'Ready.';
    part('call').disabled = false;
  },
  problem: ({ sentence }) => { part('state').textContent = sentence; },
  call: ({ sessionId, number, state }) => {
    const id = `call-${sessionId}`;
    const item = part(id) ?? part('calls').appendChild(Object.assign(document.createElement('li'), { id }));
    item.dataset.state = state;
    item.textContent = `${number}: ${state} `;
    if (state === 'ended') return;
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Hang up' });
    button.addEventListener('click', () => ask({ do: 'hangUp', sessionId }));
    item.append(button);
  },
};

window.addEventListener('message', ({ origin, source, data }) => {
  if (origin === location.origin && source === frame.contentWindow) SHOW[data.tell]?.(data);
});
part('call').addEventListener('click', () => ask({ do: 'call', phoneNumber: '600' }));
