/** env.test.js: what counts as a browser and a page that can telephone. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { DIST } from './page_server.js';
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

  it('SDK-004 AMB-11 tccc.js has no syntax that Chrome 56 and Edge 80 do not know, so that it runs there to say so; worker.js has', async () => {
    const isOld = async (name) => {
      const script = readFileSync(join(DIST, name), 'utf8');
      const [asIs, lowered] = await Promise.all(['esnext', ['chrome56', 'edge80']].map((target) => transform(script, { target, supported: { destructuring: true } })));
      return asIs.code === lowered.code;
    };
    assert.deepEqual([await isOld('tccc.js'), await isOld('worker.js')], [true, false]);
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
