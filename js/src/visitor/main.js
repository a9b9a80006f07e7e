/** main.js: entry of dist/tccc-visitor.js: window.tcccVisitor. Layer: page, visitor. docs/chat.md. */
import { tcccError } from '../errors.js';
import { Visitor } from './visitor.js';

const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
const home = new URL('.', script ? script.src : location.href);

/** @param {any} options */
function check(options) {
  if (!options || typeof options.channel !== 'string' || !options.channel) throw tcccError('ARG_MISSING', 'connect: channel must be the id of a channel.');
  return {
    base: home.href,
    origin: options.origin ?? home.origin,
    channel: options.channel,
    nickname: options.nickname,
    avatar: options.avatar,
    clientData: options.clientData,
    language: options.language ?? navigator.language,
    remember: options.remember !== false,
    workerSrc: script?.dataset.workerSrc ?? '',
  };
}

/** Signs a visitor in. @param {any} options {channel, nickname?, avatar?, clientData?, language?, remember?, origin?} */
async function connect(options) {
  const visitor = new Visitor(check(options));
  await visitor.connect().catch((error) => {
    visitor.destroy();
    throw error;
  });
  return visitor.face();
}

/** @type {any} */ (window).tcccVisitor = { connect };
