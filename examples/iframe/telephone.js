/** telephone.js: the page in the frame: holds the SDK, does what the page outside asks, and tells it what happens. Layer: examples. */

const tell = (message) => parent.postMessage(message, location.origin);

async function loadSdk() {
  const { SdkURL } = await (await fetch('/loginTCCC', { method: 'POST' })).json();
  const script = Object.assign(document.createElement('script'), { src: SdkURL, crossOrigin: 'anonymous' });
  document.body.append(script);
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error('The SDK could not be loaded.'));
  });
}

const numbers = new Map();
const tellCall = (sessionId, state) => tell({ tell: 'call', sessionId, number: numbers.get(sessionId) ?? '', state });

function follow() {
  const { events } = tccc;
  tccc.on(events.ready, async () => {
    tell({ tell: 'ready' });
    const { sessions } = await tccc.Agent.getSessions(); // what runs, when the page was loaded again
    for (const { sessionId, direction, state, callerPhoneNumber, calleePhoneNumber } of sessions) {
      numbers.set(sessionId, direction === 'out' ? calleePhoneNumber : callerPhoneNumber);
      tellCall(sessionId, state);
    }
  });
  tccc.on(events.tokenExpired, ({ message }) => tell({ tell: 'problem', sentence: message }));
  tccc.on(events.callIn, ({ sessionId, callerPhoneNumber }) => {
    numbers.set(sessionId, callerPhoneNumber);
    tellCall(sessionId, 'ringing');
  });
  tccc.on(events.callOuted, ({ sessionId, calleePhoneNumber }) => {
    numbers.set(sessionId, calleePhoneNumber);
    tellCall(sessionId, 'ringing');
  });
  tccc.on(events.userAccessed, ({ sessionId }) => tellCall(sessionId, 'talking'));
  tccc.on(events.calloutAccepted, ({ sessionId }) => tellCall(sessionId, 'talking'));
  tccc.on(events.sessionEnded, ({ sessionId }) => tellCall(sessionId, 'ended'));
}

const DO = {
  call: ({ phoneNumber }) => tccc.Call.startOutboundCall({ phoneNumber }),
  hangUp: ({ sessionId }) => tccc.Call.hungUp({ sessionId }),
};

window.addEventListener('message', ({ origin, source, data }) => {
  if (origin !== location.origin || source !== parent) return;
  DO[data.do]?.(data).catch(({ errorMsg, remedy }) => tell({ tell: 'problem', sentence: `${errorMsg} ${remedy}` }));
});

loadSdk().then(follow, (error) => tell({ tell: 'problem', sentence: error.message }));
