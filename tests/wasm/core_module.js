// core_module.js: core.wasm with a scripted server, as its tests use it. Layer: tests.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { loadWasm } from './load_wasm.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const corePath = `${process.env.TCCC_BUILD_DIR ?? `${root}build`}/wasm/core.wasm`;

const ajv = new Ajv({ allowUnionTypes: true, strictRequired: false, strictTypes: false });
ajv.addSchema(JSON.parse(readFileSync(`${root}docs/protocol.schema.json`, 'utf8')));
const fits = { client: ajv.getSchema('tccc.v1#/definitions/fromClient'), server: ajv.getSchema('tccc.v1#/definitions/fromServer') };

export const OUT = Object.freeze({
  CONNECT: 1, TEXT: 2, CLOSE: 3, PATH_OPEN: 4, PATH_CLOSE: 5, PATH_FRAME: 6, PACKET: 7, RESULT: 8, EVENT: 9, MEDIA: 10, STORE: 11,
});
export const TAB = '11111111-2222-4333-8444-555555555555';

export const welcome = (change = {}) => ({
  t: 'welcome', v: 1, resume: 'ab'.repeat(32), agent: { userId: 'a@example.com', name: 'A', status: 'offline', reason: '' },
  sessions: [], replay: false, seq: 0, heartbeatMs: 5000, resumeWindowMs: 60000, media: { ticket: 't1', paths: ['dc', 'ws'] },
  settings: {}, ...change,
});

/** The core, and what came out of it; every message either way is held against the schema. */
export async function loadCore(file = corePath) {
  const { exports: wasm, module } = await loadWasm(file);
  const mailbox = wasm.core_mailbox();
  const encoder = new TextEncoder(), decoder = new TextDecoder();
  const core = {
    wasm, module, now: 1000, seq: 0, out: [],
    put(data) {
      const bytes = typeof data === 'string' ? encoder.encode(data) : data;
      new Uint8Array(wasm.memory.buffer, mailbox, bytes.length).set(bytes);
      return bytes.length;
    },
    mailboxText() {
      const all = new Uint8Array(wasm.memory.buffer, mailbox, 512);
      return decoder.decode(all.subarray(0, all.indexOf(0)));
    },
    drain() {
      for (let kind; (kind = wasm.core_poll());) {
        const bytes = new Uint8Array(wasm.memory.buffer, wasm.core_out_ptr(), wasm.core_out_len()).slice();
        const isBinary = kind === OUT.PATH_FRAME || kind === OUT.PACKET;
        const text = isBinary ? '' : decoder.decode(bytes);
        const json = /^[{[]/.test(text) ? JSON.parse(text) : null;
        if (kind === OUT.TEXT) assert.ok(fits.client(json), `${text}: ${ajv.errorsText(fits.client.errors)}`);
        core.out.push({ kind, index: wasm.core_out_index(), bytes, text, json });
      }
      return core;
    },
    init: (config = {}) => wasm.core_init(core.put(JSON.stringify({ token: 'abc', tabUUID: TAB, seed: 7, ...config })), core.now),
    open() {
      wasm.core_wire_open(core.now);
      return core.drain();
    },
    /** A message from the server. */
    say(message) {
      assert.ok(fits.server(message), `${JSON.stringify(message)}: ${ajv.errorsText(fits.server.errors)}`);
      wasm.core_wire_text(core.put(JSON.stringify(message)), core.now);
      return core.drain();
    },
    event: (e, d) => core.say({ t: 'ev', seq: ++core.seq, e, d }),
    /** Answers the newest request of the method. */
    answer(m, r) {
      const request = core.of(OUT.TEXT).filter((one) => one.t === 'req' && one.m === m).at(-1);
      assert.ok(request, `no ${m} was sent`);
      return core.say(r.code ? { t: 'res', id: request.id, ok: false, error: r } : { t: 'res', id: request.id, ok: true, r });
    },
    nextId: 0,
    command(cmd, args) {
      const id = ++core.nextId;
      assert.equal(wasm.core_command(core.put(JSON.stringify({ id, cmd, args })), core.now), 0);
      core.drain();
      return id;
    },
    result: (id) => core.of(OUT.RESULT).find((one) => one.id === id),
    wait(ms) {
      core.now += ms;
      wasm.core_tick(core.now);
      return core.drain();
    },
    of: (kind) => core.out.filter((one) => one.kind === kind).map((one) => one.json),
    events: (name) => core.of(OUT.EVENT).filter((one) => !name || one.event === name),
    orders: (op) => core.of(OUT.MEDIA).filter((one) => !op || one.op === op),
    kinds: () => core.out.map(({ kind }) => kind),
  };
  return core;
}

/** Signed in and online. */
export async function readyCore() {
  const core = await loadCore();
  assert.equal(core.init(), 0);
  core.drain().open().say(welcome());
  core.event('statusChanged', { status: 'free' });
  return core.answer('agent.online', { status: 'free' });
}

export const media = (change = {}) => ({
  sessionId: 's1', op: 'start', channel: 0, direction: 'sendrecv', codec: 'opus', payloadType: 111, dtmfPayloadType: 101,
  dtmfRate: 48000, ptimeMs: 20, ...change,
});
