/** dom.js: elements made without HTML text, so that strict CSP and Trusted Types have nothing to refuse. Layer: ui. */

const SVG = 'http://www.w3.org/2000/svg';

/** A handset lying down, drawn for this project; turned up it means answer. */
const HANDSET = 'M2.8 14.2c5.2-5.1 13.2-5.1 18.4 0 .4.4.4 1 .1 1.4l-1.5 1.9c-.3.4-.8.5-1.2.3l-3-1.3c-.4-.2-.7-.6-.7-1v-2.1'
  + 'c-1.9-.6-3.9-.6-5.8 0v2.1c0 .4-.3.8-.7 1l-3 1.3c-.4.2-.9.1-1.2-.3l-1.5-1.9c-.3-.4-.3-1 .1-1.4z';
/** @type {Record<string, {d: string, move?: string, isLine?: boolean}>} */
const ICONS = {
  answer: { d: HANDSET, move: 'translate(0 -2) rotate(-135 12 14)' },
  hangUp: { d: HANDSET, move: 'translate(0 -2)' },
  mic: { d: 'M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21', isLine: true },
  micOff: {
    d: 'M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M4 4l16 16', isLine: true,
  },
  pause: { d: 'M9 5.5v13M15 5.5v13', isLine: true },
  play: { d: 'M8 5.2v13.6L19 12z' },
  keypad: { d: 'M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M6 18h.01M12 18h.01M18 18h.01', isLine: true },
  close: { d: 'M6.5 6.5l11 11M17.5 6.5l-11 11', isLine: true },
};

/** @param {string} name */
export function icon(name) {
  const { d, move, isLine } = ICONS[name];
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', isLine ? `line ${name}` : 'solid');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', d);
  if (move) path.setAttribute('transform', move);
  svg.append(path);
  return svg;
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, any>} [properties] @param {(Node|string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, properties = {}, ...children) {
  const { attributes = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A round button with an icon and a spoken name. @param {string} kind @param {string} iconName @param {string} label @param {() => void} onClick */
export function roundButton(kind, iconName, label, onClick) {
  const button = element('button', { type: 'button', className: `round ${kind}`, title: label });
  button.append(icon(iconName));
  button.setAttribute('aria-label', label);
  button.addEventListener('click', onClick);
  return button;
}

/** @param {HTMLButtonElement} button @param {string} iconName @param {string} label @param {boolean} pressed */
export function setToggle(button, iconName, label, pressed) {
  if (button.title !== label) {
    button.textContent = '';
    button.append(icon(iconName));
    button.title = label;
    button.setAttribute('aria-label', label);
  }
  button.setAttribute('aria-pressed', String(pressed));
}

/** @param {Node & {textContent: string | null}} node @param {string} text writes only what changed: live regions stay quiet */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A style sheet without inline style; where sheets cannot be constructed, a style element with the script's nonce.
 * @param {ShadowRoot} root @param {string} css @param {string} nonce */
export function adoptStyle(root, css, nonce) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = element('style', { textContent: css });
    style.setAttribute('nonce', nonce);
    root.append(style);
  }
}
