/** keypad.js: the twelve keys of a call and what was pressed. Layer: ui. */
import { element } from './dom.js';

export const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

export class Keypad {
  /** @param {string} label @param {(key: string) => void} onKey */
  constructor(label, onKey) {
    this.onKey = onKey;
    this.sent = element('div', { className: 'sent', attributes: { 'aria-label': label } });
    this.keys = element('div', { className: 'keys' }, ...KEYS.map((key) => {
      const button = element('button', { type: 'button', textContent: key });
      button.addEventListener('click', () => this.press(key));
      return button;
    }));
    this.root = element('div', { className: 'pad', hidden: true }, this.sent, this.keys);
  }

  /** @param {string} key */
  press(key) {
    this.sent.textContent += key;
    this.onKey(key);
  }

  focus() {
    /** @type {HTMLElement} */ (this.keys.firstChild).focus();
  }
}
