/**
 * tccc.d.ts: types of window.tccc. tests/js/page.test.js holds them against the running object.
 * What is marked "ours" is not in the documented agent SDK.
 */

export type AgentStatus = 'free' | 'busy' | 'arrange' | 'notReady' | 'rest' | 'offline';
export type SessionType = 'phone' | 'im' | 'voip' | 'video' | 'internal';
export type ServerType = 'staffSeat' | 'staffPhoneSeat' | 'miniProgramSeat' | 'staffExtensionSeat';

/** What API promises resolve with: the fields of T, and the same again as `data`. */
export type Success<T = {}> = T & { status: 'success'; data: T };

/** What API promises reject with. */
export interface TcccError extends Error {
  status: 'error';
  /** A name of docs/errors.md. */
  code: string;
  errorMsg: string;
  /** What to do about it. */
  remedy: string;
}

export interface SessionOptions {
  sessionId: string;
}

export interface StartOutboundCallOptions {
  phoneNumber: string;
  /** Shown in the call bar instead of the number. */
  phoneDesc?: string;
  /** Comes back with the call's record. */
  uui?: string;
  skillGroupId?: string;
  callerPhoneNumber?: string;
  servingNumberGroupIds?: string[];
  phoneEncodeType?: 'number';
}

export interface CallResponse {
  sessionId: string;
  callerPhoneNumber: string;
  calleePhoneNumber: string;
  calleeLocation?: string;
  serverType: ServerType;
  remark?: string;
}

/** Figures of a call. Below 0: not known yet; levels of -127: silence. */
export interface CallStats {
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  packetsLate: number;
  packetsDuplicate: number;
  bytesSent: number;
  bytesReceived: number;
  rttMs: number;
  jitterMs: number;
  /** Jitter buffer: present and wanted delay. */
  bufferMs: number;
  targetMs: number;
  /** Of the played samples, 0..1. */
  concealedRatio: number;
  stretchedRatio: number;
  remoteLossRatio: number;
  remoteJitterMs: number;
  driftPpm: number;
  inputDbfs: number;
  outputDbfs: number;
  /** Estimate by ITU-T G.107, 1..4.5. */
  mos: number;
  erleDb: number;
  /** Of about the last 200 packets that should have come, 0..1. */
  lossRatio: number;
  /** 5 best to 1 by mos; 0: nothing has come for 5 s. */
  level: 0 | 1 | 2 | 3 | 4 | 5;
  /** The media paths to the server. */
  path: {
    path: string;
    openPaths: number;
    /** Of the data channel and the two WebSockets; below 0: not known. */
    rttMs: [number, number, number];
    framesSent: number;
    framesReceived: number;
    framesDoubled: number;
  };
}

/** One of them; `extension` (a desk phone) and `phoneNumber` (an outside number) are ours. */
export type TransferTarget =
  | { skillGroupId: string }
  | { userId: string }
  | { extension: string }
  | { phoneNumber: string };

/** Ours: a third party, while the customer hears music. */
export interface Consult {
  /** Puts the customer on hold and calls the third party; the events `consult` tell how far it is. */
  start(options: SessionOptions & TransferTarget): Promise<Success<{ consultSessionId: string }>>;
  /** Third party and customer go on together; this agent's part ends. */
  complete(options: SessionOptions | string): Promise<Success>;
  /** Back to the customer, without the third party. */
  cancel(options: SessionOptions | string): Promise<Success>;
  /** All three hear each other. */
  conference(options: SessionOptions | string): Promise<Success>;
  /** This agent leaves the conference; the others go on. */
  leave(options: SessionOptions | string): Promise<Success>;
}

/** Ours: a running call, as supervisors see it. */
export interface RunningSession {
  sessionId: string;
  /** The agent; '' while nobody serves. */
  userId: string;
  name: string;
  type: 'phone' | 'internal';
  state: 'offered' | 'dialing' | 'ringing' | 'talking' | 'ended';
  callerPhoneNumber: string;
  calleePhoneNumber: string;
  /** Unix ms; 0 not yet. */
  startMs: number;
  answerMs: number;
}

