/** push_calls.test.js: real calls end in the receiver: each once, as the schema says; and a day of work leaves no number and no secret in the log. Layer: tests. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { called, calling } from '../peers/sipp.js';
import { AdminClient } from './admin_client.js';
import { PushReceiver } from './push_receiver.js';
import { CUSTOMER, NUMBER, useServer } from './server_centre.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { $schema, ...schema } = JSON.parse(fs.readFileSync(path.join(ROOT, 'docs/push.schema.json'), 'utf8'));
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true }).addSchema(schema, 'push');
const SECRETS = { receiver: 'hunter2-of-the-receiver', password: 'pass-of-the-agent-1', phone: 'desk-phone-secret-1', trunk: 'trunk-secret-of-two' };

describe('pushes of real calls', function () {
  this.timeout(60000);
  let receiver; let admin;
  const centre = useServer({ change: { push: { retrySeconds: [1, 1, 1] } } });
  before(async () => {
    receiver = await PushReceiver.start();
    admin = new AdminClient(centre().tcccd);
    await admin.patch('settings/push', { url: receiver.url, auth: 'basic', username: 'tccc', password: SECRETS.receiver });
    await admin.patch('settings/recording', { enabled: true });
  });
  after(async () => { await receiver.stop(); });

  const bodies = (action) => receiver.pushes.filter((one) => one.url.includes(`action=${action}`)).map((one) => JSON.parse(one.body));
  const body = (action, sessionId) => receiver.until(() => bodies(action).find((one) => one.SessionId === sessionId), `${action} of ${sessionId}`);
  const check = (kind, one) => {
    const validate = ajv.getSchema(`push#/definitions/${kind}`);
    assert.ok(validate(one), JSON.stringify(validate.errors, null, 1));
  };

  async function dialled() {
    const peer = await centre().called(called.answers());
    const seat = await centre().seat();
    const { sessionId } = await centre().dial(seat, { uui: 'order 7', remark: 'VIP' });
    await seat.next('calloutAccepted');
    await seat.ask('call.hangup', { sessionId });
    await seat.next('sessionEnded');
    await peer.done();
    return { seat, sessionId };
  }

  async function answered() {
    const seat = await centre().seat();
    const peer = await centre().calls(calling.talks({ talkMs: 300 }));
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    await seat.next('sessionEnded');
    await peer.done();
    return { seat, sessionId };
  }

  it('PUSH-013 an outbound call: one CDR, with the agent, its times and what it was given', async () => {
    const { seat, sessionId } = await dialled();
    const cdr = await body('cdr', sessionId);
    check('cdr', cdr);
    assert.deepEqual([cdr.Direction, cdr.CallType, cdr.Caller, cdr.Callee, cdr.SeatUser.UserId, cdr.EndStatusString, cdr.HungUpSide, cdr.Uui],
      [1, 1, NUMBER, CUSTOMER, seat.userId, 'ok', 'seat', 'order 7']);
    assert.equal(cdr.Duration, cdr.EndedTimestamp - cdr.AcceptTimestamp); // PUSH-021
    assert.ok(cdr.StartTimestamp <= cdr.RingTimestamp && cdr.RingTimestamp <= cdr.AcceptTimestamp && cdr.AcceptTimestamp <= cdr.EndedTimestamp);
    assert.deepEqual(cdr.ServeParticipants.map((one) => [one.Sequence, one.Type, one.Mail]), [[0, 'outboundSeat', seat.userId]]);
  });

  it('PUSH-013 PUSH-035 an inbound call: queued, rung, accepted, hung up by the caller', async () => {
    const { seat, sessionId } = await answered();
    const cdr = await body('cdr', sessionId);
    check('cdr', cdr);
    assert.deepEqual([cdr.Direction, cdr.CallType, cdr.Caller, cdr.Callee, cdr.SeatUser.UserId, cdr.EndStatusString, cdr.HungUpSide], [0, 2, CUSTOMER, NUMBER, seat.userId, 'ok', 'user']);
    assert.ok(cdr.QueuedTimestamp >= cdr.StartTimestamp && cdr.RingTimestamp >= cdr.QueuedTimestamp && cdr.AcceptTimestamp >= cdr.RingTimestamp);
  });

  it('SDK-012 PUSH-073 PUSH-078 PUSH-079 one recording for each participant, whose address can be fetched', async () => {
    const { seat, sessionId } = await answered();
    const both = await receiver.until(() => {
      const found = bodies('record').filter((one) => one.SessionId === sessionId);
      return found.length >= 2 && found;
    }, 'two recordings');
    both.forEach((one) => check('record', one));
    assert.deepEqual(both.map((one) => one.EndpointUser).sort(), [CUSTOMER, seat.userId].sort());
    const cdr = await body('cdr', sessionId);
    assert.ok(both.some((one) => one.RecordId === cdr.RecordId && one.EndpointUser === CUSTOMER)); // PUSH-038
    const url = new URL(both[0].RecordURL);
    const file = await fetch(`http://127.0.0.1:${centre().tcccd.httpPort}${url.pathname}${url.search}`);
    assert.equal(file.status, 200);
    assert.equal(Buffer.from(await file.arrayBuffer()).toString('latin1', 0, 4), 'OggS');
  });

  it('PUSH-008 a receiver that fails once gets each push twice with one UUID; others once', async () => {
    let failed = false;
    receiver.answer = (request, response) => {
      response.writeHead(failed ? 200 : 503);
      response.end(failed ? '{"ErrCode":0}' : '');
      failed = true;
    };
    const { sessionId } = await dialled();
    await receiver.until(() => receiver.pushes.filter((one) => JSON.parse(one.body).SessionId === sessionId && one.url.includes('action=cdr')).length >= 1, 'the CDR');
    await receiver.until(() => new Set(receiver.uuids()).size < receiver.pushes.length, 'a push again');
    receiver.answer = null;
    const times = new Map();
    for (const one of receiver.pushes) times.set(`${one.uuid} ${one.body}`, (times.get(`${one.uuid} ${one.body}`) || 0) + 1);
    assert.equal(new Set(receiver.uuids()).size, times.size, 'one body for each UUID');
    assert.deepEqual([...times.values()].filter((n) => n > 1), [2]);
  });

  it('a day of work leaves no number, password, token or key in the log', async () => {
    await admin.put('agents/agent50@tests.example/password', { password: SECRETS.password });
    const agent = await admin.signedIn('agent50@tests.example', SECRETS.password);
    await agent.get('/me/preferences');
    await admin.signedIn('agent50@tests.example', 'wrong-guess-1').catch(() => {});
    await admin.put('extensions/1077', { password: SECRETS.phone });
    await admin.put('/trunks/two', { host: '127.0.0.8', username: 'u', password: SECRETS.trunk });
    const made = await admin.post('keys');
    const { Token } = await centre().tcccd.cloud().CreateSDKLoginToken({ SdkAppId: 1400000001, SeatUserId: 'agent50@tests.example' });
    const { seat } = await dialled();
    await seat.ask('agent.offline');
    await answered();
    await assert.rejects(centre().tcccd.cloud().CreateSDKLoginToken({ SdkAppId: 1400000001, SeatUserId: CUSTOMER }));
    const log = centre().tcccd.process.log();
    assert.match(log, /call\.ended/);
    assert.match(log, /push\.sent/);
    const cookie = agent.cookie.split('=')[1];
    for (const [what, secret] of Object.entries({ ...SECRETS, CUSTOMER, NUMBER, cookie, guess: 'wrong-guess-1', key: made.secretKey, Token, file: 'tests-secret-key' })) {
      assert.ok(!log.includes(secret), `${what} in: ${log.split('\n').find((line) => line.includes(secret))}`);
    }
  });
});
