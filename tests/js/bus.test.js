/** bus.test.js: commands and their answers. */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('bus', () => {
  let createBus;
  let posted;
  let bus;
  before(async () => ({ createBus } = await load('bus.js')));
  beforeEach(() => {
    posted = [];
    bus = createBus((id, text) => posted.push(JSON.parse(text)));
  });
  const codeOf = (promise) => promise.then(() => 'resolved', ({ code }) => code);

  it('SDK-176 before ready a command is refused at once with NOT_READY, and nothing is sent', async () => {
    assert.equal(await codeOf(bus.request('Call.accept', {})), 'NOT_READY');
    assert.throws(() => bus.check(), { code: 'NOT_READY' });
    assert.deepEqual(posted, []);
    bus.open();
    bus.check();
  });

  it('commands carry rising ids and get the answer with their id', async () => {
    bus.open();
    const [first, second] = [bus.request('A', { x: 1 }), bus.request('B')];
    assert.deepEqual(posted, [{ id: 1, cmd: 'A', args: { x: 1 } }, { id: 2, cmd: 'B', args: {} }]);
    bus.answer({ id: 2, status: 'success', data: { n: 2 } });
    bus.answer({ id: 1, status: 'success', data: { n: 1 } });
    assert.deepEqual([await first, await second], [{ n: 1 }, { n: 2 }]);
  });

  it('options that no JSON can carry are refused, and the next command goes through', async () => {
    bus.open();
    const circle = {};
    circle.self = circle;
    assert.equal(await codeOf(bus.request('A', circle)), 'ARG_TYPE');
    assert.equal(await codeOf(bus.request('A', { n: 1n })), 'ARG_TYPE');
    bus.request('A', { listener() {}, n: 1 });
    assert.deepEqual(posted, [{ id: 1, cmd: 'A', args: { n: 1 } }]);
  });

  it('an error answer rejects with its code, sentence and remedy', async () => {
    bus.open();
    const promise = bus.request('Call.accept');
    bus.answer({ id: 1, status: 'error', code: 'NOT_FOUND', errorMsg: 'No such session.', remedy: 'Look again.' });
    const error = await promise.catch((e) => e);
    assert.deepEqual([error.code, error.errorMsg, error.remedy], ['NOT_FOUND', 'No such session.', 'Look again.']);
  });

  it('SDK-027 an error answer of the core, which has no texts, rejects with sentence and remedy of the table', async () => {
    bus.open();
    const promise = bus.request('Call.accept');
    bus.answer({ id: 1, status: 'error', code: 'NOT_READY', errorMsg: '', remedy: '' });
    const error = await promise.catch((e) => e);
    assert.deepEqual([error.errorMsg, error.remedy], ['The SDK is not ready yet.', 'Call after the ready event has fired.']);
  });

  it('answers that nobody waits for are ignored', () => {
    bus.answer({ id: 77, status: 'success' });
  });

  it('closing answers everything that waits, and refuses what comes', async () => {
    bus.open();
    const promise = bus.request('A');
    bus.close('DESTROYED');
    assert.equal(await codeOf(promise), 'DESTROYED');
    assert.equal(await codeOf(bus.request('B')), 'DESTROYED');
  });

  it('ask reaches the core also before ready, for the media offer', () => {
    bus.ask('Media.offer', { sdp: 'v=0' });
    assert.equal(posted.length, 1);
  });
});
