// protocol.test.js: docs/protocol.schema.json and the core judge the same messages alike. Layer: tests.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { fromClient, fromServer, mutants } from './wire_messages.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tool = `${process.env.TCCC_BUILD_DIR ?? `${root}build`}/native/tccc-wire`;
const schema = JSON.parse(readFileSync(`${root}docs/protocol.schema.json`, 'utf8'));
const ajv = new Ajv({ allErrors: false, strict: true, allowUnionTypes: true, strictRequired: false, strictTypes: false });
ajv.addSchema(schema);
const judges = { client: ajv.getSchema('tccc.v1#/definitions/fromClient'), server: ajv.getSchema('tccc.v1#/definitions/fromServer') };

/** The core's verdicts: [{ok, text}] */
function core(side, texts) {
  const { stdout, status, stderr, error } = spawnSync(tool, { input: texts.map((text) => `${side} ${text}\n`).join(''), maxBuffer: 2 ** 28 });
  assert.equal(status, 0, `${tool}: ${error ?? stderr}`);
  return stdout.toString().trimEnd().split('\n').map((line) => ({ ok: line.startsWith('ok '), text: line.slice(line.indexOf(' ') + 1) }));
}

describe('the tccc.v1 protocol', () => {
  for (const [side, messages, other] of [['client', fromClient, 'server'], ['server', fromServer, 'client']]) {
    it(`what a ${side} may send passes schema and core, and the core prints it as it was`, () => {
      core(side, messages.map((message) => JSON.stringify(message))).forEach(({ ok, text }, i) => {
        assert.ok(judges[side](messages[i]), `${JSON.stringify(messages[i])}: ${ajv.errorsText(judges[side].errors)}`);
        assert.ok(ok, `${JSON.stringify(messages[i])}: ${text}`);
        assert.deepEqual(JSON.parse(text), messages[i]);
      });
    });

    it(`the ${other} may not send what only the ${side} may`, () => {
      const own = messages.filter(({ t }) => !['ping', 'pong', 'bye'].includes(t));
      core(other, own.map((message) => JSON.stringify(message))).forEach(({ ok }, i) => {
        assert.ok(!ok && !judges[other](own[i]), JSON.stringify(own[i]));
      });
    });

    it(`schema and core agree on every damaged message of a ${side}`, () => {
      const damaged = messages.flatMap((message) => [...mutants(message)]);
      const verdicts = core(side, damaged.map((message) => JSON.stringify(message)));
      assert.equal(verdicts.length, damaged.length);
      let bad = 0;
      verdicts.forEach(({ ok, text }, i) => {
        if (!ok) bad += 1;
        assert.equal(ok, judges[side](damaged[i]), `${JSON.stringify(damaged[i])}: the core says ${ok ? 'ok' : text}`);
        if (ok) assert.ok(judges[side](JSON.parse(text)), `printed: ${text}`);
      });
      assert.ok(bad > damaged.length / 2, 'most are bad');
    });
  }

  it('a failure names the member', () => {
    const [{ ok, text }] = core('client', ['{"t":"req","id":1,"m":"call.start","a":{"phoneNumber":""}}']);
    assert.ok(!ok);
    assert.equal(text, 'call.start: phoneNumber must have 1 to 32 bytes.');
  });
});
