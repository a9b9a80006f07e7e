/** scroll.js: what follows its end keeps to it, and earlier messages move nothing. Layer: ui. */

/** So near to its end a list follows what comes. */
const NEAR = 24;

/** @param {ShadowRoot} root @returns {() => void} to call after drawing */
export function keepScroll(root) {
  const before = new Map([...root.querySelectorAll('[data-follow]')].map((list) => [list, {
    isNear: list.scrollHeight - list.scrollTop - list.clientHeight < NEAR, height: list.scrollHeight, top: list.scrollTop,
  }]));
  return () => {
    for (const list of root.querySelectorAll('[data-follow]')) {
      const was = before.get(list);
      if (!was || was.isNear) list.scrollTop = list.scrollHeight;
      else if (!was.isNear && was.top < NEAR && list.scrollHeight > was.height) list.scrollTop = was.top + list.scrollHeight - was.height;
    }
  };
}
