/** env.test.js: what counts as a browser and a page that can telephone. */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('environment', () => {
  let env;
  before(async () => { env = await load('env.js'); });
  const able = () => ({
    WebAssembly, WebSocket() {}, Worker() {}, AudioContext() {}, AudioWorkletNode() {}, customElements: {},
    isSecureContext: true, navigator: { mediaDevices: { getUserMedia() {} } },
  });

  it('a current browser on a secure page will do', () => {
    assert.deepEqual([env.isBrowserSupported(able()), env.isEnvSupported(able())], [true, true]);
  });

  it('SDK-004 a browser that lacks a part is unsupported, and says so without an exception', () => {
    for (const part of ['WebAssembly', 'WebSocket', 'Worker', 'AudioContext', 'AudioWorkletNode', 'customElements']) {
      const scope = able();
      delete scope[part];
      assert.equal(env.isBrowserSupported(scope), false, part);
    }
  });

  it('SDK-004 a WebAssembly without what the voice engine is built with is unsupported', () => {
    const old = { ...able(), WebAssembly: { validate: () => false } };
    assert.equal(env.isBrowserSupported(old), false);
  });

  it('SDK-005 a page that is not secure, where the worklet is hidden, blames the page and not the browser', () => {
    const scope = { ...able(), isSecureContext: false, navigator: {} };
    delete scope.AudioWorkletNode;
    assert.deepEqual([env.isBrowserSupported(scope), env.isEnvSupported(scope)], [true, false]);
  });

  it('AMB-07 without a microphone API the environment is unsupported', () => {
    assert.equal(env.isEnvSupported({ ...able(), navigator: {} }), false);
  });

  it('the SIMD probe is a valid module here', () => {
    assert.equal(env.hasSimd(), true);
  });
});
