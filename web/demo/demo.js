/** demo.js: the demo page: sign in, dial, take a customer's call, watch events and figures. Layer: web.
 * It uses the SDK as any business page would: one script, window.tccc, nothing private. */
import { TEXT } from './text.js';
import { createCallView } from './call_view.js';
import { addLog, clearLog } from './log.js';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const STATUSES = ['free', 'notReady', 'rest', 'offline'];
const FIGURES_MS = 250;
const SHOWN_CALLS_MAX = 3;
const byId = (id) => document.getElementById(id);

let language = (localStorage.getItem('language') ?? navigator.language).startsWith('zh') ? 'zh' : 'en';
let numbers = [];
let phone = null;
let agent = 0;
const views = new Map();
const say = (key) => TEXT[language][key];

async function ask(path, body) {
  const response = await fetch(path, body && {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error?.message ?? answer.message ?? `${path}: ${response.status}`);
  return answer;
}

function showTrouble(id, error) {
  byId(id).textContent = error ? TEXT[language].errors[error.code] ?? [error.message, error.remedy].filter(Boolean).join(' ') : '';
  byId(id).hidden = !error;
}

function setLanguage(next) {
  language = next;
  localStorage.setItem('language', next);
  document.documentElement.lang = next;
  for (const node of document.querySelectorAll('[data-text]')) node.textContent = say(node.dataset.text);
  byId('number').setAttribute('aria-label', say('number'));
  byId('number').placeholder = say('number');
  const other = language === 'zh' ? 'en' : 'zh';
  byId('language').textContent = other === 'zh' ? '中文' : 'English';
  byId('language').lang = other;
  byId('language').setAttribute('aria-label', TEXT[other].other);
  if (agent) byId('agent-name').textContent = say(`agent${agent}`);
  showStatus(window.tccc?.Agent.getStatus() ?? 'offline');
  showNumbers();
  showPhone();
  for (const view of views.values()) view.relabel();
}

function showStatus(status) {
  const select = byId('status');
  const values = STATUSES.includes(status) ? STATUSES : [status, ...STATUSES];
  select.replaceChildren(...values.map((value) => new Option(say(value), value)));
  select.value = status;
  byId('agent-badge').querySelector('.dot').dataset.status = status;
}

function showNumbers() {
  byId('numbers').replaceChildren(...numbers.map(({ number, title, titleZh }) => {
    const item = document.createElement('li');
    const button = document.createElement('button');
    const strong = Object.assign(document.createElement('b'), { textContent: number });
    const what = Object.assign(document.createElement('span'), { textContent: language === 'zh' ? titleZh : title });
    const hint = Object.assign(document.createElement('em'), { textContent: say('call') });
    button.type = 'button';
    button.append(strong, what, hint);
    button.addEventListener('click', () => dial(number));
    item.append(button);
    return item;
  }));
}

const PHONE_FACTS = ['server', 'transport', 'user', 'password', 'extension', 'hotline'];

function showPhone() {
  if (!phone) return;
  byId('phone').replaceChildren(...PHONE_FACTS.filter((name) => phone[name]).flatMap((name) => [
    Object.assign(document.createElement('dt'), { textContent: say(name) }),
    Object.assign(document.createElement('dd'), { textContent: phone[name] }),
  ]));
}

function showPad() {
  byId('pad').replaceChildren(...KEYS.map((key) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: key });
    button.addEventListener('click', () => press(key));
    return button;
  }));
}

/** While a call talks the keys are sent, else they fill the field. */
function press(key) {
  const talking = [...views.values()].find((view) => view.isTalking());
  if (talking) tccc.Call.sendDigits({ sessionId: talking.sessionId, dtmfText: key });
  else byId('number').value += key;
}

async function dial(phoneNumber) {
  showTrouble('dial-trouble');
  try {
    const { sessionId } = await tccc.Call.startOutboundCall({ phoneNumber });
    addLog('startOutboundCall', { sessionId });
  } catch (error) {
    addLog('startOutboundCall', { code: error.code, errorMsg: error.errorMsg, remedy: error.remedy }, true);
    showTrouble('dial-trouble', error);
  }
}

function openView(sessionId, details) {
  const view = createCallView({ sessionId, say, ...details });
  views.set(sessionId, view);
  byId('calls').prepend(view.root);
  byId('no-call').hidden = true;
  return view;
}

/** Chats and video are the workbench's. */
const notCalls = new Set();

function onContact({ sessionId, type, callerPhoneNumber, nickname }) {
  if (type === 'im' || type === 'video') notCalls.add(sessionId);
  else openView(sessionId, { number: callerPhoneNumber || nickname, state: 'ringingIn' });
}

const RESUMED = { offered: 'ringingIn', dialing: 'dialing', ringing: 'ringingOut', talking: 'talking' };