export interface Call {
  /** Ours. */
  consult: Consult;
  /**
   * Listens to another agent's call: by voice, one at a time, heard by nobody; textOnly: its transcript only, by the events `asr`.
   * FORBIDDEN unless the agent is administrator or quality inspector; so are the next five.
   */
  monitor(options: SessionOptions & { textOnly?: boolean }): Promise<Success<CallResponse & { textOnly?: boolean }>>;
  /** Ours. */
  unmonitor(options: SessionOptions | string): Promise<Success>;
  /** Ours: while on, the agent hears this microphone, the customer does not. Only of a session that is monitored by voice. */
  whisper(options: SessionOptions & { on: boolean }): Promise<Success>;
  /** Takes a session that is monitored by voice: its agent leaves. */
  intercept(options: SessionOptions | string): Promise<Success>;
  /** Ends a call by force. */
  kick(options: SessionOptions | string): Promise<Success>;
  /** Ours: at most 100, in the order of their beginning. `next` where there are more: `after` of the call for them. */
  getRunningSessions(options?: { after?: number }): Promise<Success<{ sessions: RunningSession[]; next?: number }>>;
  /** Rejects with MIC_DENIED, MIC_NOT_FOUND, MIC_BUSY or INSECURE_CONTEXT before anything is dialled. */
  startOutboundCall(options: StartOutboundCallOptions): Promise<Success<CallResponse>>;
  callOut(options: StartOutboundCallOptions): Promise<Success<CallResponse>>;
  /** Without a microphone it rejects and the call goes on ringing. */
  accept(options: SessionOptions | string): Promise<Success>;
  /** Rejects a ringing call; ends any other. */
  end(options: SessionOptions | string): Promise<Success>;
  hungUp(options: SessionOptions | string): Promise<Success>;
  deleteCall(options: SessionOptions | string): Promise<Success>;
  muteMic(options: SessionOptions | string): Promise<Success>;
  unmuteMic(options: SessionOptions | string): Promise<Success>;
  isMicMuted(options: SessionOptions | string): Promise<Success<{ isMicMuted: boolean }>>;
  hold(options: SessionOptions | string): Promise<Success>;
  unHold(options: SessionOptions | string): Promise<Success>;
  sendDigits(options: SessionOptions & { dtmfText?: string }): Promise<Success>;
  /** Rings another agent; without `useMobile` its page or desk phone. */
  startInternalCall(options: { calleeUserId: string; useMobile?: boolean }): Promise<Success<CallResponse>>;
  /** The customer waits with music for the target; this agent's part of the call ends. */
  transfer(options: SessionOptions & TransferTarget): Promise<Success>;
  /** Ours: runs a published self-service flow with the customer. */
  startSelfService(options: SessionOptions & { flowId: string }): Promise<Success>;
  /** Ours: back to the customer. */
  stopSelfService(options: SessionOptions | string): Promise<Success>;
  /** Ours: of the microphone; 'ai' is refused with IO or FORMAT when its model cannot be loaded. */
  setNoiseSuppression(options: { level: 'off' | 'low' | 'standard' | 'high' | 'ai' }): Promise<Success>;
  /** Ours. */
  getStats(options: SessionOptions | string): Promise<Success<CallStats>>;
}

/** One message of a chat. */
export interface ChatMessage {
  /** From 1, without gaps. */
  seq: number;
  from: 'client' | 'seat' | 'system';
  /** The agent, of 'seat'. */
  userId?: string;
  kind: 'text' | 'image' | 'file';
  text?: string;
  /** Of 'image' and 'file': good for a day. */
  url?: string;
  name?: string;
  size?: number;
  mime?: string;
  /** Unix ms. */
  timeMs: number;
  /** What the sender called it. */
  clientId?: string;
  /** What a flow gives the visitor to choose from. */
  options?: { key: string; text: string }[];
}

/** docs/chat.md */
export interface Chat {
  accept(options: SessionOptions | string): Promise<Success>;
  /** Ours: it goes to another agent. */
  reject(options: SessionOptions | string): Promise<Success>;
  /** Ends, or rejects one that rings. */
  end(options: SessionOptions | string): Promise<Success>;
  /** Ours: removes a finished chat. */
  deleteChat(options: SessionOptions | string): Promise<Success>;
  /** One of the two. */
  transfer(options: { sessionId: string; skillGroupId?: string; userId?: string }): Promise<Success>;
  /** Ours: a text of up to 4096 bytes, or a file of up to 10 MiB. With the clientId of a message that failed it is stored once. */
  send(options: { sessionId: string; clientId?: string } & ({ text: string } | { file: File })): Promise<Success<{ seq: number; timeMs: number; clientId: string }>>;
  /** Ours: all up to `seq` were seen. */
  read(options: { sessionId: string; seq: number }): Promise<Success>;
  /** Ours: tells the other side, once in three seconds at most. */
  typing(options: SessionOptions | string): Promise<Success>;
  /** Ours: the last messages before `beforeSeq`, or of all; `limit` 1 to 50. */
  getHistory(options: { sessionId: string; beforeSeq?: number; limit?: number }): Promise<Success<{ messages: ChatMessage[]; more: boolean }>>;
  /** Ours: those that this page has seen, in order. */
  getMessages(options: SessionOptions | string): ChatMessage[];
}

