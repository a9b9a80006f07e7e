/** linphone.js: a second make of telephone, Debian's linphonec with sound files, steered over its standard input. Layer: tests. */
import fs from 'node:fs';
import path from 'node:path';
import { Process, freePort, scratch } from './process.js';
import * as wav from './wav.js';

const configText = ({ port, rtpPort, host }) => `[sip]
sip_port=${port}
sip_tcp_port=0
sip_tls_port=0
default_proxy=-1
guess_hostname=0
bind_address=${host}
contact="tester" <sip:tester@${host}>
register_only_when_network_is_up=0
[rtp]
audio_rtp_port=${rtpPort}
audio_jitt_comp=20
symmetric=1
[sound]
echocancellation=0
[net]
nat_policy_ref=none
`;

export class Linphone {
  /** Options: speech (WAV file that it speaks, 16 bit). */
  static async start({ speech, host = '127.0.0.1', port: wanted } = {}) {
    const dir = scratch('linphone');
    const port = wanted || await freePort();
    const rtpPort = 2 * Math.ceil((await freePort()) / 2);
    fs.mkdirSync(path.join(dir, '.local/share/linphone'), { recursive: true });
    fs.mkdirSync(path.join(dir, '.config/linphone'), { recursive: true });
    fs.writeFileSync(path.join(dir, 'rc'), configText({ port, rtpPort, host }));
    const phone = new Linphone({ dir, port, host });
    await phone.ready(speech);
    return phone;
  }

  constructor({ dir, port, host }) {
    this.dir = dir;
    this.port = port;
    this.host = host;
    this.record = path.join(dir, 'heard.wav');
    this.process = new Process('linphonec', 'linphonec', ['-c', path.join(dir, 'rc'), '-d', '0'], { cwd: dir, env: { ...process.env, HOME: dir } });
  }

  get uri() { return `sip:tester@${this.host}:${this.port}`; }

  command(text) { this.process.write(`${text}\n`); }

  async ready(speech) {
    this.command('ipv6 disable');
    this.command('soundcard use files');
    if (speech) this.command(`play ${speech}`);
    this.command(`record ${this.record}`);
    this.command('codec list');
    await this.process.waitLine(/PCMU \(8000\)/);
  }

  /** Lets only this codec be offered, e.g. 'PCMA', 'opus'. */
  async only(name) {
    this.command('codec disable all');
    const from = this.process.lines.length;
    this.command('codec list');
    const found = await this.process.waitLine(new RegExp(`(\\d+): ${name} \\(`), { from });
    this.command(`codec enable ${found[1]}`);
  }

  call(uri) { this.command(`call ${uri}`); }
  answer() { this.command('answer'); }
  digits(text) { for (const one of text) this.command(one); }
  hangup() { this.command('terminate'); }
  hold() { this.command('pause'); }
  resume() { this.command('resume'); }
  connected(deadlineMs) { return this.process.waitLine(/Call \d+ with .* connected|Media streams established/i, { deadlineMs }); }
  ringing() { return this.process.waitLine(/Receiving new incoming call|is contacting you/i); }
  paused() { return this.process.waitLine(/is now paused/); }
  ended() { return this.process.waitLine(/Call \d+ with .* ended|Call ended/i); }

  heard() { return wav.read(this.record); }

  async stop() {
    this.command('quit');
    await this.process.stop('SIGTERM', 2000);
  }
}
