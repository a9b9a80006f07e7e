/** push.test.js: data pushes to a receiver that fails in every way; restarts and kills of tcccd. Rows PUSH-001 to PUSH-012, PUSH-088. Layer: tests. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificate } from '../peers/certificate.js';
import { until } from '../peers/process.js';
import { SDK_APP_ID, Tcccd } from '../peers/tcccd.js';
import { AdminClient } from './admin_client.js';
import { OK, PushReceiver, reply } from './push_receiver.js';

const BUILD = process.env.TCCCD ? path.dirname(process.env.TCCCD) : fileURLToPath(new URL('../../build/native', import.meta.url));
const OTHER_APP = 1400000002;
const SECRET = 'hunter2-of-the-receiver';

describe('data pushes', function () {
  this.timeout(60000);
  let tcccd; let receiver; const more = [];

  afterEach(async function stop() {
    if (this.currentTest.state === 'failed' && tcccd) console.log(tcccd.process.log(60));
    const exit = tcccd && await tcccd.stop();
    if (tcccd) assert.equal(exit.code, 0, tcccd.process.log(40)); // the sanitizers have found nothing either
    await Promise.all([receiver, ...more.splice(0)].filter(Boolean).map((one) => one.stop()));
    tcccd = receiver = null;
  });

  /** A tcccd whose app pushes to the receiver, stopped again, so that its outbox can be filled. */
  async function prepare({ push = {}, answer, instances = [], change = {}, tls } = {}) {
    receiver = await PushReceiver.start({ answer, tls });
    tcccd = await Tcccd.start({
      instance: { settings: { push: { url: receiver.url, ...push } } },
      change: { push: { retrySeconds: [1, 1, 1], timeoutSeconds: 2, ...change.push } },
    });
    if (instances.length) {
      const file = path.join(tcccd.dir, 'tcccd.json');
      const config = JSON.parse(fs.readFileSync(file, 'utf8'));
      config.instances.push(...instances);
      fs.writeFileSync(file, JSON.stringify(config));
    }
    await tcccd.stop();
    if (instances.length) {
      await tcccd.restart();
      await tcccd.stop();
    }
  }

  const fill = (kind, count, app = SDK_APP_ID) =>
    execFileSync(path.join(BUILD, 'push_fill'), [path.join(tcccd.dir, 'tcccd.sqlite'), app, kind, count], { encoding: 'utf8' }).trim().split('\n');
  const log = () => tcccd.process.log();
  const logged = (pattern) => tcccd.process.waitLine(pattern, { deadlineMs: 30000 });

  it('PUSH-002 PUSH-008 PUSH-012 PUSH-072 PUSH-081 PUSH-088 POSTs each kind with its action, version, type and UUID', async () => {
    await prepare();
    const uuids = { cdr: fill('cdr', 1)[0], record: fill('record', 1)[0], voicemail: fill('voicemail', 1)[0] };
    await tcccd.restart();
    await receiver.until(() => receiver.pushes.length === 3, 'three pushes');
    const seen = Object.fromEntries(receiver.pushes.map((one) => [new URL(one.url, receiver.origin).searchParams.get('action'), one]));
    assert.deepEqual(Object.keys(seen).sort(), ['cdr', 'record', 'voicemail']);
    for (const [kind, url, type] of [
      ['cdr', '/in?action=cdr&version=1', 'application/json; charset=utf8'],
      ['record', '/in?action=record&version=1', 'application/json; charset=utf-8'],
      ['voicemail', '/in?action=voicemail', 'application/json; charset=utf8'],
    ]) {
      const one = seen[kind];
      assert.deepEqual([one.method, one.url, one.headers['content-type'], one.uuid], ['POST', url, type, uuids[kind]]);
      assert.deepEqual(JSON.parse(one.body), { SessionId: `${kind}-0` });
      assert.equal(one.headers.authorization, undefined); // PUSH-003
    }
  });

  it('appends to a URL that has a query', async () => {
    await prepare({ push: {} });
    await receiver.stop();
    receiver = await PushReceiver.start();
    const file = path.join(tcccd.dir, 'tcccd.json');
    const config = JSON.parse(fs.readFileSync(file, 'utf8'));
    config.instances.push({ sdkAppId: OTHER_APP, settings: { push: { url: `${receiver.url}?key=7` } } });
    fs.writeFileSync(file, JSON.stringify(config));
    await tcccd.restart();
    await tcccd.stop();
    fill('cdr', 1, OTHER_APP);
    await tcccd.restart();
    await receiver.until(() => receiver.pushes.length === 1, 'a push');
    assert.equal(receiver.pushes[0].url, '/in?key=7&action=cdr&version=1');
  });

  const close = (request, response) => response.destroy();
  const stall = () => {};
  const slow = (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"ErrCode"');
  };
  const cut = (request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"ErrCode":0}');
    setImmediate(() => response.destroy());
  };
  for (const [what, fails, reason] of [
    ['answers 500', (request, response) => reply(response, OK, 500), /HTTP 500/],
    ['answers garbage', (request, response) => reply(response, '<html>Welcome</html>'), /not JSON/],
    ['answers an ErrCode of its own', (request, response) => reply(response, { ErrCode: 17, ErrMsg: 'database is down' }), /ErrCode 17: database is down/],
    ['answers without ErrCode', (request, response) => reply(response, { ok: true }), /no whole number ErrCode/],
    ['answers ErrCode as text', (request, response) => reply(response, { ErrCode: '0' }), /no whole number ErrCode/],
    ['answers an array', (request, response) => reply(response, '[0]'), /no whole number ErrCode/],
    ['closes early', close, /push\.retry/],
    ['cuts its answer', cut, /push\.retry/],
    ['stalls', stall, /timed out/i],
    ['stops in the middle of its answer', slow, /timed out/i],
    ['answers 65 KiB', (request, response) => reply(response, JSON.stringify({ ErrCode: 0, ErrMsg: 'x'.repeat(65 * 1024) })), /larger than 64 KiB/],
  ]) {
    it(`PUSH-006 PUSH-008 a receiver that ${what} gets the same push again, with the same UUID`, async () => {
      await prepare({ answer: (request, response, nth) => (nth === 1 ? fails(request, response) : reply(response, OK)) });
      const [uuid] = fill('cdr', 1);
      await tcccd.restart();
      await logged(reason);
      await receiver.until(() => receiver.pushes.length === 2, 'a second try');
      assert.deepEqual(receiver.uuids(), [uuid, uuid]);
      assert.equal(receiver.pushes[0].body, receiver.pushes[1].body);
      await logged(/push\.sent/);
    });
  }

  it('does not follow a redirect', async () => {
    const elsewhere = await PushReceiver.start();
    more.push(elsewhere);
    await prepare({ answer: (request, response, nth) => (nth === 1 ? reply(response, '', 307, { location: elsewhere.url }) : reply(response, OK)) });
    fill('cdr', 1);
    await tcccd.restart();
    await logged(/HTTP 307: redirects are not followed/);
    await receiver.until(() => receiver.pushes.length === 2, 'a second try');
    assert.equal(elsewhere.pushes.length, 0);
  });

  it('PUSH-007 gives up after three retries, with an alarm in the log', async () => {
    await prepare({ answer: (request, response) => reply(response, { ErrCode: 1 }) });
    const [uuid] = fill('cdr', 1);
    await tcccd.restart();
    const [line] = await logged(/.*push\.lost.*/);
    assert.match(line, / error .*tries=4/);
    assert.match(line, new RegExp(uuid));
    await tcccd.stop();
    await tcccd.restart();
    assert.deepEqual(receiver.uuids(), [uuid, uuid, uuid, uuid]);
  });

  it('an operator lists and replays failed pushes, in a shell beside the running server and by the admin API', async () => {
    await prepare({ answer: (request, response) => reply(response, { ErrCode: 9, ErrMsg: 'closed' }) });
    const uuids = fill('cdr', 3);
    await tcccd.restart();
    const shell = (...words) => execFileSync(process.env.TCCCD || path.join(BUILD, 'tcccd'), ['pushes', ...words, '--config', path.join(tcccd.dir, 'tcccd.json')],
      { cwd: tcccd.dir, encoding: 'utf8' });
    const admin = new AdminClient(tcccd);
    await until(tcccd.process, 'line', () => tcccd.process.lines.filter((one) => /push\.lost/.test(one)).length === 3, 'three given up', 30000);
    const listed = shell('list');
    for (const uuid of uuids) assert.match(listed, new RegExp(`^${uuid}  \\S+Z  cdr +tries=4  session=cdr-\\d  ErrCode 9: closed$`, 'm'));
    assert.match(listed, /^3 failed$/m);
    const { pushes, total } = await admin.get('pushes?state=failed');
    assert.deepEqual([total, pushes.map((one) => one.uuid).sort(), pushes[0].lastError], [3, [...uuids].sort(), 'ErrCode 9: closed']);
    receiver.answer = null;
    const before = receiver.pushes.length;
    await admin.post(`pushes/${uuids[0]}/replay`);
    await receiver.until(() => receiver.pushes.length === before + 1, 'the replayed one');
    assert.equal(receiver.uuids()[before], uuids[0]);
    await logged(/push\.sent/);
    await assert.rejects(admin.post(`pushes/${uuids[0]}/replay`), { status: 409 });
    await tcccd.stop();
    assert.match(shell('replay', 'all'), /^2 will be tried again\.$/m);
    assert.throws(() => shell('replay', 'nothing'), /no failed push/);
    assert.throws(() => shell('list', 'somewhere'), /tcccd pushes list/);
    await tcccd.restart();
    await receiver.until(() => receiver.pushes.length === before + 3, 'the others');
    assert.deepEqual(receiver.uuids().slice(before).sort(), [...uuids].sort());
  });

  it('PUSH-004 basic: user and password with every push', async () => {
    await prepare({ push: { auth: 'basic', username: 'tccc', password: SECRET } });
    fill('cdr', 2);
    await tcccd.restart();
    await receiver.until(() => receiver.pushes.length === 2, 'two pushes');
    for (const one of receiver.pushes) assert.equal(one.headers.authorization, `Basic ${Buffer.from(`tccc:${SECRET}`).toString('base64')}`);
    await tcccd.stop();
    assert.ok(!log().includes(SECRET));
  });

  describe('PUSH-005 OAuth 2.0', () => {
    const needsToken = () => (request, response) =>
      (request.headers.authorization === `Bearer ${receiver.access}` ? reply(response, OK) : reply(response, { ErrCode: 401 }, 401));
    const oauth = async () => {
      await prepare({ push: { auth: 'none' }, answer: needsToken() });
      const file = path.join(tcccd.dir, 'tcccd.json');
      const config = JSON.parse(fs.readFileSync(file, 'utf8'));
      const push = { url: receiver.url, auth: 'oauth2', tokenUrl: `${receiver.origin}/token`, clientId: 'id of/tccc', clientSecret: SECRET };
      config.instances.push({ sdkAppId: OTHER_APP, settings: { push } });
      fs.writeFileSync(file, JSON.stringify(config));
      await tcccd.restart();
      await tcccd.stop();
    };

    it('asks for one access token and uses it for all', async () => {
      await oauth();
      const uuids = fill('cdr', 12, OTHER_APP);
      await tcccd.restart();
      await receiver.until(() => receiver.pushes.length === 12, 'twelve pushes');
      assert.equal(receiver.tokens.length, 1);
      assert.deepEqual(receiver.uuids().sort(), uuids.sort());
      const [ask] = receiver.tokens;
      assert.deepEqual([ask.method, ask.body, ask.headers['content-type']], ['POST', 'grant_type=client_credentials', 'application/x-www-form-urlencoded']);
      assert.equal(Buffer.from(ask.headers.authorization.slice(6), 'base64').toString(), `id%20of%2Ftccc:${SECRET}`); // RFC 6749 section 2.3.1
      await tcccd.stop();
      assert.ok(!log().includes(SECRET) && !log().includes(receiver.access));
    });

    it('gets a new token after a 401, in the same try', async () => {
      await oauth();
      receiver.answer = (request, response, nth) => (nth === 1 ? reply(response, '', 401) : needsToken()(request, response));
      const [uuid] = fill('cdr', 1, OTHER_APP);
      await tcccd.restart();
      await logged(/push\.sent/);
      assert.deepEqual(receiver.uuids(), [uuid, uuid]);
      assert.equal(receiver.tokens.length, 2);
      assert.ok(!/push\.retry/.test(log()));
    });

    it('gets a new token when the old one has ended', async () => {
      await oauth();
      receiver.answerToken = (request, response) => reply(response, { access_token: receiver.access = `short-${receiver.tokens.length}`, expires_in: 1 });
      receiver.answer = (request, response, nth) => (nth === 1 ? reply(response, { ErrCode: 5 }) : needsToken()(request, response));
      fill('cdr', 1, OTHER_APP);
      await tcccd.restart();
      await logged(/push\.sent/); // a second later, or more
      assert.equal(receiver.tokens.length, 2);
    });

    for (const [what, fails, reason] of [
      ['refuses', (request, response) => reply(response, { error: 'invalid_client' }, 401), /From the token server: HTTP 401/],
      ['answers garbage', (request, response) => reply(response, 'token=7'), /token server's answer has no access_token/],
      ['answers a token that would end the header', (request, response) => reply(response, { access_token: 'a\r\nx-evil: 1' }), /no access_token that can be sent/],
      ['stalls', () => {}, /From the token server: .*timed out/i],
    ]) {
      it(`a token server that ${what} costs a try`, async () => {
        await oauth();
        let asked = 0;
        receiver.answerToken = (request, response) =>
          (++asked === 1 ? fails(request, response) : reply(response, { access_token: receiver.access = 'good', expires_in: 60 }));
        fill('cdr', 1, OTHER_APP);
        await tcccd.restart();
        await logged(reason);
        await logged(/push\.sent/);
        assert.equal(receiver.pushes.length, 1);
      });
    }
  });

  it('checks the receiver\'s certificate against push.tlsCa', async () => {
    const { key, cert } = certificate();
    const tls = { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };
    await prepare({ tls });
    fill('cdr', 1);
    await tcccd.restart();
    await logged(/push\.retry.*certificate/i);
    assert.equal(receiver.pushes.length, 0);
    await tcccd.stop();
    const file = path.join(tcccd.dir, 'tcccd.json');
    const config = JSON.parse(fs.readFileSync(file, 'utf8'));
    fs.writeFileSync(file, JSON.stringify({ ...config, push: { ...config.push, tlsCa: cert } }));
    await tcccd.restart();
    await receiver.until(() => receiver.pushes.length === 1, 'a push');
  });

  it('a dead receiver of one app does not hold up another\'s, nor more than four pushes at a time', async () => {
    await prepare({ answer: stall, change: { push: { timeoutSeconds: 60 } } });
    const other = await PushReceiver.start();
    more.push(other);
    const file = path.join(tcccd.dir, 'tcccd.json');
    const config = JSON.parse(fs.readFileSync(file, 'utf8'));
    config.instances.push({ sdkAppId: OTHER_APP, settings: { push: { url: other.url } } });
    fs.writeFileSync(file, JSON.stringify(config));
    await tcccd.restart();
    await tcccd.stop();
    fill('cdr', 200);
    const uuids = fill('cdr', 50, OTHER_APP);
    await tcccd.restart();
    await other.until(() => other.pushes.length === 50, 'fifty pushes');
    assert.deepEqual(other.uuids().sort(), uuids.sort());
    assert.equal(receiver.pushes.length, 4);
  });

  it('killed while receivers have not answered: all arrive after the next start, the unanswered ones again with their UUIDs', async () => {
    await prepare({ answer: (request, response, nth) => (nth <= 30 ? reply(response, OK) : stall()), change: { push: { timeoutSeconds: 60 } } });
    const uuids = fill('cdr', 60);
    await tcccd.restart();
    await receiver.until(() => receiver.pushes.length === 34, 'four without an answer');
    await until(tcccd.process, 'line', () => tcccd.process.lines.filter((one) => /push\.sent/.test(one)).length === 30, 'thirty written');
    tcccd.process.killNow();
    await tcccd.process.waitExit();
    receiver.answer = null;
    await tcccd.restart();
    await receiver.until(() => receiver.pushes.length === 64, 'the rest');
    const times = new Map();
    for (const one of receiver.uuids()) times.set(one, (times.get(one) || 0) + 1);
    assert.deepEqual([...times.keys()].sort(), uuids.sort());
    assert.equal([...times.values()].filter((n) => n === 2).length, 4);
    assert.deepEqual(receiver.uuids().slice(30, 34).map((one) => times.get(one)), [2, 2, 2, 2]);
  });
});
