/** call_view.js: one call on the demo page: state, level meters, figures, buttons. Layer: web. */

/** Meters show -60 dBFS to 0 dBFS. */
const METER_FLOOR_DBFS = -60;
const BUTTONS = {
  answer: { states: ['ringingIn'], run: (o) => tccc.Call.accept(o) },
  reject: { states: ['ringingIn'], run: (o) => tccc.Call.end(o) },
  mute: { states: ['talking', 'held'], run: (o) => tccc.Call.muteMic(o), isOff: (view) => view.isMuted, sets: { isMuted: true } },
  unmute: { states: ['talking', 'held'], run: (o) => tccc.Call.unmuteMic(o), isOff: (view) => !view.isMuted, sets: { isMuted: false } },
  hold: { states: ['talking'], run: (o) => tccc.Call.hold(o) },
  unhold: { states: ['held'], run: (o) => tccc.Call.unHold(o) },
  hangUp: { states: ['dialing', 'ringingOut', 'talking', 'held'], run: (o) => tccc.Call.hungUp(o) },
};
const FIGURES = {
  rttMs: ({ rttMs }) => (rttMs < 0 ? null : [Math.round(rttMs), 'ms']),
  loss: ({ packetsLost, packetsReceived }) =>
    (packetsReceived ? [(100 * packetsLost / (packetsLost + packetsReceived)).toFixed(1), '%'] : null),
  bufferMs: ({ bufferMs, packetsReceived }) => (packetsReceived ? [Math.round(bufferMs), 'ms'] : null),
  mos: ({ mos, packetsReceived }) => (packetsReceived ? [mos.toFixed(1), '/ 4.5'] : null),
};

const make = (tag, fields = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), fields);
  node.append(...children);
  return node;
};

export function createCallView({ sessionId, say, number, state }) {
  const view = { sessionId, isMuted: false };
  let now = state;
  let since = Date.now();
  let reason = '';

  const title = make('strong');
  const stateLine = make('span', { className: 'call-state' });
  const meters = { microphone: make('i'), loudspeaker: make('i') };
  const labels = {};
  const meterRows = Object.entries(meters).map(([name, bar]) => {
    labels[name] = make('span');
    return make('div', { className: 'meter' }, labels[name], make('div', {}, bar));
  });
  const meterBox = make('div', { className: 'meters' }, ...meterRows);
  const values = {};
  const figureRows = Object.keys(FIGURES).map((name) => {
    labels[name] = make('dt');
    values[name] = make('dd', { textContent: '–' });
    return make('div', {}, labels[name], values[name]);
  });
  const figures = make('dl', { className: 'figures' }, ...figureRows);
  const buttons = make('div', { className: 'call-buttons' });
  const trouble = make('p', { className: 'trouble', hidden: true });
  trouble.setAttribute('role', 'alert');
  view.root = make('div', { className: 'call' }, make('div', { className: 'call-head' }, title, stateLine),
    meterBox, figures, buttons, trouble);

  const clock = () => new Date(Date.now() - since).toISOString().slice(14, 19);

  function showState() {
    const time = ['talking', 'held'].includes(now) ? ` ${clock()}` : '';
    stateLine.textContent = say(now) + time + (reason ? ` · ${reason}` : '');
    stateLine.classList.toggle('talking', now === 'talking');
    meterBox.hidden = figures.hidden = !view.isUp();
  }

  function showButtons() {
    buttons.replaceChildren(...Object.entries(BUTTONS)
      .filter(([, { states, isOff }]) => states.includes(now) && !isOff?.(view))
      .map(([name, { run, sets }]) => {
        const button = make('button', { type: 'button', textContent: say(name), className: 'quiet' });
        button.classList.toggle('stop', ['hangUp', 'reject'].includes(name));
        button.addEventListener('click', () => act(run, sets));
        return button;
      }));
  }

  async function act(run, sets) {
    trouble.hidden = true;
    try {
      await run({ sessionId });
      Object.assign(view, sets);
      showButtons();
    } catch (error) {
      trouble.textContent = say('errors')[error.code] ?? `${error.errorMsg} ${error.remedy}`;
      trouble.hidden = false;
    }
  }

  const level = (dbfs) => Math.min(1, Math.max(0, 1 - dbfs / METER_FLOOR_DBFS));

  view.isUp = () => now === 'talking' || now === 'held';
  view.isTalking = () => now === 'talking';
  view.setState = (next, why = '') => {
    if (next === 'talking' && !view.isUp()) since = Date.now();
    now = next;
    reason = why;
    view.relabel();
  };
  view.relabel = () => {
    title.textContent = number || say('withheld');
    for (const [name, node] of Object.entries(labels)) node.textContent = say(name);
    showState();
    showButtons();
  };
  view.showFigures = (stats) => {
    showState();
    meters.microphone.style.setProperty('--level', level(stats.inputDbfs).toFixed(3));
    meters.loudspeaker.style.setProperty('--level', level(stats.outputDbfs).toFixed(3));
    for (const [name, figure] of Object.entries(FIGURES)) {
      const shown = stats.packetsSent === undefined ? null : figure(stats);
      values[name].replaceChildren(...(shown ? [`${shown[0]} `, make('small', { textContent: shown[1] })] : ['–']));
    }
  };
  view.relabel();
  return view;
}
