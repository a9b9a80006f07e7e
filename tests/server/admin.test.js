/** admin.test.js: the admin API: sign-in, roles, every resource, and what it refuses. Rows ADM-015 to ADM-085. Layer: tests. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { SDK_APP_ID, Tcccd } from '../peers/tcccd.js';
import { AdminClient } from './admin_client.js';

/** A second of 400 Hz, 8 kHz, 16 bit. */
function toneWav() {
  const samples = Buffer.alloc(16000);
  for (let i = 0; i < 8000; i++) samples.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * 400 * i) / 8000)), 2 * i);
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  [[16, 4], [1, 2], [1, 2], [8000, 4], [16000, 4], [2, 2], [16, 2]].reduce((at, [value, size]) => head.writeUIntLE(value, at, size) && at + size, 16);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

const PASSWORD = 'correct horse';
const rejects = (promise, expected) => assert.rejects(promise, (error) => {
  for (const [name, value] of Object.entries(expected)) {
    if (value instanceof RegExp) assert.match(String(error[name]), value);
    else assert.equal(error[name], value, error.message);
  }
  return true;
});

describe('the admin API', function () {
  this.timeout(60000);
  let tcccd; let admin;
  before(async () => {
    tcccd = await Tcccd.start({
      instance: {
        agents: [{ userId: 'boss@x.example' }, { userId: 'ann@x.example', phone: '13900000001' }],
        skillGroups: [{ name: 'Nobody' }], // else all are in the default one
        trunks: [{ name: 'line', host: '127.0.0.2', port: 5999 }],
        numbers: [{ number: '02011110001', trunk: 'line' }],
      },
    });
    admin = new AdminClient(tcccd);
    await admin.post('agents', { userId: 'chief@x.example', name: 'Chief', role: 'admin' });
    await admin.post('agents', { userId: 'check@x.example', role: 'inspector' });
    for (const who of ['chief', 'check', 'ann']) await admin.put(`agents/${who}@x.example/password`, { password: PASSWORD });
  });
  after(async () => {
    const exit = await tcccd.stop();
    assert.equal(exit.code, 0, tcccd.process.log(60));
  });
  afterEach(function tell() { if (this.currentTest.state === 'failed') console.log(tcccd.process.log(15)); });

  describe('who may', () => {
    it('refuses who is not signed in, with code, sentence and remedy', async () => {
      const nobody = new AdminClient(tcccd, { key: null });
      for (const [method, path] of [['GET', 'agents'], ['PATCH', 'settings/phone'], ['GET', '/me'], ['DELETE', '/trunks/line']]) {
        const { status, body } = await nobody.raw(method, path, method === 'PATCH' ? {} : undefined);
        assert.equal(status, 401);
        assert.deepEqual(Object.keys(body.error), ['code', 'message', 'field', 'remedy']);
        assert.equal(body.error.code, 'UNAUTHORIZED');
      }
    });

    it('signs in with userId and password: a cookie that scripts cannot read and other sites do not send', async () => {
      const chief = await admin.signedIn('chief@x.example', PASSWORD);
      assert.deepEqual(chief.identity, { sdkAppId: SDK_APP_ID, userId: 'chief@x.example', role: 'admin' });
      assert.match(chief.setCookie, /^tcccd_session=[0-9a-f]{64}; Path=\/v1\/admin; Max-Age=43200; HttpOnly; SameSite=Strict$/);
      assert.deepEqual(await chief.get('/me'), chief.identity);
      await chief.raw('POST', '/sign-out');
      await rejects(chief.get('/me'), { status: 401 });
    });

    it('does not tell whether a user exists, and stops guesses', async () => {
      const wrong = await admin.signedIn('ann@x.example', 'wrong').catch((error) => error);
      const unknown = await admin.signedIn('nobody@x.example', 'wrong').catch((error) => error);
      assert.deepEqual([wrong.status, wrong.message], [unknown.status, unknown.message]);
      assert.equal(wrong.status, 401);
      for (let i = 0; i < 5; i++) await admin.signedIn('guess@x.example', `wrong${i}`).catch(() => {});
      await rejects(admin.signedIn('guess@x.example', 'wrong5'), { status: 429, code: 'LIMIT' });
      assert.ok(await admin.signedIn('ann@x.example', PASSWORD)); // others still can
    });

    it('ADM-031 ADM-032 ADM-033 roles: an administrator all, an inspector looks, an agent only what is its own', async () => {
      const [chief, check, ann] = await Promise.all(['chief', 'check', 'ann'].map((who) => admin.signedIn(`${who}@x.example`, PASSWORD)));
      const can = async (one, method, path, body) => (await one.raw(method, path, body)).status !== 403;
      for (const [method, path, body, expected] of [
        ['GET', 'agents', undefined, [true, true, false]],
        ['POST', 'agents', {}, [true, false, false]],
        ['GET', 'settings/phone', undefined, [true, false, false]],
        ['GET', 'settings/restReasons', undefined, [true, true, true]],
        ['PATCH', 'settings/restReasons', { reasons: [] }, [true, false, false]],
        ['GET', 'live/agents', undefined, [true, true, false]],
        ['GET', 'flows', undefined, [true, true, false]],
        ['POST', 'flows', {}, [true, false, false]],
        ['GET', 'pushes?state=failed', undefined, [true, false, false]],
        ['POST', 'keys', undefined, [true, false, false]],
        ['GET', '/trunks', undefined, [true, false, false]],
        ['GET', '/me/preferences', undefined, [true, true, true]],
      ]) {
        assert.deepEqual([await can(chief, method, path, body), await can(check, method, path, body), await can(ann, method, path, body)], expected, `${method} ${path}`);
      }
    });

    it('keeps apps apart', async () => {
      const chief = await admin.signedIn('chief@x.example', PASSWORD);
      chief.appId = 1400000099;
      await rejects(chief.get('agents'), { status: 403 });
      const other = new AdminClient(tcccd, { appId: 1400000099 });
      assert.ok([403, 404].includes((await other.raw('GET', 'agents')).status));
    });

    it('refuses a page of another origin that would use the cookie', async () => {
      const chief = await admin.signedIn('chief@x.example', PASSWORD);
      for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${tcccd.httpPort + 1}`]) {
        await rejects(chief.ask('PATCH', 'settings/phone', { queueSeconds: 9 }, { headers: { origin } }), { status: 403 });
      }
      await rejects(new AdminClient(tcccd, { key: null }).ask('POST', '/sign-in', { sdkAppId: SDK_APP_ID, userId: 'chief@x.example', password: PASSWORD },
        { headers: { origin: 'https://evil.example' } }), { status: 403 });
      await chief.ask('PATCH', 'settings/phone', { queueSeconds: 61 }, { headers: { origin: `http://127.0.0.1:${tcccd.httpPort}` } });
    });

    it('a wrong key is nobody; a key made here works until it is deleted', async () => {
      await rejects(new AdminClient(tcccd, { key: 'AKIDtests:other' }).get('agents'), { status: 401 });
      const { secretId, secretKey } = await admin.post('keys');
      const other = new AdminClient(tcccd, { key: `${secretId}:${secretKey}` });
      assert.ok((await other.get('agents')).total >= 4);
      const { keys } = await admin.get('keys');
      assert.ok(keys.some((one) => one.secretId === secretId));
      assert.ok(!JSON.stringify(keys).includes(secretKey));
      await admin.del(`keys/${secretId}`);
      await rejects(other.get('agents'), { status: 401 });
    });

    it('a new password ends the sessions of the old one at once (ADM-040)', async () => {
      const ann = await admin.signedIn('ann@x.example', PASSWORD);
      await rejects(ann.put('/me/password', { old: 'wrong', new: 'something new' }), { status: 400, field: 'old' });
      await rejects(ann.put('/me/password', { old: PASSWORD, new: 'short' }), { status: 400, field: 'new' });
      const second = await admin.signedIn('ann@x.example', PASSWORD);
      await ann.put('/me/password', { old: PASSWORD, new: 'something new' });
      await rejects(second.get('/me'), { status: 401 });
      assert.equal((await ann.get('/me')).userId, 'ann@x.example');
      await rejects(admin.signedIn('ann@x.example', PASSWORD), { status: 401 });
      await admin.put('agents/ann@x.example/password', { password: PASSWORD });
      await rejects(ann.get('/me'), { status: 401 });
    });
  });

  describe('what is wrong is named', () => {
    for (const [what, method, path, body, expected] of [
      ['an unknown address', 'GET', '/nothing', undefined, { status: 404 }],
      ['a method that the address does not know', 'PATCH', 'agents', {}, { status: 405 }],
      ['a body that is not JSON', 'POST', 'agents', '{', { status: 400, code: 'FORMAT' }],
      ['a body that is a list', 'POST', 'agents', '[]', { status: 400, code: 'FORMAT' }],
      ['an unknown member', 'POST', 'agents', { userId: 'a', colour: 1 }, { status: 400, field: 'colour' }],
      ['a missing member', 'POST', 'agents', {}, { status: 400, field: 'userId', code: 'ARG_MISSING' }],
      ['a wrong type', 'POST', 'agents', { userId: 7 }, { status: 400, field: 'userId', code: 'ARG_TYPE' }],
      ['a role that is none', 'POST', 'agents', { userId: 'a', role: 'king' }, { status: 400, field: 'role' }],
      ['a telephone that is none', 'POST', 'agents', { userId: 'a', phone: '12;rm' }, { status: 400, field: 'phone' }],
      ['an agent twice', 'POST', 'agents', { userId: 'ann@x.example' }, { status: 409, field: 'userId' }],
      ['an unknown agent', 'GET', 'agents/nobody', undefined, { status: 404 }],
      ['a limit out of range', 'GET', 'agents?limit=201', undefined, { status: 400, field: 'limit' }],
      ['an offset that is no number', 'GET', 'agents?offset=-1', undefined, { status: 400, field: 'offset' }],
      ['a group that is no number', 'PUT', 'agents/ann@x.example/groups/x', {}, { status: 404 }],
      ['a group that is not there', 'PUT', 'agents/ann@x.example/groups/999', {}, { status: 404 }],
      ['a priority out of range', 'PUT', 'agents/ann@x.example/groups/1', { priority: 9 }, { status: 400, field: 'priority' }],
      ['a number on a trunk that is not there', 'PUT', 'numbers/0201', { trunk: 'none' }, { status: 400, field: 'trunk' }],
      ['a number with letters', 'PUT', 'numbers/abc', { trunk: 'line' }, { status: 400, field: 'number' }],
      ['an extension that begins with 9', 'PUT', 'extensions/9001', {}, { status: 400, field: 'extension' }],
      ['an extension of an unknown agent', 'PUT', 'extensions/1005', { userId: 'nobody' }, { status: 400, field: 'userId' }],
      ['a trunk without host', 'PUT', '/trunks/new', {}, { status: 400, field: 'host' }],
      ['a host that would change a URI', 'PUT', '/trunks/new', { host: 'a;b=c' }, { status: 400, field: 'host' }],
      ['a trunk that a number uses', 'DELETE', '/trunks/line', undefined, { status: 409 }],
      ['a setting out of range', 'PATCH', 'settings/phone', { statusRecoverySeconds: 91 }, { status: 400, field: 'statusRecoverySeconds' }],
      ['an unknown setting', 'PATCH', 'settings/phone', { ring: 1 }, { status: 400, field: 'ring' }],
      ['an unknown section', 'PATCH', 'settings/fax', {}, { status: 404 }],
      ['mobile answering without a mobile', 'PATCH', 'agents/check@x.example', { mobileAccept: 'always' }, { status: 400, field: 'phone' }],
      ['forwarding to itself', 'PATCH', 'agents/ann@x.example', { forward: { when: 'always', to: 'agent', target: 'ann@x.example' } }, { status: 400, field: 'forward.target' }],
      ['forwarding to nobody', 'PATCH', 'agents/ann@x.example', { forward: { when: 'always', to: 'group', target: '999' } }, { status: 400, field: 'forward.target' }],
      ['forwarding on what', 'PATCH', 'agents/ann@x.example', { forward: { when: 'sometimes' } }, { status: 400, field: 'forward.when' }],
      ['a flow that ends nowhere', 'POST', 'flows', { name: 'x', publish: true, document: { start: 'a', modules: [] } }, { status: 400, field: 'document' }],
      ['a push that is not there', 'POST', 'pushes/00000000-0000-4000-8000-000000000000/replay', undefined, { status: 404 }],
      ['a state that is none', 'GET', 'pushes?state=lost', undefined, { status: 400, field: 'state' }],
    ]) {
      it(`${what}: ${expected.status}${expected.field ? `, ${expected.field}` : ''}`, async () => {
        await rejects(admin.ask(method, path, body), { message: /./, ...expected });
      });
    }

    it('a body of more than 512 KiB', async () => {
      await rejects(admin.post('agents', { userId: 'x'.repeat(600000) }), { status: 413 });
    });
  });

  it('ADM-005 the app has a name, which can be changed, and the times of its making and of the last change', async () => {
    const { name, created, modified, ...rest } = await admin.get('/apps/1400000001');
    assert.deepEqual([name, rest, modified], ['tests', { sdkAppId: 1400000001 }, created]);
    assert.ok(Math.abs(Date.now() / 1000 - created) < 600);
    assert.equal((await admin.patch('/apps/1400000001', { name: '客服中心' })).name, '客服中心');
    const changed = await admin.get('/apps/1400000001');
    assert.deepEqual([changed.name, changed.created], ['客服中心', created]);
    assert.ok(changed.modified >= modified);
    await rejects(admin.patch('/apps/1400000001', { name: '' }), { status: 400, field: 'name' });
    await rejects(admin.patch('/apps/1400000001', {}), { status: 400, field: 'name' });
  });

  it('ADM-027 to ADM-039 agents: made, listed with filters, changed, deleted', async () => {
    const made = await admin.post('agents', { userId: 'li@x.example', name: '李四', nick: '优优', staffNumber: '000010', phone: '13900000002' });
    assert.deepEqual(made, { userId: 'li@x.example', name: '李四', nick: '优优', staffNumber: '000010', phone: '13900000002', role: 'agent', extension: '',
      mobileAccept: 'off', mobileCallOut: false, forward: { when: 'off', to: 'extension', target: '' }, groups: [] }); // ADM-088: zeros stay
    assert.deepEqual((await admin.get('agents?phone=0000002')).agents, [made]); // ADM-038
    assert.equal((await admin.get(`agents?name=${encodeURIComponent('李')}`)).total, 1);
    assert.equal((await admin.get('agents?limit=1&offset=1')).agents.length, 1);
    const changed = await admin.patch('agents/li@x.example', { name: 'Li', mobileAccept: 'whenOffline', mobileCallOut: true });
    assert.deepEqual([changed.name, changed.nick, changed.mobileAccept, changed.mobileCallOut], ['Li', '优优', 'whenOffline', true]);
    await rejects(admin.patch('agents/li@x.example', { staffNumber: '11' }), { status: 400, field: 'staffNumber' }); // ADM-028
    await rejects(admin.patch('agents/li@x.example', { role: 'admin' }), { status: 400, field: 'role' }); // ADM-030
    await admin.del('agents/li@x.example'); // ADM-041
    await rejects(admin.get('agents/li@x.example'), { status: 404 });
  });

  it('ADM-043 to ADM-051 AMB-22 groups: made, renamed, members, deleted while agents stay', async () => {
    const group = await admin.post('groups', { name: 'Sales' });
    assert.deepEqual({ ...group, groupId: 0 }, { groupId: 0, name: 'Sales', type: 'phone', maxConcurrency: 1, ringAll: false });
    await rejects(admin.post('groups', { name: 'Sales' }), { status: 409, field: 'name' });
    for (const one of ['一', 'x', '😀']) await rejects(admin.post('groups', { name: one.repeat(21) }), { status: 400, field: 'name' });
    await rejects(admin.post('groups', { name: 'More', maxConcurrency: 2 }), { status: 400, field: 'maxConcurrency' }); // ADM-046
    assert.equal((await admin.post('groups', { name: '一'.repeat(20), type: 'online', maxConcurrency: 5 })).maxConcurrency, 5); // ADM-045
    await admin.put(`agents/ann@x.example/groups/${group.groupId}`, { priority: 2 });
    assert.deepEqual((await admin.get(`groups/${group.groupId}`)).agents, [{ userId: 'ann@x.example', name: 'ann@x.example', priority: 2 }]); // ADM-048
    assert.deepEqual((await admin.get('agents/ann@x.example')).groups, [{ groupId: group.groupId, name: 'Sales', priority: 2 }]);
    assert.equal((await admin.patch(`groups/${group.groupId}`, { name: 'Service' })).name, 'Service');
    await admin.del(`agents/ann@x.example/groups/${group.groupId}`); // ADM-049
    assert.deepEqual((await admin.get(`groups/${group.groupId}`)).agents, []);
    await admin.put(`agents/ann@x.example/groups/${group.groupId}`, {});
    await admin.del(`groups/${group.groupId}`); // ADM-051
    assert.deepEqual((await admin.get('agents/ann@x.example')).groups, []);
  });

  it('ADM-015 ADM-019 numbers and trunks come and go without restart; passwords are not shown', async () => {
    const line = dgram.createSocket('udp4');
    await new Promise((resolve) => line.bind(0, '127.0.0.3', resolve));
    const registers = once(line, 'message');
    const trunk = await admin.put('/trunks/second', { host: '127.0.0.3', port: line.address().port, username: 'u', password: 'trunk-secret-1', registers: true });
    assert.deepEqual([trunk.password, trunk.hasPassword, trunk.registers], ['', true, true]);
    assert.match(String((await registers)[0]), /^REGISTER sip:127\.0\.0\.3/); // at once
    line.close();
    const number = await admin.put('numbers/02011110002', { trunk: 'second', outbound: false });
    assert.deepEqual([number.inbound, number.outbound, number.trunk, number.state], [true, false, 'second', 'normal']);
    await rejects(admin.del('/trunks/second'), { status: 409 });
    await admin.put('/trunks/second', { registers: false });
    assert.equal((await admin.get('/trunks')).trunks.find((one) => one.name === 'second').hasPassword, true);
    await admin.del('numbers/02011110002');
    await admin.del('/trunks/second');
    assert.deepEqual((await admin.get('/trunks')).trunks.map((one) => one.name), ['line']);
  });

  it('ADM-080 desk phones: a password is kept as a digest, never shown', async () => {
    assert.deepEqual(await admin.put('extensions/1001', { password: 'desk-secret-1', userId: 'ann@x.example' }),
      { extension: '1001', name: '', userId: 'ann@x.example', mayRegister: true, registered: false });
    assert.equal((await admin.get('agents/ann@x.example')).extension, '1001');
    const { extensions } = await admin.get('extensions');
    assert.ok(!JSON.stringify(extensions).includes('desk-secret-1'));
    await admin.del('extensions/1001');
    assert.equal((await admin.get('extensions')).total, 0);
  });

  it('ACD-030 ACD-031 an agent sets its own forwarding and mobile modes, and nothing else', async () => {
    const ann = await admin.signedIn('ann@x.example', PASSWORD);
    const wish = { mobileAccept: 'always', mobileCallOut: true, forward: { when: 'cannotAnswer', to: 'agent', target: 'check@x.example' } };
    assert.deepEqual(await ann.patch('/me/preferences', wish), wish);
    assert.deepEqual(await ann.get('/me/preferences'), wish);
    await rejects(ann.patch('/me/preferences', { name: 'Anna' }), { status: 400, field: 'name' });
    await ann.patch('/me/preferences', { mobileAccept: 'off', mobileCallOut: false, forward: { when: 'off' } });
  });

  it('ADM-053 to ADM-073 settings: read, changed, kept over a restart', async () => {
    const phone = await admin.patch('settings/phone', { timeoutTransferSeconds: 33, strategy: 'fewestCalls', lastAgentFirst: true });
    assert.deepEqual([phone.timeoutTransferSeconds, phone.strategy, phone.lastAgentFirst, phone.missedRests], [33, 'fewestCalls', true, true]);
    await admin.patch('settings/popups', { pages: [{ name: 'CRM', url: 'https://crm.example/', enabled: true }] });
    await admin.patch('settings/restReasons', { reasons: ['Lunch', '培训'] });
    await admin.patch('settings/quickReplies', { texts: ['One moment.'] });
    await tcccd.stop();
    await tcccd.restart();
    assert.deepEqual(await admin.get('settings/phone'), { ...phone });
    assert.deepEqual((await admin.get('settings/popups')).pages, [{ name: 'CRM', url: 'https://crm.example/', enabled: true }]);
    assert.deepEqual((await admin.get('settings/restReasons')).reasons, ['Lunch', '培训']);
    assert.deepEqual((await admin.get('settings/quickReplies')).texts, ['One moment.']);
  });

  it('IVR-001 IVR-007 IVR-008 IVR-014 ADM-020 flows: saved, published, bound, withdrawn, deleted', async () => {
    const document = { start: 'hello', modules: [{ id: 'hello', type: 'play', label: 'Greeting', sound: { text: 'Welcome' }, next: 'bye' }, { id: 'bye', type: 'end', label: 'End' }] };
    const flow = await admin.post('flows', { name: 'Welcome', document });
    assert.deepEqual([flow.kind, flow.state, flow.version], ['ivr', 'unpublished', 1]);
    const again = await admin.put(`flows/${flow.flowId}`, { name: 'Welcome all', document });
    assert.deepEqual([again.name, again.version], ['Welcome all', 2]);
    await admin.post(`flows/${flow.flowId}/publish`);
    await admin.put('numbers/02011110001/flow', { flowId: flow.flowId });
    const read = await admin.get(`flows/${flow.flowId}`);
    assert.equal(read.state, 'inUse');
    assert.deepEqual(read.document, document);
    await rejects(admin.del(`flows/${flow.flowId}`), { status: 409 });
    await admin.put('numbers/02011110001/flow', { flowId: 0 });
    await admin.post(`flows/${flow.flowId}/withdraw`);
    await admin.del(`flows/${flow.flowId}`);
    await rejects(admin.get(`flows/${flow.flowId}`), { status: 404 });
  });

  it('ADM-063 to ADM-066 sounds: uploaded, listed, downloaded, rejected, deleted', async () => {
    const wav = toneWav();
    const sound = await admin.post(`sounds?name=${encodeURIComponent('欢迎')}&file=hi.wav`, wav);
    assert.deepEqual([sound.name, sound.file, typeof sound.soundId], ['欢迎', 'hi.wav', 'number']);
    assert.ok(Math.abs(sound.durationMs - 1000) < 50, `${sound.durationMs} ms`);
    assert.deepEqual((await admin.get('sounds')).sounds, [sound]);
    const file = await fetch(`http://127.0.0.1:${tcccd.httpPort}/v1/admin/apps/${SDK_APP_ID}/sounds/${sound.soundId}/file`, { headers: { authorization: `Bearer ${admin.key}` } });
    assert.equal(file.headers.get('content-type'), 'audio/wav');
    const bytes = Buffer.from(await file.arrayBuffer());
    assert.equal(bytes.toString('latin1', 0, 4), 'RIFF');
    const metrics = await (await fetch(`http://127.0.0.1:${tcccd.httpPort}/metrics`)).text();
    assert.equal(Number(/^tcccd_download_bytes_total (\d+)$/m.exec(metrics)[1]), bytes.length); // read on the thread of the media: watched
    assert.ok(Number(/^tcccd_download_read_seconds_total ([\d.]+)$/m.exec(metrics)[1]) >= 0);
    await rejects(admin.post('sounds?name=again', Buffer.from('no sound')), { status: 400 });
    await rejects(admin.post('sounds', wav), { status: 400, field: 'name' });
    await rejects(admin.post(`sounds?name=${encodeURIComponent('欢迎')}`, wav), { status: 400, field: 'name' });
    await rejects(admin.post('sounds?name=big', Buffer.alloc(5 * 1024 * 1024 + 1)), { status: 413 }); // ADM-064, AMB-29
    await admin.post(`sounds/${sound.soundId}/reject`);
    assert.equal((await admin.get('sounds')).sounds[0].state, 'rejected');
    await admin.post(`sounds/${sound.soundId}/approve`);
    await admin.del(`sounds/${sound.soundId}`);
    await rejects(admin.del(`sounds/${sound.soundId}`), { status: 404 });
  });

  it('recordings: an empty list, and none where there is none', async () => {
    assert.deepEqual(await admin.get('recordings'), { recordings: [], total: 0 });
    await rejects(admin.get('recordings/none/url'), { status: 404 });
    await rejects(admin.get('recordings?from=yesterday'), { status: 400, field: 'from' });
  });

  it('live state: agents and queues', async () => {
    const { agents } = await admin.get('live/agents');
    assert.equal(agents.find((one) => one.userId === 'ann@x.example').status, 'offline');
    const { queues } = await admin.get('live/queues');
    assert.deepEqual([queues[0].groupId, queues[0].waiting], [0, 0]);
  });

  it('a shell beside the running server sets a password and a role', async () => {
    const shell = (words, input) => spawnSync(tcccd.process.child.spawnfile, ['password', '--config', path.join(tcccd.dir, 'tcccd.json'), ...words],
      { cwd: tcccd.dir, input, encoding: 'utf8' });
    const set = shell(['--role', 'inspector', 'ann@x.example'], `${PASSWORD} 2\n`);
    assert.deepEqual([set.status, set.stdout], [0, 'The password of ann@x.example is set.\n'], set.stderr);
    assert.equal((await admin.signedIn('ann@x.example', `${PASSWORD} 2`)).identity.role, 'inspector');
    for (const [words, input, status, sentence] of [
      [['ann@x.example'], 'short\n', 1, /8 to 128 bytes/], [['ann@x.example'], '', 1, /8 to 128 bytes/], [[], PASSWORD, 2, /tcccd password/],
      [['--role', 'king', 'ann@x.example'], PASSWORD, 2, /tcccd password/], [['--app', '7', 'ann@x.example'], PASSWORD, 1, /no app of this number/],
    ]) {
      const wrong = shell(words, input);
      assert.equal(wrong.status, status, wrong.stderr);
      assert.match(wrong.stderr, sentence);
    }
    assert.equal(shell(['--role', 'agent', 'ann@x.example'], `${PASSWORD}\n`).status, 0);
  });

  it('writes no password, key or cookie into the log', async () => {
    const chief = await admin.signedIn('chief@x.example', PASSWORD);
    await chief.get('agents');
    for (const secret of [PASSWORD, 'something new', 'tests-secret-key', 'trunk-secret-1', 'desk-secret-1', chief.cookie.split('=')[1], '13900000002']) {
      assert.ok(!tcccd.process.log().includes(secret), secret);
    }
  });
});
