/** loader.test.js: one instance per page, over repeated injections of the script. */
import assert from 'node:assert/strict';
import { load as loadSource } from './source.js';

describe('loader', () => {
  let load;
  let made;
  let scope;
  const config = (fields = {}) => ({ token: 't1', userId: 'li', ...fields });

  /** An instance as sdk.js makes it, without what it starts. */
  function create(settings) {
    const sdk = { config: settings, begun: 0, isDestroyed: false };
    sdk.tccc = { destroy: () => { sdk.isDestroyed = true; } };
    sdk.begin = () => { sdk.begun += 1; };
    made.push(sdk);
    return sdk;
  }

  before(async () => ({ load } = await loadSource('loader.js')));
  beforeEach(() => {
    made = [];
    scope = {};
  });

  it('SDK-001 window.tccc stands when the script has run', () => {
    load(scope, config(), create);
    assert.equal(scope.tccc, made[0].tccc);
    assert.equal(made[0].begun, 1);
  });

  it('SDK-010 a second injection of the same SdkURL makes no second instance', () => {
    load(scope, config(), create);
    load(scope, config(), create);
    assert.equal(made.length, 1);
    assert.equal(scope.tccc, made[0].tccc);
  });

  it('an injection without token or user keeps the instance', () => {
    load(scope, config(), create);
    load(scope, config({ token: '', userId: '' }), create);
    assert.equal(made.length, 1);
  });

  it('SDK-011 another user ends the first instance and starts a second', () => {
    load(scope, config(), create);
    load(scope, config({ userId: 'wang', token: 't2' }), create);
    assert.deepEqual(made.map(({ isDestroyed }) => isDestroyed), [true, false]);
    assert.equal(scope.tccc, made[1].tccc);
  });

  it('a new token of the same user signs in anew', () => {
    load(scope, config(), create);
    load(scope, config({ token: 't2' }), create);
    assert.deepEqual(made.map(({ isDestroyed }) => isDestroyed), [true, false]);
  });

  it('a page that took window.tccc away gets a new instance, and the old one is ended', () => {
    load(scope, config(), create);
    delete scope.tccc;
    load(scope, config(), create);
    assert.deepEqual(made.map(({ isDestroyed }) => isDestroyed), [true, false]);
  });

  it('after destroy() the script may be loaded again', () => {
    load(scope, config(), create);
    scope.tccc.destroy();
    load(scope, config(), create);
    assert.equal(made.length, 2);
    assert.equal(scope.tccc, made[1].tccc);
  });
});
