/** log.js: the live list of SDK events. Layer: web. */

const LINES_MAX = 200;
const list = document.getElementById('log');

/** Local time with milliseconds. */
function stamp() {
  const now = new Date();
  return `${now.toTimeString().slice(0, 8)}.${String(now.getMilliseconds()).padStart(3, '0')}`;
}

export function addLog(name, fields, isError = false) {
  const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
  const line = document.createElement('li');
  line.classList.toggle('error', isError);
  line.append(
    Object.assign(document.createElement('time'), { textContent: stamp() }),
    Object.assign(document.createElement('b'), { textContent: name }),
    Object.assign(document.createElement('code'), { textContent: JSON.stringify(fields) }),
  );
  list.append(line);
  while (list.children.length > LINES_MAX) list.firstChild.remove();
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

export const clearLog = () => list.replaceChildren();
