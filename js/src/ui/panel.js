/** panel.js: the float button and what it opens: status and a number to dial. Layer: ui. */
import { element, icon, roundButton, setText } from './dom.js';
import { errorText } from './text.js';

/** What an agent may choose; the server sets the others. */
const CHOICES = ['free', 'notReady', 'rest', 'offline'];

/** @param {{text: import('./text.js').Text, Call: any, Agent: any}} options */
export function createPanel({ text, Call, Agent }) {
  const dot = element('span', { className: 'dot' });
  const button = roundButton('float', 'answer', text.openBar, () => setOpen(panel.hidden));
  button.append(dot);

  const note = element('div', { className: 'note', hidden: true, attributes: { role: 'alert' } });
  const refuse = (/** @type {any} */ error) => {
    setText(note, errorText(text, error));
    note.hidden = false;
  };
  const status = element('select');
  status.addEventListener('change', () => choose(status.value));
  const input = element('input', { type: 'tel', autocomplete: 'off', attributes: { 'aria-label': text.number } });
  input.placeholder = text.number;
  const dial = element('button', { type: 'submit', className: 'round go', title: text.call }, icon('answer'));
  dial.setAttribute('aria-label', text.call);
  const form = element('form', { className: 'row' }, input, dial);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    call(input.value.trim());
  });
  const panel = element('section', { className: 'panel', hidden: true },
    element('label', {}, text.status, status), form, note);
  panel.addEventListener('keydown', ({ key }) => key === 'Escape' && setOpen(false));

  /** @param {string} value */
  function choose(value) {
    note.hidden = true;
    const work = value === 'offline' ? Agent.offline() : online(value);
    work.catch((/** @type {any} */ error) => {
      refuse(error);
      update(Agent.getStatus());
    });
  }

  /** @param {string} value */
  const online = (value) => (Agent.getStatus() === 'offline'
    ? Agent.online().then(() => Agent.setStatus({ status: value })) : Agent.setStatus({ status: value }));

  /** @param {string} phoneNumber */
  function call(phoneNumber) {
    if (!phoneNumber) return;
    note.hidden = true;
    Call.startOutboundCall({ phoneNumber }).then(() => setOpen(false), refuse);
  }

  /** @param {boolean} isOpen */
  function setOpen(isOpen) {
    panel.hidden = !isOpen;
    const label = isOpen ? text.closeBar : text.openBar;
    button.title = label;
    button.setAttribute('aria-label', label);
    button.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) input.focus();
    else button.focus();
  }

  const words = /** @type {Record<string, any>} */ (text);

  /** @param {string} now */
  function update(now) {
    dot.dataset.status = now;
    const values = CHOICES.includes(now) ? CHOICES : [now, ...CHOICES];
    if (status.options.length !== values.length || status.options[0].value !== values[0]) {
      status.textContent = '';
      status.append(...values.map((value) => element('option', { value, textContent: words[value] })));
    }
    status.value = now;
  }

  update('offline');
  return { button, panel, update };
}