export interface Video {
  /** Asks for camera and microphone first: rejects with CAMERA_DENIED, MIC_* or INSECURE_CONTEXT, and the session goes on ringing. Without a camera the sound alone runs. */
  accept(options: SessionOptions | string): Promise<Success>;
  /** Ends, or rejects one that rings. */
  end(options: SessionOptions | string): Promise<Success>;
  /** Removes a finished session. */
  deleteVideo(options: SessionOptions | string): Promise<Success>;
  muteMic(options: SessionOptions | string): Promise<Success>;
  unmuteMic(options: SessionOptions | string): Promise<Success>;
  /** Turns the camera off. */
  muteVideo(options: SessionOptions | string): Promise<Success>;
  unmuteVideo(options: SessionOptions | string): Promise<Success>;
  /** Ours: neither picture nor sound passes, in either direction, until unHold; the visitor hears music. */
  hold(options: SessionOptions | string): Promise<Success>;
  unHold(options: SessionOptions | string): Promise<Success>;
  /** One of the two. */
  transfer(options: { sessionId: string; skillGroupId?: string; userId?: string }): Promise<Success>;
  /** Ours: for the srcObject of two video elements; again after each `videoStreams`. */
  getStreams(options: SessionOptions | string): { local: MediaStream; remote: MediaStream } | null;
}

/** Ours: one of the agent's sessions, of any type. */
export interface AgentSession {
  sessionId: string;
  type: SessionType;
  direction: 'in' | 'out';
  state: 'offered' | 'dialing' | 'ringing' | 'talking' | 'ended';
  /** Of 'voip' and 'video' the ids of visitor and channel; of 'im' ''. */
  callerPhoneNumber: string;
  calleePhoneNumber: string;
  /** As startOutboundCall was given it; of 'phone' and 'im' callIn's remark. */
  phoneDesc?: string;
  /** Only 'internal': the other agent. */
  peerUserId?: string;
  serverType: ServerType;
  held: boolean;
  muted?: boolean;
  cameraMuted?: boolean;
  /** A third party is asked, or in a conference. */
  consult?: 'ringing' | 'talking' | 'conference';
  /** A self-service flow runs with the customer. */
  selfService?: boolean;
  /** Of 'im', 'voip' and 'video', as in callIn. */
  userId?: string;
  nickname?: string;
  avatar?: string;
  peerSource?: string;
  channelName?: string;
  clientData?: string;
  callee?: string;
  calleeRemark?: string;
  /** Of 'im': number of the last message there is. */
  lastSeq?: number;
  /** Seconds to answer when it began to ring; 0 no limit. */
  timeout: number;
  /** Unix ms; answerMs 0 not yet. */
  startMs: number;
  answerMs: number;
}

export interface Agent {
  online(): Promise<Success>;
  offline(): Promise<Success>;
  setStatus(options: {
    status: 'free' | 'rest' | 'arrange' | 'notReady' | 'stopNotReady';
    restReason?: string;
  }): Promise<Success<{ status: AgentStatus }>>;
  /** 'offline' before ready. */
  getStatus(): AgentStatus;
  /** Ours: what runs, and what has ended and was not deleted: for a page that was loaded again. */
  getSessions(): Promise<Success<{ sessions: AgentSession[] }>>;
}

