/** cloudapi.test.js: the unmodified cloud SDK against tcccd, in each of its ways of signing. Rows SDK-006 to SDK-008. Layer: tests. */
import assert from 'node:assert/strict';
import tencentcloud from 'tencentcloud-sdk-nodejs';
import { SDK_APP_ID, Tcccd } from '../peers/tcccd.js';

const { Client } = tencentcloud.ccc.v20200210;
const KEY = { secretId: 'AKIDtests', secretKey: 'tests-secret-key' };
const AGENT = 'ann+1@example.com';

describe('the cloud API with tencentcloud-sdk-nodejs', function () {
  this.timeout(30000);
  let tcccd;
  before(async () => { tcccd = await Tcccd.start({ instance: { agents: [{ userId: AGENT }] } }); });
  after(async () => { await tcccd.stop(); });

  function client({ host = '127.0.0.1', credential = KEY, ...profile } = {}) {
    const httpProfile = { protocol: 'http://', endpoint: `${host}:${tcccd.httpPort}`, ...profile.httpProfile };
    return new Client({ credential, region: '', profile: { ...profile, httpProfile } });
  }
  const ask = (one, change = {}) => one.CreateSDKLoginToken({ SdkAppId: SDK_APP_ID, SeatUserId: AGENT, ...change });

  for (const [name, profile] of [
    ['TC3-HMAC-SHA256 by POST', {}],
    ['TC3-HMAC-SHA256 by GET', { httpProfile: { reqMethod: 'GET' } }],
    ['TC3-HMAC-SHA256 with a base path', { path: '/api' }],
    ['HmacSHA256', { signMethod: 'HmacSHA256' }],
    ['HmacSHA1 by GET', { signMethod: 'HmacSHA1', httpProfile: { reqMethod: 'GET' } }],
  ]) {
    it(`SDK-002 SDK-007 SDK-008 CreateSDKLoginToken returns an agent's SdkURL, whose script any origin may load; signed with ${name}`, async () => {
      const { path = '', httpProfile = {}, ...rest } = profile;
      const endpoint = `127.0.0.1:${tcccd.httpPort}${path}`;
      const answer = await ask(client({ ...rest, httpProfile: { endpoint, ...httpProfile } }));
      assert.match(answer.Token, /^[0-9a-f]{32}$/);
      assert.match(answer.RequestId, /^[0-9a-f-]{36}$/);
      const url = new URL(answer.SdkURL);
      assert.equal(url.pathname, '/sdk/tcccSdk.js');
      assert.equal(url.searchParams.get('token'), answer.Token);
      assert.equal(url.searchParams.get('userid'), AGENT);
      const life = answer.ExpiredTime - Date.now() / 1000;
      assert.ok(life > 590 && life <= 601, `SDK-006 a token lives ten minutes: ${life} s`);
      const script = await fetch(answer.SdkURL);
      assert.equal(script.headers.get('access-control-allow-origin'), '*');
    });
  }

  for (const [name, profile] of [['TC3-HMAC-SHA256 by GET', { httpProfile: { reqMethod: 'GET' } }], ['HmacSHA256', { signMethod: 'HmacSHA256' }], ['HmacSHA1 by GET', { signMethod: 'HmacSHA1', httpProfile: { reqMethod: 'GET' } }]]) {
    it(`nested arrays, numbers and truths arrive as a form, signed with ${name}`, async () => {
      const one = client(profile), Mail = `${name.replace(/\W/g, '')}@example.com`;
      const { SkillGroupId } = await one.CreateCCCSkillGroup({ SdkAppId: SDK_APP_ID, SkillGroupName: name.slice(-18), SkillGroupType: 0 });
      const Staffs = Array.from({ length: 10 }, (_, n) => ({ Name: `小军 ${n}`, Mail: `${n}${Mail}`, StaffNumber: String(n), Role: 2, SkillGroupNameList: [name.slice(-18)] }));
      const { ErrorStaffList } = await one.CreateStaff({ SdkAppId: SDK_APP_ID, Staffs, SendPassword: false });
      assert.deepEqual(ErrorStaffList, []);
      await one.BindStaffSkillGroupList({ SdkAppId: SDK_APP_ID, StaffEmail: `9${Mail}`, StaffSkillGroupList: [{ SkillGroupId, Priority: 1 }] });
      await one.ModifyStaff({ SdkAppId: SDK_APP_ID, Email: `9${Mail}`, UseMobileCallOut: true, ForwardingConfig: { Enabled: true, Condition: 1, Target: { Type: 2, SkillGroupId } } });
      const { StaffList } = await one.DescribeStaffInfoList({ SdkAppId: SDK_APP_ID, PageSize: 20, PageNumber: 0, SkillGroupId });
      assert.deepEqual(StaffList.map((row) => [row.Name, row.RoleId, row.SkillGroupList[0].Priority]), Staffs.map((row, n) => [row.Name, 2, n === 9 ? 1 : 3]));
      assert.equal(StaffList[9].ForwardingConfig.Target.SkillGroupId, SkillGroupId);
      await assert.rejects(one.DescribeStaffInfoList({ SdkAppId: SDK_APP_ID, PageSize: 'many', PageNumber: 0 }), { code: 'InvalidParameter' });
      await assert.rejects(one.CreateStaff({ SdkAppId: SDK_APP_ID, Staffs: [{ Name: 'x', Mail, StaffNumber: '1', Colour: 'red' }] }), { code: 'UnknownParameter' });
    });
  }

  for (const [what, setup, change, code] of [
    ['a wrong key', { credential: { ...KEY, secretKey: 'other' } }, {}, 'AuthFailure.SignatureFailure'],
    ['an unknown key id', { credential: { ...KEY, secretId: 'AKIDother' } }, {}, 'AuthFailure.SecretIdNotFound'],
    ['a wrong key in a legacy signature', { credential: { ...KEY, secretKey: 'other' }, signMethod: 'HmacSHA1' }, {}, 'AuthFailure.SignatureFailure'],
    ['an unknown app', {}, { SdkAppId: 1 }, 'InvalidParameterValue.InstanceNotExist'],
    ['an unknown agent', {}, { SeatUserId: 'nobody' }, 'InvalidParameterValue.AccountNotExist'],
    ['a missing agent', {}, { SeatUserId: undefined }, 'MissingParameter'],
  ]) {
    it(`refuses ${what} with ${code}`, async () => {
      await assert.rejects(ask(client(setup), change), (error) => error.code === code && Boolean(error.requestId) && Boolean(error.message));
    });
  }

  it('refuses an action that is not offered with InvalidAction', async () => {
    await assert.rejects(client().DescribeCCCBuyInfoList({}), { code: 'InvalidAction' });
  });

  it('answers errors with HTTP 200 and exactly application/json, as older SDKs need', async () => {
    const answer = await fetch(`http://127.0.0.1:${tcccd.httpPort}/`, {
      method: 'POST', body: '{}', headers: { 'content-type': 'application/json', 'x-tc-action': 'CreateSDKLoginToken' },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.equal((await answer.json()).Response.Error.Code, 'AuthFailure.InvalidAuthorization');
  });
});
