/** actions.js: what the screens' buttons do, by the public namespaces of window.tccc. Layer: ui. */
import { newUuid } from '../uuid.js';
import { isWide, transferOf } from './state.js';

/** Bytes of a message; what is longer stays in the field. */
const TEXT_MAX = 4096;
/** Of the list of running calls, which comes in hundreds: more than a person reads. */
const RUNNING_PARTS = 5;
const RECHECK = Object.freeze({ isRunning: false, report: null });

/** Namespaces may not have landed in a page's older tccc.js; a button stands only where its method does. @param {any} tccc */
export const canOf = (tccc) => (/** @type {string} */ space, /** @type {string} */ method) =>
  typeof space.split('.').reduce((at, name) => at?.[name], tccc)?.[method] === 'function';

/** @param {Record<string, any>} answer a result in either of its shapes @param {string} name */
export const listOf = (answer, name) => answer?.[name] ?? answer?.data?.[name] ?? [];

/**
 * @param {{tccc: any, store: import('./state.js').Store, settings: import('../user_settings.js').Settings}} parts
 */
export function createActions({ tccc, store, settings }) {
  const { step, get } = store;
  const can = canOf(tccc);
  const view = (/** @type {Partial<import('./state.js').State['view']>} */ change) => step('view', change);
  const focus = (/** @type {string} */ name) => step('focus', name);

  /** Shows at `place` why something was refused. @param {string} place @param {() => any} work @returns {Promise<any>} undefined when refused */
  async function run(place, work) {
    step('allow', place);
    try {
      return await work() ?? {};
    } catch (error) {
      step('refuse', { place, error });
      return undefined;
    }
  }

  /** @param {string} method of tccc.Call @param {string} sessionId @param {object} [more] */
  const call = (method, sessionId, more = {}) => run(sessionId, () => tccc.Call[method]({ sessionId, ...more }));
  const chat = (/** @type {string} */ method, /** @type {string} */ sessionId, more = {}) => run(sessionId, () => tccc.Chat[method]({ sessionId, ...more }));
  const video = (/** @type {string} */ method, /** @type {string} */ sessionId, more = {}) => run(sessionId, () => tccc.Video[method]({ sessionId, ...more }));

  /** The namespace that a session belongs to, with the names it uses. @param {string} type */
  const waysOf = (type) => ({
    im: { space: chat, accept: 'accept', reject: 'reject', end: 'end', remove: 'deleteChat' },
    video: { space: video, accept: 'accept', reject: 'end', end: 'end', remove: 'deleteVideo' },
  })[type] ?? { space: call, accept: 'accept', reject: 'end', end: 'hungUp', remove: 'deleteCall' };

  const typeOf = (/** @type {string} */ sessionId) => get().sessions.find((one) => one.sessionId === sessionId)?.type ?? 'phone';
  const way = (/** @type {'accept'|'reject'|'end'|'remove'} */ name) => (/** @type {string} */ sessionId) => {
    const ways = waysOf(typeOf(sessionId));
    return ways.space(ways[name], sessionId);
  };

  /** Completes what has ended; what moved on to another agent is not known here any more and goes all the same. @param {string} sessionId */
  async function remove(sessionId) {
    await way('remove')(sessionId);
    const error = get().refusals[sessionId];
    if (error?.code === 'NOT_FOUND') step('forget', sessionId);
  }

  /** @param {boolean} isOpen */
  function openBench(isOpen) {
    view({ isOpen, isStatusOpen: false });
    const { tab, selected } = get().view;
    if (isOpen && tab === 'sessions' && typeOf(selected) === 'im') openChat(selected);
    focus(isOpen ? 'bench' : 'float');
  }

  /** @param {string} sessionId */
  function select(sessionId) {
    view({ isOpen: true, tab: 'sessions', selected: sessionId });
    if (typeOf(sessionId) === 'im') openChat(sessionId);
    focus(sessionId ? `pane:${sessionId}` : 'sessions');
  }

  /** Unread messages of a chat that is looked at are read. @param {string} sessionId */
  function openChat(sessionId) {
    const one = get().chats[sessionId];
    if (!one?.isLoaded && can('Chat', 'getMessages')) takeMessages(sessionId);
    if ((get().chats[sessionId]?.messages.length ?? 0) === 0) loadEarlier(sessionId);
    step('seen', sessionId);
    const last = (get().chats[sessionId]?.messages ?? []).filter(({ from, seq }) => from === 'client' && seq !== undefined).pop();
    if (last && can('Chat', 'read')) Promise.resolve(tccc.Chat.read({ sessionId, seq: last.seq })).catch(() => {});
  }

  /** @param {string} sessionId */
  function takeMessages(sessionId) {
    const messages = tccc.Chat.getMessages(sessionId) ?? [];
    if (messages.length) step('loaded', { sessionId, messages, more: get().chats[sessionId]?.more ?? true });
  }

  /** @param {string} sessionId */
  async function loadEarlier(sessionId) {
    if (!can('Chat', 'getHistory')) return;
    const beforeSeq = get().chats[sessionId]?.messages.find(({ seq }) => seq !== undefined)?.seq;
    const answer = await run(sessionId, () => tccc.Chat.getHistory({ sessionId, limit: 50, ...(beforeSeq === undefined ? {} : { beforeSeq }) }));
    if (answer) step('loaded', { sessionId, messages: listOf(answer, 'messages'), more: (answer.more ?? answer.data?.more) === true });
  }

  /** @param {string} sessionId @param {{text?: string, file?: File}} what @param {string} [again] clientId of one that failed */
  async function send(sessionId, what, again) {
    const clientId = again ?? newUuid();
    const kind = !what.file ? 'text' : what.file.type.startsWith('image/') ? 'image' : 'file';
    const message = {
      from: 'seat', kind, text: what.text, name: what.file?.name, size: what.file?.size, mime: what.file?.type, file: what.file, timeMs: Date.now(), clientId,
    };
    step('sending', { sessionId, message: { ...message, state: 'sending' } });
    try {
      const answer = await tccc.Chat.send({ sessionId, clientId, ...what });
      const { seq, timeMs = message.timeMs, url } = { ...answer?.data, ...answer };
      const isKnown = get().chats[sessionId]?.messages.some((one) => one.seq === seq);
      step('unsent', { sessionId, clientId: isKnown ? clientId : '' });
      if (!isKnown) step('sending', { sessionId, message: { ...message, seq, timeMs, ...(url ? { url } : {}) } });
      if (can('Chat', 'getMessages')) takeMessages(sessionId);
    } catch (error) {
      step('sending', { sessionId, message: { ...message, state: 'failed' } });
      step('refuse', { place: sessionId, error });
    }
  }

  /** @param {string} sessionId */
  function sendDraft(sessionId) {
    const text = (get().chats[sessionId]?.draft ?? '').trim();
    if (!text) return;
    if (new TextEncoder().encode(text).length > TEXT_MAX) {
      step('refuse', { place: sessionId, error: { code: 'TOO_LARGE' } });
      return;
    }
    step('draft', { sessionId, text: '' });
    step('allow', sessionId);
    send(sessionId, { text });
  }

  /** @type {Record<string, number>} */
  const typed = {};
  /** @param {string} sessionId @param {string} text */
  function draft(sessionId, text) {
    step('draft', { sessionId, text });
    if (!text || !can('Chat', 'typing') || Date.now() - (typed[sessionId] ?? 0) < 2500) return;
    typed[sessionId] = Date.now();
    Promise.resolve(tccc.Chat.typing({ sessionId })).catch(() => {});
  }

  /** @param {string} value @param {string} [restReason] */
  function setStatus(value, restReason) {
    view({ isStatusOpen: false });
    focus('status');
    const { Agent } = tccc;
    const set = () => Agent.setStatus({ status: value, ...(restReason ? { restReason } : {}) });
    return run('status', async () => {
      if (value === 'offline') return Agent.offline();
      if (Agent.getStatus() !== 'offline') return set();
      await Agent.online();
      return value === 'free' ? {} : set();
    });
  }

  /** @param {string} phoneNumber */
  async function dial(phoneNumber) {
    const number = phoneNumber.trim();
    if (!number) return;
    const answer = await run('dial', () => tccc.Call.startOutboundCall({ phoneNumber: number }));
    if (answer) step('dialled', '');
    if (answer && !isWide(get().view)) view({ isOpen: false });
  }

  /** Blind transfer. @param {string} sessionId @param {object} target */
  async function transfer(sessionId, target) {
    const type = typeOf(sessionId);
    const space = type === 'im' ? 'Chat' : type === 'video' ? 'Video' : 'Call';
    const answer = await run(sessionId, () => tccc[space].transfer({ sessionId, ...target }));
    if (answer) step('panel', { sessionId, name: '' });
  }

  /** @param {string} sessionId @param {object} target @param {string} name */
  async function consult(sessionId, target, name) {
    const answer = await run(sessionId, () => tccc.Call.consult.start({ sessionId, ...target }));
    if (answer) step('consulting', { sessionId, target: name, consultSessionId: answer.consultSessionId ?? answer.data?.consultSessionId });
  }
  const consultStep = (/** @type {'complete'|'cancel'|'conference'|'leave'} */ method) => (/** @type {string} */ sessionId) =>
    run(sessionId, () => tccc.Call.consult[method]({ sessionId }));

  async function refreshDirectory() {
    if (can('Admin', 'getDirectory')) {
      try {
        const answer = await tccc.Admin.getDirectory();
        step('directory', {
          groups: listOf(answer, 'groups'), agents: listOf(answer, 'agents'), flows: listOf(answer, 'flows'), restReasons: listOf(answer, 'restReasons'),
        });
        return;
      } catch { /* shown as it was; asked again soon */ }
    }
    if (!get().directory && can('Admin', 'getSkillGroups')) {
      step('directory', { groups: tccc.Admin.getSkillGroups() ?? [], agents: [], flows: [], restReasons: [] });
    }
  }

  async function refreshRunning() {
    if (!can('Call', 'getRunningSessions')) return;
    try {
      const all = [];
      let after = /** @type {number | undefined} */ (undefined);
      for (let parts = 0; parts < RUNNING_PARTS && (after || !parts); parts++) {
        const answer = await tccc.Call.getRunningSessions({ after });
        all.push(...listOf(answer, 'sessions'));
        after = answer.data?.next;
      }
      step('running', all);
    } catch (error) {
      if (/** @type {any} */ (error)?.code === 'FORBIDDEN') step('running', null);
    }
  }

  /** @param {string} sessionId @param {boolean} isTextOnly */
  async function monitor(sessionId, isTextOnly) {
    const answer = await run('supervise', () => tccc.Call.monitor({ sessionId, ...(isTextOnly ? { textOnly: true } : {}) }));
    if (answer) step('monitor', { sessionId, isTextOnly });
  }
  async function unmonitor(/** @type {string} */ sessionId) {
    await run('supervise', () => tccc.Call.unmonitor({ sessionId }));
    step('unmonitor', sessionId);
  }
  async function whisper(/** @type {string} */ sessionId, /** @type {boolean} */ on) {
    const answer = await run('supervise', () => tccc.Call.whisper({ sessionId, on }));
    if (answer) step('monitor', { sessionId, isWhispering: on });
  }

  /** @param {string} question as "kick:id" or "intercept:id" */
  async function confirm(question) {
    const [method, sessionId] = question.split(':');
    step('question', '');
    const answer = await run('supervise', () => tccc.Call[method]({ sessionId }));
    if (answer) step('unmonitor', sessionId);
    refreshRunning();
  }

  /** @param {string} method @returns {Promise<any[]>} */
  async function devicesBy(method) {
    if (!can('Devices', method)) return [];
    try {
      const answer = await tccc.Devices[method]();
      return Array.isArray(answer) ? answer : answer?.data ?? [];
    } catch {
      return [];
    }
  }

  async function refreshDevices() {
    const [microphones, speakers, cameras] = await Promise.all(['getMicrophones', 'getSpeakers', 'getCameras'].map(devicesBy));
    const chosen = can('Devices', 'getSelected') ? await tccc.Devices.getSelected() : null;
    step('devices', { microphones, speakers, cameras, ...(chosen ? { selected: { ...chosen, ...chosen.data } } : {}) });
  }

  /** @param {'microphone'|'speaker'|'camera'} kind @param {string} deviceId */
  async function chooseDevice(kind, deviceId) {
    const method = { microphone: 'setMicrophone', speaker: 'setSpeaker', camera: 'setCamera' }[kind];
    const answer = await run('settings', () => tccc.Devices[method]({ deviceId }));
    if (answer) step('devices', { selected: { ...get().devices.selected, [kind]: deviceId } });
    refreshDevices();
  }

  async function allowDevices() {
    await run('settings', () => tccc.Devices.requestPermission({ camera: can('Video', 'accept') }));
    refreshDevices();
  }

  /** @param {'volume'|'micVolume'} name @param {string} method @param {number} volume */
  async function setVolume(name, method, volume) {
    const answer = await run('settings', () => tccc.Devices[method]({ volume }));
    if (answer) step('devices', { selected: { ...get().devices.selected, [name]: volume } });
  }

  /** The meter of the settings is fed only while it is seen; a page that watches too goes without meanwhile. @param {string} before @param {string} tab */
  function watchLevel(before, tab) {
    if (before === tab || ![before, tab].includes('settings') || !can('Devices', 'watchVolume')) return;
    tccc.Devices.watchVolume(tab === 'settings').catch(() => {});
  }

  async function preflight() {
    step('preflight', { ...RECHECK, isRunning: true });
    const report = await run('settings', () => tccc.Devices.preflight({ full: true }));
    step('preflight', { isRunning: false, report: report?.data ?? report ?? null });
    refreshDevices();
  }

  /** Kept for later calls, where it could be done. @param {string} place a session, or 'settings' @param {string} level off, standard or ai */
  async function setNoise(place, level) {
    const answer = await run(place, () => tccc.Call.setNoiseSuppression({ level }));
    if (answer) settings.update({ noiseReduction: level });
  }

  return {
    run, call, video, view, focus, step, openBench, select, openChat, takeMessages, loadEarlier, send, sendDraft, draft, setStatus, dial, transfer, consult,
    accept: way('accept'), reject: way('reject'), end: way('end'), remove,
    consultComplete: consultStep('complete'), consultCancel: consultStep('cancel'), conference: consultStep('conference'), conferenceLeave: consultStep('leave'),
    callAgent: (/** @type {string} */ calleeUserId, /** @type {boolean} */ useMobile) =>
      run('agents', () => tccc.Call.startInternalCall({ calleeUserId, ...(useMobile ? { useMobile } : {}) })),
    flow: (/** @type {string} */ sessionId, /** @type {string} */ flowId) => call('startSelfService', sessionId, { flowId }),
    unflow: (/** @type {string} */ sessionId) => call('stopSelfService', sessionId),
    press: (/** @type {string} */ sessionId, /** @type {string} */ key) => {
      step('digit', { sessionId, key });
      return call('sendDigits', sessionId, { dtmfText: key });
    },
    panel: (/** @type {string} */ sessionId, /** @type {string} */ name) => {
      if (name === 'transfer' || name === 'more') refreshDirectory();
      step('panel', { sessionId, name: get().panels[sessionId] === name ? '' : name });
    },
    closePanel: (/** @type {string} */ sessionId) => step('panel', { sessionId, name: '' }),
    choose: (/** @type {string} */ sessionId, /** @type {object} */ change) => step('transfer', { sessionId, ...transferOf(get(), sessionId), ...change }),
    showTab: (/** @type {string} */ tab) => {
      watchLevel(get().view.tab, tab);
      view({ tab, isStatusOpen: false });
      if (tab === 'dial') focus('dial');
      if (tab === 'agents') refreshDirectory();
      if (tab === 'supervise') refreshRunning();
      if (tab === 'settings') refreshDevices();
    },
    checkDevices: () => {
      view({ isOpen: true, tab: 'settings' });
      refreshDevices();
      if (can('Devices', 'preflight')) preflight();
    },
    set: (/** @type {object} */ change) => settings.update(change),
    allowDevices, setVolume, refreshDirectory, refreshRunning, refreshDevices, monitor, unmonitor, whisper, confirm, chooseDevice, preflight, setNoise,
  };
}
/** @typedef {ReturnType<typeof createActions>} Actions */
