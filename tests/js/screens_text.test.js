/** screens_text.test.js: every text of the screens in both languages. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { load } from './source.js';

const folder = fileURLToPath(new URL('../../js/src/ui', import.meta.url));

/** [path, text] of every text. */
const textsOf = (at, path = '') => Object.entries(at).flatMap(([name, value]) =>
  (typeof value === 'string' ? [[`${path}${name}`, value]] : textsOf(value, `${path}${name}.`)));
const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe('texts of the screens', () => {
  let en;
  let zh;
  let text;
  before(async () => {
    text = await load('ui/text.js');
    [en, zh] = [text.TEXTS.en, text.TEXTS.zh];
  });

  it('both languages have the same texts, none is empty, and each fills in the same values', () => {
    assert.deepEqual(textsOf(zh).map(([path]) => path).sort(), textsOf(en).map(([path]) => path).sort());
    const chinese = new Map(textsOf(zh));
    for (const [path, sentence] of textsOf(en)) {
      assert.ok(sentence.trim() && chinese.get(path).trim(), path);
      assert.deepEqual(names(chinese.get(path)), names(sentence), path);
    }
  });

  it('every text is used, and every text that is used exists', () => {
    const sources = readdirSync(folder).filter((name) => !name.startsWith('text_')).map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
    const used = new Set([...sources.matchAll(/\bt\.(\w+)/g)].map(([, name]) => name));
    const chosen = new Set([...sources.matchAll(/'(\w+)'/g)].map(([, name]) => name)); /* by a state, a kind or a verdict: t[word] */
    const states = ['answering', 'dialing', 'ringingOut', 'ended', 'busy'];
    assert.deepEqual([...used].filter((name) => !(name in en)), []);
    assert.deepEqual(Object.keys(en).filter((name) => !used.has(name) && !chosen.has(name) && !states.includes(name)), []);
  });

  it('no text is written into the screens but in the two files', () => {
    const strays = readdirSync(folder).filter((name) => !/^text_/.test(name)).flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/[\u4e00-\u9fff]+/g)].map(([found]) => `${name} ${found}`));
    assert.deepEqual(strays, ['settings_pane.js 中文']);
  });

  it('every error that an agent can meet has a sentence in both languages; the others are for who writes pages and servers', () => {
    const table = readFileSync(fileURLToPath(new URL('../../include/tccc/error.h', import.meta.url)), 'utf8');
    const codes = [...table.matchAll(/^ {4}X\((\w+), -\d+/gm)].map(([, name]) => name);
    const others = ['ARG_MISSING', 'ARG_TYPE', 'TOKEN_EXPIRED', 'TOKEN_USED', 'TOKEN_INVALID', 'PROTOCOL', 'CSP_BLOCKED', 'UNAUTHORIZED', 'DESTROYED', 'AGAIN', 'AUTH', 'REPLAY', 'TABS_UNSUPPORTED'];
    assert.deepEqual(Object.keys(en.errors).sort(), codes.filter((name) => !others.includes(name)).sort());
    assert.equal(text.errorText(en, { code: 'STATE', errorMsg: 'The chat has ended.', remedy: 'Wait.' }), 'This cannot be done now. The chat has ended.');
  });

  it('an error without a sentence of ours is told by its own', () => {
    assert.equal(text.errorText(en, { code: 'NEW', errorMsg: 'It broke.', remedy: 'Mend it.' }), 'It broke. Mend it.');
    assert.equal(text.errorText(zh, { code: 'MIC_NOT_FOUND', errorMsg: 'x' }), zh.errors.MIC_NOT_FOUND);
  });
});
