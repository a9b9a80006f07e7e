/** baresip.js: A SIP telephone: Debian's baresip with sound files, steered over its control socket. Layer: tests. */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { DEADLINE_MS, Process, freePort, scratch, until } from './process.js';
import { Recording } from './recording.js';

const MODULES = ['g711.so', 'opus.so', 'aufile.so', 'aubridge.so', 'sndfile.so', 'srtp.so'];
const MODULES_APP = ['uuid.so', 'account.so', 'menu.so', 'ctrl_tcp.so'];

function configText(o) {
  const lines = [
    'poll_method epoll',
    `sip_listen ${o.host}:${o.transport === 'tls' ? o.port - 1 : o.port}`, // TLS listens on the next port
    'call_max_calls 8',
    `audio_source ${o.echo ? 'aubridge,loop' : `aufile,${o.speech}`}`,
    `audio_player ${o.echo ? 'aubridge,loop' : 'aubridge,ear'}`,
    'audio_alert aubridge,alert',
    'ausrc_channels 0', 'auplay_channels 0',
    'audio_level no',
    `rtp_ports ${o.rtpPort}-${o.rtpPort + 9}`, // several: one may be taken by then,
    'rtcp_mux no',
    'rtp_stats yes',
    `jitter_buffer_delay ${o.jitterFrames}`,
    `snd_path ${o.dir}`,
    `ctrl_tcp_listen 127.0.0.1:${o.controlPort}`,
    'module_path /usr/lib/baresip/modules',
    ...MODULES.map((one) => `module ${one}`),
    ...MODULES_APP.map((one) => `module_app ${one}`),
  ];
  if (o.certificate) lines.push(`sip_certificate ${o.certificate}`);
  if (o.ca) lines.push(`sip_cafile ${o.ca}`);
  return `${lines.join('\n')}\n`;
}

function accountText(o) {
  const parts = [`<sip:${o.user}@${o.domain};transport=${o.transport}>`];
  if (o.password) parts.push(`auth_user=${o.user}`, `auth_pass=${o.password}`);
  if (o.outbound) parts.push(`outbound="${o.outbound}"`);
  parts.push(`regint=${o.register ? 60 : 0}`, `answermode=${o.answer}`, `audio_codecs=${o.codecs}`);
  if (o.srtp) parts.push('mediaenc=srtp-mand');
  return `${parts.join(';')}\n`;
}

const PORT_TAKEN = 98; // EADDRINUSE, baresip's exit status

class Baresip {
  /**
   * Options: speech (WAV file it speaks; 48 kHz stereo for Opus, 8 kHz mono for G.711) or echo; codecs
   * ('PCMA/8000/1', 'PCMU/8000/1', 'opus/48000/2'); answer 'auto' or 'manual'; register, user, password, domain;
   * transport 'udp'|'tcp'|'tls'; srtp; certificate, ca (PEM files). It is started again when another process has taken one of
   * its ports meanwhile.
   */
  static async start(options) {
    for (let turn = 1; ; turn++) {
      const phone = Baresip.launch(options, await freePort(), await freePort(), await freePort());
      try {
        await phone.connect();
        return phone;
      } catch (error) {
        if (turn === 3 || phone.process.exit?.code !== PORT_TAKEN) throw error;
      }
    }
  }

  static launch(options, port, rtpPort, controlPort) {
    const o = {
      user: 'phone', transport: 'udp', answer: 'auto', codecs: 'PCMA/8000/1', host: '127.0.0.1', jitterFrames: '1-5', ...options,
    };
    o.dir = scratch('baresip');
    o.port = o.port || port;
    o.rtpPort = 2 * Math.floor(rtpPort / 2);
    o.controlPort = controlPort;
    o.domain = o.domain || `${o.host}:${o.port}`;
    fs.writeFileSync(path.join(o.dir, 'config'), configText(o));
    fs.writeFileSync(path.join(o.dir, 'accounts'), accountText(o));
    fs.writeFileSync(path.join(o.dir, 'contacts'), '');
    return new Baresip(o);
  }

  constructor(options) {
    this.options = options;
    this.events = [];
    this.answers = [];
    this.token = 0;
    this.process = new Process(`baresip ${options.user}`, 'baresip', ['-4', '-v', '-f', options.dir]);
    this.recording = new Recording(options.dir);
  }

  get uri() { return `sip:${this.options.user}@${this.options.host}:${this.options.port}`; }
  get port() { return this.options.port; }

  async connect() {
    await this.process.waitLine(/baresip is ready|ctrl_tcp: listening/i);
    this.control = net.connect(this.options.controlPort, '127.0.0.1');
    let rest = Buffer.alloc(0);
    this.control.on('data', (data) => { rest = this.netstrings(Buffer.concat([rest, data])); });
    this.control.on('error', () => {});
    await new Promise((resolve, reject) => this.control.once('connect', resolve).once('error', reject));
  }

  netstrings(buffer) {
    for (;;) {
      const colon = buffer.indexOf(0x3a);
      if (colon < 0) return buffer;
      const len = Number(buffer.subarray(0, colon).toString());
      if (buffer.length < colon + 1 + len + 1) return buffer;
      this.message(JSON.parse(buffer.subarray(colon + 1, colon + 1 + len).toString()));
      buffer = buffer.subarray(colon + 1 + len + 1);
    }
  }

  message(one) {
    if (one.event) this.events.push({ ...one, at: Date.now() });
    else this.answers.push(one);
    this.process.emit('control');
  }

  /** Sends a command of baresip's menu; resolves with its answer. */
  async command(command, params = '') {
    const token = String(++this.token);
    const text = JSON.stringify({ command, params, token });
    this.control.write(`${Buffer.byteLength(text)}:${text},`);
    return until(this.process, 'control', () => this.answers.find((one) => one.token === token), `answer to ${command}`)
      .catch((error) => { throw this.process.failure(error.message); });
  }

  /** The first event of this type not yet handed out. */
  async waitEvent(type, deadlineMs = DEADLINE_MS) {
    const found = await until(this.process, 'control', () => this.events.find((one) => one.type === type && !one.taken),
      `event ${type}`, deadlineMs).catch((error) => {
      throw this.process.failure(`${error.message}; had ${this.events.map((one) => one.type).join(' ')}`);
    });
    found.taken = true;
    return found;
  }

  dial(uri) { return this.command('dial', uri); }
  accept() { return this.command('accept'); }
  hangup() { return this.command('hangup'); }
  hold() { return this.command('hold'); }
  resume() { return this.command('resume'); }
  digit(key) { return this.command('sndcode', key); }

  async stop() {
    this.recording.close();
    if (this.control) this.control.destroy();
    await this.process.stop('SIGTERM');
  }
}

export { Baresip };
