/** transcript.test.js: what telephone and page say in a call comes to the agent as text. Layer: tests. docs/asr.md. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { WebSocketServer } from 'ws';
import { rms } from '../peers/audio.js';
import { Baresip } from '../peers/baresip.js';
import { certificate } from '../peers/certificate.js';
import { promptsFile } from '../peers/speech.js';
import * as wav from '../peers/wav.js';
import { AdminClient } from './admin_client.js';
import { readMetrics } from './metrics_reader.js';
import { NUMBER, ServerCentre } from './server_centre.js';
import { WireVoice } from './wire_voice.js';

const TAIL_S = 70; // the telephone hangs up when its file ends; decoders have the least share of a busy machine
const CUSTOMER_SAYS = promptsFile(['vm-nobodyavail', 'queue-thankyou'], { tailS: TAIL_S });
const AGENT_SAYS = promptsFile(['one-moment-please', 'queue-thankyou']);

const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
const heard = (text, expected) => words(expected).filter((word) => words(text).includes(word)).length / words(expected).length;

/** What every event of a transcript has, and the order of those of one flow. */
function checkOrder(events) {
  const last = {};
  for (const { d } of events) {
    assert.deepEqual(Object.keys(d).sort(), ['flow', 'result', 'sessionId']);
    const { result, flow } = d;
    assert.deepEqual(Object.keys(result).sort(), ['end_time', 'index', 'slice_type', 'start_time', 'voice_text_str', 'word_list', 'word_size']);
    assert.equal(result.word_size, result.word_list.length);
    assert.ok(result.start_time <= result.end_time, JSON.stringify(result));
    const before = last[flow];
    if (result.slice_type === 0) assert.ok(before === undefined ? result.index === 0 : before.slice_type === 2 && result.index === before.index + 1, JSON.stringify(result));
    else assert.ok(before && before.slice_type < 2 && before.index === result.index && before.start_time === result.start_time, JSON.stringify(result));
    for (const word of result.word_list) {
      assert.deepEqual(Object.keys(word).sort(), ['end_time', 'stable_flag', 'start_time', 'word']);
      assert.ok(word.start_time >= result.start_time && word.end_time >= word.start_time, JSON.stringify(word));
      if (result.slice_type === 2) assert.equal(word.stable_flag, 1);
    }
    last[flow] = result;
  }
}

/** A recogniser of the documented protocol: what it says of each sentence is `answer(request, response)`; `sentences` are its WAV bodies. */
class Recogniser {
  static async start() {
    const one = new Recogniser();
    one.server = http.createServer((request, response) => one.take(request, response));
    await new Promise((resolve) => one.server.listen(0, '127.0.0.1', resolve));
    one.url = `http://127.0.0.1:${one.server.address().port}/hear`;
    return one;
  }

  constructor() { Object.assign(this, { sentences: [], interim: 0 }); }

