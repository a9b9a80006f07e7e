/** cloud_centre.js: tcccd with two apps and their keys, for tests of the cloud API by the unmodified SDK. Layer: tests. */
import assert from 'node:assert/strict';
import { SDK_APP_ID, Tcccd } from '../peers/tcccd.js';
import { cloudClient } from '../peers/cloud.js';

export const APP = SDK_APP_ID;
export const OTHER_APP = 1400000002;
export const OTHER_KEY = { secretId: 'AKIDother', secretKey: 'other-secret-key' };

export class CloudCentre {
  static async start({ change = {}, instance = {}, other = {} } = {}) {
    const centre = new CloudCentre();
    const first = { sdkAppId: APP, name: 'tests', credentials: [{ secretId: 'AKIDtests', secretKey: 'tests-secret-key' }], ...instance };
    const second = { sdkAppId: OTHER_APP, name: 'other', credentials: [OTHER_KEY], ...other };
    centre.tcccd = await Tcccd.start({ change: { ...change, instances: [first, second] } });
    centre.api = centre.tcccd.cloud();
    centre.otherApi = cloudClient({ port: centre.tcccd.httpPort, ...OTHER_KEY });
    return centre;
  }

  /** Asks an action of the first app. */
  ask(action, parameters = {}) { return this.api[action]({ SdkAppId: APP, ...parameters }); }

  /** The action must fail with this code, and the sentence must hold `words`. */
  refuses(action, parameters, code, words = '') {
    return assert.rejects(this.ask(action, parameters), (error) => {
      assert.equal(error.code, code, `${error.code}: ${error.message}`);
      assert.ok(error.message.includes(words), error.message);
      assert.match(error.requestId, /^[0-9a-f-]{36}$/);
      return true;
    });
  }

  /** A key of the other app must not reach this one: whatever it asks, the app is not there. */
  staysClosed(action, parameters = {}) {
    return assert.rejects(this.otherApi[action]({ SdkAppId: APP, ...parameters }), { code: 'InvalidParameterValue.InstanceNotExist' });
  }

  stop() { return this.tcccd ? this.tcccd.stop() : undefined; }
}

/** before, after of a file, and the log of a failed test: returns a function that gives the centre. */
export function useCloud(options) {
  let centre;
  before(async () => { centre = await CloudCentre.start(options); });
  afterEach(function tell() {
    if (this.currentTest.state === 'failed') console.log(centre.tcccd.process.log(40));
  });
  after(async () => { if (centre) await centre.stop(); });
  return () => centre;
}

/** What an answer holds besides RequestId. */
export function content({ RequestId, ...rest }) {
  assert.match(RequestId, /^[0-9a-f-]{36}$/);
  return rest;
}
