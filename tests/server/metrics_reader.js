/** metrics_reader.js: a strict reader of Prometheus' text format 0.0.4. Layer: tests. */
import assert from 'node:assert/strict';

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (-?\\d+(?:\\.\\d+)?)$`);
const TYPES = ['counter', 'gauge', 'histogram'];

/** {name: {type, help, samples: Map(series -> value)}}; throws at the first line that the format does not allow. */
export function readMetrics(text) {
  const families = {};
  let now = null;
  assert.ok(text.endsWith('\n'), 'ends with a line feed');
  for (const line of text.slice(0, -1).split('\n')) {
    const help = line.match(new RegExp(`^# HELP (${NAME}) (.+)$`));
    const type = line.match(new RegExp(`^# TYPE (${NAME}) (\\w+)$`));
    if (help) {
      assert.ok(!families[help[1]], `one family ${help[1]}`);
      now = families[help[1]] = { name: help[1], help: help[2], samples: new Map() };
    } else if (type) {
      assert.equal(type[1], now?.name, `TYPE follows HELP: ${line}`);
      assert.ok(TYPES.includes(type[2]), line);
      assert.equal(now.samples.size, 0, line);
      now.type = type[2];
    } else {
      const sample = line.match(SAMPLE);
      assert.ok(sample, `a sample: ${line}`);
      const base = now.type === 'histogram' ? sample[1].replace(/_(bucket|sum|count)$/, '') : sample[1];
      assert.equal(base, now.name, `a sample of its family: ${line}`);
      const series = `${sample[1]}{${sample[2] || ''}}`;
      assert.ok(!now.samples.has(series), `once: ${line}`);
      now.samples.set(series, Number(sample[3]));
    }
  }
  for (const one of Object.values(families)) {
    assert.ok(one.type, `${one.name} has a TYPE`);
    if (one.type === 'counter') assert.match(one.name, /_total$/);
  }
  return families;
}
