/** origin_store.js: what is kept for this origin over page loads, and reaches its other pages at once. Layer: page. Source: HTML, "Web storage". */

/** @returns {Storage | null} */
export function originStorage() {
  try {
    return globalThis.localStorage;
  } catch { /* a sandboxed frame */
    return null;
  }
}

/**
 * One object under one key. The storage is opened when it is first used: the browser's process is asked then, and the page waits for it.
 * @param {string} key @param {Storage | null} [storage] null: nothing is kept
 */
export function originStore(key, storage) {
  const open = () => {
    if (storage === undefined) storage = originStorage();
    return storage;
  };

  return {
    /** @returns {Record<string, any>} as it was written, or by whoever else writes there: to be checked */
    read() {
      try {
        return JSON.parse(open()?.getItem(key) ?? '{}') ?? {};
      } catch { /* not ours */
        return {};
      }
    },
    /** @param {object} value */
    write(value) {
      try {
        open()?.setItem(key, JSON.stringify(value));
      } catch { /* full or forbidden: it holds until the page is closed */ }
    },
    /** @param {() => void} listener called when another page has written @returns {() => void} no longer */
    follow(listener) {
      const onStorage = (/** @type {StorageEvent} */ event) => {
        if (event.key === key && event.newValue !== null && event.storageArea === open()) listener();
      };
      globalThis.addEventListener('storage', onStorage);
      return () => globalThis.removeEventListener('storage', onStorage);
    },
  };
}
