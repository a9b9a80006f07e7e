/** material.js: speech, music, key clicks and recorded scenes from Debian packages, and traces of arrivals, as files. Layer: tests. */
import fs from 'node:fs';
import path from 'node:path';
import { resample, rms } from '../../peers/audio.js';
import * as g722 from '../../peers/g722.js';
import { seeded } from '../../peers/shuttle.js';
import * as wav from '../../peers/wav.js';

const RATE = 16000;
const SPEECH_S = 300;
export const SOUNDS = '/usr/share/asterisk/sounds';
/** asterisk-core-sounds-*-g722: speech recorded at 16 kHz, by name of the file that is made of it. */
export const VOICES = {
  allison: 'en_US_f_Allison', carlo: 'it_IT_m_Carlo', june: 'fr_CA_f_June', russian: 'ru_RU_f_IvrvoiceRU', spanish: 'es_MX_f_Allison',
};
export const MUSIC = '/usr/share/asterisk/moh';
export const KEYS = '/usr/share/buckle/wav';
export const JUDGED_KEYS = 60; // clicks that are typed with here; voice_train has the others
/** What one hears in a town, recorded: markets, traffic, workshops. */
export const SCENES = '/usr/share/games/lincity-ng/sounds';
const JUDGED_SCENES = /^(Harbor|Market|RailTrain|School|Trafic)/;
const NO_SCENES = /^(Build|Click|Power|Raze|Window)/;
export const SHORTEST_FILE = 20000; // bytes: shorter ones are single words

const filesOf = (folder, ending) => {
  if (!fs.existsSync(folder)) throw new Error(`${folder} is not there: cmake/setup.sh cmake/packages-voice.txt installs it`);
  return fs.readdirSync(folder).filter((name) => name.endsWith(ending)).sort().map((name) => path.join(folder, name));
};

function together(parts, length) {
  const all = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    if (at >= length) break;
    const piece = part.subarray(0, length - at);
    all.set(piece, at);
    at += piece.length;
  }
  return all.subarray(0, Math.min(at, length));
}

function* recordings(files) {
  for (const file of files) if (fs.statSync(file).size > SHORTEST_FILE) yield g722.decode(fs.readFileSync(file));
}

/** Keys that are pressed about six times a second, as in typing. */
function typing(seconds) {
  const clicks = filesOf(KEYS, '.wav').slice(0, JUDGED_KEYS).map((file) => {
    const { rate, samples } = wav.read(file);
    return resample(samples, rate, RATE);
  });
  const random = seeded(17);
  const all = new Float32Array(seconds * RATE);
  for (let at = 0; at < all.length;) {
    const click = clicks[Math.floor(random() * clicks.length)];
    for (let i = 0; i < click.length && at + i < all.length; i++) all[at + i] += click[i];
    at += Math.round((0.05 + 0.25 * random()) * RATE);
  }
  return all;
}

/** Scenes of equal loudness: those that are judged by, or those that are learnt from. No two of one place are on both sides. */
export function scenes(judged) {
  const wanted = (name) => !NO_SCENES.test(name) && JUDGED_SCENES.test(name) === judged;
  return filesOf(SCENES, '.wav').filter((file) => wanted(path.basename(file))).map((file) => {
    const { rate, samples } = wav.read(file);
    const scene = resample(samples, rate, RATE);
    const gain = 0.1 / rms(scene);
    return scene.map((value) => Math.max(-1, Math.min(1, gain * value)));
  });
}

function write(file, samples) {
  const gain = 0.1 / rms(samples);
  wav.write(file, { rate: RATE, samples: samples.map((value) => Math.max(-1, Math.min(1, gain * value))) });
}

/** Makes what is not there yet: {speech: folder, music, keys, recorded: files}. */
export function sources(folder) {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, pack] of Object.entries(VOICES)) {
    const file = path.join(folder, `${name}.wav`);
    if (!fs.existsSync(file)) write(file, together(recordings(filesOf(path.join(SOUNDS, pack), '.g722')), SPEECH_S * RATE));
  }
  const music = path.join(folder, 'music.wav');
  const keys = path.join(folder, 'keys.wav');
  const recorded = path.join(folder, 'recorded.wav');
  if (!fs.existsSync(music)) write(music, together(recordings(filesOf(MUSIC, '.g722').slice(0, 1)), 60 * RATE));
  if (!fs.existsSync(keys)) write(keys, typing(60));
  if (!fs.existsSync(recorded)) write(recorded, together(scenes(true), 60 * RATE));
  return { speech: folder, music, keys, recorded };
}

const PACKET_MS = 20;
const WAY_MS = 30; // the fastest packet's

