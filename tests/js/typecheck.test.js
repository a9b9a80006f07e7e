/** typecheck.test.js: the JSDoc types of js/src hold, and tccc.d.ts fits how published integrations call the SDK. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Resolves with the compiler's complaints. */
const tsc = (...args) => new Promise((resolve) => {
  execFile(process.execPath, ['node_modules/typescript/bin/tsc', ...args], { cwd: root }, (_, stdout) => resolve(stdout));
});

describe('types', function types() {
  this.timeout(60000);

  it('the sources keep the types that their comments state', async () => {
    assert.equal(await tsc('-p', 'js/jsconfig.json'), '');
  });

  it('published samples compile against tccc.d.ts, and wrong uses do not', async () => {
    assert.equal(await tsc('-p', 'tests/js'), '');
  });
});
