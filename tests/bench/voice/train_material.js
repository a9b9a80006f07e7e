/**
 * train_material.js: what voice_train learns from: speech, music, key clicks and recorded scenes of Debian packages. Layer: tests.
 *
 * usage: node tests/bench/voice/train_material.js FOLDER [first]     packages: cmake/setup.sh packages-voice.txt packages-train.txt
 * first: for the first of the two trainings, without synthesisers and games' music and places.
 * Nothing that the benchmark judges by: none of its talkers (asterisk-core-sounds in English, Mexican Spanish - the same woman -, French and
 * Italian), no Italian at all, not its piece of music, not its clicks, not its scenes.
 * A talker here is one package's voice in one language; some are several people. Recordings with a loud background, clipped, or shorter than
 * a syllable are left out, so are voices with nothing over 5 kHz; what stays is cut to the speech, put at one level and joined with pauses.
 */
import { execFile } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { resample, rms } from '../../peers/audio.js';
import * as g722 from '../../peers/g722.js';
import { seeded } from '../../peers/shuttle.js';
import * as wav from '../../peers/wav.js';
import { JUDGED_KEYS, KEYS, MUSIC, SCENES, SHORTEST_FILE, SOUNDS, VOICES, scenes } from './material.js';

const RATE = 16000;
const FRAME = RATE / 100;
const LONGEST_S = 400; // of a talker
const MOST_FILES = 200;
const LEAST_S = 15;
const LEVEL = 0.05;
const SPEECH_BELOW = 10 ** -3.5; // power against the mean of active frames: what is under it at the ends is cut
const BACKGROUND_BELOW = 10 ** -3.3;
const PAUSE_BELOW = 10 ** -3; // what stays below for 100 ms is pulled down as far again: the background of a recording is no speech
const PAUSE_SLACK = 5; // frames
const SHRILL_LEAST = 1e-4; // power over 5 kHz of the sharpest half per cent of frames: an s has it

const TUNES = ['/usr/share/games/flare/mods/fantasycore/music', '/usr/share/games/hedgewars/Data/Music', '/usr/share/games/lincity-ng/music', '/usr/share/unknown-horizons/content/audio/music'];
const TUNE_S = 45;
const PLACES = ['/usr/share/games/flare/mods/empyrean_campaign/soundfx/environment', '/usr/share/games/flare/mods/fantasycore/soundfx/environment', '/usr/share/unknown-horizons/content/audio/sounds'];
const PLACE_S = 30;

const [,, folder, stage] = process.argv;
const isFirst = stage === 'first';
const start = promisify(execFile);