/** Normal numbers of mean 0 and deviation 1 (Box and Muller 1958). */
const normalOf = (random) => () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Loss in bursts of two on average (Gilbert 1960). */
function bursty(share, random) {
  let bad = false;
  return () => {
    bad = random() < (bad ? 0.5 : (share * 0.5) / (1 - share));
    return bad;
  };
}

/** The network stands still from time to time, then delivers all at once: `pauses` gives the next one's {at, length} in ms. */
function standing(pauses) {
  let next = pauses(0);
  return (sent) => {
    while (sent >= next.at + next.length) next = pauses(next.at);
    return sent >= next.at ? next.at + next.length : sent;
  };
}

/** A mobile network: a delay that wanders, deliveries in a grid of 10 ms, and now and then a pause of 100 to 250 ms. */
function mobile(random) {
  const normal = normalOf(random);
  const pause = standing((since) => ({ at: since + 2000 + 8000 * random(), length: 100 + 150 * random() }));
  let wander = 0;
  return (sent) => {
    wander = 0.98 * wander + 6 * normal();
    return Math.ceil(Math.max(pause(sent), sent + Math.max(0, 30 + wander)) / 10) * 10;
  };
}

/** A queue that fills for three of ten seconds. */
function bloated(sent) {
  const phase = (sent % 10000) / 10000;
  if (phase < 0.5) return sent;
  return sent + (phase < 0.8 ? 150 + 250 * Math.min(1, (phase - 0.5) / 0.2) : Math.max(0, 400 * (1 - (phase - 0.8) / 0.1)));
}

const GAPS_MS = [400, 700, 900];

/** By name: (random) => {arrival(sent ms) => ms, lost() => boolean, ordered}. */
const NETWORKS = {
  clean: () => ({}),
  'loss 3 %': (random) => ({ lost: bursty(0.03, random) }),
  'loss 5 %': (random) => ({ lost: bursty(0.05, random) }),
  'loss 10 %': (random) => ({ lost: bursty(0.1, random) }),
  'loss 20 %': (random) => ({ lost: bursty(0.2, random) }),
  'jitter 10 ms': (random) => jittery(10, random),
  'jitter 20 ms': (random) => jittery(20, random),
  'jitter 30 ms': (random) => jittery(30, random),
  'jitter 50 ms': (random) => jittery(50, random),
  'jitter 100 ms': (random) => jittery(100, random),
  'jitter 30 ms, loss 5 %': (random) => ({ ...jittery(30, random), lost: bursty(0.05, random) }),
  'Wi-Fi spikes': (random) => ({ arrival: standing((since) => ({ at: since + 3000, length: 60 + 90 * random() })), ordered: true }),
  'Wi-Fi scan': () => ({ arrival: standing((since) => ({ at: since + 5000, length: 100 })), ordered: true }),
  LTE: (random) => ({ arrival: mobile(random), lost: () => random() < 0.002, ordered: true }),
  'hand-over': () => {
    let n = 0;
    return { arrival: standing((since) => ({ at: since + 20000, length: GAPS_MS[n++ % 3] })), ordered: true };
  },
  bufferbloat: () => ({ arrival: bloated, ordered: true }),
};

function jittery(deviation, random) {
  const normal = normalOf(random);
  return { arrival: (sent) => sent + Math.max(0, 4 * deviation + deviation * normal()) };
}

/** Writes a trace of `seconds` seconds as tccc-audio reads them. */
function writeTrace(file, seconds, { arrival = (sent) => sent, lost = () => false, ordered = false }) {
  const lines = ['# sequence,send_ms,arrival_ms'];
  let last = 0;
  for (let i = 0; i < (seconds * 1000) / PACKET_MS; i++) {
    const sent = i * PACKET_MS;
    const at = ordered ? Math.max(arrival(sent), last + 0.01) : arrival(sent);
    last = at;
    lines.push(`${i},${sent},${lost() ? '' : (at + WAY_MS).toFixed(2)}`);
  }
  fs.writeFileSync(file, `${lines.join('\n')}\n`);
}

/** The traces of all networks: [{name, file}]. */
export function traces(folder, seconds, seed = 7) {
  fs.mkdirSync(folder, { recursive: true });
  return Object.entries(NETWORKS).map(([name, make]) => {
    const file = path.join(folder, `${name.replace(/[^\w]+/g, '_')}.csv`);
    writeTrace(file, seconds, make(seeded(seed)));
    return { name, file };
  });
}

/** A network that delivers nothing for `length` ms from `at` ms on, then all at once; its file. */
export function standstill(folder, seconds, at, length) {
  const file = path.join(folder, `standstill-${at}.csv`);
  writeTrace(file, seconds, { arrival: standing((since) => (since ? { at: Infinity, length: 0 } : { at, length })), ordered: true });
  return file;
}
