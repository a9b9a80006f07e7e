/** configuration.test.js: the example of docs/configuration.md is what tcccd reads; mistakes are named. Layer: tests. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratch } from '../peers/process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = process.env.TCCCD || path.join(ROOT, 'build/native/tcccd');
const EXAMPLE = fs.readFileSync(path.join(ROOT, 'docs/configuration.md'), 'utf8').match(/```json\n([\s\S]*?)```/)[1];

function check(text) {
  const file = path.join(scratch('config'), 'tcccd.json');
  fs.writeFileSync(file, text);
  return spawnSync(PROGRAM, ['--config', file, '--check-config'], { encoding: 'utf8' });
}

describe('the configuration', () => {
  it('takes the example of docs/configuration.md', () => {
    const { status, stderr } = check(EXAMPLE);
    assert.equal(status, 0, stderr);
  });

  it('documents every member that the example has', () => {
    const table = fs.readFileSync(path.join(ROOT, 'docs/configuration.md'), 'utf8');
    const { instances, ...rest } = JSON.parse(EXAMPLE);
    for (const [section, members] of Object.entries(rest)) {
      if (typeof members !== 'object') assert.ok(table.includes(`\`${section}\``), section);
      else for (const name of Object.keys(members)) assert.ok(table.includes(`${section}.${name}\``) || table.includes(`.${name}\``), `${section}.${name}`);
    }
    assert.equal(instances.length, 1);
  });

  for (const [what, from, to, sentence] of [
    ['a misspelt member', '"realm"', '"relam"', /tcccd\.json:\d+: sip\.relam/],
    ['a port out of range', '"port": 5060', '"port": 70000', /tcccd\.json:\d+: sip\.port/],
    ['a text where a number belongs', '"heartbeatMs": 5000', '"heartbeatMs": "5 s"', /tcccd\.json:\d+: heartbeatMs/],
    ['what is not JSON', '{\n', '{,\n', /tcccd\.json:\d+: this is not JSON/],
    ['a URL of a database that cannot be read', '"data": "tcccd.sqlite"', '"data": "postgresql://u:p@[::1/db"', /tcccd\.json:\d+: .*URL \(data\)/],
    ['a wrong role', '"role": "admin"', '"role": "boss"', /tcccd\.json:\d+: instances\[0\]\.agents\[0\]: role/],
    ['a flow that cannot run', '"type": "play", "label": "Greeting"', '"type": "plya", "label": "Greeting"', /tcccd\.json:\d+: instances\[0\]\.flows\[0\]\.document: Module hello/],
  ]) {
    it(`names ${what}`, () => {
      assert.ok(EXAMPLE.includes(from));
      const { status, stderr } = check(EXAMPLE.replace(from, to));
      assert.notEqual(status, 0);
      assert.match(stderr, sentence);
    });
  }

  it('names every mistake of a section of settings', () => {
    const { status, stderr } = check(`{ "instances": [{ "sdkAppId": 1400000001, "settings": {
      "phone": { "queueMax": 0,
        "strategy": "best",
        "autoAnswer": 1, "autoAnswer": true,
        "holdSound": -1 },
      "push": { "url": "https://crm.example/cdr", "auth": "basic",
        "tokenUrl": "ftp://x" },
      "popups": { "pages": [{ "name": "", "url": "x" },
        { "name": "CRM", "url": "https://crm.example/" },
        7] },
      "restReasons": { "reasons": ["Lunch", "",
        5] },
      "phones": {} } }] }`);
    assert.equal(status, 2);
    const told = stderr.trim().split('\n').map((line) => line.replace(/^.*tcccd\.json:/, '').replace('instances[0].settings.', ''));
    const wanted = [/^2: phone: queueMax must/, /^3: phone: strategy must/, /^4: phone: autoAnswer must/, /^4: phone: autoAnswer is given twice/,
      /^5: phone: holdSound must/, /^6: push: username must be given/, /^7: push: tokenUrl must/, /^8: popups: pages .*name/, /^8: popups: pages .*url/,
      /^10: popups: pages/, /^11: restReasons: reasons/, /^12: restReasons: reasons/, /^13: phones: There is no section/];
    for (const one of wanted) assert.ok(told.some((line) => one.test(line)), `${one} in\n${told.join('\n')}`);
    assert.equal(told.length, wanted.length, told.join('\n'));
  });

  it('names every mistake, in the order of lines', () => {
    const { status, stderr } = check(`{ "colour": 1,
      "instances": [{ "sdkAppId": 1400000001,
        "settings": { "phone": {
          "rings": 5 } },
        "agents": [{ "userId": "a", "relo": 1 },
          {}] }],
      "sip": { "port": 70000 }, "data": "postgresql://u:p@[::1/db" }`);
    assert.equal(status, 2);
    assert.deepEqual(stderr.trim().split('\n').map((line) => line.replace(/^.*tcccd\.json:/, '').match(/^\d+: [\w.[\]]+/)[0]),
      ['1: colour', '4: instances[0].settings.phone', '5: instances[0].agents[0]', '6: instances[0].agents[1]', '7: sip.port', stderr.match(/7: \w+(?=[^\n]*URL)/)[0]]);
  });
});
