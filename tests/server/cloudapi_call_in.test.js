/** cloudapi_call_in.test.js: BindNumberCallInInterface: a real HTTP server says what becomes of real calls. Layer: tests. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { SDK_APP_ID } from '../peers/tcccd.js';
import { calling } from '../peers/sipp.js';
import { AdminClient } from './admin_client.js';
import { CUSTOMER, NUMBER, useServer } from './server_centre.js';

describe('the call-in interface of a number', function () {
  this.timeout(60000);
  const centre = useServer({ change: { cloudApi: { privateUrls: true } } });
  let server, questions, answer;
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
  beforeEach(async () => {
    questions = [];
    await bind(`http://127.0.0.1:${server.address().port}/callin`);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const bind = (URL) => centre().tcccd.cloud().BindNumberCallInInterface({ SdkAppId: SDK_APP_ID, Number: NUMBER, CallInInterface: { URL } });
  const says = (value) => { answer = (response) => response.end(JSON.stringify(value)); };

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
    const document = { start: 'hello', modules: [{ id: 'hello', type: 'start', label: 'Start', next: 'say' }, { id: 'say', type: 'play', label: 'Say', sound: { text: 'Hello' }, next: 'bye' }, { id: 'bye', type: 'end', label: 'End' }] };
    const { flowId } = await new AdminClient(centre().tcccd).post('flows', { name: 'Closed', kind: 'ivr', publish: true, document });
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