/** What runs when the page was loaded again. */
async function resume() {
  const { sessions } = await tccc.Agent.getSessions();
  for (const { sessionId, type, direction, state, held, callerPhoneNumber, calleePhoneNumber, nickname } of sessions) {
    if (type === 'im' || type === 'video') notCalls.add(sessionId);
    else if (state !== 'ended' && !views.has(sessionId)) {
      openView(sessionId, { number: direction === 'out' ? calleePhoneNumber : callerPhoneNumber || nickname, state: held ? 'held' : RESUMED[state] });
    }
  }
}

const EFFECTS = {
  ready: resume,
  callIn: onContact,
  callOuted: ({ sessionId, calleePhoneNumber }) => openView(sessionId, { number: calleePhoneNumber, state: 'dialing' }),
  progress: ({ sessionId }) => views.get(sessionId)?.setState('ringingOut'),
  calloutAccepted: ({ sessionId }) => views.get(sessionId)?.setState('talking'),
  userAccessed: ({ sessionId }) => views.get(sessionId)?.setState('talking'),
  held: ({ sessionId, held }) => views.get(sessionId)?.setState(held ? 'held' : 'talking'),
  sessionEnded: ({ sessionId, closeBy, mainReason, subReason }) => endView(sessionId, [mainReason ?? closeBy, subReason].filter(Boolean).join(', ')),
  statusChanged: ({ status }) => showStatus(status),
};

/** A finished call is taken off the list; it stays to be read until the next one comes. */
function endView(sessionId, reason) {
  if (notCalls.has(sessionId)) return;
  views.get(sessionId)?.setState('ended', reason);
  views.delete(sessionId);
  tccc.Call.deleteCall({ sessionId });
  for (const old of [...byId('calls').children].slice(SHOWN_CALLS_MAX)) old.remove();
}

function listen() {
  for (const name of Object.values(tccc.events)) {
    tccc.on(name, (payload) => {
      addLog(name, payload, ['tokenExpired', 'kickedOut', 'micError', 'warning'].includes(name));
      EFFECTS[name]?.(payload);
    });
  }
}

function inject(src) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = src;
    script.crossOrigin = 'anonymous';
    script.addEventListener('load', resolve);
    script.addEventListener('error', () => reject(new Error(`${new URL(src).origin} did not send the script.`)));
    document.body.append(script);
  });
}

async function signIn(wanted) {
  showTrouble('sign-in-trouble');
  const buttons = document.querySelectorAll('[data-agent]');
  for (const button of buttons) button.disabled = true;
  try {
    await inject((await ask('/demo/login', { agent: wanted })).sdkUrl);
    agent = wanted;
    sessionStorage.setItem('agent', String(wanted));
    listen();
    openDesk();
  } catch (error) {
    showTrouble('sign-in-trouble', error);
  }
  for (const button of buttons) button.disabled = false;
}

function openDesk() {
  byId('sign-in').hidden = true;
  byId('desk').hidden = false;
  byId('agent-badge').hidden = false;
  byId('agent-name').textContent = say(`agent${agent}`);
}

async function showFigures() {
  const talking = [...views.values()].filter((view) => view.isUp());
  await Promise.all(talking.map(async (view) => {
    try {
      view.showFigures(await tccc.Call.getStats({ sessionId: view.sessionId }));
    } catch { /* the call ended meanwhile; sessionEnded shows it */ }
  }));
  setTimeout(showFigures, FIGURES_MS);
}

function setStatus(status) {
  const work = status === 'offline' ? tccc.Agent.offline()
    : (tccc.Agent.getStatus() === 'offline' ? tccc.Agent.online() : Promise.resolve())
      .then(() => tccc.Agent.setStatus({ status }));
  work.catch((error) => {
    showTrouble('dial-trouble', error);
    showStatus(tccc.Agent.getStatus());
  });
}

async function letCustomerCall() {
  showTrouble('customer-trouble');
  try {
    await ask('/demo/call', { agent });
  } catch (error) {
    showTrouble('customer-trouble', error);
  }
}

byId('language').addEventListener('click', () => setLanguage(language === 'zh' ? 'en' : 'zh'));
byId('clear').addEventListener('click', clearLog);
byId('customer').addEventListener('click', letCustomerCall);
byId('status').addEventListener('change', ({ target }) => setStatus(target.value));
byId('dial-form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (byId('number').value.trim()) dial(byId('number').value.trim());
});
for (const button of document.querySelectorAll('[data-agent]')) {
  button.addEventListener('click', () => signIn(Number(button.dataset.agent)));
}
showPad();
setLanguage(language);
ask('/demo/numbers').then((list) => {
  numbers = list;
  showNumbers();
});
ask('/demo/info').then((info) => {
  phone = info;
  showPhone();
});
const before = Number(sessionStorage.getItem('agent'));
if (before) signIn(before); /* a reload in a call: the SDK resumes it */
showFigures();
