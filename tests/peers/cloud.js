/** cloud.js: a business back end's sign-in of an agent, with the unmodified tencentcloud-sdk-nodejs. Layer: tests. */
import { ccc } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ccc/index.js';

export function cloudClient({ port, host = '127.0.0.1', secretId, secretKey }) {
  return new ccc.v20200210.Client({
    credential: { secretId, secretKey },
    region: '',
    profile: { httpProfile: { protocol: 'http://', endpoint: `${host}:${port}` } },
  });
}
