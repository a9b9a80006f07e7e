/** process.js: One child process of a test: its output line by line, waits with deadlines, a sure end. Layer: tests. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const DEADLINE_MS = 15000;
const running = new Set();

process.on('exit', () => { for (const one of running) one.killNow(); });

/** Resolves with the first truthy value of `probe`, which is asked again each time `emitter` fires `event`. */
function until(emitter, event, probe, what, deadlineMs = DEADLINE_MS) {
  return new Promise((resolve, reject) => {
    const stop = (settle, value) => {
      clearTimeout(timer);
      emitter.off(event, ask);
      settle(value);
    };
    const ask = () => {
      let value;
      try { value = probe(); } catch (error) { stop(reject, error); return; }
      if (value) stop(resolve, value);
    };
    const timer = setTimeout(() => stop(reject, new Error(`no ${what} within ${deadlineMs} ms`)), deadlineMs);
    emitter.on(event, ask);
    ask();
  });
}

class Process extends EventEmitter {
  constructor(name, command, args, options = {}) {
    super();
    this.setMaxListeners(0);
    this.name = name;
    this.lines = [];
    this.exit = null;
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    running.add(this);
    this.collect(this.child.stdout);
    this.collect(this.child.stderr);
    this.child.stdin.on('error', () => {});
    this.child.on('error', (error) => this.ended({ code: null, signal: null, error }));
    this.child.on('exit', (code, signal) => this.ended({ code, signal }));
  }

  collect(stream) {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      const parts = (rest + text).split(/\r?\n|\r/);
      rest = parts.pop();
      for (const line of parts) this.lines.push(line);
      if (parts.length) this.emit('line');
      this.partial = rest;
      this.emit('output');
    });
    stream.on('end', () => {
      if (rest) this.lines.push(rest);
      rest = '';
      this.emit('line');
    });
  }

  ended(exit) {
    if (this.exit) return;
    this.exit = exit;
    running.delete(this);
    this.emit('line');
    this.emit('ended', exit);
  }

  /** The match of the first line at or after `from` that fits; fails at once when the process has ended. */
  waitLine(pattern, { deadlineMs = DEADLINE_MS, from = 0 } = {}) {
    let at = from;
    const probe = () => {
      for (; at < this.lines.length; at++) {
        const match = this.lines[at].match(pattern);
        if (match) return match;
      }
      if (this.exit) throw this.failure(`ended (${JSON.stringify(this.exit)}) before ${pattern}`);
      return null;
    };
    return until(this, 'line', probe, `line ${pattern} of ${this.name}`, deadlineMs)
      .catch((error) => { throw error.log ? error : this.failure(error.message); });
  }

  failure(sentence) {
    const error = new Error(`${this.name}: ${sentence}\n--- last output of ${this.name}:\n${this.log(40)}`);
    error.log = true;
    return error;
  }

  log(last = Infinity) { return this.lines.slice(-last).join('\n'); }

  write(text) { this.child.stdin.write(text); }

  signal(name) { if (!this.exit) this.child.kill(name); }

  killNow() { this.signal('SIGKILL'); }

  waitExit(deadlineMs = DEADLINE_MS) {
    return until(this, 'ended', () => this.exit, `end of ${this.name}`, deadlineMs);
  }

  /** Ends the process: asks, then insists. */
  async stop(signal = 'SIGTERM', graceMs = 3000) {
    this.signal(signal);
    try {
      return await this.waitExit(graceMs);
    } catch {
      this.killNow();
      return this.waitExit();
    }
  }
}

const FIRST_PORT = 10000, EPHEMERAL_PORT = 32768; // net.ipv4.ip_local_port_range: what connections take by themselves begins there

/** A TCP and UDP port that nothing uses at the moment. */
async function freePort(host = '127.0.0.1') {
  for (;;) {
    const port = FIRST_PORT + randomInt(EPHEMERAL_PORT - FIRST_PORT), server = net.createServer(), socket = dgram.createSocket('udp4');
    const opened = [
      new Promise((resolve) => server.once('error', () => resolve(false)).listen(port, host, () => resolve(true))),
      new Promise((resolve) => socket.once('error', () => resolve(false)).bind(port, host, () => resolve(true))),
    ];
    const isFree = (await Promise.all(opened)).every(Boolean);
    await Promise.all([server, socket].map((one) => new Promise((resolve) => { try { one.close(resolve); } catch { resolve(); } })));
    if (isFree) return port;
  }
}

const made = [];
process.on('exit', () => { for (const dir of made) if (!process.env.TCCC_KEEP) fs.rmSync(dir, { recursive: true, force: true }); });

/** A directory that disappears with the test process (kept when TCCC_KEEP is set). */
function scratch(name) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), `tccc-${name}-`));
  made.push(dir);
  return dir;
}

/** The first address of this machine that is not loopback (Firefox reaches no data channel on 127.0.0.1). */
function realAddress() {
  for (const list of Object.values(os.networkInterfaces())) {
    for (const one of list) if (one.family === 'IPv4' && !one.internal) return one.address;
  }
  return '127.0.0.1';
}

export { DEADLINE_MS, Process, freePort, realAddress, scratch, until };
