/** tccc-visitor.d.ts: types of window.tcccVisitor, the customer's side (tccc-visitor.js). docs/chat.md, docs/video.md. */
import type { ChatMessage, SessionOptions, Success } from './tccc.js';

export interface VisitorOptions {
  /** The channel's id. */
  channel: string;
  nickname?: string;
  /** http or https. */
  avatar?: string;
  /** Reaches the agent as it is, 1 KiB at most. */
  clientData?: string;
  /** A tag such as zh-CN; the browser's when missing. */
  language?: string;
  /** false: the visitor is a new one each time. */
  remember?: boolean;
  /** Of the server, when the script comes from elsewhere: https://cc.example */
  origin?: string;
}

export type VisitType = 'im' | 'voip' | 'video';

export interface VisitorEventMap {
  /** The visitor waits, and so many are before it. */
  queued: { sessionId: string; type: VisitType; ahead: number };
  /** An agent is there. */
  joined: { sessionId: string; nickname: string };
  message: { sessionId: string } & ChatMessage;
  typing: { sessionId: string; from: 'client' | 'seat' };
  messageRead: { sessionId: string; seq: number; from: 'client' | 'seat' };
  callOuted: { sessionId: string; type: VisitType };
  progress: { sessionId: string; ringing?: boolean; earlyMedia?: boolean };
  calloutAccepted: { sessionId: string };
  held: { sessionId: string; held: boolean; by: 'seat' | 'client' };
  videoMuted: { sessionId: string; from: 'client' | 'seat'; audio: boolean; video: boolean };
  videoCodec: { sessionId: string; codec: 'VP8' | 'H264' | 'none' };
  /** getStreams gives others now. */
  videoStreams: { sessionId: string };
  sessionEnded: { sessionId: string; type: VisitType; duration: number; closeBy: 'client' | 'seat' | 'admin' | 'timer'; mainReason?: string; subReason?: string };
  /** The browser plays nothing before a click (true), or plays now. */
  audioBlocked: { blocked: boolean; code?: string; errorMsg?: string; remedy?: string };
  micError: { code: string; errorMsg: string; remedy: string };
  connectionLost: { reason: string };
  reconnecting: { attempt: number; delayMs: number };
  reconnected: { afterMs: number; replayed: boolean };
  /** Lost for longer than the server keeps a visitor; it signs in anew by itself. */
  disconnected: { code: string; message: string };
  connected: {};
  /** This was the oldest of more than eight pages of the visitor. */
  kickedOut: { reason?: string };
  warning: { code: string; message: string; remedy?: string };
}

/** Of the session that was begun last, where none is named. */
type MaybeSession = Partial<SessionOptions>;

export interface Visitor {
  readonly visitorId: string;
  /** Of the running chat, or the last one; '' none. */
  readonly sessionId: string;
  readonly channel: { id: string; name: string; types: VisitType[] };
  on<N extends keyof VisitorEventMap>(event: N, listener: (payload: VisitorEventMap[N]) => void): void;
  off<N extends keyof VisitorEventMap>(event: N, listener: (payload: VisitorEventMap[N]) => void): void;
  /** With userIds (16 at most) whoever of these agents is free first; with skillGroupId that group. */
  startChat(options?: { remark?: string; userIds?: string[]; skillGroupId?: string }): Promise<Success<SessionOptions>>;
  /** Opens the microphone first: rejects with MIC_* before anybody is rung. */
  startVoice(options?: { remark?: string }): Promise<Success<SessionOptions>>;
  /** Opens camera and microphone first: rejects with CAMERA_DENIED or MIC_*. Without a camera the sound alone runs. */
  startVideo(options?: { remark?: string }): Promise<Success<SessionOptions>>;
  muteMic(options?: MaybeSession): Promise<Success>;
  unmuteMic(options?: MaybeSession): Promise<Success>;
  muteVideo(options?: MaybeSession): Promise<Success>;
  unmuteVideo(options?: MaybeSession): Promise<Success>;
  sendDigits(options: MaybeSession & { dtmfText: string }): Promise<Success>;
  getStreams(options?: MaybeSession): { local: MediaStream; remote: MediaStream } | null;
  /** Resolves when the server has stored it. */
  send(message: string | (MaybeSession & { clientId?: string } & ({ text: string } | { file: Blob }))): Promise<Success<{ seq: number; timeMs: number; clientId: string }>>;
  /** The agent is told that all up to seq were seen. */
  read(options: MaybeSession & { seq: number }): Promise<Success>;
  typing(options?: MaybeSession): Promise<Success>;
  /** The last messages before beforeSeq, or of all; limit 1 to 50. */
  history(options?: MaybeSession & { beforeSeq?: number; limit?: number }): Promise<Success<{ messages: ChatMessage[]; more: boolean }>>;
  /** Those that the page has seen. */
  messages(options?: MaybeSession): ChatMessage[];
  /** What runs, for a page that was loaded again. */
  sessions(): Promise<Success<{ sessions: { sessionId: string; type: VisitType }[] }>>;
  end(options?: MaybeSession): Promise<Success>;
  /** After the end of a chat, once. */
  rate(options: MaybeSession & { score: 1 | 2 | 3 | 4 | 5; comment?: string }): Promise<Success>;
  destroy(): void;
}

export interface TcccVisitor {
  /** Signs in and resolves when the connection stands. */
  connect(options: VisitorOptions): Promise<Visitor>;
}

declare global {
  interface Window {
    tcccVisitor: TcccVisitor;
  }
  const tcccVisitor: TcccVisitor;
}
