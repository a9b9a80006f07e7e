/** peers.test.js: the telephones and the bad network of the tests, proven on each other. Layer: tests. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import http from 'node:http';
import * as audio from './audio.js';
import { Baresip } from './baresip.js';
import { certificate } from './certificate.js';
import { Linphone } from './linphone.js';
import { until } from './process.js';
import { SipShuttle, TcpShuttle, UdpShuttle, seeded } from './shuttle.js';
import { Sipp, called, calling } from './sipp.js';
import { speechFile } from './speech.js';

const heard = (phone, seconds) => until(phone.recording, 'grown', () => phone.recording.heardSeconds() >= seconds, `${seconds} s heard`, 30000);

describe('the telephones of the tests', function () {
  this.timeout(60000);
  const started = [];
  const start = async (promise) => {
    const one = await promise;
    started.push(one);
    return one;
  };
  afterEach(async () => { await Promise.all(started.splice(0).map((one) => one.stop())); });

  const g711 = { codecs: 'PCMA/8000/1' };
  const anna = speechFile('agent', { rate: 8000, tailS: 30 });
  const bob = speechFile('phone', { rate: 8000, tailS: 30 });

  it('two baresips hear each other, and the delay of the line is what their packets last', async () => {
    const a = await start(Baresip.start({ ...g711, user: 'anna', speech: anna.file }));
    const b = await start(Baresip.start({ ...g711, user: 'bob', speech: bob.file }));
    await a.dial(b.uri);
    await heard(b, 4);
    await heard(a, 4);
    const result = audio.compare(a.recording.spoken(), b.recording.heard());
    assert.ok(result.worst > 0.99 && result.seconds.length >= 3, audio.report(result));
    assert.ok(result.delayMs > 0 && result.delayMs < 60, audio.report(result));
    assert.ok(audio.compare(bob, a.recording.heard()).worst > 0.99);
  });

  it('a shuttle that delays packets by 100 ms shows as 100 ms more', async () => {
    const a = await start(Baresip.start({ ...g711, user: 'anna', speech: anna.file }));
    const b = await start(Baresip.start({ ...g711, user: 'bob', speech: bob.file }));
    const shuttle = await start(SipShuttle.start({ phone: { host: '127.0.0.1', port: b.port }, weather: { delayMs: 100 } }));
    await a.dial(`sip:bob@127.0.0.1:${shuttle.port}`);
    await heard(b, 4);
    const result = audio.compare(a.recording.spoken(), b.recording.heard());
    assert.ok(result.worst > 0.99, audio.report(result));
    assert.ok(result.delayMs > 100 && result.delayMs < 170, audio.report(result));
  });

  it('a shuttle that loses a tenth of the packets shows in the correlation', async () => {
    const a = await start(Baresip.start({ ...g711, user: 'anna', speech: anna.file }));
    const b = await start(Baresip.start({ ...g711, user: 'bob', speech: bob.file }));
    const shuttle = await start(SipShuttle.start({ phone: { host: '127.0.0.1', port: b.port }, weather: { loss: 0.1 }, seed: 5 }));
    await a.dial(`sip:bob@127.0.0.1:${shuttle.port}`);
    await heard(b, 4);
    const { passed, dropped } = shuttle.toPhone;
    assert.ok(dropped / (passed + dropped) > 0.03, `${dropped} of ${passed + dropped}`);
    assert.ok(audio.compare(anna, b.recording.heard()).worst < 0.97);
  });

  it('two baresips talk over TLS with SRTP', async () => {
    const { cert, both } = certificate();
    const secure = { ...g711, transport: 'tls', srtp: true, certificate: both, ca: cert };
    const a = await start(Baresip.start({ ...secure, host: '127.0.0.2', user: 'anna', speech: anna.file }));
    const b = await start(Baresip.start({ ...secure, host: '127.0.0.3', user: 'bob', speech: bob.file }));
    await a.dial(b.uri);
    await heard(b, 3);
    assert.ok(audio.compare(anna, b.recording.heard()).worst > 0.99);
  });

  it('linphonec and baresip hear each other', async () => {
    const l = await start(Linphone.start({ speech: anna.file }));
    const b = await start(Baresip.start({ ...g711, user: 'bob', speech: bob.file }));
    await l.only('PCMA');
    l.call(b.uri);
    await heard(b, 4);
    const result = audio.compare(anna, b.recording.heard());
    assert.ok(result.worst > 0.9, audio.report(result));
    l.hangup();
    await b.waitEvent('CALL_CLOSED');
  });

  it('sipp calls, sends digits that baresip reads, and hangs up', async () => {
    const b = await start(Baresip.start({ ...g711, user: 'bob', speech: bob.file }));
    const s = await start(Sipp.start({ scenario: calling.talks({ talkMs: 2000, digits: '12#' }), remote: `127.0.0.1:${b.port}`, number: 'bob' }));
    await s.done();
    const digits = b.events.filter((one) => one.type === 'CALL_DTMF_START').map((one) => one.param).join('');
    assert.equal(digits, '12#');
  });

  it('sipp refuses with the status it was told', async () => {
    const b = await start(Baresip.start({ ...g711, user: 'bob', speech: bob.file }));
    const s = await start(Sipp.start({ scenario: called.refuses('404 Not Found') }));
    await b.dial(`sip:nobody@127.0.0.1:${s.port}`);
    const closed = await b.waitEvent('CALL_CLOSED');
    assert.match(closed.param, /404/);
    await s.done();
  });

  it('sipp rings until it is cancelled', async () => {
    const b = await start(Baresip.start({ ...g711, user: 'bob', speech: bob.file }));
    const s = await start(Sipp.start({ scenario: called.ringsUntilCancelled() }));
    await b.dial(`sip:nobody@127.0.0.1:${s.port}`);
    await b.waitEvent('CALL_RINGING');
    await b.hangup();
    await s.done();
  });
});

describe('the bad network of the tests', () => {
  it('draws the same numbers from the same seed', () => {
    const [a, b, c] = [seeded(9), seeded(9), seeded(10)];
    const first = Array.from({ length: 100 }, () => a());
    assert.deepEqual(first, Array.from({ length: 100 }, () => b()));
    assert.notDeepEqual(first, Array.from({ length: 100 }, () => c()));
    assert.ok(first.every((value) => value >= 0 && value < 1));
  });

  it('passes UDP there and back, and nothing during an outage', async () => {
    const echo = dgram.createSocket('udp4');
    echo.on('message', (data, from) => echo.send(data, from.port, from.address));
    await new Promise((resolve) => { echo.bind(0, '127.0.0.1', resolve); });
    const shuttle = await UdpShuttle.start({ targetHost: '127.0.0.1', targetPort: echo.address().port });
    const client = dgram.createSocket('udp4');
    const got = [];
    client.on('message', (data) => { got.push(String(data)); client.emit('got'); });
    client.send('one', shuttle.port, '127.0.0.1');
    await until(client, 'got', () => got.includes('one'), 'echo');
    shuttle.isOut = true;
    const arrived = new Promise((resolve) => { shuttle.socket.once('message', resolve); });
    client.send('two', shuttle.port, '127.0.0.1');
    await arrived;
    shuttle.isOut = false;
    client.send('three', shuttle.port, '127.0.0.1');
    await until(client, 'got', () => got.includes('three'), 'echo');
    client.close();
    shuttle.stop();
    echo.close();
    assert.ok(!got.includes('two'));
  });

  it('passes HTTP, holds it in an outage and delivers it afterwards', async () => {
    const server = http.createServer((request, response) => response.end(request.url));
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const shuttle = await TcpShuttle.start({ targetPort: server.address().port });
    const get = async (path) => (await fetch(`http://127.0.0.1:${shuttle.port}${path}`)).text();
    assert.equal(await get('/a'), '/a');
    shuttle.refuse('media2');
    await assert.rejects(get('/v1/media?ticket=x&path=2'));
    shuttle.out('seat');
    const late = get('/v1/seat');
    assert.equal(await get('/b'), '/b');
    shuttle.back('seat');
    assert.equal(await late, '/v1/seat');
    assert.ok(shuttle.seen.includes('media2'));
    await shuttle.stop();
    server.closeAllConnections();
    server.close();
  });
});