export interface Devices {
  isBrowserSupported(): boolean;
  /** Browser, secure origin and microphone API. */
  isEnvSupported(): boolean;
  getMicrophones(): Promise<MediaDeviceInfo[]>;
  getSpeakers(): Promise<MediaDeviceInfo[]>;
  /** Ours. */
  getCameras(): Promise<MediaDeviceInfo[]>;
  /** Ours. '' is the browser's default; a running call changes over. Choices are kept for the page's origin. */
  setMicrophone(options: { deviceId: string } | string): Promise<Success>;
  /** Ours. Rejects with BROWSER_UNSUPPORTED where the browser cannot choose. */
  setSpeaker(options: { deviceId: string } | string): Promise<Success>;
  /** Ours. */
  setCamera(options: { deviceId: string } | string): Promise<Success>;
  /** Ours: what was chosen; '' the browser's default. */
  getSelected(): { microphone: string; speaker: string; camera: string; volume: number; micVolume: number };
  /** Ours: asks the person for the microphone, and the camera when `camera` is true. */
  requestPermission(options?: { camera?: boolean }): Promise<Success<Permissions>>;
  /** Ours. */
  getPermission(): Promise<Success<Permissions>>;
  /** Ours: of what is heard, 0..2; 1 as it comes. Ring tones keep theirs. */
  setVolume(options: { volume: number } | number): Promise<Success>;
  /** Ours: of what is sent, 0..2. */
  setMicVolume(options: { volume: number } | number): Promise<Success>;
  /** Ours: `volume` events every ms (true: 200); with a threshold only while a level reaches it, and once after. */
  watchVolume(options: boolean | number | { ms?: number; threshold?: number }): Promise<Success>;
  /** Ours: checks browser, microphone, loudspeaker and network; `full` takes longer and plays a tone. */
  preflight(options?: { full?: boolean }): Promise<Success<PreflightReport>>;
}

export type PermissionAnswer = 'granted' | 'denied' | 'prompt' | 'unknown';

export interface Permissions {
  microphone: PermissionAnswer;
  camera: PermissionAnswer;
  notification: 'granted' | 'denied' | 'default' | 'unknown';
}

export interface PreflightCheck {
  name: 'browser' | 'microphone' | 'speaker' | 'network';
  result: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was found, as a word for programs. */
  finding: string;
  /** The same for people, in their language, and what to do about it ('' nothing). */
  sentence: string;
  remedy: string;
  /** A name of docs/errors.md, where one fits. */
  code?: string;
  /** microphone: peak and mean level, 0..1. speaker: peak. */
  peak?: number;
  mean?: number;
  label?: string;
  /** network: probes of a voice packet's size, there and back. */
  path?: string;
  sent?: number;
  received?: number;
  lossRatio?: number;
  rttMs?: number;
  rttMinMs?: number;
  rttMaxMs?: number;
  jitterMs?: number;
  /** Estimate by ITU-T G.107 for a call over this network. */
  mos?: number;
  [figure: string]: unknown;
}

export interface PreflightReport {
  /** Nothing failed. */
  ok: boolean;
  result: 'ok' | 'warning' | 'failed';
  full: boolean;
  startMs: number;
  durationMs: number;
  checks: PreflightCheck[];
}

export interface UI {
  hide(): void;
  show(): void;
  showfloatButton(): void;
  hidefloatButton(): void;
  showNotificationBar(): void;
  hideNotificationBar(): void;
  showWorkbench(): void;
  hideWorkbench(): void;
  /** Takes over what is named in it; kept per origin. Throws ARG_TYPE. */
  updateUserCustomSettings(settings: UserSettings): void;
  /** Puts the workbench into an element (itself, its id or a selector), at least 760 by 480 pixels; without one, where it belongs. May be called again and again. */
  mount(target?: Element | string): void;
}

export interface UserSettings {
  /** No ring tones. */
  disableRingtone?: boolean;
  /** No notifications of the browser. */
  disableNotification?: boolean;
  /** Ours: of the screens; '' as the page. */
  lang?: '' | 'zh' | 'en';
  /** Ours: how much noise is taken out of the microphone, from now on; `ai` by a learned model that is loaded then. */
  noiseReduction?: 'off' | 'low' | 'standard' | 'high' | 'ai';
  /** Ours: colours of the screens; auto as the page. */
  theme?: 'auto' | 'light' | 'dark';
}

export interface SkillGroup {
  skillGroupId: string;
  skillGroupName: string;
  /** Ours: agents who are there, who are free, and customers who wait; as they were when it was asked for. */
  online: number;
  free: number;
  waiting: number;
}

/** Ours: whom and what a call can be handed to, and the administrator's reasons of rest. */
export interface Directory {
  groups: SkillGroup[];
  /** Those who are there first. */
  agents: { userId: string; name: string; status: AgentStatus; skillGroupIds: string[]; extension?: string; /** startInternalCall can ring its mobile. */ hasMobile?: boolean }[];
  /** Published self-service flows. */
  flows: { flowId: string; name: string }[];
  restReasons: string[];
  /** There are more agents than fit into one answer. */
  more?: boolean;
}