function* filesUnder(from) {
  if (!fs.existsSync(from)) throw new Error(`${from} is not there: cmake/setup.sh packages-voice.txt packages-train.txt installs it`);
  for (const entry of fs.readdirSync(from, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const one = path.join(from, entry.name);
    if (entry.isDirectory()) yield* filesUnder(one);
    else if (/\.(g722|ogg|wav)$/.test(entry.name) && !entry.isSymbolicLink()) yield one;
  }
}

/** Files by the name that `nameOf` gives them; null: not wanted. */
function grouped(from, nameOf) {
  const groups = {};
  for (const file of filesUnder(from)) {
    const name = nameOf(path.relative(from, file));
    if (name) (groups[name] ??= []).push(file);
  }
  return groups;
}

/** Synthesisers of Festival that join pieces of somebody's speech, and a text of some minutes, in parts: whatever the language, each has its own sounds for it. */
const SPEAKING = { dita: 'czech_dita', kal: 'kal_diphone', kdl: 'ked_diphone', krb: 'czech_krb', lj: 'suo_fi_lj_diphone', machac: 'czech_machac', mv: 'hy_fi_mv_diphone', ph: 'czech_ph' };
const TEXT = '/usr/share/common-licenses/GPL-3';
const WORDS = 1200;
const WORDS_OF_PART = 60;

/** Writes what the synthesiser at `place` of SPEAKING says; each begins elsewhere in the text. */
async function speak(name, place) {
  const words = fs.readFileSync(TEXT, 'utf8').replace(/[^\w.,;\s]/g, ' ').split(/\s+/);
  const into = path.join(folder, 'spoken', name);
  fs.mkdirSync(into, { recursive: true });
  for (let at = 0; at < WORDS; at += WORDS_OF_PART) {
    const text = path.join(into, 'text');
    fs.writeFileSync(text, words.slice(place * 500 + at, place * 500 + at + WORDS_OF_PART).join(' '));
    await start('text2wave', ['-eval', `(voice_${SPEAKING[name]})`, '-o', path.join(into, `${String(at).padStart(4, '0')}.wav`), text]);
  }
}

const byFirst = (prefix, but) => (file) => (but.test(file) ? null : `${prefix}-${file.split('/')[0]}`);

function talkers() {
  return {
    ...(isFirst ? {} : grouped(path.join(folder, 'spoken'), byFirst('spoken', /^$/))),
    ...(isFirst ? {} : grouped('/usr/share/unknown-horizons/content/audio/voice', byFirst('horizons', /^it/))),
    ...grouped(path.join(SOUNDS, VOICES.russian), (file) => (fs.statSync(path.join(SOUNDS, VOICES.russian, file)).size > SHORTEST_FILE ? 'russian' : null)),
    ...grouped('/usr/share/festival/voices/russian/msu_ru_nsh_clunits/wav', () => 'festvox-ru'),
    /* two fishes talk, m a woman and v a man, and others */
    ...grouped('/usr/share/games/fillets-ng/sound', (file) => (/\/(cs|nl)\/[^/]*$/.exec(file) ? `fillets-${/\/(cs|nl)\//.exec(file)[1]}-${/-([mv])-/.exec(file)?.[1] ?? 'x'}` : null)),
    ...grouped('/usr/share/ktuberling/sounds', byFirst('ktuberling', /^it\//)),
    ...grouped('/usr/share/klettres', byFirst('klettres', /^it\/|^[^/]*$|^pics/)),
    ...grouped('/usr/share/games/hedgewars/Data/Sounds/voices', byFirst('hedgewars', /^Robot/)),
    ...grouped('/usr/share/tuxpaint/stamps', (file) => /_desc(?:_(\w+))?\.(?:ogg|wav)$/.exec(file) && `tuxpaint-${/_desc(?:_(\w+))?\./.exec(file)[1] ?? 'en'}`),
  };
}

/** What sox says of files: numbers, a line each. */
const numbersOf = async (what, files) => (await start('soxi', [what, ...files])).stdout.trim().split('\n').map(Number);

/** Recordings of one rate and as many channels as the first, up to LONGEST_S: one run of sox for all of them. */
async function decodeSome(files) {
  const some = files.slice(0, MOST_FILES);
  const [rates, channels, lengths] = await Promise.all(['-r', '-c', '-s'].map((what) => numbersOf(what, some)));
  let seconds = 0;
  const alike = some.map((file, i) => ({ file, rate: rates[i], channels: channels[i], length: lengths[i] }))
    .filter((one) => one.rate === rates[0] && one.channels === channels[0] && (seconds += one.length / one.rate) < LONGEST_S);
  const { stdout } = await start('sox', ['-V1', '-D', ...alike.map(({ file }) => file), '-r', String(RATE), '-c', '1', '-t', 'f32', '-'], { encoding: 'buffer', maxBuffer: 1 << 28 });
  const samples = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length - (stdout.length % 4)));
  let end = 0;
  return alike.map(({ rate, length }) => samples.subarray(Math.round((end * RATE) / rate), Math.round(((end += length) * RATE) / rate)));
}

const decodeG722 = (files) => files.map((file) => g722.decode(fs.readFileSync(file)));

function framePowers(samples) {
  const powers = new Float64Array(Math.floor(samples.length / FRAME));
  for (let i = 0; i < powers.length * FRAME; i++) powers[Math.floor(i / FRAME)] += samples[i] ** 2 / FRAME;
  return powers;
}

/** The speech in a recording at LEVEL, or null. */
function speechOf(samples) {
  const powers = framePowers(samples);
  const loudest = powers.reduce((most, one) => Math.max(most, one), 0);
  const active = powers.filter((one) => one > loudest * 10 ** -2.5);
  const level = active.reduce((sum, one) => sum + one, 0) / active.length;
  const begin = powers.findIndex((one) => one > level * SPEECH_BELOW);
  const end = powers.findLastIndex((one) => one > level * SPEECH_BELOW) + 1;
  const still = [...powers.subarray(0, begin), ...powers.subarray(end), ...[...powers.subarray(begin, end)].sort((a, b) => a - b).slice(0, (end - begin) >> 5)].sort((a, b) => a - b);
  const clipped = samples.reduce((n, one) => n + (Math.abs(one) > 0.985), 0);
  if (!(loudest > 0) || active.length < 20 || clipped > samples.length / 300 || still[still.length >> 1] > level * BACKGROUND_BELOW) return null;
  const gains = powers.map((_, i) => {
    const near = powers.subarray(Math.max(0, i - PAUSE_SLACK), i + PAUSE_SLACK + 1).reduce((most, one) => Math.max(most, one), 0);
    return Math.min(1, near / (level * PAUSE_BELOW)) * (LEVEL / Math.sqrt(level));
  });
  const speech = samples.slice(begin * FRAME, end * FRAME);
  return speech.map((value, i) => {
    const at = begin + i / FRAME - 0.5;
    const k = Math.max(0, Math.floor(at));
    const gain = gains[k] + (at - k) * ((gains[k + 1] ?? gains[k]) - gains[k]);
    return Math.max(-1, Math.min(1, gain * value * Math.min(1, i / FRAME, (speech.length - 1 - i) / FRAME)));
  });
}

/** Power over 5 kHz of the frame that is sharper than all but half a per cent, against LEVEL. */
function shrillness(samples) {
  const taps = 31;
  const weights = Float64Array.from({ length: taps }, (_, k) => {
    const t = k - (taps - 1) / 2;
    const low = t === 0 ? 5 / 8 : Math.sin((Math.PI * 5 * t) / 8) / (Math.PI * t);
    return ((t === 0) - low) * (0.5 + 0.5 * Math.cos((2 * Math.PI * t) / (taps + 1)));
  });
  const part = samples.subarray(0, 60 * RATE);
  const high = new Float32Array(part.length);
  for (let i = taps; i < part.length; i++) for (let k = 0; k < taps; k++) high[i] += weights[k] * part[i - k];
  const powers = framePowers(high).sort();
  return powers[Math.floor(powers.length * 0.995)] / LEVEL ** 2;
}

function joined(parts) {
  const samples = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    samples.set(part, at);
    return at + part.length;
  }, 0);
  return samples;
}

