/**
 * state.js: everything the screens show, as one object with one writer. Layer: ui.
 * `step` is the writer: a row of STEPS for each event of the SDK and each act of the agent gives what changes.
 */

/** A finished call's card goes away by itself after this. */
export const ENDED_SHOWN_MS = 5000;
/** "is writing" holds so long after the last word of it. */
export const TYPING_SHOWN_MS = 5000;
/** Of one chat; older ones come back by scrolling. */
const MESSAGES_MAX = 500;
const TRANSCRIPT_MAX = 200;

export const VOICE = ['phone', 'internal', 'voip'];

/** @typedef {import('../sessions.js').Session} Session */
/** @typedef {{seq?: number, from: string, kind: string, text?: string, url?: string, name?: string, size?: number, mime?: string, timeMs: number, clientId?: string, state?: 'sending'|'failed', file?: any, options?: {key: string, text: string}[]}} Message */
/** @typedef {{messages: Message[], more: boolean, typingMs: number, draft: string, unread: number, readSeq: number, isLoaded: boolean}} Chat */
/** @typedef {{value: string, reason: string, reserved: string, endMs: number}} Status */

/** @returns {Chat} */
const emptyChat = () => ({ messages: [], more: true, typingMs: 0, draft: '', unread: 0, readSeq: 0, isLoaded: false });

export const initialState = () => ({
  now: 0,
  /** 'starting', 'up', 'lost', 'away' (for so long that calls have ended), 'kicked' or 'expired'. */
  link: 'starting',
  isSoundBlocked: false,
  /** @type {any} why there is no microphone, or no camera for the video that runs */
  micError: null,
  /** @type {Status} */
  status: { value: 'offline', reason: '', reserved: '', endMs: 0 },
  /** @type {Session[]} */
  sessions: [],
  /** @type {string[]} cards that were put away */
  dismissed: [],
  /** @type {string[]} contacts that the server no longer knows, completed here */
  forgotten: [],
  /** @type {Record<string, {level: number, rttMs: number}>} */
  quality: {},
  /** @type {Record<string, any>} why something was refused, by session or place */
  refusals: {},
  /** @type {Record<string, string>} what is open in a call's card: pad, transfer, more */
  panels: {},
  /** @type {Record<string, string>} digits sent in a call */
  digits: {},
  /** @type {Record<string, boolean>} a self-service flow runs */
  flows: {},
  /** @type {Record<string, {state: string, target?: string, consultSessionId?: string}>} */
  consults: {},
  /** @type {Record<string, {flow: string, index: number, text: string, isFinal: boolean}[]>} */
  transcripts: {},
  /** @type {Record<string, Chat>} */
  chats: {},
  /** @type {Record<string, {isPeerMuted: boolean, isPeerDark: boolean, isPictureless: boolean, streams: number}>} */
  videos: {},
  /** @type {any} */
  directory: null,
  /** @type {any[] | null} null: not a supervisor */
  running: null,
  /** @type {Record<string, {isTextOnly: boolean, isWhispering: boolean}>} */
  monitored: {},
  /** @type {{microphones: any[], speakers: any[], cameras: any[], selected: Record<string, string>}} */
  devices: { microphones: [], speakers: [], cameras: [], selected: {} },
  volume: { input: 0, output: 0 },
  /** @type {{isRunning: boolean, report: any}} */
  preflight: { isRunning: false, report: null },
  /** What to look for in lists, by list. @type {Record<string, string>} */
  search: {},
  /** What is chosen in a transfer panel. @type {Record<string, {tab: string, target: string, number: string}>} */
  transfers: {},
  dialled: '',
  /** @type {string} a question that waits for yes or no, as "kick:sessionId" */
  question: '',
  /** What shall have the focus next; the count makes the same wish twice a new one. */
  focus: { name: '', count: 0 },
  view: {
    /** The page is before the agent's eyes, and the screens in it. */
    isSeen: true,
    isFloatShown: true, isBarShown: true, isOpen: false, isEmbedded: false, isWide: false, hasRoom: true, tab: 'sessions', selected: '',
    isStatusOpen: false, isRestOpen: false,
  },
  /** @type {string[]} */
  hiddenButtons: [],
  settings: { disableRingtone: false, disableNotification: false, lang: '', noiseReduction: 'standard', theme: 'auto' },
});

