/** ogg.js: recordings of tcccd, as the tools of Opus' makers read them. Layer: tests. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { scratch } from './process.js';
import * as wav from './wav.js';

/** The file as its player hears it, {samples, rate}; opusinfo finds nothing wrong. */
function play(file) {
  const info = spawnSync('opusinfo', [file], { encoding: 'utf8' });
  assert.equal(info.status, 0, info.stdout);
  assert.doesNotMatch(info.stdout + info.stderr, /warning|error|invalid|hole/i);
  const out = path.join(scratch('opusdec'), 'out.wav');
  const done = spawnSync('opusdec', ['--quiet', '--rate', '16000', '--force-wav', file, out], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return wav.read(out);
}

const filesUnder = (folder) => (fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []).map((name) => path.join(folder, name));

export { filesUnder, play };