/** In an order of chance. */
async function talk(name, files) {
  const random = seeded(11);
  const order = files.map((file) => ({ file, place: random() })).sort((a, b) => a.place - b.place).map(({ file }) => file);
  const parts = [];
  let length = 0;
  for (const recording of await (order[0].endsWith('.g722') ? decodeG722(order.slice(0, MOST_FILES)) : decodeSome(order))) {
    const speech = speechOf(recording);
    if (!speech) continue;
    const pause = new Float32Array(Math.round((0.1 + 0.4 * random()) * RATE));
    parts.push(speech, pause);
    length += speech.length + pause.length;
  }
  const all = joined(parts);
  const shrill = length > LEAST_S * RATE ? shrillness(all) : 0;
  const taken = shrill > SHRILL_LEAST;
  console.error(`${taken ? 'takes' : 'leaves'} ${name}: ${parts.length / 2} of ${files.length} recordings, ${Math.round(length / RATE)} s, ${Math.round(10 * Math.log10(shrill + 1e-12))} dB over 5 kHz`);
  if (taken) write(name, all);
  return taken ? { name, seconds: Math.round(length / RATE) } : null;
}

const made = [];

function write(name, samples) {
  wav.write(path.join(folder, `${name}.wav`), { rate: RATE, samples });
  made.push(`${name}.wav`);
}

/** Many pieces in one file, and where each ends. */
function writePieces(name, pieces) {
  write(name, joined(pieces));
  let end = 0;
  fs.writeFileSync(path.join(folder, `${name}.txt`), pieces.map((piece) => (end += piece.length)).join('\n'));
}

/** Up to so many seconds of a sound, after the first five of a long one. */
async function decodeOne(file, seconds) {
  const begin = (await numbersOf('-D', [file]))[0] > 2 * seconds ? 5 : 0;
  const { stdout } = await start('sox', ['-V1', '-D', file, '-r', String(RATE), '-c', '1', '-t', 'f32', '-', 'trim', String(begin), String(seconds)], { encoding: 'buffer', maxBuffer: 1 << 28 });
  return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length - (stdout.length % 4)));
}

/** All sounds of folders of at least a second, equally loud. */
async function decodeFolders(folders, seconds) {
  const pieces = [];
  for (const file of isFirst ? [] : folders.flatMap((one) => [...filesUnder(one)])) {
    const samples = await decodeOne(file, seconds);
    const loudness = rms(samples);
    if (samples.length >= RATE && loudness > 0) pieces.push(samples.map((value) => Math.max(-1, Math.min(1, (0.1 / loudness) * value))));
  }
  return pieces;
}

fs.mkdirSync(folder, { recursive: true });
if (!isFirst) await Promise.all(Object.keys(SPEAKING).map(speak));
const groups = Object.entries(talkers());
const taken = [];
await Promise.all(os.cpus().map(async () => {
  for (let next = groups.shift(); next; next = groups.shift()) taken.push(await talk(...next));
}));
const heard = taken.filter(Boolean).sort((a, b) => (a.name < b.name ? -1 : 1));
fs.writeFileSync(path.join(folder, 'talkers.txt'), heard.map(({ name, seconds }) => `${name} ${seconds}`).join('\n'));
const moh = [...filesUnder(MUSIC)].filter((one) => one.endsWith('.g722')).slice(1, 5).map((file) => g722.decode(fs.readFileSync(file)));
writePieces('music', [...moh, ...await decodeFolders(TUNES, TUNE_S)]);
writePieces('keys', [...filesUnder(KEYS)].slice(JUDGED_KEYS).map((file) => {
  const { rate, samples } = wav.read(file);
  return resample(samples, rate, RATE);
}));
writePieces('scenes', [...scenes(false), ...await decodeFolders(PLACES, PLACE_S)]);
const sum = crypto.createHash('sha256');
for (const name of made.sort()) sum.update(fs.readFileSync(path.join(folder, name)));
console.error(`${heard.length} talkers, ${Math.round(heard.reduce((all, one) => all + one.seconds, 0) / 60)} min; scenes of ${SCENES}; SHA-256 of all: ${sum.digest('hex')}`);