  take(request, response) {
    const sentence = { headers: request.headers, method: request.method, body: Buffer.alloc(0), whole: false };
    this.sentences.push(sentence);
    request.on('error', () => {});
    response.on('error', () => {});
    if (this.answer) this.answer(request, response, this.sentences.length);
    else {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      const say = (line) => response.write(`${JSON.stringify(line)}\n`);
      request.on('data', (part) => {
        const before = Math.floor(sentence.body.length / 32000);
        sentence.body = Buffer.concat([sentence.body, part]);
        if (Math.floor(sentence.body.length / 32000) > before) say({ text: `heard ${before + 1} s`, words: [{ word: 'heard', startMs: 0, endMs: 500 }] });
      });
      request.on('end', () => {
        sentence.whole = true;
        say({ text: `sentence ${sentence.number}`, final: true, words: [{ word: 'sentence', startMs: 100, endMs: 700 }] });
        response.end();
      });
    }
    sentence.number = this.sentences.length;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

/** A recogniser of the documented WebSocket protocol: what it does with a sentence's end is `answer(socket, sentence)`. */
class StreamRecogniser {
  static async start(tls = null) {
    const one = new StreamRecogniser();
    one.http = tls ? https.createServer(tls) : http.createServer();
    one.server = new WebSocketServer({ server: one.http });
    await new Promise((resolve) => one.http.listen(0, '127.0.0.1', resolve));
    one.url = `${tls ? 'wss' : 'ws'}://127.0.0.1:${one.http.address().port}/hear?model=a`;
    one.server.on('connection', (socket, request) => one.take(socket, request));
    return one;
  }

  constructor() { Object.assign(this, { connections: [], sentences: [] }); }

  take(socket, request) {
    const connection = { headers: request.headers, path: request.url, frames: [] };
    this.connections.push(connection);
    socket.on('error', () => {});
    this.opened?.(socket, this.connections.length);
    let sentence = null;
    const say = (line) => socket.send(JSON.stringify(line));
    socket.on('message', (data, binary) => {
      connection.frames.push(binary ? data.length : JSON.parse(data));
      if (!binary && JSON.parse(data).type === 'begin') {
        sentence = { body: Buffer.alloc(0), number: this.sentences.length + 1, on: this.connections.length };
        this.sentences.push(sentence);
      } else if (binary) {
        const before = Math.floor(sentence.body.length / 32000);
        sentence.body = Buffer.concat([sentence.body, data]);
        if (Math.floor(sentence.body.length / 32000) > before) (this.interim ?? (() => say({ text: `heard ${before + 1} s` })))(socket, sentence);
      } else (this.answer ?? (() => say({ text: `sentence ${sentence.number}`, final: true, words: [{ word: 'sentence', startMs: 100, endMs: 700 }] })))(socket, sentence);
    });
  }

  stop() {
    for (const socket of this.server.clients) socket.terminate();
    return new Promise((resolve) => { this.http.close(resolve); });
  }
}

describe('the transcript of a call', function () {
  this.timeout(150000);
  let centre;
  let phones;

  async function start(asr, change = {}) {
    phones = [];
    centre = await ServerCentre.start({ change, instance: { extensions: ['1001', '1002'].map((number) => ({ number, password: 'phone-password' })), settings: { asr } } });
  }

  afterEach(async function clear() {
    if (this.currentTest.state === 'failed') console.log(JSON.stringify(centre.seats.flatMap((one) => one.events).filter((one) => one.e === 'asr').map((one) => one.d), null, 1), centre.tell(), ...phones.map((one) => one.process.log(30)));
    await Promise.all(phones.map((one) => one.stop()));
    await centre.stop();
  });

  /** A customer's telephone that speaks a file calls, and the agent takes it: {seat, sessionId, channel}. */
  async function talk(speech, more = {}) {
    const user = more.user ?? '1001';
    const phone = await Baresip.start({
      user, password: 'phone-password', domain: `127.0.0.1:${centre.tcccd.sipPort}`, register: true, speech, ...more,
    });
    phones.push(phone);
    await centre.tcccd.process.waitLine(new RegExp(`registrar extension=${user} status=200 contacts=[1-9]`));
    const seat = await centre.seat();
    await phone.dial(`sip:${NUMBER}@127.0.0.1:${centre.tcccd.sipPort}`);
    const { sessionId } = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId });
    const { channel } = await seat.next('media');
    await seat.next('userAccessed');
    return { seat, sessionId, channel, phone };
  }

  const told = (seat, flow) => seat.events.filter((one) => one.e === 'asr' && (!flow || one.d.flow === flow));
  const ended = (seat, flow) => told(seat, flow).filter((one) => one.d.result.slice_type === 2);
  const text = (seat, flow) => ended(seat, flow).map((one) => one.d.result.voice_text_str).join(' ');
  const metric = async (name) => {
    const answer = await fetch(`http://127.0.0.1:${centre.tcccd.httpPort}/metrics`);
    return readMetrics(await answer.text())[name].samples.get(`${name}{}`);
  };

  for (const srtp of [false, true]) {
    it(`SDK-167 SDK-168 SDK-169 SDK-170 ADM-082 tells the agent what the customer${srtp ? ' says over SRTP' : ' and the agent say'}`, async () => {
      await start({ enabled: true });
      const { seat, sessionId, channel } = await talk(CUSTOMER_SAYS.file, { srtp });
      const voice = srtp ? null : await WireVoice.open(seat);
      if (voice) await voice.speak(AGENT_SAYS.samples, channel);
      await seat.until(() => heard(text(seat, 'IN'), 'nobody is available to take your call thank you for your patience') >= 0.7, 'the words', 60000);
      if (voice) await seat.until(() => heard(text(seat, 'OUT'), 'one moment please thank you for your patience') >= 0.7, 'the agent\'s words', 60000);
      checkOrder(told(seat));
      assert.ok(told(seat).every((one) => one.d.sessionId === sessionId));
      assert.ok(told(seat, 'IN').some((one) => one.d.result.slice_type === 1), 'it is told while it is said');
      const [first, second] = ended(seat, 'IN').map((one) => one.d.result);
      assert.ok(second.start_time >= first.end_time && second.start_time - first.start_time > 3000, 'the second sentence comes after the pause');
      assert.equal(await metric('tcccd_transcripts'), 1);
      assert.ok(await metric('tcccd_transcript_speech_ms_total') > 4000);
      assert.equal(await metric('tcccd_transcript_packets_unopened_total'), 0);
      voice?.close();
      await seat.ask('call.hangup', { sessionId });
      await seat.next('sessionEnded');
      const n = told(seat).length;
      await seat.ask('agent.status', { status: 'notReady' });
      assert.equal(told(seat).length, n);
      assert.equal(await metric('tcccd_transcripts'), 0);
    });
  }

  it('ADM-082 is not made unless the setting asks for it, and stops for what an administrator turns off', async () => {
    await start({ enabled: false });
    const admin = new AdminClient(centre.tcccd);
    assert.deepEqual(await admin.get('settings/asr'), { enabled: false, toAgents: true, recogniser: 'builtin', url: '', token: '', hasToken: false });
    await assert.rejects(admin.patch('settings/asr', { enabled: true, recogniser: 'external' }), { status: 400, field: 'url' });
    const { seat } = await talk(CUSTOMER_SAYS.file);
    assert.equal(await metric('tcccd_transcripts'), 0);
    assert.equal(told(seat).length, 0);
  });

  describe('by an external recogniser', () => {
    let recogniser;
    beforeEach(async () => { recogniser = await Recogniser.start(); });
    afterEach(() => recogniser.stop());

    it('SDK-167 SDK-169 sends each sentence while it is said, and tells what comes back', async () => {
      await start({ enabled: true, recogniser: 'external', url: recogniser.url, token: 'a-token' });
      const { seat } = await talk(CUSTOMER_SAYS.file);
      await seat.until(() => ended(seat, 'IN').length >= 2, 'two sentences', 30000);
      checkOrder(told(seat));
      const [one] = recogniser.sentences;
      assert.equal(one.method, 'POST');
      assert.equal(one.headers['content-type'], 'audio/wav');
      assert.equal(one.headers.authorization, 'Bearer a-token');
      assert.equal(one.headers['transfer-encoding'], 'chunked');
      const { rate, samples } = wav.parse(one.body);
      assert.equal(rate, 16000);
      const prompt = CUSTOMER_SAYS.samples.length / 8000 - TAIL_S;
      assert.ok(samples.length / rate > 2 && samples.length / rate < prompt, `${samples.length / rate} s of speech`);
      assert.ok(rms(samples) > 0.03 && rms(samples) < 0.3, 'it is as loud as it was said');
      const [first, second] = ended(seat, 'IN').map((each) => each.d.result);
      assert.deepEqual([first.voice_text_str, second.voice_text_str], ['sentence 1', 'sentence 2']);
      assert.deepEqual(first.word_list, [{ word: 'sentence', start_time: first.start_time + 100, end_time: first.start_time + 700, stable_flag: 1 }]);
      const interim = told(seat, 'IN').filter((each) => each.d.result.slice_type < 2).map((each) => each.d.result);
      assert.equal(interim[0].voice_text_str, 'heard 1 s');
      assert.equal(interim[0].word_list[0].stable_flag, 0);
      assert.ok(!recogniser.sentences.slice(0, 2).some((each) => !each.whole));
      assert.equal(await metric('tcccd_transcript_sentences_failed_total'), 0);
    });

    const wrong = {
      'refuses': (request, response) => { request.resume(); response.writeHead(500).end('no'); },
      'answers garbage': (request, response) => { request.resume(); response.writeHead(200).end('<html>\n'); },
      'redirects': (request, response) => { request.resume(); response.writeHead(302, { location: '/elsewhere' }).end(); },
      'closes early': (request, response) => { response.writeHead(200); response.write('{"text":"half a'); setImmediate(() => request.socket.destroy()); },
    };
    for (const [what, answer] of Object.entries(wrong)) {
      it(`counts the sentences of one that ${what}, and the call goes on`, async () => {
        recogniser.answer = answer;
        await start({ enabled: true, recogniser: 'external', url: recogniser.url });
        const { seat, sessionId } = await talk(CUSTOMER_SAYS.file);
        await centre.tcccd.process.waitLine(/warning asr\.unanswered remedy=/, { deadlineMs: 30000 });
        assert.ok(await metric('tcccd_transcript_sentences_failed_total') >= 1);
        assert.equal(told(seat).length, 0);
        await seat.ask('call.hold', { sessionId });
        await seat.ask('call.hangup', { sessionId });
        await seat.next('sessionEnded');
      });
    }

    it('SDK-058 SDK-059 several supervisors read several calls along, which their agents need not see', async () => {
      await start({ enabled: true, toAgents: false, recogniser: 'external', url: recogniser.url });
      const admin = new AdminClient(centre.tcccd);
      await admin.post('agents', { userId: 'check@x.example', role: 'inspector' });
      await admin.post('agents', { userId: 'chief@x.example', role: 'admin' });
      const check = await centre.seatOf('check@x.example', { online: false });
      const chief = await centre.seatOf('chief@x.example', { online: false });
      const first = await talk(CUSTOMER_SAYS.file);
      const sessionId = first.sessionId;
      assert.equal(await metric('tcccd_transcripts'), 0); // nobody reads
      await assert.rejects((await centre.seat({ online: false })).ask('call.monitor', { sessionId, textOnly: true }), { code: 'FORBIDDEN' });
      const second = await talk(CUSTOMER_SAYS.file, { user: '1002' });
      for (const one of [check, chief]) await one.ask('call.monitor', { sessionId, textOnly: true });
      await check.ask('call.monitor', { sessionId: second.sessionId, textOnly: true });
      assert.equal(await metric('tcccd_transcripts'), 2);
      const endOf = (seat, id) => ended(seat).filter((one) => one.d.sessionId === id).length;
      await check.until(() => endOf(check, sessionId) && endOf(check, second.sessionId), 'a sentence of each', 40000);
      await chief.until(() => endOf(chief, sessionId), 'a sentence', 20000);
      assert.equal(told(chief).filter((one) => one.d.sessionId !== sessionId).length, 0);
      for (const one of [first, second]) assert.equal(told(one.seat).length, 0);
      await chief.ask('call.unmonitor', { sessionId });
      await check.ask('call.unmonitor', { sessionId: second.sessionId });
      await first.seat.ask('call.hangup', { sessionId });
      assert.equal((await check.next('monitorEnded')).sessionId, sessionId);
      assert.ok(!chief.events.some((one) => one.e === 'monitorEnded'));
      await first.seat.next('sessionEnded');
      await second.seat.ask('call.hangup', { sessionId: second.sessionId });
      await second.seat.next('sessionEnded');
      assert.equal(await metric('tcccd_transcripts'), 0);
    });

    it('SDK-058 a call of an application without transcripts cannot be read along', async () => {
      await start({ enabled: false });
      await new AdminClient(centre.tcccd).post('agents', { userId: 'check@x.example', role: 'inspector' });
      const check = await centre.seatOf('check@x.example', { online: false });
      const { sessionId } = await talk(CUSTOMER_SAYS.file);
      await assert.rejects(check.ask('call.monitor', { sessionId, textOnly: true }), { code: 'STATE', message: /not enabled/ });
    });

    it('keeps the last words of an answer that breaks off', async () => {
      recogniser.answer = (request, response) => {
        response.writeHead(200);
        response.write('{"text":"so far"}\n');
        request.on('end', () => request.socket.destroy()).resume();
      };
      await start({ enabled: true, recogniser: 'external', url: recogniser.url });
      const { seat } = await talk(CUSTOMER_SAYS.file);
      await seat.until(() => ended(seat, 'IN').length, 'the end of a sentence', 30000);
      checkOrder(told(seat));
      assert.equal(ended(seat, 'IN')[0].d.result.voice_text_str, 'so far');
    });
  });

  describe('by an external recogniser over WebSockets', () => {
    let recogniser;
    beforeEach(async () => { recogniser = await StreamRecogniser.start(); });
    afterEach(() => recogniser.stop());
    const settings = (more = {}) => ({ enabled: true, recogniser: 'external', url: recogniser.url, ...more });

    it('SDK-167 SDK-169 sends each sentence while it is said, one after the other on one connection', async () => {
      await start(settings({ token: 'a-token' }));
      const { seat } = await talk(CUSTOMER_SAYS.file);
      await seat.until(() => ended(seat, 'IN').length >= 2, 'two sentences', 30000);
      checkOrder(told(seat));
      assert.equal(recogniser.connections.length, 1);
      const [{ headers, path, frames }] = recogniser.connections;
      assert.deepEqual([headers.authorization, path, headers.host], ['Bearer a-token', '/hear?model=a', new URL(recogniser.url).host]);
      assert.deepEqual(frames[0], { type: 'begin', rate: 16000 });
      assert.deepEqual(frames.filter((one) => one.type).slice(0, 4).map((one) => one.type), ['begin', 'end', 'begin', 'end']);
      assert.ok(frames.every((one) => one.type || (one % 2 === 0 && one <= 3200)));
      const [{ body }] = recogniser.sentences;
      const samples = Float32Array.from(new Int16Array(body.buffer, body.byteOffset, body.length / 2), (one) => one / 32768);
      assert.ok(samples.length / 16000 > 2 && samples.length / 16000 < CUSTOMER_SAYS.samples.length / 8000 - TAIL_S, `${samples.length / 16000} s of speech`);
      assert.ok(rms(samples) > 0.03 && rms(samples) < 0.3, 'it is as loud as it was said');
      assert.deepEqual(ended(seat, 'IN').slice(0, 2).map((one) => one.d.result.voice_text_str), ['sentence 1', 'sentence 2']);
      assert.equal(told(seat, 'IN')[0].d.result.voice_text_str, 'heard 1 s');
      assert.equal(await metric('tcccd_transcript_sentences_failed_total'), 0);
    });

    it('says a sentence again from its beginning when the connection breaks', async () => {
      recogniser.interim = (socket) => { if (recogniser.sentences.length === 1) socket.terminate(); };
      await start(settings());
      const { seat } = await talk(CUSTOMER_SAYS.file);
      await seat.until(() => ended(seat, 'IN').length >= 1, 'a sentence', 30000);
      checkOrder(told(seat));
      const [broken, again] = recogniser.sentences;
      assert.equal(recogniser.connections.length, 2);
      assert.ok(again.body.length > broken.body.length && again.body.subarray(0, broken.body.length).equals(broken.body), 'the same sound from its beginning');
      assert.equal(ended(seat, 'IN')[0].d.result.voice_text_str, 'sentence 2');
      assert.equal(await metric('tcccd_transcript_sentences_failed_total'), 0);
    });

    const wrong = {
      'answers garbage': () => { recogniser.answer = (socket) => socket.send('<html>'); recogniser.interim = () => {}; },
      'answers in binary': () => { recogniser.answer = (socket) => socket.send(Buffer.from('{"text":"a","final":true}')); recogniser.interim = () => {}; },
      'closes every connection': () => { recogniser.opened = (socket) => socket.terminate(); },
      'is not there': () => recogniser.stop(),
    };
    for (const [what, arrange] of Object.entries(wrong)) {
      it(`counts the sentences of one that ${what}, and the call goes on`, async () => {
        const asr = settings();
        await arrange();
        await start(asr);
        const { seat, sessionId } = await talk(CUSTOMER_SAYS.file);
        await centre.tcccd.process.waitLine(/warning asr\.unanswered remedy=/, { deadlineMs: 30000 });
        assert.ok(await metric('tcccd_transcript_sentences_failed_total') >= 1);
        assert.equal(told(seat).length, 0);
        await seat.ask('call.hold', { sessionId });
        await seat.ask('call.hangup', { sessionId });
        await seat.next('sessionEnded');
      });
    }

    for (const trusted of [true, false]) {
      it(`speaks TLS with a recogniser whose certificate is ${trusted ? '' : 'not '}known`, async () => {
        const { key, cert } = certificate();
        await recogniser.stop();
        recogniser = await StreamRecogniser.start({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) });
        await start(settings(), trusted ? { push: { tlsCa: cert } } : {});
        const { seat } = await talk(CUSTOMER_SAYS.file);
        if (trusted) await seat.until(() => ended(seat, 'IN').length >= 1, 'a sentence', 30000);
        else await centre.tcccd.process.waitLine(/warning asr\.unanswered remedy=/, { deadlineMs: 30000 });
        assert.equal(recogniser.connections.length, trusted ? 1 : 0);
      });
    }

    it('an address that is neither is refused by name', async () => {
      await start({ enabled: false });
      await assert.rejects(new AdminClient(centre.tcccd).patch('settings/asr', settings({ url: 'wsx://127.0.0.1/' })), { status: 400, field: 'url', message: /ws or wss/ });
    });
  });
});
