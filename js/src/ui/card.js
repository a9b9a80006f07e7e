/** card.js: one contact in the bar: who, state, time, quality and its buttons. Layer: ui. */
import { h } from './dom.js';
import { icon } from './icons.js';
import { choice, face, iconButton, number, refusal, textButton } from './controls.js';
import { clock, durationOf, isVoice, secondsLeft, stateOf, subtitleOf, titleOf } from './format.js';
import { errorText, fill } from './text.js';
import { ENDED_SHOWN_MS } from './state.js';
import { keypad, KEYS } from './keypad.js';
import { transferPanel } from './transfer.js';

/** @typedef {import('./controls.js').Context} Context */
/** @typedef {import('../sessions.js').Session} Session */

/** @param {Context} c @param {Session} session */
function quality({ s, t }, { sessionId }) {
  const known = s.quality[sessionId];
  const { level = 0, rttMs = -1 } = known ?? {};
  const bars = Math.min(4, level);
  const label = (known && level === 0 ? t.noSound : t.quality[bars]) + (level > 0 && rttMs >= 0 ? ` · ${Math.round(rttMs)} ms` : '');
  return h('div', { class: 'bars', role: 'img', 'data-level': bars, 'aria-label': label, title: label }, [1, 2, 3, 4].map(() => h('i', null)));
}

/** @param {Context} c @param {Session} session */
function head(c, session) {
  const { s, t, act } = c;
  const { sessionId, state, type } = session;
  const left = secondsLeft(session, s.now);
  const time = left ? fill(t.secondsLeft, { n: left }) : durationOf(session, s.now);
  const asker = state === 'ended' ? '' : session.details.consultUserId;
  const sub = asker ? fill(t.asksAdvice, { who: nameOf(c, asker) }) : subtitleOf(session);
  return h('div', { class: 'head' },
    face(titleOf(t, session), type === 'im' ? 'chat' : type === 'video' ? 'camera' : 'answer', '', session.details.avatar),
    h('div', { class: 'who' },
      h('div', { class: 'title' }, number(titleOf(t, session))),
      h('div', { class: 'state' }, h('span', null, stateOf(t, session, c.hasSound)), time ? [' ', h('b', { key: 'time' }, time)] : null),
      sub ? h('div', { class: 'sub clip', key: 'sub' }, number(sub)) : null),
    state === 'talking' && isVoice(session) ? quality(c, session) : null,
    state === 'ended' ? iconButton('close', t.dismiss, () => act.step('dismiss', sessionId), { class: 'small', key: 'dismiss' }) : null);
}

/** @param {Context} c @param {string} userId */
const nameOf = ({ s }, userId) => s.directory?.agents?.find((/** @type {any} */ one) => one.userId === userId)?.name || userId;

/** What runs down while it rings. @param {Context} c @param {Session} session */
const fuse = ({ s }, session) => {
  const { state, timeout, startMs } = session;
  if (state !== 'ringingIn' || !timeout) return null;
  return h('progress', { class: 'fuse', max: timeout, value: Math.max(0, timeout - (s.now - startMs) / 1000), 'aria-hidden': 'true' });
};

/** @param {Context} c @param {Session} session */
const ringing = ({ t, act }, { sessionId, type }) => h('div', { class: 'actions' },
  textButton(type === 'im' ? t.accept : t.answer, () => act.accept(sessionId), { class: 'wide go', picture: type === 'im' ? 'check' : type === 'video' ? 'camera' : 'answer' }),
  textButton(t.reject, () => act.reject(sessionId), { class: 'wide stop', picture: type === 'phone' || type === 'internal' || type === 'voip' ? 'hangUp' : 'close', key: 'reject' }));

/** A button that opens a panel of the card. @param {Context} c @param {string} sessionId @param {string} panel @param {string} picture @param {string} label */
const opener = ({ s, act }, sessionId, panel, picture, label) => iconButton(picture, label, () => act.panel(sessionId, panel), {
  class: panel === 'pad' ? 'keypad' : panel, 'aria-expanded': s.panels[sessionId] === panel, 'data-focus': `${panel}Button:${sessionId}`, key: panel,
});

/** Types of overrideButtonConfig that the transfer button stands for. */
const TRANSFERS = ['transferSkillGroup', 'transferSeat', 'forwardOut'];

