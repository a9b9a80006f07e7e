/** events.test.js: tccc.on and tccc.off. */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('events', () => {
  let createEmitter;
  let events;
  let faults;
  let emitter;
  const heard = () => {
    const list = [];
    return Object.assign((payload) => list.push(payload), { list });
  };
  const turn = () => new Promise((resolve) => { setImmediate(resolve); });

  before(async () => ({ createEmitter, events } = await load('events.js')));
  beforeEach(() => {
    faults = [];
    emitter = createEmitter((error) => faults.push(error));
  });

  it('every name of the enum equals its value', () => {
    assert.deepEqual(Object.keys(events), Object.values(events));
  });

  it('the enum names every event of the issue', () => {
    const names = 'ready tokenExpired callIn userAccessed sessionEnded callOuted calloutAccepted statusChanged kickedOut asr';
    assert.deepEqual(names.split(' ').filter((name) => !(name in events)), []);
  });

  it('SDK-098 several listeners of one event are all called, by enum or by string', () => {
    const [first, second] = [heard(), heard()];
    emitter.on(events.callIn, first);
    emitter.on('callIn', second);
    emitter.emit('callIn', { sessionId: 's' });
    assert.deepEqual([first.list.length, second.list.length], [1, 1]);
  });

  it('SDK-099 off removes that listener only, and an unknown one harmlessly', () => {
    const [first, second] = [heard(), heard()];
    emitter.on('callIn', first);
    emitter.on('callIn', second);
    emitter.off('callIn', first);
    emitter.off('callIn', () => {});
    emitter.off('neverHeardOf', first);
    emitter.emit('callIn', {});
    assert.deepEqual([first.list.length, second.list.length], [0, 1]);
  });

  it('a listener added twice is called twice and removed once', () => {
    const listener = heard();
    emitter.on('callIn', listener);
    emitter.on('callIn', listener);
    emitter.emit('callIn', {});
    emitter.off('callIn', listener);
    emitter.emit('callIn', {});
    assert.equal(listener.list.length, 3);
  });

  it('SDK-180 AMB-04 a payload is flat, and its data, which is not enumerable, holds the same fields', () => {
    const listener = heard();
    emitter.on('callIn', listener);
    emitter.emit('callIn', { sessionId: 's1', timeout: 20 });
    const [payload] = listener.list;
    assert.equal(payload.sessionId, 's1');
    assert.equal(payload.data.sessionId, 's1');
    assert.deepEqual(Object.keys(payload), ['sessionId', 'timeout']);
    assert.equal(JSON.stringify(payload), '{"sessionId":"s1","timeout":20}');
    const { data } = payload;
    assert.deepEqual(data, { sessionId: 's1', timeout: 20 });
  });

  it('a listener cannot change what the next one sees', () => {
    const second = heard();
    emitter.on('callIn', (payload) => { payload.sessionId = 'other'; });
    emitter.on('callIn', second);
    emitter.emit('callIn', { sessionId: 's' });
    assert.equal(second.list[0].sessionId, 's');
  });

  it('a listener that throws is reported and keeps nobody from being called', () => {
    const second = heard();
    emitter.on('callIn', () => { throw new Error('mine'); });
    emitter.on('callIn', second);
    emitter.emit('callIn', {});
    assert.equal(second.list.length, 1);
    assert.deepEqual(faults.map(({ message }) => message), ['mine']);
  });

  it('a listener that removes itself or adds others while called disturbs no one', () => {
    const late = heard();
    const once = () => {
      emitter.off('callIn', once);
      emitter.on('callIn', late);
    };
    const after = heard();
    emitter.on('callIn', once);
    emitter.on('callIn', after);
    emitter.emit('callIn', {});
    assert.deepEqual([late.list.length, after.list.length], [0, 1]);
  });

  for (const name of ['ready', 'tokenExpired', 'warning']) {
    it(`a late listener of ${name} is called, but not while it subscribes`, async () => {
      const listener = heard();
      emitter.emit(name, { message: 'm' });
      emitter.on(name, listener);
      assert.equal(listener.list.length, 0);
      await turn();
      assert.deepEqual(listener.list.map(({ message }) => message), ['m']);
    });
  }

  it('of a page that stays open for weeks a late listener is told the newest warnings only', async () => {
    const listener = heard();
    for (let n = 1; n <= 100; n++) emitter.emit('warning', { n });
    emitter.on('warning', listener);
    await turn();
    assert.deepEqual([listener.list.length, listener.list[0].n, listener.list.at(-1).n], [16, 85, 100]);
  });

  it('a late listener that is removed at once is not called', async () => {
    const listener = heard();
    emitter.emit('ready', {});
    emitter.on('ready', listener);
    emitter.off('ready', listener);
    await turn();
    assert.equal(listener.list.length, 0);
  });

  it('other events are not kept for late listeners', async () => {
    const listener = heard();
    emitter.emit('callIn', {});
    emitter.on('callIn', listener);
    await turn();
    assert.equal(listener.list.length, 0);
  });

  it('timer.emitter.removeAllListeners, which published clients call, empties one event', () => {
    const [gone, stays] = [heard(), heard()];
    emitter.on('tokenExpired', gone);
    emitter.on('callIn', stays);
    emitter.removeAllListeners('tokenExpired');
    emitter.emit('tokenExpired', {});
    emitter.emit('callIn', {});
    assert.deepEqual([gone.list.length, stays.list.length], [0, 1]);
  });

  it('on refuses what is no function with a sentence', () => {
    assert.throws(() => emitter.on('callIn', undefined), { name: 'TypeError', message: /must be a function/ });
  });
});
