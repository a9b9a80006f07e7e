/** cloudapi_call_in.test.js: BindNumberCallInInterface: a real HTTP server says what becomes of real calls. Layer: tests. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Baresip } from '../peers/baresip.js';
import { calling } from '../peers/sipp.js';
import { speechFile } from '../peers/speech.js';
import { SDK_APP_ID } from '../peers/tcccd.js';
import { AdminClient } from './admin_client.js';
import { CUSTOMER, NUMBER, useServer } from './server_centre.js';

let server, questions, answer;
const says = (value) => { answer = (response) => response.end(JSON.stringify(value)); };
const interfaceUrl = () => `http://127.0.0.1:${server.address().port}/callin`;

/** An interface that notes questions and answers as the test says. */
function useInterface() {
  before(async () => {
    server = http.createServer(async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      questions.push({ method: request.method, type: request.headers['content-type'], ...JSON.parse(body) });
      answer(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => { questions = []; });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
}

/** A flow that says a word and hangs up. */
const greeting = { start: 'hello', modules: [{ id: 'hello', type: 'start', label: 'Start', next: 'say' }, { id: 'say', type: 'play', label: 'Say', sound: { text: 'Hello' }, next: 'bye' }, { id: 'bye', type: 'end', label: 'End' }] };

describe('the call-in interface of a number', function () {
  this.timeout(60000);
  const centre = useServer({ change: { cloudApi: { privateUrls: true } } });
  useInterface();
  beforeEach(() => bind(interfaceUrl()));
  const bind = (URL) => centre().tcccd.cloud().BindNumberCallInInterface({ SdkAppId: SDK_APP_ID, Number: NUMBER, CallInInterface: { URL } });

  it('is asked about the call, which goes on as it is bound', async () => {
    says({});
    const seat = await centre().seat();
    const peer = await centre().calls(calling.talks({ talkMs: 100 }));
    const { sessionId } = await seat.next('callIn');
    assert.deepEqual(questions, [{ method: 'POST', type: 'application/json', Event: 'CallInBound', SessionId: sessionId, SdkAppId: SDK_APP_ID,
      CallInBound: { AIAgentId: 0, IvrId: 0, Caller: CUSTOMER, Callee: NUMBER } }]);
    await seat.ask('call.accept', { sessionId });
    await seat.next('sessionEnded');
    await peer.done();
  });

  it('can end the call', async () => {
    says({ CallInBound: null });
    const seat = await centre().seat();
    const peer = await centre().calls(calling.isRefused(480));
    await peer.done();
    assert.deepEqual([questions.length, seat.events.filter((one) => one.e === 'callIn')], [1, []]);
  });

  it('can choose another IVR', async () => {
    const { flowId } = await new AdminClient(centre().tcccd).post('flows', { name: 'Closed', kind: 'ivr', publish: true, document: greeting });
    says({ CallInBound: { OverrideIvrId: flowId } });
    const seat = await centre().seat();
    const peer = await centre().calls(calling.talks({ talkMs: 20000 }));
    for (let record; !record;) {
      const { TelCdrList } = await centre().tcccd.cloud().DescribeTelCdr({ SdkAppId: SDK_APP_ID, StartTimeStamp: Math.floor(Date.now() / 1000) - 60, EndTimeStamp: Math.floor(Date.now() / 1000) + 1, PageSize: 10, PageNumber: 0 });
      record = TelCdrList.find(({ EndStatusString }) => EndStatusString === 'ivrEnd');
      await pause(20);
    }
    assert.deepEqual(seat.events.filter((one) => one.e === 'callIn'), []);
    await peer.process.waitExit();
  });

  it('that fails is asked three times; then the call goes as it is bound', async () => {
    answer = (response) => response.writeHead(500).end();
    const seat = await centre().seat();
    const peer = await centre().calls(calling.talks({ talkMs: 100 }));
    const { sessionId } = await seat.next('callIn');
    assert.equal(questions.length, 3);
    assert.ok(questions.every(({ SessionId }) => SessionId === sessionId));
    await seat.ask('call.accept', { sessionId });
    await seat.next('sessionEnded');
    await peer.done();
  });

  it('that does not answer while the caller gives up: the call is over, and a late answer changes nothing', async () => {
    let late;
    answer = (response) => { late = response; };
    const seat = await centre().seat();
    const peer = await centre().calls(calling.cancels({ afterMs: 100 }));
    await peer.done();
    late.end(JSON.stringify({}));
    says({});
    const next = await centre().calls(calling.talks({ talkMs: 100 }));
    const { sessionId } = await seat.next('callIn');
    assert.equal(sessionId, questions.at(-1).SessionId);
    await seat.ask('call.accept', { sessionId });
    await seat.next('sessionEnded');
    await next.done();
  });
});

describe('the call-in interface of an inner number', function () {
  this.timeout(60000);
  const called = 'agent7@tests.example';
  const centre = useServer({
    change: { cloudApi: { privateUrls: true } },
    instance: { extensions: [{ number: '1001', password: 'phone-password', agent: 'agent6@tests.example' }, { number: '1002', password: 'phone-password', agent: called }] },
  });
  useInterface();
  let desk;
  const bind = (more) => centre().tcccd.cloud().BindNumberCallInInterface({ SdkAppId: SDK_APP_ID, Number: '1002', NumberType: 'inner', ...more });
  before(async () => {
    desk = await Baresip.start({ user: '1001', password: 'phone-password', domain: `127.0.0.1:${centre().tcccd.sipPort}`, register: true, codecs: 'PCMA/8000/1',
      speech: speechFile('phone', { rate: 8000, channels: 1, seconds: 5 }).file });
    await centre().tcccd.process.waitLine(/registrar extension=1001 status=200 contacts=[1-9]/);
    await bind({ CallInInterface: { URL: interfaceUrl() } });
  });
  after(() => desk?.stop());
  /** The desk phone dials the number; the session. */
  async function dials() {
    const from = centre().tcccd.process.lines.length;
    await desk.dial(`sip:1002@127.0.0.1:${centre().tcccd.sipPort}`);
    const [, sessionId] = await centre().tcccd.process.waitLine(/call\.internal session=(\S+)/, { from });
    return sessionId;
  }

  it('is asked when a desk phone calls it, and the call goes on to its agent', async () => {
    says({});
    const seat = await centre().seatOf(called);
    const sessionId = await dials();
    const callIn = await seat.next('callIn');
    assert.deepEqual([callIn.sessionId, callIn.type, callIn.peerUserId], [sessionId, 'internal', 'agent6@tests.example']);
    assert.deepEqual(questions.map(({ SessionId, CallInBound }) => [SessionId, CallInBound]), [[sessionId, { AIAgentId: 0, IvrId: 0, Caller: '1001', Callee: '1002' }]]);
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    await seat.ask('call.hangup', { sessionId });
    await seat.next('sessionEnded');
    assert.equal((await centre().cdr(sessionId)).CallType, 6);
  });

  it('can end the call, or lead it to a flow, from which it comes to an agent as any caller does', async () => {
    const seat = await centre().seatOf(called);
    says({ CallInBound: null });
    await dials();
    await desk.waitEvent('CALL_CLOSED');
    const admin = new AdminClient(centre().tcccd);
    const { flowId } = await admin.post('flows', { name: 'Inner', kind: 'ivr', publish: true, document: greeting });
    says({ CallInBound: { OverrideIvrId: flowId } });
    const greeted = await centre().cdr(await dials());
    assert.deepEqual([greeted.EndStatusString, greeted.CallType, greeted.Caller, greeted.Callee], ['ivrEnd', 2, '1001', '1002']);
    const { groupId } = await admin.post('groups', { name: 'desk help' });
    await admin.put(`agents/${called}/groups/${groupId}`, { priority: 1 });
    const help = { start: 'agents', modules: [{ id: 'agents', type: 'transferToHuman', label: 'Agents', group: groupId, noAgent: 'end', queueOver: 'end', next: 'end' }, { id: 'end', type: 'end' }] };
    const { flowId: helpId } = await admin.post('flows', { name: 'Help', kind: 'ivr', publish: true, document: help });
    says({ CallInBound: { OverrideIvrId: helpId } });
    const sessionId = await dials();
    const callIn = await seat.next('callIn');
    assert.deepEqual([callIn.sessionId, callIn.type, callIn.callerPhoneNumber], [sessionId, 'phone', '1001']);
    await seat.ask('call.accept', { sessionId });
    await seat.next('userAccessed');
    await desk.hangup();
    await seat.next('sessionEnded');
    assert.deepEqual([(await centre().cdr(sessionId)).EndStatusString, questions.length], ['ok', 3]);
  });

  it('that was taken away is asked no more; what is no extension of the app is refused', async () => {
    await bind({});
    const seat = await centre().seatOf(called);
    const sessionId = await dials();
    assert.equal((await seat.next('callIn')).sessionId, sessionId);
    await desk.hangup();
    await seat.next('sessionEnded');
    assert.deepEqual(questions, []);
    for (const Number of ['1003', NUMBER]) await assert.rejects(bind({ Number }), { code: 'InvalidParameterValue' });
  });
});
