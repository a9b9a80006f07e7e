/**
 * tab_page.js: the page's part of a seat that several tabs share: whether it leads, and what it does for the others. Layer: page.
 * Source: docs/tabs.md. Without sharing a page always leads.
 */

import { tcccError } from '../errors.js';

/** What only the leading page can do, because microphone, loudspeaker and sound engine are there. */
const AT_LEADER = {
  Call: ['getStats', 'setNoiseSuppression'],
  Devices: ['setMicrophone', 'setSpeaker', 'setVolume', 'setMicVolume', 'preflight', 'watchVolume'],
};

/** The documented limit: mobile browsers halt hidden pages at will. @param {any} navigator */
const isMobile = (navigator) => navigator.userAgentData?.mobile === true || /Android|iPhone|iPad|iPod/.test(navigator.userAgent ?? '');

/** @param {any} [scope] @returns {boolean} */
export const canShare = (scope = globalThis) => typeof scope.BroadcastChannel === 'function'
  && typeof scope.navigator?.locks?.request === 'function' && !isMobile(scope.navigator);

/** Commands of other tabs that open the microphone here. @param {string} cmd @param {any} args */
const opensMic = (cmd, args) => ['Call.accept', 'Call.startOutboundCall', 'Call.startInternalCall', 'Call.intercept'].includes(cmd)
  || (cmd === 'Call.whisper' && args?.on === true);

/** Who asked has been told TIMEOUT soon after (pending.js): what has not begun by then is not begun any more. */
const LATE_MS = 11000;

const GESTURES = ['pointerdown', 'keydown'];

/** Tabs of one origin, server and user are one group. @param {{origin: string, sdkAppId: string, userId: string}} config */
export const groupName = ({ origin, sdkAppId, userId }) => `tccc.seat ${origin} ${sdkAppId} ${userId}`;

/** @param {any} error */
const failure = (error) => ({ status: 'error', code: error?.code ?? 'INTERNAL', errorMsg: error?.errorMsg ?? String(error), remedy: error?.remedy ?? '' });

/**
 * @typedef {{bus: import('../bus.js').Bus, post: (message: object) => void, tccc: () => any, onLead: (isLeader: boolean) => void,
 *            borrowMic: (work: () => Promise<any>) => Promise<any>}} Page
 */

/** @param {Page} page @param {any} [scope] the window */
export function createTabPage(page, scope = globalThis) {
  let isShared = false;
  let isLeader = true;
  /** The browser holds back the sound of the tab that leads. */
  let isSoundBlocked = false;
  /** Somebody has clicked in this page: it may play. */
  let isTouched = false;
  /** The lead is asked for already. */
  let isTaking = false;

  /** @param {boolean} leads */
  function lead(leads) {
    isTaking = false;
    if (leads === isLeader) return;
    isLeader = leads;
    page.onLead(leads);
  }

  /** @type {[EventTarget, string, (event: any) => void][]} */
  const listening = [
    [scope.document, 'freeze', () => halt()],
    [scope.document, 'resume', () => page.post({ k: 'thaw' })],
    [scope, 'pagehide', () => halt()],
    [scope, 'pageshow', ({ persisted }) => { if (persisted) page.post({ k: 'thaw' }); }],
    ...GESTURES.map((name) => /** @type {[EventTarget, string, () => void]} */ ([scope.document, name, () => onGesture()])),
  ];

  function onGesture() {
    isTouched = true;
    takeSound();
  }

  /** At ringBlocked: a ring that is held back in a tab where nobody has clicked is heard from the one that is looked at. */
  function takeSound() {
    const mayPlay = isTouched || scope.navigator.userActivation?.hasBeenActive === true;
    if (!isSoundBlocked || isLeader || isTaking || !mayPlay || scope.document.hidden) return;
    isTaking = true;
    page.post({ k: 'seize' });
  }

  /** @param {boolean} isBlocked as audioBlocked tells it in all tabs */
  function onBlocked(isBlocked) {
    isSoundBlocked = isBlocked;
    isTaking = false;
  }

  /** The browser is about to halt this page: the microphone is let go before, because a halted page cannot. */
  function halt() {
    lead(false);
    page.post({ k: 'freeze' });
  }

  /** From now on other tabs may lead. */
  function share() {
    isShared = true;
    lead(false);
    for (const [target, name, listener] of listening) target.addEventListener(name, listener);
  }

  /** A question for the microphone may stand here for long, unseen. @param {() => Promise<any>} work */
  function beforeLate(work) {
    const begunMs = performance.now();
    return page.borrowMic(async () => {
      if (performance.now() - begunMs > LATE_MS) throw tcccError('TIMEOUT');
      return work();
    });
  }

  /** By this page's own methods, which open the microphone and know when it may be closed. @param {{cmd: string, args: any}} command of another tab's page */
  function carryOut({ cmd, args }) {
    if (cmd !== 'Page.call') {
      const [space, method] = cmd.split('.');
      const carry = () => page.tccc()[space][method](args);
      return opensMic(cmd, args) ? beforeLate(carry) : carry();
    }
    const { space, method, options } = args;
    if (!(/** @type {any} */ (AT_LEADER)[space] ?? []).includes(method)) throw new Error(`${space}.${method} is not for other tabs.`);
    return page.tccc()[space][method](...options);
  }

  /** @param {{id: number, cmd: string, args: any}} command */
  async function serve(command) {
    try {
      const data = await carryOut(command);
      page.post({ k: 'pageAnswer', id: command.id, result: { status: 'success', data: data?.data ?? data ?? {} } });
    } catch (error) {
      page.post({ k: 'pageAnswer', id: command.id, result: failure(error) });
    }
  }

  /** A namespace whose methods of AT_LEADER run where the sound is. @template {object} T @param {string} space @param {T} api @returns {T} */
  function atLeader(space, api) {
    const own = /** @type {any} */ (api);
    for (const method of /** @type {any} */ (AT_LEADER)[space]) {
      const here = own[method];
      if (typeof here !== 'function') continue;
      own[method] = (/** @type {any[]} */ ...options) => (isLeader ? here(...options) : askLeader(space, method, options));
    }
    return api;
  }

  /** @param {string} space @param {string} method @param {any[]} options */
  function askLeader(space, method, options) {
    const answer = page.bus.request('Page.call', { space, method, options }).then((data) => (Array.isArray(data) ? data : { ...data, status: 'success', data }));
    answer.catch(() => {});
    return answer;
  }

  return {
    share, lead, serve, atLeader, onBlocked, takeSound,
    isSoundBlocked: () => isSoundBlocked,
    isLeader: () => isLeader,
    isShared: () => isShared,
    dispose: () => { for (const [target, name, listener] of listening) target.removeEventListener(name, listener); },
  };
}
