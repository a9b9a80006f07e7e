/** module.test.js: dist/tccc.mjs, its types, its store, and the packages that stand on it. Layer: tests. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DIST } from './page_server.js';
import { load } from './source.js';

const root = new URL('../..', import.meta.url);
const read = (name) => readFileSync(new URL(name, root), 'utf8');

describe('the ES module', () => {
  it('exports what tccc-module.d.ts says, and nothing else; to import it touches no page', async () => {
    const module = await import(pathToFileURL(join(DIST, 'tccc.mjs')));
    const told = [...read('js/types/tccc-module.d.ts').matchAll(/^export function (\w+)/gm)].map((match) => match[1]);
    assert.deepEqual(Object.keys(module).sort(), told.sort());
  });

  it('without a url it says which option is missing', async () => {
    const { loadTccc } = await import(pathToFileURL(join(DIST, 'tccc.mjs')));
    await assert.rejects(loadTccc({}), { code: 'ARG_MISSING', message: /url/ });
  });

  it('package.json leads to files that are there', () => {
    const { exports } = JSON.parse(read('package.json'));
    for (const target of Object.values(exports).flatMap((one) => (typeof one === 'string' ? [] : Object.values(one)))) {
      assert.ok(existsSync(new URL(target, root)), target);
    }
  });

  for (const name of ['tccc.js', 'tccc.mjs', 'ui.js', 'tccc-visitor.js', 'worker.js', 'worklet.js']) {
    it(`${name} has its source map`, () => {
      const map = JSON.parse(readFileSync(join(DIST, `${name}.map`), 'utf8'));
      assert.ok(map.sources.length > 1 && map.mappings.length > 1000);
      assert.match(readFileSync(join(DIST, name), 'utf8').slice(-200), new RegExp(`sourceMappingURL=${name}.map`));
    });
  }
});

describe('the store for frameworks', () => {
  /** As much of the SDK as the store listens to. */
  function sdk() {
    const listeners = new Map();
    running = [];
    return {
      Agent: { getStatus: () => 'offline', getSessions: async () => ({ sessions: running }) },
      on: (name, listener) => listeners.set(name, [...(listeners.get(name) ?? []), listener]),
      tell: (name, fields) => (listeners.get(name) ?? []).forEach((listener) => listener(fields)),
    };
  }
  let store;
  let tccc;
  let running;
  beforeEach(async () => {
    store = (await load('store.js')).createStore();
    tccc = sdk();
    store.follow(tccc);
  });

  it('follows a call from ring to removal, with a new value each time', () => {
    const seen = [];
    store.subscribe(() => seen.push(store.get()));
    tccc.tell('statusChanged', { status: 'free' });
    tccc.tell('callIn', { sessionId: 's', type: 'phone', callerPhoneNumber: '123' });
    tccc.tell('callIn', { sessionId: 's', type: 'phone', callerPhoneNumber: '123' });
    tccc.tell('userAccessed', { sessionId: 's' });
    tccc.tell('held', { sessionId: 's', held: true });
    tccc.tell('sessionEnded', { sessionId: 's' });
    assert.equal(store.get().status, 'free');
    assert.deepEqual(seen.map(({ calls }) => calls.map(({ state, held }) => `${state}${held ? ' held' : ''}`).join()), ['', 'ringing', 'ringing', 'talking', 'talking held', 'ended held']);
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(seen.every(Object.isFrozen));
    tccc.tell('sessionCompleted', { sessionId: 's' });
    assert.deepEqual(store.get().calls, []);
  });

  it('a page that was loaded again has the calls that run, each once', async () => {
    const call = { type: 'phone', callerPhoneNumber: '139', calleePhoneNumber: '020', held: false };
    running.push({ ...call, sessionId: 'a', direction: 'in', state: 'talking', held: true }, { ...call, sessionId: 'b', direction: 'out', state: 'dialing' },
      { ...call, sessionId: 'c', type: 'im', direction: 'in', state: 'talking', callerPhoneNumber: '', nickname: 'Ann' });
    const filled = new Promise((resolve) => { store.subscribe(() => store.get().calls.length === 3 && resolve()); });
    tccc.tell('ready', { tabUUID: 't' });
    tccc.tell('userAccessed', { sessionId: 'a' });
    tccc.tell('callOuted', { sessionId: 'b', calleePhoneNumber: '020' });
    await filled;
    assert.deepEqual(store.get().calls.map(({ sessionId, direction, state, number, held }) => `${sessionId} ${direction} ${state} ${number} ${held}`),
      ['b out ringing 020 false', 'a in talking 139 true', 'c in talking Ann false']);
  });

  it('a listener is taken away by what subscribe returned; a failure is part of the value', () => {
    let told = 0;
    const stop = store.subscribe(() => { told += 1; });
    tccc.tell('kickedOut', { reason: 'elsewhere' });
    stop();
    tccc.tell('statusChanged', { status: 'rest', reason: 'lunch' });
    assert.equal(told, 1);
    assert.deepEqual([store.get().error, store.get().isReady, store.get().reason], [{ code: 'KICKED', message: 'elsewhere' }, false, 'lunch']);
  });
});