/** @param {Context} c @param {Session} session */
function talking(c, session) {
  const { s, t, act, can } = c;
  const { sessionId, state, muted, held } = session;
  const isUp = state === 'talking';
  const isShown = (/** @type {string} */ type) => !s.hiddenButtons.includes(type);
  const hasMore = (can('Call', 'startSelfService') && isShown('selfService')) || (can('Call', 'setNoiseSuppression') && isShown('noiseReduction'));
  return h('div', { class: 'actions' },
    isUp && [
      iconButton(muted ? 'micOff' : 'mic', muted ? t.unmute : t.mute, () => act.call(muted ? 'unmuteMic' : 'muteMic', sessionId), { class: 'mute', 'aria-pressed': muted, key: 'mute' }),
      isShown('holdToggle') && iconButton(held ? 'play' : 'pause', held ? t.unhold : t.hold, () => act.call(held ? 'unHold' : 'hold', sessionId), { class: 'hold', 'aria-pressed': held, key: 'hold' }),
      isShown('showKeyboard') && opener(c, sessionId, 'pad', 'keypad', t.keypad),
      can('Call', 'transfer') && TRANSFERS.some(isShown) && !s.consults[sessionId] && opener(c, sessionId, 'transfer', 'transfer', t.transfer),
      hasMore && opener(c, sessionId, 'more', 'more', t.more),
    ],
    iconButton('hangUp', t.hangUp, () => act.end(sessionId), { class: 'stop', key: 'hangUp' }));
}

/** @param {Context} c @param {string} sessionId */
function pad({ s, t, act }, sessionId) {
  const press = (/** @type {string} */ key) => act.press(sessionId, key);
  return h('div', {
    class: 'inset', key: 'pad',
    onkeydown: (/** @type {KeyboardEvent} */ event) => { if (KEYS.includes(event.key)) press(event.key); },
  }, h('output', { class: 'sent', 'aria-label': t.digits, dir: 'ltr' }, s.digits[sessionId] ?? ''),
  keypad(t.keypad, press, { 'data-focus': `pad:${sessionId}`, tabindex: -1 }));
}

/** Levels between, which only programs choose, are shown as the usual one. @param {import('./state.js').State} s */
const noiseLevel = ({ settings }) => (['off', 'ai'].includes(settings.noiseReduction) ? settings.noiseReduction : 'standard');

/** @param {Context} c @param {string} sessionId */
function more(c, sessionId) {
  const { s, t, act, can } = c;
  const flows = s.directory?.flows ?? [];
  const hasFlows = can('Call', 'startSelfService') && !s.hiddenButtons.includes('selfService');
  return h('div', { class: 'inset', key: 'more', tabindex: -1, 'data-focus': `more:${sessionId}`, role: 'group', 'aria-label': t.more },
    can('Call', 'setNoiseSuppression') && !s.hiddenButtons.includes('noiseReduction')
      ? choice(t.noise, noiseLevel(s), [['off', t.noiseOff], ['standard', t.noiseStandard], ['ai', t.noiseAi]], (level) => act.setNoise(sessionId, level)) : null,
    hasFlows ? [h('h2', { class: 'minor', key: 'flows' }, t.selfService), flows.length === 0 ? h('p', { class: 'soft' }, t.noFlows) : null,
      flows.map((/** @type {any} */ flow) => h('div', { class: 'line', key: flow.flowId }, h('span', { class: 'grow' }, flow.name),
        textButton(t.startFlow, () => act.flow(sessionId, String(flow.flowId)), { 'aria-label': `${t.startFlow} ${flow.name}` })))] : null);
}

/** @param {Context} c @param {string} sessionId */
function consultStrip({ s, t, act, can }, sessionId) {
  const consult = s.consults[sessionId];
  if (!consult) return null;
  const isConference = consult.state === 'conference';
  const sentence = isConference ? t.conferenceTalking : consult.state === 'talking' ? t.consultTalking : t.consultRinging;
  return h('div', { class: 'inset consult', key: 'consult', role: 'group', 'aria-label': t.conference },
    h('p', { class: 'strong' }, isConference ? t.conference : consult.target ? fill(t.consulting, { who: consult.target }) : t.thirdParty), h('p', { class: 'soft', role: 'status' }, sentence),
    h('div', { class: 'buttons' }, isConference
      ? textButton(t.leaveConference, () => act.conferenceLeave(sessionId))
      : [consult.state === 'talking' && can('Call.consult', 'complete') && textButton(t.handOver, () => act.consultComplete(sessionId), { class: 'primary', key: 'complete' }),
        consult.state === 'talking' && can('Call.consult', 'conference') && textButton(t.joinAll, () => act.conference(sessionId), { key: 'conference' }),
        textButton(t.backToCustomer, () => act.consultCancel(sessionId), { key: 'cancel' })]));
}

