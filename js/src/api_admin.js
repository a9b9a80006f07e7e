/** api_admin.js: tccc.Admin. Layer: page, namespaces. getDirectory is ours. */
import { apiPromise } from './promise.js';

/** @param {{bus: import('./bus.js').Bus}} sdk */
export function createAdmin({ bus }) {
  /** @type {any[]} the documented method answers at once, so a copy is kept */
  let groups = [];

  async function load() {
    const directory = await bus.request('Directory.get');
    groups = directory.groups;
    return directory;
  }

  return {
    /** At ready. An old server that does not know the method leaves the copy empty. */
    load: () => { load().catch(() => {}); },
    api: {
      getSkillGroups: () => groups.map((/** @type {any} */ group) => ({ ...group })),
      getDirectory: () => apiPromise(load()),
    },
  };
}
