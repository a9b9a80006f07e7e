/** script.test.js: what the script tag says. */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('script tag', () => {
  let scriptConfig;
  before(async () => ({ scriptConfig } = await load('script.js')));
  const src = 'https://cc.example.com/sdk/tcccSdk.js?sdkAppId=1400000001&token=0123abcd&userid=li%40example.com';

  it('everything may come in the SdkURL', () => {
    const config = scriptConfig({ src, dataset: {} });
    assert.deepEqual([config.token, config.sdkAppId, config.userId], ['0123abcd', '1400000001', 'li@example.com']);
    assert.equal(config.base, 'https://cc.example.com/sdk/');
    assert.equal(config.origin, 'https://cc.example.com');
    assert.equal(config.processing, 'core');
  });

  it('data attributes win over the query', () => {
    const config = scriptConfig({ src, dataset: { token: 'other', sdkAppId: '14', userid: 'wang' } });
    assert.deepEqual([config.token, config.sdkAppId, config.userId], ['other', '14', 'wang']);
  });

  it('SDK-013 data-render-dom-id is read', () => {
    assert.equal(scriptConfig({ src, dataset: { renderDomId: 'desk' } }).renderDomId, 'desk');
  });

  it('data-processing takes core, browser and off, and nothing else', () => {
    const chosen = (processing) => scriptConfig({ src, dataset: { processing } }).processing;
    assert.deepEqual(['core', 'browser', 'off', 'loud'].map(chosen), ['core', 'browser', 'off', 'core']);
  });

  it('a script without query has empty options', () => {
    const config = scriptConfig({ src: 'http://localhost:8080/sdk/tccc.js', dataset: {} });
    assert.deepEqual([config.base, config.token, config.userId], ['http://localhost:8080/sdk/', '', '']);
  });
});
