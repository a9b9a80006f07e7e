/** hidden_page.js: runs before a page: it can be minimised, and its notifications are noted. Layer: tests. */

/** For `init` of a seat: gives the page minimise(hidden) and notes [{title, body, tag, isOpen}]. */
export function minimisable() {
  let isHidden = false;
  Object.defineProperty(document, 'hidden', { get: () => isHidden });
  window.minimise = (hidden) => {
    isHidden = hidden;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  window.notes = [];
  window.Notification = class extends window.Notification {
    constructor(title, options) {
      super(title, options);
      window.notes.push({ title, ...options, isOpen: true });
      this.entry = window.notes[window.notes.length - 1];
    }

    close() {
      this.entry.isOpen = false;
      super.close();
    }
  };
}
