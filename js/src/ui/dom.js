/**
 * dom.js: what a screen shall look like, laid over what stands. Layer: ui.
 *
 * A view is a tree of plain objects, made anew from the state; `draw` changes only what differs, so that focus, scrolling
 * and live regions stay. No HTML text anywhere: strict CSP and Trusted Types have nothing to refuse.
 */

const SVG = 'http://www.w3.org/2000/svg';
/** Set as properties, because the attribute is only their first value or does not exist. */
const PROPERTIES = ['value', 'checked', 'selected', 'disabled', 'hidden', 'srcObject', 'muted', 'open', 'indeterminate'];

/**
 * @typedef {{tag: string, props: Record<string, any>, children: (View|string)[]}} View
 */

/** What was last laid over a node. @type {WeakMap<Node, {id: string, view: View | null}>} */
const drawn = new WeakMap();
/** Listeners look up what to call here, so that a node is listened to once. @type {WeakMap<Node, Record<string, (event: any) => void>>} */
const listeners = new WeakMap();
const dispatch = (/** @type {Event} */ event) => listeners.get(/** @type {Node} */ (event.currentTarget))?.[event.type]?.(event);

/** @param {any[]} children @returns {(View|string)[]} */
const flat = (children) => children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false && one !== '')
  .map((one) => (typeof one === 'number' ? String(one) : one));

/**
 * A wanted element. Props: attributes; onclick and the like; `key` keeps a node's identity among its siblings; `ref` is called
 * once with the new node, when it stands in the page.
 * @param {string} tag @param {Record<string, any> | null} [props] @param {any[]} children @returns {View}
 */
export const h = (tag, props, ...children) => ({ tag, props: props ?? {}, children: flat(children) });

/** @param {Node} parent @param {any} views */
export function draw(parent, views) {
  /** @type {(() => void)[]} */
  const after = [];
  lay(parent, flat([views]), after);
  for (const work of after) work();
}

/** @param {(View|string)[]} views @returns {string[]} what tells siblings apart: key, or tag and place among those of the tag */
function idsOf(views) {
  /** @type {Record<string, number>} */
  const counts = {};
  return views.map((view) => {
    if (typeof view !== 'string' && view.props.key !== undefined) return `${view.tag}=${view.props.key}`;
    const tag = typeof view === 'string' ? '#text' : view.tag;
    counts[tag] = (counts[tag] ?? 0) + 1;
    return `${tag}.${counts[tag]}`;
  });
}

/** @param {Node} parent @param {(View|string)[]} views @param {(() => void)[]} after */
function lay(parent, views, after) {
  const ids = idsOf(views);
  const wanted = new Set(ids);
  /** @type {Map<string, ChildNode>} */
  const standing = new Map();
  for (const node of [...parent.childNodes]) {
    const id = drawn.get(node)?.id;
    if (id !== undefined && wanted.has(id)) standing.set(id, node);
    else node.remove();
  }
  let cursor = parent.firstChild;
  views.forEach((view, i) => {
    const node = standing.get(ids[i]) ?? make(view, ids[i], parent);
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
    dress(node, view, after);
  });
}

/** @param {View|string} view @param {string} id @param {Node} parent @returns {ChildNode} */
function make(view, id, parent) {
  const isSvg = typeof view !== 'string' && (view.tag === 'svg' || (/** @type {any} */ (parent).namespaceURI === SVG));
  const node = typeof view === 'string' ? document.createTextNode(view)
    : /** @type {any} */ (isSvg ? document.createElementNS(SVG, view.tag) : document.createElement(view.tag));
  drawn.set(node, { id, view: null });
  return node;
}

/** @param {ChildNode} node @param {View|string} view @param {(() => void)[]} after */
function dress(node, view, after) {
  const mark = /** @type {{id: string, view: View | null}} */ (drawn.get(node));
  if (typeof view === 'string') {
    if (node.nodeValue !== view) node.nodeValue = view;
    return;
  }
  if (mark.view === view) return; /* kept by whoever made it: nothing has changed in it */
  const before = mark.view?.props ?? {};
  const isNew = mark.view === null;
  mark.view = view;
  const element = /** @type {Element} */ (node);
  for (const name of Object.keys(before)) if (!(name in view.props)) setProp(element, name, undefined);
  lay(element, view.children, after); /* options first: a select's value needs them */
  for (const [name, value] of Object.entries(view.props)) {
    if (PROPERTIES.includes(name) || value !== before[name]) setProp(element, name, value);
  }
  if (isNew && view.props.ref) after.push(() => view.props.ref(element));
}

/** @param {Element} element @param {string} name @param {any} value */
function setProp(element, name, value) {
  if (name === 'key' || name === 'ref') return;
  if (name.startsWith('on')) setListener(element, name.slice(2), value);
  else if (PROPERTIES.includes(name)) setProperty(/** @type {any} */ (element), name, value);
  else if (value === undefined || value === null || (value === false && !name.startsWith('aria-'))) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true && !name.startsWith('aria-') ? '' : String(value));
}

/** @param {any} element @param {string} name @param {any} value */
function setProperty(element, name, value) {
  const wanted = value ?? (name === 'value' ? '' : name === 'srcObject' ? null : false);
  if (element[name] !== wanted) element[name] = wanted;
}

/** @param {Element} element @param {string} type @param {((event: any) => void) | undefined} listener */
function setListener(element, type, listener) {
  let all = listeners.get(element);
  if (!all) {
    all = {};
    listeners.set(element, all);
  }
  if (listener && !(type in all)) element.addEventListener(type, dispatch);
  if (listener) all[type] = listener;
  else if (type in all) {
    delete all[type];
    element.removeEventListener(type, dispatch);
  }
}

/** A style sheet without inline style; where sheets cannot be constructed, a style element with the script's nonce.
 * @param {ShadowRoot} root @param {string} css @param {string} nonce */
export function adoptStyle(root, css, nonce) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement('style');
    style.textContent = css;
    style.setAttribute('nonce', nonce);
    root.append(style);
  }
}
