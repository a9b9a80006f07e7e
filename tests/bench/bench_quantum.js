/**
 * bench_quantum.js: the longest 128-frame quantum of the voice engine, as the worklet runs it (js/src/voice_module.js), in Node. Layer: bench.
 *
 * Two engines speak to each other by Opus; one is timed, packets in and out included. Each turn makes the very same quanta again, and of a
 * quantum the shortest of its times counts: what is longer was the machine's. The goal is for the processor's time, in which other programs
 * have no part (in microseconds; what the JavaScript engine's other threads do counts); beside it stand times by the clock.
 * usage: bench_quantum.js [build directory]
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { packetOf } from '../../js/src/packet_message.js';
import { createVoice, FLAG, NOISE_LEVELS } from '../../js/src/voice_module.js';
import { speechFile } from '../peers/speech.js';

const RATE_HZ = 48000;
const FRAMES = 128;
const SECONDS = 20;
const WARM_QUANTA = 400; /* the worklet warms the engine with silence before the first call */
const TURNS = 5;
const GOAL_MS = 1.3; /* of 2.67, issue 5 */

setFlagsFromString('--no-liftoff'); /* browsers have optimised the module by the time a call is up */
const build = process.argv[2] ?? fileURLToPath(new URL('../../build', import.meta.url));
const model = readFileSync(new URL('../../src/dsp/learned.bin', import.meta.url));
const stream = { codec: 'opus', payloadType: 111, dtmfPayloadType: 101, dtmfRate: 48000, ptimeMs: 20, expectedLoss: 5 };
const near = speechFile('agent', { rate: RATE_HZ, seconds: SECONDS }).samples;
const far = speechFile('phone', { rate: RATE_HZ, seconds: SECONDS }).samples;

function voiceOf(module, level, seed) {
  const voice = createVoice(module, { rateHz: RATE_HZ, aec: 1, ns: NOISE_LEVELS.standard, agc: 1, tailMs: 128, seed: [seed, 1] });
  if (level === 'ai') voice.model(new Uint8Array(model));
  voice.configure(1, NOISE_LEVELS[level], 1);
  voice.open(0, stream);
  voice.direct(0, FLAG.SEND | FLAG.RECEIVE);
  return voice;
}

/** Runs the timed engine's quanta once: ms of each by the clock and by the processor's. */
function turn(module, level, wall, cpu) {
  const [ours, theirs] = [voiceOf(module, level, 1), voiceOf(module, 'off', 2)];
  const [out, unheard] = [new Float32Array(FRAMES), new Float32Array(FRAMES)];
  let inbox = [];
  for (let n = 0; n < wall.length; n++) {
    const at = n * FRAMES;
    const nowUs = 1e6 + (1e6 * at) / RATE_HZ;
    theirs.quantum(far.subarray(at, at + FRAMES), unheard, nowUs);
    for (let one = theirs.packetOut(); one; one = theirs.packetOut()) inbox.push(packetOf(new Uint8Array(one)));
    const echo = near.slice(at, at + FRAMES).map((sample, i) => sample + 0.2 * out[i]);
    const sent = [];
    const used = process.cpuUsage();
    const begun = performance.now();
    for (const packet of inbox) ours.packetIn(0, packet, nowUs);
    ours.quantum(echo, out, nowUs);
    for (let one = ours.packetOut(); one; one = ours.packetOut()) sent.push(one);
    wall[n] = performance.now() - begun;
    const { user, system } = process.cpuUsage(used);
    cpu[n] = (user + system) / 1000;
    inbox = [];
    for (const one of sent) theirs.packetIn(0, packetOf(new Uint8Array(one)), nowUs);
  }
}

const print = (name, value, goal = null) => console.log(JSON.stringify({ name, value: Number(value.toPrecision(3)), unit: 'ms', goal, direction: 'lower', peer: null, peer_value: null }));
const sorted = (lists) => Float64Array.from(lists.flatMap((list) => [...list.subarray(WARM_QUANTA)])).sort();
const shortest = (lists) => lists.reduce((best, list) => best.map((one, i) => Math.min(one, list[i])));

for (const [variant, file] of [['scalar', `${build}/wasm/voice.wasm`], ['SIMD', `${build}/wasm-simd/voice.wasm`]].filter(([, name]) => existsSync(name))) {
  const module = await WebAssembly.compile(readFileSync(file));
  for (const level of ['standard', 'ai']) {
    const lists = () => Array.from({ length: TURNS }, () => new Float64Array(Math.floor((SECONDS * RATE_HZ) / FRAMES)));
    const [wall, cpu] = [lists(), lists()];
    for (let i = 0; i < TURNS; i++) turn(module, level, wall[i], cpu[i]);
    const [all, least, used] = [sorted(wall), sorted([shortest(wall)]), sorted([shortest(cpu)])];
    const tell = (what, value, goal) => print(`worklet: ${what}, ${variant}, noise level ${level}`, value, goal);
    tell('longest quantum', used.at(-1), GOAL_MS);
    tell('longest quantum by the clock', least.at(-1));
    tell('mean quantum', used.reduce((sum, one) => sum + one, 0) / used.length);
    tell('median quantum by the clock, machine included', all[all.length >> 1]);
    tell('999 of 1000 quanta by the clock, machine included', all[Math.floor(0.999 * all.length)]);
    tell('longest of all quanta by the clock, machine included', all.at(-1));
  }
}
