/** bar_entry.js: the call bar with the page's own store of sessions; what its buttons ask for is noted. Layer: tests. */
import { createEmitter } from '../../js/src/events.js';
import { createSessions } from '../../js/src/sessions.js';
import { Ui } from '../../js/src/ui/ui.js';
import { tcccError } from '../../js/src/errors.js';

const asked = [];
const answers = {};
const note = (space) => new Proxy({}, {
  get: (_, method) => (options) => {
    asked.push([`${space}.${String(method)}`, options]);
    const code = answers[method];
    return code ? Promise.reject(tcccError(code)) : Promise.resolve({});
  },
});
let status = 'free';
const agent = new Proxy(note('Agent'), { get: (all, method) => (method === 'getStatus' ? () => status : all[method]) });
const emitter = createEmitter();
const stats = { packetsReceived: 500, mos: 4.3, rttMs: 21 };
const lang = new URLSearchParams(location.search).get('lang') ?? '';
const parts = {};
const sessions = createSessions(() => parts.ui.update());
parts.ui = new Ui({
  config: { renderDomId: '', nonce: '', lang }, Call: note('Call'), Agent: agent, sessions, emitter, quality: async () => stats,
});
parts.ui.update();

window.bar = {
  asked,
  answers,
  tell(event, fields) {
    sessions.onEvent(event, fields);
    emitter.emit(event, fields);
    parts.ui.update();
  },
  patch: sessions.patch,
  override: (change) => parts.ui.overrideButtonConfig(change),
  setStatus(next) {
    status = next;
    parts.ui.update();
  },
};
