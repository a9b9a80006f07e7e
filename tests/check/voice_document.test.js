/** voice_document.test.js: the tables of docs/voice-quality.md are those of one run's figures. Layer: tests. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { DOCUMENT, FIGURES, filled } from '../bench/voice/document.js';

describe('docs/voice-quality.md', () => {
  const text = fs.readFileSync(DOCUMENT, 'utf8');
  const figures = JSON.parse(fs.readFileSync(FIGURES, 'utf8'));

  it('has every figure in a table that was made of docs/voice.json', () => {
    assert.equal(text, filled(text, figures), 'run node tests/bench/voice/document.js');
    const tables = text.match(/<!-- figures: [\s\S]*?<!-- end -->/g).join('');
    for (const part of new Set(figures.map(({ name }) => name.split(/[:,] /)[0]))) assert.match(tables, new RegExp(`figures: ${part}`), `no table of ${part}`);
  });

  it('comes from one run in which nothing was left out', () => {
    for (const one of figures) assert.ok(Number.isFinite(one.value), one.name);
    for (const part of ['echo', 'noise', 'activity', 'gain', 'network', 'call', 'cost']) {
      assert.ok(figures.some(({ name }) => name.split(/[:,] /)[0] === part), `no figure of ${part}`);
    }
  });
});