/** @typedef {ReturnType<typeof initialState>} State */
/** @typedef {(state: State, d: any, now: number) => Partial<State>} Step */

/** @template T @param {Record<string, T>} all @param {string} key @returns {Record<string, T>} without one */
function without(all, key) {
  const { [key]: _, ...rest } = all;
  return rest;
}

/** @param {State} state @param {string} sessionId @param {Partial<Chat>} change @returns {Partial<State>} */
const chatWith = (state, sessionId, change) => ({
  chats: { ...state.chats, [sessionId]: { ...(state.chats[sessionId] ?? emptyChat()), ...change } },
});

/** @param {State} state @param {Partial<State['view']>} change @returns {Partial<State>} */
const viewWith = (state, change) => ({ view: { ...state.view, ...change } });

/** @param {State} state @param {string} name @returns {Partial<State>} */
const focusOn = (state, name) => ({ focus: { name, count: state.focus.count + 1 } });

/** Puts messages in order; one that was on its way is replaced by its own stored copy. @param {Message[]} before @param {Message[]} added */
export function mergeMessages(before, added) {
  const stored = new Set(added.flatMap(({ seq, clientId }) => [seq, clientId]).filter((one) => one !== undefined && one !== ''));
  const kept = before.filter(({ seq, clientId }) => !(seq !== undefined && stored.has(seq)) && !(clientId && stored.has(clientId)));
  return [...kept, ...added].sort((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity) || a.timeMs - b.timeMs).slice(-MESSAGES_MAX);
}

/** Whether list and contact stand beside each other. @param {State['view']} view */
export const isWide = (view) => (view.isEmbedded || view.isWide) && view.hasRoom;

/** The pane of this session is before the agent's eyes. @param {State} state @param {string} sessionId */
export const isLookedAt = ({ view }, sessionId) => view.isSeen && view.isOpen && view.tab === 'sessions' && view.selected === sessionId;

/** One line for each sentence; what has turned out to be noise goes. @param {any[]} list @param {{flow: string, index: number, text: string, isFinal: boolean}} line */
function withLine(list, line) {
  const isIt = (/** @type {any} */ one) => one.flow === line.flow && one.index === line.index;
  if (!line.text) return list.filter((one) => !isIt(one));
  const next = list.some(isIt) ? list.map((one) => (isIt(one) ? line : one)) : [...list, line];
  return next.slice(-TRANSCRIPT_MAX);
}

/** @param {Record<string, any>} all @param {string[]} ids */
const onlyOf = (all, ids) => {
  const gone = Object.keys(all).filter((id) => !ids.includes(id));
  return gone.length ? Object.fromEntries(Object.entries(all).filter(([id]) => ids.includes(id))) : all;
};

/** Kept by session: goes with it. */
const BY_SESSION = /** @type {const} */ (['quality', 'panels', 'digits', 'flows', 'consults', 'transcripts', 'chats', 'videos', 'transfers']);

/** Places of refusals that are no session. */
const PLACES = ['dial', 'status', 'agents', 'supervise', 'settings'];

/** @param {State} state @param {string[]} own ids of the agent's sessions; those of calls that are listened to count too @returns {Partial<State>} */
function pruned(state, own) {
  const ids = [...own, ...Object.keys(state.monitored)];
  return { ...Object.fromEntries(BY_SESSION.map((name) => [name, onlyOf(state[name], ids)])), refusals: onlyOf(state.refusals, [...ids, ...PLACES]) };
}

/** A chat or video that was just accepted, or any session selected for the first time. @param {State} state @param {Session[]} sessions */
function viewOf(state, sessions) {
  const before = new Map(state.sessions.map(({ sessionId, state: was }) => [sessionId, was]));
  const begun = sessions.find(({ sessionId, type, state: is }) => is === 'talking' && before.has(sessionId)
    && before.get(sessionId) !== 'talking' && !VOICE.includes(type));
  if (begun) return { ...state.view, isOpen: true, tab: 'sessions', selected: begun.sessionId };
  if (sessions.some(({ sessionId }) => sessionId === state.view.selected)) return state.view;
  const first = isWide(state.view) ? sessions.find(({ state: is }) => is !== 'ended') : undefined;
  return { ...state.view, selected: first?.sessionId ?? '' };
}

/** @param {State} state @param {Session[]} sessions @returns {Partial<State>} */
const withSessions = (state, sessions) => ({ sessions, view: viewOf(state, sessions), ...pruned(state, sessions.map(({ sessionId }) => sessionId)) });

