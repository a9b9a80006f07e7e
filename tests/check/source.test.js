/** source.test.js: names, sizes and words of the source files (the house style). Layer: tests. */
import { dirname } from 'node:path';
import { files, filesLike, linesOf, none, textOf } from './tree.js';

const FILE_LINES_MAX = 800;
const FUNCTION_LINES_MAX = 100;

const sources = filesLike(/^(src|include|js\/src|tests|cmake|web|examples)\/.*\.(c|h|js|mjs)$/);
const ownC = sources.filter((name) => /\.[ch]$/.test(name));

/** Functions that start and end at the left margin, as all of C's do here. */
function functionsOf(name) {
  const found = [];
  let start = 0;
  for (const { number, text } of linesOf(name)) {
    if (/^[A-Za-z_ ].*\)\s*\{( \/\*.*\*\/)?$/.test(text) && !start) start = number;
    if (start && /^\}/.test(text)) {
      found.push({ line: start, length: number - start + 1 });
      start = 0;
    }
  }
  return found;
}

const withWord = (names, word) => names.flatMap((name) => linesOf(name)
  .filter(({ text }) => word.test(text))
  .map(({ number, text }) => `${name}:${number} ${text.trim().slice(0, 100)}`));

describe('source files', () => {
  it(`no file has more than ${FILE_LINES_MAX} lines`, () => {
    none(sources.filter((name) => linesOf(name).length - 1 > FILE_LINES_MAX).map((name) => `${name}: ${linesOf(name).length - 1}`));
  });

  it(`no C function has more than ${FUNCTION_LINES_MAX} lines`, () => {
    none(ownC.flatMap((name) => functionsOf(name)
      .filter(({ length }) => length > FUNCTION_LINES_MAX)
      .map(({ line, length }) => `${name}:${line} ${length} lines`)));
  });

  it('no file or folder is called util, helper, common, misc or manager', () => {
    const vague = /(^|[/_.-])(utils?|helpers?|common|misc|managers?)([/_.-]|$)/i;
    none(files.filter((name) => vague.test(name)));
  });

  it('every file starts with a comment that tells what it is and, outside the tests, its layer', () => {
    none(sources.filter((name) => {
      const text = textOf(name).replace(/^#!.*\n/, '');
      return !/^(\/\*|\/\/)/.test(text) || !(name.startsWith('tests/') || /Layer: /.test(text.slice(0, 3000)));
    }));
  });

  it('nothing is left for later', () => {
    const later = /\b(TODO|FIXME|XXX|HACK|stubs?|placeholders?|simplified|for now|not implemented|dummy)\b/;
    const product = filesLike(/^(src|include|js\/src|cmake|web|examples)\/.*\.(c|h|js|mjs|sh|cmake|html)$/);
    none(withWord(product.filter((name) => dirname(name) !== 'tests/check'), later)
      .filter((line) => !/placeholder[=:]|\.placeholder\b|::placeholder/.test(line)));
  });

  it('no line ends with blanks and no C line is indented with tabs', () => {
    none([...withWord(sources, /[ \t]$/), ...withWord(ownC, /^\t/)]);
  });

  it('the brace of a C function stands on the last line of its signature', () => {
    none(withWord(ownC, /^\{$/));
  });

  it('nothing names a package registry', () => {
    const hosts = /registry\.npmjs|deb\.debian\.org|archive\.ubuntu|pypi\.org|nodesource/;
    none(withWord(files.filter((name) => !/\.(png|wasm|wav|pcm|g722|raw|bin|svg)$/.test(name) && name !== 'tests/check/source.test.js'), hosts));
  });
});
