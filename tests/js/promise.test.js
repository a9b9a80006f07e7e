/** promise.test.js: shapes of API results and errors (tccc-compatible CommonSDKResponse). */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('promises', () => {
  let apiPromise;
  let tcccError;
  before(async () => {
    ({ apiPromise } = await load('promise.js'));
    ({ tcccError } = await load('errors.js'));
  });

  it('SDK-027 AMB-03 a result carries its fields flat and as data', async () => {
    const result = await apiPromise(Promise.resolve({ sessionId: 's', calleePhoneNumber: '9001' }));
    assert.equal(result.status, 'success');
    assert.equal(result.sessionId, 's');
    assert.deepEqual(result.data, { sessionId: 's', calleePhoneNumber: '9001' });
  });

  it('SDK-025 status of the result wins over a field of that name', async () => {
    const result = await apiPromise(Promise.resolve({ status: 'free' }));
    assert.equal(result.status, 'success');
    assert.equal(result.data.status, 'free');
  });

  it('a result without fields has an empty data', async () => {
    assert.deepEqual(await apiPromise(Promise.resolve()), { status: 'success', data: {} });
  });

  it('SDK-026 a rejection is an Error with status, errorMsg, message, code and remedy', async () => {
    const error = await apiPromise(Promise.reject(tcccError('MIC_DENIED'))).catch((e) => e);
    assert.ok(error instanceof Error);
    assert.equal(error.status, 'error');
    assert.equal(error.code, 'MIC_DENIED');
    assert.equal(error.errorMsg, 'The page may not use the microphone.');
    assert.equal(error.message, error.errorMsg);
    assert.match(error.remedy, /Allow the microphone/);
  });

  it('SDK-026 what a browser throws is a rejection of the same shape', async () => {
    const error = await apiPromise(Promise.reject(new TypeError('null has no properties'))).catch((e) => e);
    assert.deepEqual([error.status, error.code, error.errorMsg], ['error', 'INTERNAL', 'null has no properties']);
    assert.ok(error instanceof Error && error.remedy);
  });

  it('a code that this version does not know keeps the sentence and remedy of the server', () => {
    const error = tcccError('NEW_ONE', 'Something new.', 'Do this.');
    assert.deepEqual([error.code, error.errorMsg, error.remedy], ['NEW_ONE', 'Something new.', 'Do this.']);
  });

  it('a caller who ignores a rejection raises no unhandledRejection', async () => {
    let raised = false;
    const listener = () => { raised = true; };
    process.prependListener('unhandledRejection', listener);
    apiPromise(Promise.reject(tcccError('NOT_READY')));
    await new Promise((resolve) => { setImmediate(resolve); });
    process.removeListener('unhandledRejection', listener);
    assert.equal(raised, false);
  });
});
