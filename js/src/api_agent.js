/** api_agent.js: tccc.Agent. Layer: page, namespaces. */
import { apiPromise } from './promise.js';

/** What a page may know of its sessions; where their sound runs is the SDK's. @param {any} session */
const told = ({ media, ...session }) => session;

/** @param {{bus: import('./bus.js').Bus, status: () => string}} sdk */
export const createAgentApi = ({ bus, status }) => ({
  online: () => apiPromise(bus.request('Agent.online')),
  offline: () => apiPromise(bus.request('Agent.offline')),
  setStatus: (/** @type {any} */ options) => apiPromise(bus.request('Agent.setStatus', { ...options })),
  /** The last status the server told; 'offline' before ready. */
  getStatus: () => status(),
  /** A call of others that is listened to is none of the agent's. */
  getSessions: () => apiPromise(bus.request('Session.list').then(({ sessions }) => ({ sessions: sessions.filter((/** @type {any} */ { state }) => state !== 'monitoring').map(told) }))),
});
