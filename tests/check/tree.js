/** tree.js: the project's own files, for the checks of this folder. Layer: tests. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files that git tracks or would track, relative to the root. */
export const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((name) => name && existsSync(join(root, name)));

/** @param {RegExp} pattern */
export const filesLike = (pattern) => files.filter((name) => pattern.test(name));

/** @param {string} name */
export const textOf = (name) => readFileSync(join(root, name), 'utf8');

/** @param {string} name @returns {{number: number, text: string}[]} */
export const linesOf = (name) => textOf(name).split('\n').map((text, i) => ({ number: i + 1, text }));

/**
 * Fails with all complaints at once.
 * @param {string[]} complaints
 */
export function none(complaints) {
  if (complaints.length) throw new Error(`${complaints.length} found:\n  ${complaints.join('\n  ')}`);
}
