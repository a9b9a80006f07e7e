/** equipment.js: puts together what keeps devices, levels, quality and the ring of one SDK instance. Layer: page. */
import { createDevices } from './devices.js';
import { createPreflight } from './preflight.js';
import { createQualityWatch } from './quality_watch.js';
import { createRing } from './ring.js';
import { createVolumeWatch } from './volume_watch.js';

/**
 * @param {object} sdk
 * @param {import('./script.js').ScriptConfig} sdk.config
 * @param {import('./audio.js').Audio} sdk.audio
 * @param {import('./bus.js').Bus} sdk.bus
 * @param {import('./events.js').Emitter} sdk.emitter
 * @param {(name: string, fields?: object) => void} sdk.emit tells it in every tab that shares the seat
 * @param {() => boolean} sdk.isLeader of several tabs one rings and speaks of the microphone
 * @param {import('./sessions.js').Sessions} sdk.sessions
 * @param {import('./user_settings.js').Settings} sdk.settings
 * @param {(work: () => Promise<any>) => Promise<any>} sdk.borrowMic runs it with the microphone open
 */
export function createEquipment({ config, audio, bus, emitter, emit, isLeader, sessions, settings, borrowMic }) {
  const devices = createDevices({
    audio, emit, borrowMic, help: `${config.base}check.html`,
    tell: (microphone) => { if (isLeader()) bus.request('Agent.device', { microphone }).catch(() => {}); },
  });
  const volume = createVolumeWatch({ audio, emit });
  const quality = createQualityWatch({ audio, sessions, bus, emit });
  const ring = createRing({ emitter, emit, sessions, settings, audio, lang: config.lang, isLeader });
  const preflight = createPreflight({ audio, bus, borrowMic, devices, volume, lang: () => settings.get().lang || config.lang });

  return {
    begin: () => {
      ring.begin();
      devices.begin();
    },
    devices, preflight, isMicGranted: devices.isGranted, isMicAsked: devices.isAsked, watchVolume: volume.watch,
    /** At ready. */
    signedIn: devices.signedIn,
    /** After every change of sessions. */
    update: () => {
      ring.update();
      quality.update();
    },
    dispose: () => {
      ring.dispose();
      quality.dispose();
      devices.dispose();
    },
  };
}