/** @type {Record<string, Step>} */
const FROM_SDK = {
  ready: () => ({ link: 'up' }),
  connectionLost: () => ({ link: 'lost' }),
  reconnected: () => ({ link: 'up' }),
  kickedOut: (state) => ({ link: 'kicked', status: { ...state.status, value: 'offline', endMs: 0 } }),
  tokenExpired: () => ({ link: 'expired' }),
  statusChanged: (_, { status, reason = '', reserved = '', countdown }, now) => ({
    status: { value: status, reason, reserved, endMs: countdown ? now + countdown * 1000 : 0 },
  }),
  audioBlocked: (_, { blocked }) => ({ isSoundBlocked: blocked === true }),
  ringBlocked: (_, { blocked = true }) => ({ isSoundBlocked: blocked }),
  micError: (_, error) => ({ micError: error }),
  micLost: (_, error) => ({ micError: { code: 'MIC_NOT_FOUND', ...error } }),
  micRestored: () => ({ micError: null }),
  warning: (state, error) => {
    if (/^CAMERA_/.test(error.code)) return { micError: error };
    if (state.link !== 'lost' && state.link !== 'away') return {};
    return error.code === 'CONNECTION_LOST' ? { link: 'away' } : /^TOKEN_/.test(error.code) ? { link: 'expired' } : {};
  },
  quality: (state, { sessionId, level, rttMs = -1 }) => ({ quality: { ...state.quality, [sessionId]: { level, rttMs } } }),
  volume: (_, { input = 0, output = 0 }) => ({ volume: { input, output } }),
  selfService: (state, { sessionId, running }) => ({ flows: { ...state.flows, [sessionId]: running === true } }),
  consult: (state, { sessionId, state: to, ...rest }) => ({
    consults: to === 'ended' ? without(state.consults, sessionId)
      : { ...state.consults, [sessionId]: { ...state.consults[sessionId], ...rest, state: to } },
  }),
  monitorEnded: (state, { sessionId }) => ({ monitored: without(state.monitored, sessionId) }),
  asr: (state, { sessionId, flow, result }) => ({
    transcripts: {
      ...state.transcripts,
      [sessionId]: withLine(state.transcripts[sessionId] ?? [],
        { flow, index: result.index, text: result.voice_text_str, isFinal: result.slice_type === 2 }),
    },
  }),
  message: (state, d, now) => {
    const chat = state.chats[d.sessionId] ?? emptyChat();
    const isNews = d.from === 'client' && !isLookedAt(state, d.sessionId);
    return chatWith(state, d.sessionId, {
      messages: mergeMessages(chat.messages, [{ timeMs: now, ...d }]), unread: chat.unread + (isNews ? 1 : 0),
      typingMs: d.from === 'client' ? 0 : chat.typingMs,
    });
  },
  typing: (state, { sessionId, from }, now) => (from === 'seat' ? {} : chatWith(state, sessionId, { typingMs: now })),
  messageRead: (state, { sessionId, seq, from }) => (from === 'seat' ? {} : chatWith(state, sessionId, { readSeq: seq })),
  videoMuted: (state, { sessionId, from, audio, video }) => (from === 'seat' ? {} : {
    videos: { ...state.videos, [sessionId]: { ...videoOf(state, sessionId), isPeerMuted: audio === true, isPeerDark: video === true } },
  }),
  videoCodec: (state, { sessionId, codec }) => ({ videos: { ...state.videos, [sessionId]: { ...videoOf(state, sessionId), isPictureless: codec === 'none' } } }),
  videoStreams: (state, { sessionId }) => {
    const video = videoOf(state, sessionId);
    return { videos: { ...state.videos, [sessionId]: { ...video, streams: video.streams + 1 } } };
  },
  sessionEnded: (state, { sessionId }) => ({
    micError: null, panels: without(state.panels, sessionId), consults: without(state.consults, sessionId),
    refusals: without(state.refusals, sessionId), flows: without(state.flows, sessionId),
  }),
};

/** @param {State} state @param {string} sessionId */
const videoOf = (state, sessionId) => state.videos[sessionId]
  ?? { isPeerMuted: false, isPeerDark: false, isPictureless: false, streams: 0 };

