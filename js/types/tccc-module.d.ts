/** tccc-module.d.ts: types of tccc.mjs, the ES module. */
import type { AgentStatus, Tccc } from './tccc.js';

export * from './tccc.js';

export interface LoadOptions {
  /** The SdkURL of CreateSDKLoginToken: it works once, for ten minutes. */
  url: string;
  /** As the script tag's data- attributes (docs/sdk.md). */
  renderDomId?: string;
  enableShared?: boolean;
  lang?: 'zh' | 'en';
  processing?: 'core' | 'browser' | 'off';
  workerSrc?: string;
  showWorkBenchAtFirstLogin?: boolean;
  nonce?: string;
}

/** Signs in: resolves at ready, rejects with the reason of tokenExpired. The same user again gets the same instance. */
export function loadTccc(options: LoadOptions): Promise<Tccc>;

export interface StoreCall {
  readonly sessionId: string;
  readonly type: 'phone' | 'internal' | 'im' | 'voip' | 'video';
  readonly direction: 'in' | 'out';
  readonly state: 'ringing' | 'talking' | 'ended';
  readonly number: string;
  readonly held: boolean;
}

export interface TcccState {
  readonly tccc: Tccc | null;
  readonly isReady: boolean;
  readonly status: AgentStatus;
  readonly reason: string;
  readonly calls: readonly StoreCall[];
  readonly error: { code?: string; message: string } | null;
}

export interface TcccStore {
  get(): TcccState;
  /** Returns what takes the listener away again. */
  subscribe(listener: () => void): () => void;
}

export type OpenOptions = Omit<LoadOptions, 'url'> & { getSdkUrl: () => Promise<string> | string };

/** Signs in and keeps agent and calls as one immutable value that frameworks can subscribe to. */
export function openTccc(options: OpenOptions): TcccStore;
