/** cloudapi_docs.test.js: docs/cloud-api.md: its snippet runs, and its table is the table of actions. Layer: tests. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Process } from '../peers/process.js';
import { Tcccd } from '../peers/tcccd.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DOCS = fs.readFileSync(path.join(ROOT, 'docs/cloud-api.md'), 'utf8');

describe('docs/cloud-api.md', function () {
  this.timeout(30000);

  it('its snippet does what it says', async () => {
    const tcccd = await Tcccd.start();
    const [, code] = DOCS.match(/```js\n([\s\S]*?)```/);
    const run = new Process('snippet', process.execPath, ['--input-type=module', '--eval', code], {
      cwd: ROOT, env: { ...process.env, TCCC_SECRET_ID: 'AKIDtests', TCCC_SECRET_KEY: 'tests-secret-key', TCCC_ENDPOINT: `127.0.0.1:${tcccd.httpPort}` },
    });
    assert.equal((await run.waitExit()).code, 0, run.log(20));
    const lines = run.lines.map((line) => line.text ?? line);
    assert.match(lines[0], /\/sdk\/tcccSdk\.js\?sdkAppId=1400000001&token=[0-9a-f]{32}&userid=ann%40example\.com$/);
    assert.deepEqual(lines.slice(1), ['ann@example.com Sales', 'FailedOperation.SessionNotExists']);
    await tcccd.stop();
  });

  it('names every action that there is, and no other', () => {
    const source = fs.readFileSync(path.join(ROOT, 'src/server/cloudapi/action.h'), 'utf8');
    const there = [...source.matchAll(/^ {4}X\((\w+),/gm)].map(([, name]) => name);
    const [, table] = DOCS.match(/## Actions\n([\s\S]*?)\n## /);
    const told = table.split('\n').filter((line) => line.startsWith('| `')).flatMap((line) => [...line.split('|')[1].matchAll(/`(\w+)`/g)].map(([, name]) => name));
    assert.deepEqual(told.sort(), there.sort());
  });
});