export interface Admin {
  /** As they were at ready, or at the last getDirectory; [] before. */
  getSkillGroups(): SkillGroup[];
  /** Ours: asks the server. */
  getDirectory(): Promise<Success<Directory>>;
}

/** A device, as plain fields. */
export interface DeviceEntry {
  deviceId: string;
  groupId: string;
  label: string;
  kind: string;
}

export interface EventMap {
  ready: { tabUUID: string };
  tokenExpired: { message: string; code?: string };
  callIn: {
    sessionId: string;
    type: SessionType;
    /** Only 'internal': the agent who calls. */
    peerUserId?: string;
    timeout: number;
    /** Of 'phone' and 'internal'. */
    calleePhoneNumber?: string;
    callerPhoneNumber?: string;
    callerLocation?: string;
    /** Of 'im', 'voip' and 'video': the visitor, and the channel it came by. */
    userId?: string;
    nickname?: string;
    avatar?: string;
    peerSource?: string;
    channelName?: string;
    clientData?: string;
    callee?: string;
    calleeRemark?: string;
    remark?: string;
    ivrPath?: { key: string; label: string }[];
    protectedCallee?: string;
    protectedCaller?: string;
    serverType?: ServerType;
    /** Ours: the SDK accepts it by itself; without a microphone it goes on ringing. */
    autoAnswer?: boolean;
    /** Ours: this agent asks for advice, or for a third one in a conference; the customer waits. */
    consultUserId?: string;
    /** Ours, of 'im': number of the last message there is. */
    lastSeq?: number;
  };
  userAccessed: { sessionId: string; tabUUID?: string };
  sessionEnded: {
    sessionId: string;
    type: SessionType;
    /** Seconds. */
    duration: number;
    closeBy: 'client' | 'seat' | 'admin' | 'timer';
    mainReason?: string;
    subReason?: string;
  };
  callOuted: {
    sessionId: string;
    callerPhoneNumber: string;
    calleePhoneNumber: string;
    serverType?: ServerType;
    protectedCallee?: string;
    remark?: string;
    /** Ours: as startOutboundCall was given it. */
    phoneDesc?: string;
    tabUUID?: string;
  };
  calloutAccepted: { sessionId: string };
  statusChanged: {
    status: AgentStatus;
    /** Ours: of rest; 'microphoneLost' or 'microphoneDenied' of a notReady that ends when the microphone is back. */
    reason?: string;
    /** Ours: asked for during a call, and follows when it ends. */
    reserved?: 'rest' | 'notReady';
    /** Ours: seconds of after-call work until free. */
    countdown?: number;
  };
  kickedOut: { reason?: string };
  /** The time to answer ran out; the session went to someone else. */
  autoTransfer: { sessionId: string };
  transfer: { sessionId: string; skillGroupId?: string; userId?: string; extension?: string; phoneNumber?: string };
  /** Ours: a message of a chat, in order and once; also those that this agent sent. */
  message: { sessionId: string } & ChatMessage;
  /** Ours: the other side writes. */
  typing: { sessionId: string; from: 'client' | 'seat' };
  /** Ours: the other side has seen all up to seq. */
  messageRead: { sessionId: string; seq: number; from: 'client' | 'seat' };
  /** Ours: the other side's microphone or camera of a video session is off (true) or on. */
  videoMuted: { sessionId: string; from: 'client' | 'seat'; audio: boolean; video: boolean };
  /** Ours: the codec of the picture that both browsers can have; 'none': they have none in common, and the sound goes on alone. */
  videoCodec: { sessionId: string; codec: 'VP8' | 'H264' | 'none' };
  /** Ours: Video.getStreams gives others now. */
  videoStreams: { sessionId: string };
  /** What was said, while it is said: docs/asr.md. */
  asr: {
    sessionId: string;
    result: {
      /** 0: a sentence begins, 1: it goes on and may still change, 2: it has ended and stays. */
      slice_type: 0 | 1 | 2;
      /** Counts the sentences of a flow from 0. */
      index: number;
      /** Milliseconds since the transcript of the session began, as all times here. */
      start_time: number;
      end_time: number;
      voice_text_str: string;
      word_size: number;
      word_list: { word: string; start_time: number; end_time: number; stable_flag: 0 | 1 }[];
    };
    /** IN: the customer's side, OUT: the agent's. */
    flow: 'IN' | 'OUT';
  };
  /** The finished session was removed by deleteCall. */
  sessionCompleted: { sessionId: string };
  /** Ours: the browser waits for a click before it plays sound; blocked false: it plays, or there is nothing to play any more. */
  audioBlocked: { blocked: boolean; code?: string; errorMsg?: string; remedy?: string };
  /** Ours: the microphone was lost in a call, or could not be opened for one that is up. */
  micError: { code: string; errorMsg: string; remedy: string };
  /** Ours: there is no microphone for the next contact; the agent is notReady until micRestored. `help` checks devices. */
  micLost: { reason: 'lost' | 'denied'; code: string; errorMsg: string; remedy: string; help: string };
  /** Ours. */
  micRestored: { label: string };
  /** Ours: a device came or went, or got its name. */
  devicesChanged: { microphones: DeviceEntry[]; speakers: DeviceEntry[]; cameras: DeviceEntry[] };
  /** Ours: Call.setNoiseSuppression has set another level, in whichever tab. */
  noiseReduction: { level: 'off' | 'low' | 'standard' | 'high' | 'ai' };
  /** Ours: asked for by Devices.watchVolume; 0 at -60 dBFS and below, 1 at full scale. speaking: somebody speaks into the microphone, muted or not. */
  volume: { input: number; output: number; speaking: boolean };
  /** Ours: how a call sounds, at first and when its level changes; loss 0..1, rttMs below 0: not known yet. */
  quality: { sessionId: string; level: 0 | 1 | 2 | 3 | 4 | 5; mos: number; loss: number; jitterMs: number; rttMs: number };
  /** Ours: a contact rings and the browser plays no sound before a click. */
  ringBlocked: { sessionId: string; code: string; errorMsg: string; remedy: string };
  /** Ours: signalling is lost; calls go on, and the SDK reconnects by itself. */
  connectionLost: { reason: string };
  /** Ours: the next attempt comes after delayMs. */
  reconnecting: { attempt: number; delayMs: number };
  /** Ours. */
  reconnected: { afterMs: number; replayed: boolean };
  /** Ours: the way the sound goes has changed. */
  mediaPath: { path: string };
  /** Ours: the called side rings, or plays an announcement. */
  progress: { sessionId: string; ringing?: boolean; earlyMedia?: boolean };
  /** Ours. */
  held: { sessionId: string; held: boolean; by: 'seat' | 'client' };
  /** Ours: what becomes of a third party; `reason` of the end: completed, cancelled, left, hungUp, connectionLost, or why nobody came. */
  consult: { sessionId: string; state: 'ringing' | 'talking' | 'conference' | 'ended'; reason?: string };
  /** Ours: a session is monitored no more: the call has ended, a call of this agent begins ('busy'), or 'connectionLost'. */
  monitorEnded: { sessionId: string; reason: string };
  /** Ours: a self-service flow runs with the customer, or has ended. */
  selfService: { sessionId: string; running: boolean };
  /** Ours: the SDK works in a lesser way than it could, or not at all; `code` says why. */
  warning: { code: string; message: string; errorMsg?: string; remedy?: string; mode?: 'page' | 'ui'; detail?: string };
}

