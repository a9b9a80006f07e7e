/** typecheck.test.js: the JSDoc types of js/src hold, and tccc.d.ts fits how published integrations call the SDK. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Resolves with the compiler's complaints. */
const tsc = (...args) => new Promise((resolve) => {
  execFile(process.execPath, ['node_modules/typescript/bin/tsc', ...args], { cwd: root }, (_, stdout) => resolve(stdout));
});

/** Pages of docs/ with code for pages of the web, and what that code takes for given. */
const DOCS = ['sdk-agent.md', 'sdk-admin.md', 'sdk-chat.md', 'sdk-video.md', 'video.md', 'integration.md'];
const GIVEN = "import { loadTccc } from 'libtccc';\nimport '../../../../js/types/tccc-visitor';\ndeclare function say(text: string): void;\ndeclare const theirs: HTMLVideoElement;\n";

/** Indented blocks that use the SDK, without their script tags. @param {string} text */
const snippetsOf = (text) => (text.match(/^ {4}.*(?:\n(?: {4}.*)?)*/gm) ?? []).map((block) => block.replace(/^ *<.*$/gm, ''))
  .filter((code) => /\btccc(Visitor)?\.|loadTccc\(/.test(code));

describe('types', function types() {
  this.timeout(60000);

  it('the sources keep the types that their comments state', async () => {
    assert.equal(await tsc('-p', 'js/jsconfig.json'), '');
  });

  it('what the pages of docs/ write for web pages compiles', async () => {
    const folder = join(root, 'build/tests/js/docs');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const names = DOCS.flatMap((page) => {
      const snippets = snippetsOf(readFileSync(join(root, 'docs', page), 'utf8'));
      assert.ok(snippets.length, page);
      return snippets.map((code, i) => {
        const name = `${page.replace('.md', '')}_${i}.ts`;
        writeFileSync(join(folder, name), `${GIVEN}export async function sample() {\n${code.replace(/^ *import .*$/gm, '')}\n}\nexport { loadTccc, say, theirs };\n`);
        return name;
      });
    });
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../../../js/jsconfig.json', compilerOptions: { strictNullChecks: false }, include: names }));
    assert.equal(await tsc('-p', folder), '');
  });

  it('published samples compile against tccc.d.ts, and wrong uses do not', async () => {
    assert.equal(await tsc('-p', 'tests/js'), '');
  });
});