/** @param {Context} c @param {string} sessionId */
const flowStrip = ({ s, t, act }, sessionId) => s.flows[sessionId] && h('div', { class: 'inset', key: 'flow' },
  h('p', { role: 'status' }, t.flowRuns), textButton(t.backToCustomer, () => act.unflow(sessionId), { class: 'primary' }));

/** @type {Record<string, (c: Context, sessionId: string) => any>} */
const PANELS = { pad, more, transfer: (c, sessionId) => transferPanel(c, sessionId) };

/** @param {Context} c @param {Session} session */
export function card(c, session) {
  const { s, t, act } = c;
  const { sessionId, state } = session;
  const panel = state === 'talking' ? PANELS[s.panels[sessionId]] : undefined;
  return h('section', {
    class: `card ${state === 'ringingIn' ? 'ringing' : ''} ${session.held ? 'held' : ''} ${state === 'ended' ? 'over' : ''}`, key: sessionId, tabindex: -1, 'data-home': sessionId, 'aria-label': titleOf(t, session),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Escape' || !panel) return;
      event.stopPropagation();
      act.closePanel(sessionId);
    },
  }, fuse(c, session), head(c, session), refusal(c, sessionId),
  state === 'ringingIn' ? ringing(c, session) : null,
  state !== 'ringingIn' && state !== 'ended' && (isVoice(session) ? talking(c, session) : running(c, session)),
  isVoice(session) && state === 'talking' ? [consultStrip(c, sessionId), flowStrip(c, sessionId)] : null,
  panel ? panel(c, sessionId) : null);
}

/** A chat or video that goes on in the workbench. @param {Context} c @param {Session} session */
const running = ({ t, act }, { sessionId }) => h('div', { class: 'actions' },
  textButton(t.openSession, () => act.select(sessionId), { class: 'wide primary' }),
  iconButton('hangUp', t.endVideo, () => act.end(sessionId), { class: 'stop', key: 'end' }));

/** Which contacts the bar shows: calls, offers, and a video that is not before the agent's eyes. @param {Context} c @returns {Session[]} */
export function barSessions({ s }) {
  const asked = new Set(Object.entries(s.consults).map(([id, { consultSessionId }]) => (consultSessionId === id ? '' : consultSessionId)));
  return s.sessions.filter((one) => {
    if (s.dismissed.includes(one.sessionId) || asked.has(one.sessionId)) return false;
    if (one.state === 'ended') return isVoice(one) && s.now - one.endMs <= ENDED_SHOWN_MS;
    if (one.state === 'ringingIn' || isVoice(one)) return true;
    return one.type === 'video' && !(s.view.isOpen && s.view.tab === 'sessions' && s.view.selected === one.sessionId);
  });
}

/** After-call work runs down: go on or take longer. @param {Context} c */
export function arrangeCard({ s, t, act }) {
  const left = s.status.endMs - s.now;
  if (s.status.value !== 'arrange' || s.status.endMs === 0 || left <= 0) return null;
  return h('section', { class: 'card arrange', key: 'arrange', 'aria-label': t.arrange },
    h('div', { class: 'head' }, h('div', { class: 'who' }, h('div', { class: 'title' }, t.arrange),
      h('div', { class: 'state' }, h('b', { role: 'timer' }, clock(left + 999))))),
    h('div', { class: 'actions' }, textButton(t.readyNow, () => act.setStatus('free'), { class: 'wide go' }),
      textButton(t.moreTime, () => act.setStatus('arrange'), { class: 'wide plain', key: 'more' })));
}

/** What is wrong, if anything is. @param {Context} c */
export function notices({ s, t, act, can }) {
  const words = /** @type {Record<string, string>} */ ({ lost: t.lost, away: t.away, kicked: t.kicked, expired: t.expired });
  return [
    s.isSoundBlocked && h('button', { type: 'button', class: 'note', key: 'sound' }, icon('warn'), h('span', null, t.soundBlocked)),
    words[s.link] && h('div', { class: 'note', role: 'status', key: 'link' }, icon('wifi'), h('span', null, words[s.link])),
    s.micError && h('div', { class: 'note', role: 'alert', key: 'mic' }, icon(/^CAMERA_/.test(s.micError.code) ? 'cameraOff' : 'micOff'), h('span', { class: 'grow' }, errorText(t, s.micError)),
      can('Devices', 'getMicrophones') && textButton(t.checkDevices, () => act.checkDevices()),
      /^https?:/.test(s.micError.help ?? '') && h('a', { class: 'button', href: s.micError.help, target: '_blank', rel: 'noopener', key: 'help' }, t.checkPage)),
  ];
}
