/** plain.js: the whole integration: ask our back end for an SdkURL, load it, call. Layer: examples. */

const state = document.getElementById('state');
const say = (text) => { state.textContent = text; };

async function loadSdk() {
  const { SdkURL } = await (await fetch('/loginTCCC', { method: 'POST' })).json();
  const script = Object.assign(document.createElement('script'), { src: SdkURL, crossOrigin: 'anonymous' });
  document.body.append(script);
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error('The SDK could not be loaded.'));
  });
}

function follow() {
  tccc.on(tccc.events.ready, () => {
    say('Ready.');
    for (const button of document.querySelectorAll('[data-number]')) button.disabled = false;
  });
  tccc.on(tccc.events.tokenExpired, ({ message }) => say(message));
  tccc.on(tccc.events.callIn, ({ callerPhoneNumber }) => say(`${callerPhoneNumber} calls. Answer in the bar below.`));
  tccc.on(tccc.events.calloutAccepted, () => say('Answered.'));
  tccc.on(tccc.events.sessionEnded, ({ closeBy }) => say(`Ended by ${closeBy}.`));
}

for (const button of document.querySelectorAll('[data-number]')) {
  button.addEventListener('click', async () => {
    try {
      const { data } = await tccc.Call.startOutboundCall({ phoneNumber: button.dataset.number });
      say(`Calling ${data.calleePhoneNumber}…`);
    } catch ({ errorMsg, remedy }) {
      say(`${errorMsg} ${remedy}`);
    }
  });
}

loadSdk().then(follow, (error) => say(error.message));
