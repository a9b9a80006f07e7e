/** key_roles.test.js: what keys of each role may do: every action of the cloud API, every address of the admin API. Layer: tests. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { cloudClient } from '../peers/cloud.js';
import { AdminClient } from './admin_client.js';
import { APP, useCloud } from './cloud_centre.js';

const OPERATES = ['SetStaffStatus', 'ForceMemberOffline', 'RestoreMemberOnline', 'HangUpCall', 'CreateCallOutSession', 'CreateIVRSession'];
const may = {
  admin: () => true,
  inspector: (action) => action.startsWith('Describe'),
  operator: (action) => action.startsWith('Describe') || action === 'CreateSDKLoginToken' || OPERATES.includes(action),
  signIn: (action) => action === 'CreateSDKLoginToken',
};
const ROLES = Object.keys(may);
const key = (role) => ({ secretId: `AKID${role}`, secretKey: `${role}-secret-key` });
const textOf = (path) => fs.readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The cloud API's actions, as its table has them. */
const actions = [...textOf('src/server/cloudapi/action.h').matchAll(/^ {4}X\((\w+), /gm)].map((match) => match[1]);
/** The admin API's addresses: [method, path, whether an inspector may]. */
const routes = [...textOf('src/server/admin/route.c').matchAll(/\{ "(\w+)", (APP )?"([^"]+)",\s*([A-Z_| ]+),/g)]
  .filter((match) => match[4] !== 'MAY_ANYBODY')
  .map(([, method, app, path, who]) => [method, `${app ? `/apps/${APP}` : ''}${path.replace(/\{[^}]+\}/g, '999')}`, /MAY_INSPECT|MAY_ALL/.test(who)]);

describe('the role of a key', () => {
  const centre = useCloud({
    instance: {
      credentials: [{ secretId: 'AKIDtests', secretKey: 'tests-secret-key' }, ...ROLES.map((role) => ({ ...key(role), role }))],
      agents: [{ userId: 'ann@x.example', name: 'Ann' }, { userId: 'chief@x.example', name: 'Chief', role: 'admin' }, { userId: 'check@x.example', role: 'inspector' }],
    },
  });
  const cloud = (role) => cloudClient({ port: centre().tcccd.httpPort, ...key(role) });
  const admin = (role) => new AdminClient(centre().tcccd, { key: `${key(role).secretId}:${key(role).secretKey}` });
  const codeOf = (asked) => asked.then(() => 'good', (error) => error.code);

  for (const role of ROLES) {
    it(`${role}: every action of the cloud API is done, or refused as unauthorised`, async () => {
      assert.ok(actions.length > 30);
      for (const action of actions.filter((name) => typeof cloud(role)[name] === 'function')) {
        const code = await codeOf(cloud(role)[action]({ SdkAppId: APP }));
        assert.equal(code === 'UnauthorizedOperation', !may[role](action), `${role} ${action}: ${code}`);
      }
    });

    it(`${role}: every address of the admin API`, async () => {
      assert.ok(routes.length > 50);
      for (const [method, path, inspectors] of routes.filter(([, path]) => !/password|sign-out|trunks/.test(path))) {
        const { status } = await admin(role).raw(method, path, method === 'GET' || method === 'DELETE' ? undefined : {});
        const allowed = role === 'admin' || (inspectors && role !== 'signIn');
        assert.equal(status === 403, !allowed, `${role} ${method} ${path}: ${status}`);
        assert.notEqual(status, 401);
      }
    });
  }

  it('who may only sign agents in signs in no administrator and no inspector', async () => {
    for (const role of ['operator', 'signIn']) {
      assert.match((await cloud(role).CreateSDKLoginToken({ SdkAppId: APP, SeatUserId: 'ann@x.example' })).Token, /^[0-9a-f]{32}$/);
      for (const SeatUserId of ['chief@x.example', 'check@x.example']) {
        await assert.rejects(cloud(role).CreateSDKLoginToken({ SdkAppId: APP, SeatUserId }), { code: 'UnauthorizedOperation' });
      }
    }
    await cloud('admin').CreateSDKLoginToken({ SdkAppId: APP, SeatUserId: 'chief@x.example' });
  });

  it('keys are made with a role, which is shown and holds', async () => {
    const made = await admin('admin').post('keys', { role: 'signIn' });
    assert.equal(made.role, 'signIn');
    assert.equal((await admin('admin').post('keys')).role, 'admin');
    const { keys } = await admin('admin').get('keys');
    assert.equal(keys.find((one) => one.secretId === made.secretId).role, 'signIn');
    assert.equal(keys.find((one) => one.secretId === 'AKIDinspector').role, 'inspector');
    await assert.rejects(new AdminClient(centre().tcccd, { key: `${made.secretId}:${made.secretKey}` }).get('agents'), { status: 403 });
    await assert.rejects(admin('admin').post('keys', { role: 'root' }), { status: 400, field: 'role' });
  });
});
