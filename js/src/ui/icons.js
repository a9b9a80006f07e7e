/** icons.js: the pictures of buttons, drawn for this project on a field of 24 by 24. Layer: ui. */
import { h } from './dom.js';

/** A handset lying down; turned up it means answer. */
const HANDSET = 'M2.8 14.2c5.2-5.1 13.2-5.1 18.4 0 .4.4.4 1 .1 1.4l-1.5 1.9c-.3.4-.8.5-1.2.3l-3-1.3c-.4-.2-.7-.6-.7-1v-2.1'
  + 'c-1.9-.6-3.9-.6-5.8 0v2.1c0 .4-.3.8-.7 1l-3 1.3c-.4.2-.9.1-1.2-.3l-1.5-1.9c-.3-.4-.3-1 .1-1.4z';
const MIC = 'M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21';
const CAMERA = 'M4.5 7h8.5a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4.5a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zM15 11l6-3.2v8.4L15 13';
const PERSON = 'M12 4a3.8 3.8 0 1 1 0 7.6A3.8 3.8 0 0 1 12 4zM4.5 20c.6-3.6 3.6-5.6 7.5-5.6s6.9 2 7.5 5.6';

/** @type {Record<string, {d: string, move?: string, isLine?: boolean, isDirected?: boolean}>} */
const ICONS = {
  answer: { d: HANDSET, move: 'translate(0 -2) rotate(-135 12 14)' },
  mobile: { d: 'M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3zM11 18h2', isLine: true },
  hangUp: { d: HANDSET, move: 'translate(0 -2)' },
  mic: { d: MIC, isLine: true },
  micOff: { d: `${MIC}M4 4l16 16`, isLine: true },
  pause: { d: 'M9 5.5v13M15 5.5v13', isLine: true },
  play: { d: 'M8 5.2v13.6L19 12z' },
  keypad: { d: 'M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M6 18h.01M12 18h.01M18 18h.01', isLine: true },
  close: { d: 'M6.5 6.5l11 11M17.5 6.5l-11 11', isLine: true },
  transfer: { d: 'M4 8h14m-4-4l4 4-4 4M20 16H6m4 4l-4-4 4-4', isLine: true, isDirected: true },
  more: { d: 'M5 12h.01M12 12h.01M19 12h.01', isLine: true },
  chat: { d: 'M5 4.5h14a2 2 0 0 1 2 2v8.5a2 2 0 0 1-2 2h-7.5L7 20.5V17H5a2 2 0 0 1-2-2V6.5a2 2 0 0 1 2-2z', isLine: true },
  camera: { d: CAMERA, isLine: true },
  cameraOff: { d: `${CAMERA}M3 4l17 16`, isLine: true },
  list: { d: 'M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5h.01M4 12h.01M4 17.5h.01', isLine: true },
  person: { d: PERSON, isLine: true },
  people: { d: 'M9 5a3.3 3.3 0 1 1 0 6.6A3.3 3.3 0 0 1 9 5zM2.5 19c.5-3.2 3-5 6.5-5s6 1.8 6.5 5M16 5.3a3.2 3.2 0 0 1 0 6M18 14.4c2 .7 3.2 2.3 3.5 4.6', isLine: true },
  headset: { d: 'M4 15v-3a8 8 0 0 1 16 0v3M4 14h2.5v5H5.5A1.5 1.5 0 0 1 4 17.5zM20 14h-2.5v5h1a1.5 1.5 0 0 0 1.5-1.5zM17.5 19c0 1.3-1.5 2-4 2', isLine: true },
  settings: { d: 'M4 7h9m5 0h2M4 17h2m5 0h9M15.5 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM8.5 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z', isLine: true },
  down: { d: 'M6 9.5l6 6 6-6', isLine: true },
  back: { d: 'M14.5 5.5L8 12l6.5 6.5', isLine: true, isDirected: true },
  wider: { d: 'M14 4h6v6M10 20H4v-6M20 4l-7 7M4 20l7-7', isLine: true },
  narrower: { d: 'M20 10h-6V4M4 14h6v6M14 10l6-6M10 14l-6 6', isLine: true },
  send: { d: 'M3.5 4.5L21 12 3.5 19.5l2.7-7.5zM6.2 12H13', isLine: true, isDirected: true },
  attach: { d: 'M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5', isLine: true },
  file: { d: 'M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5', isLine: true },
  search: { d: 'M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15 15l5 5', isLine: true },
  listen: { d: 'M4 14.5v-5h3.5L12 5.5v13l-4.5-4zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11', isLine: true },
  text: { d: 'M4 6h16M4 11h16M4 16h9', isLine: true },
  whisper: { d: `${PERSON}M19 5l2-1M19.5 8.5H22`, isLine: true },
  takeOver: { d: 'M12 3.5v11m-4.5-4.5L12 14.5l4.5-4.5M4 20h16', isLine: true },
  noise: { d: 'M4 12h.01M7.5 8.5v7M11 5v14M14.5 9v6M18 7v10M21 11.5v1', isLine: true },
  check: { d: 'M5 12.5l4.5 4.5L19 7.5', isLine: true },
  warn: { d: 'M12 4L2.8 19.5h18.4zM12 10v4.5M12 17h.01', isLine: true },
  wifi: { d: 'M3 9.5a13 13 0 0 1 18 0M6.5 13a8 8 0 0 1 11 0M9.8 16.4a3.2 3.2 0 0 1 4.4 0M12 19.5h.01', isLine: true },
  erase: { d: 'M9 6h11.5v12H9l-6-6zM12 9.5l5 5M17 9.5l-5 5', isLine: true, isDirected: true },
};

/** @param {string} name */
export function icon(name) {
  const { d, move, isLine, isDirected } = ICONS[name];
  return h('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false', class: `${isLine ? 'line' : 'solid'} i-${name}${isDirected ? ' directed' : ''}` },
    h('path', { d, transform: move }));
}