/** @type {Record<string, Step>} */
const FROM_AGENT = {
  tick: (state, _, now) => ({ now }),
  sessions: (state, all) => withSessions(state, all.filter((/** @type {Session} */ { sessionId }) => !state.forgotten.includes(sessionId))),
  forget: (state, sessionId) => ({
    forgotten: [...state.forgotten, sessionId].slice(-64), ...withSessions(state, state.sessions.filter((one) => one.sessionId !== sessionId)),
  }),
  settings: (_, settings) => ({ settings }),
  hiddenButtons: (_, hiddenButtons) => ({ hiddenButtons }),
  view: (state, change) => viewWith(state, change),
  focus: (state, name) => focusOn(state, name),
  dismiss: (state, sessionId) => ({ dismissed: [...state.dismissed, sessionId].slice(-64) }),
  refuse: (state, { place, error }) => ({ refusals: { ...state.refusals, [place]: error } }),
  allow: (state, place) => (place in state.refusals ? { refusals: without(state.refusals, place) } : {}),
  panel: (state, { sessionId, name }) => ({
    panels: name ? { ...state.panels, [sessionId]: name } : without(state.panels, sessionId),
    ...focusOn(state, name ? `${name}:${sessionId}` : `${state.panels[sessionId]}Button:${sessionId}`),
  }),
  digit: (state, { sessionId, key }) => ({ digits: { ...state.digits, [sessionId]: (state.digits[sessionId] ?? '') + key } }),
  transfer: (state, { sessionId, ...change }) => ({
    transfers: { ...state.transfers, [sessionId]: { ...transferOf(state, sessionId), ...change } },
  }),
  consulting: (state, { sessionId, ...rest }) => ({
    consults: { ...state.consults, [sessionId]: { ...(state.consults[sessionId] ?? { state: 'ringing' }), ...rest } },
    panels: without(state.panels, sessionId),
  }),
  directory: (_, directory) => ({ directory }),
  running: (_, running) => ({ running: Array.isArray(running) ? running : null }),
  monitor: (state, { sessionId, ...change }) => ({
    monitored: {
      ...state.monitored,
      [sessionId]: { ...(state.monitored[sessionId] ?? { isTextOnly: false, isWhispering: false }), ...change },
    },
  }),
  unmonitor: (state, sessionId) => ({ monitored: without(state.monitored, sessionId) }),
  devices: (state, devices) => ({ devices: { ...state.devices, ...devices } }),
  preflight: (_, preflight) => ({ preflight }),
  search: (state, { list, text }) => ({ search: { ...state.search, [list]: text } }),
  dialled: (_, dialled) => ({ dialled }),
  question: (_, question) => ({ question }),
  draft: (state, { sessionId, text }) => chatWith(state, sessionId, { draft: text }),
  seen: (state, sessionId) => (state.chats[sessionId]?.unread ? chatWith(state, sessionId, { unread: 0 }) : {}),
  loaded: (state, { sessionId, messages, more }) => chatWith(state, sessionId, {
    messages: mergeMessages(state.chats[sessionId]?.messages ?? [], messages), more, isLoaded: true,
  }),
  sending: (state, { sessionId, message }) => chatWith(state, sessionId, {
    messages: mergeMessages(state.chats[sessionId]?.messages ?? [], [message]),
  }),
  unsent: (state, { sessionId, clientId }) => chatWith(state, sessionId, {
    messages: (state.chats[sessionId]?.messages ?? []).filter((one) => one.clientId !== clientId),
  }),
};

/** @param {State} state @param {string} sessionId */
export const transferOf = (state, sessionId) => state.transfers[sessionId] ?? { tab: 'groups', target: '', number: '' };

export const STEPS = Object.freeze({ ...FROM_SDK, ...FROM_AGENT });

/** The state and its writer. `changed` is called after every step that changed something. @param {() => void} changed @param {() => number} clock Unix ms */
export function createStore(changed, clock) {
  let state = { ...initialState(), now: clock() };
  /** @param {string} name a row of STEPS; others are ignored, as events that no screen shows @param {any} [d] */
  function step(name, d) {
    const row = /** @type {Record<string, Step>} */ (STEPS)[name];
    if (!row) return;
    const now = clock();
    const change = row(state, d ?? {}, now);
    if (Object.keys(change).length === 0) return;
    state = { ...state, ...change, now };
    changed();
  }
  return { get: () => state, step };
}
/** @typedef {ReturnType<typeof createStore>} Store */
