/** api_agent.js: tccc.Agent. Layer: page, namespaces. */
import { apiPromise } from './promise.js';

/** @param {{bus: import('./bus.js').Bus, status: () => string}} sdk */
export const createAgentApi = ({ bus, status }) => ({
  online: () => apiPromise(bus.request('Agent.online')),
  offline: () => apiPromise(bus.request('Agent.offline')),
  setStatus: (/** @type {any} */ options) => apiPromise(bus.request('Agent.setStatus', { ...options })),
  /** The last status the server told; 'offline' before ready. */
  getStatus: () => status(),
});
