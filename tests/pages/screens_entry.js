/**
 * screens_entry.js: the screens with the page's own store of sessions and emitter; what their buttons ask for is noted.
 * Query: lang, theme, me (the agent's userId), without=Space.method,… (methods that the page's tccc.js does not have).
 */
import { createEmitter, events } from '../../js/src/events.js';
import { createSessions } from '../../js/src/sessions.js';
import { createUserSettings } from '../../js/src/user_settings.js';
import { App } from '../../js/src/ui/app.js';
import { tcccError } from '../../js/src/errors.js';

const METHODS = {
  Call: ['startOutboundCall', 'startInternalCall', 'accept', 'end', 'hungUp', 'deleteCall', 'muteMic', 'unmuteMic', 'hold', 'unHold', 'sendDigits', 'transfer',
    'startSelfService', 'stopSelfService', 'setNoiseSuppression', 'getRunningSessions', 'monitor', 'unmonitor', 'whisper', 'intercept', 'kick'],
  'Call.consult': ['start', 'complete', 'cancel', 'conference', 'leave'],
  Chat: ['accept', 'reject', 'end', 'deleteChat', 'transfer', 'send', 'read', 'typing', 'getHistory'],
  Video: ['accept', 'end', 'muteMic', 'unmuteMic', 'muteVideo', 'unmuteVideo', 'hold', 'unHold', 'transfer', 'deleteVideo'],
  Agent: ['online', 'offline', 'setStatus'],
  Devices: ['getMicrophones', 'getSpeakers', 'getCameras', 'setMicrophone', 'setSpeaker', 'setCamera', 'preflight', 'setVolume', 'setMicVolume', 'watchVolume',
    'requestPermission'],
  Admin: ['getDirectory'],
};

const query = new URLSearchParams(location.search);
const without = (query.get('without') ?? '').split(',');
const asked = [];
/** What a method answers; a string is an error's code. */
const answers = {};

const tccc = { events, Call: {}, Chat: {}, Video: {}, Agent: {}, Devices: {}, Admin: {} };
for (const [space, methods] of Object.entries(METHODS)) {
  const at = space.split('.').reduce((one, name) => (one[name] ??= {}), tccc);
  for (const method of methods.filter((name) => !without.includes(`${space}.${name}`))) {
    at[method] = (options) => {
      asked.push([`${space}.${method}`, options]);
      const answer = answers[`${space}.${method}`] ?? {};
      return typeof answer === 'string' ? Promise.reject(tcccError(answer)) : Promise.resolve(answer);
    };
  }
}
let status = 'free';
tccc.Agent.getStatus = () => status;
answers['Call.getRunningSessions'] = 'FORBIDDEN';
if (!without.includes('Video.getStreams')) tccc.Video.getStreams = () => window.screens.streams;

const emitter = createEmitter();
const settings = createUserSettings(null); /* each page begins anew */
const host = document.createElement('t3c-sdk');
host.id = 'tcccSdkDomRoot';
document.body.append(host);
const sessions = createSessions(() => app?.onSessions());
let app = null;
app = new App({
  host, tccc, sessions, settings, isFirstLogin: true, hasSound: () => !query.has('elsewhere'),
  config: { lang: query.get('lang') ?? '', userId: query.get('me') ?? '', nonce: '', isWorkbenchFirst: query.has('first') },
});
emitter.tap((name, fields) => app.onEvent(name, fields));
if (query.has('theme')) settings.update({ theme: query.get('theme') });

window.screens = {
  app, asked, answers, settings, host, streams: null, patch: sessions.patch,
  tell(event, fields) {
    if (event === 'statusChanged') status = fields.status;
    sessions.onEvent(event, fields);
    emitter.emit(event, fields);
  },
  embed() {
    document.getElementById('place').append(host);
    app.setEmbedded(true);
  },
};
