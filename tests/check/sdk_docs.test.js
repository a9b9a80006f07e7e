/** sdk_docs.test.js: every member of a namespace, and every event, is told on its page of docs/. Layer: tests. */
import assert from 'node:assert/strict';
import { textOf } from './tree.js';

const types = textOf('js/types/tccc.d.ts');
const PAGES = {
  Call: 'sdk-call.md', Chat: 'sdk-chat.md', Video: 'sdk-video.md', Agent: 'sdk-agent.md', Devices: 'devices.md', UI: 'ui.md', Admin: 'sdk-admin.md',
  EventMap: 'sdk-events.md',
};

/** Member names of an interface of tccc.d.ts; none when there is no such interface. */
function membersOf(name) {
  const [, body = ''] = new RegExp(`interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(types) ?? [];
  return [...new Set([...body.matchAll(/^ {2}(\w+)[(<?:]/gm)].map((match) => match[1]))];
}

describe('pages of the namespaces', () => {
  for (const [name, page] of Object.entries(PAGES)) {
    it(`docs/${page} tells every member of ${name}`, () => {
      const told = textOf(`docs/${page}`);
      assert.deepEqual(membersOf(name).filter((member) => !new RegExp(`\`[^\`\\n]*\\b${member}\\b`).test(told)), []);
    });
  }

  it('the first page leads to all of them', () => {
    const first = textOf('docs/sdk.md');
    assert.deepEqual(Object.values(PAGES).filter((page) => !first.includes(`(${page})`)), []);
  });
});
