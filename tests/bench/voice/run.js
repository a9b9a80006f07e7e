/**
 * run.js: `make bench-voice`: the voice engine and its peers on the same rooms, noises, talkers and networks. Layer: tests.
 *
 * Writes build/bench/voice.json (as build/bench/results.json, with all peers of a figure besides the best), build/bench/voice-*.svg and a
 * table. Material is made under build/bench/voice from Debian packages and seeds. VOICE_PESQ, when set, is a command that reads lines of
 * two WAV files, separated by a tab, and answers each with the PESQ (wide band) of the second (ITU-T P.862.2's licence does not let it come
 * with this tree); without it, figures of STOI and SDR stand alone.
 * Asked for some parts only, it keeps the figures that voice.json has of the others.
 * What a peer made of a file is not measured again where neither has changed. docs/voice-quality.md is written by document.js.
 * usage: node tests/bench/voice/run.js [--quick] [echo] [noise] [activity] [gain] [network] [call] [cost]
 */
import fs from 'node:fs';
import path from 'node:path';
import { activity, prepareActivity } from './activity.js';
import { call, prepareCall } from './call.js';
import { cost, prepareCost } from './cost.js';
import { echo, prepareEcho } from './echo.js';
import { figures, isMissed, table, withEarlier } from './figures.js';
import { gain, prepareGain } from './gain.js';
import { sources } from './material.js';
import { network, prepareNetwork } from './network.js';
import { noise, prepareNoise } from './noise.js';
import { OUT, WORK, expect, hasPesq, run, stopJudge } from './programs.js';

const PARTS = {
  echo: [prepareEcho, echo], noise: [prepareNoise, noise], activity: [prepareActivity, activity], gain: [prepareGain, gain], network: [prepareNetwork, network],
  call: [prepareCall, call], cost: [prepareCost, cost],
};

function usage(word) {
  console.error(`${word}: not known\nusage: node tests/bench/voice/run.js [--quick] [${Object.keys(PARTS).join('] [')}]`);
  process.exit(2);
}

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const asked = words.filter((word) => word !== '--quick');
const unknown = asked.find((word) => !PARTS[word]);
if (unknown) usage(unknown);
const parts = Object.keys(PARTS).filter((part) => asked.length === 0 || asked.includes(part));

await run('tccc-audio', 'quality', '--delay-ms', '0', '--loss', '0'); /* fails at once when nothing was built */
console.error(`making the material (${path.relative(process.cwd(), WORK)}); what is there already stays ...`);
const material = sources(path.join(WORK, 'sources'));
const stages = [];
for (const part of parts) stages.push(...await PARTS[part][0](material, quick));
expect(stages);
for (const part of parts) await PARTS[part][1](quick);
stopJudge();

const results = path.join(OUT, 'voice.json');
const earlier = fs.existsSync(results) ? JSON.parse(fs.readFileSync(results, 'utf8')) : [];
fs.writeFileSync(results, `${JSON.stringify(withEarlier(earlier, parts, Object.keys(PARTS)), null, 1)}\n`);
console.log(table());
const goals = figures().filter((one) => one.goal !== null);
console.log(`\n${figures().length} figures, ${goals.filter(isMissed).length} of ${goals.length} goals missed; ! marks a peer that is better; (in brackets: measured elsewhere)`);
if (!hasPesq) console.log('no PESQ: VOICE_PESQ names no program that measures it, so the goals in PESQ are not judged; STOI, SDR and decibels are');
console.log('written: build/bench/voice.json, build/bench/voice-*.svg');