/** Payloads are flat; `data`, not enumerable, holds the same fields. */
export type Payload<T> = T & { readonly data: T };
export type EventName = keyof EventMap;

export interface Tccc {
  Call: Call;
  Chat: Chat;
  Video: Video;
  Agent: Agent;
  Admin: Admin;
  Devices: Devices;
  UI: UI;
  events: { readonly [name in EventName]: name };
  /** A listener of ready or tokenExpired that comes late is called all the same. */
  on<N extends EventName>(event: N, listener: (payload: Payload<EventMap[N]>) => void): void;
  off<N extends EventName>(event: N, listener: (payload: Payload<EventMap[N]>) => void): void;
  callOut(options: StartOutboundCallOptions): Promise<Success<CallResponse>>;
  isBrowserSupported(): boolean;
  isEnvSupported(): boolean;
  /** Takes buttons away from the call bar. */
  overrideButtonConfig(change: (config: { active: { type: string }[] }) => { active: { type: string }[] }): void;
  timer: {
    emitter: { on: Tccc['on']; off: Tccc['off']; removeAllListeners(event?: EventName): void };
  };
  /** Ours. */
  version: string;
  /** Ours: closes sockets, sound and screen parts; later calls reject with DESTROYED. */
  destroy(): void;
}

declare global {
  interface Window {
    tccc: Tccc;
  }
  const tccc: Tccc;
}
