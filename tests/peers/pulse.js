/** pulse.js: a sound card for Firefox: a PulseAudio of our own with a loudspeaker and a microphone. Layer: tests. */
import fs from 'node:fs';
import path from 'node:path';
import { Process, scratch, until } from './process.js';

const MODULES = (socket) => [
  `module-native-protocol-unix socket=${socket} auth-anonymous=1`,
  'module-null-sink sink_name=ear rate=48000 channels=1',
  'module-null-sink sink_name=mouth rate=48000 channels=1',
  'module-remap-source master=mouth.monitor source_name=microphone source_properties=device.description=microphone',
];

/** What is played into the sink "mouth" comes out of the source "microphone". */
export class Pulse {
  static async start() {
    const pulse = new Pulse();
    await until(pulse.process, 'output', () => fs.existsSync(pulse.socket) && pulse.process.log().includes('Daemon startup complete'), 'PulseAudio')
      .catch((error) => { throw pulse.process.failure(error.message); });
    await pulse.control('set-default-sink', 'ear');
    await pulse.control('set-default-source', 'microphone');
    return pulse;
  }

  constructor() {
    this.dir = scratch('pulse');
    this.socket = path.join(this.dir, 'native');
    this.playing = new Set();
    const args = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--disallow-exit', '-vv', '--log-target=stderr'];
    for (const one of MODULES(this.socket)) args.push('-L', one);
    this.process = new Process('pulseaudio', 'pulseaudio', args, { env: { ...process.env, ...this.dirs() } });
  }

  dirs() { return { XDG_RUNTIME_DIR: this.dir, HOME: this.dir, PULSE_RUNTIME_PATH: this.dir, DBUS_SESSION_BUS_ADDRESS: 'disabled:' }; }

  /** Environment of programs that shall use this sound card. */
  get env() { return { ...process.env, PULSE_SERVER: `unix:${this.socket}` }; }

  async control(...args) {
    const one = new Process(`pactl ${args[0]}`, 'pactl', args, { env: this.env });
    const exit = await one.waitExit();
    if (exit.code !== 0) throw one.failure(`exit ${exit.code}`);
    return one.log();
  }

  /** Speaks a WAV file into the microphone; resolves when it has been said. */
  say(file) {
    const one = new Process('paplay', 'paplay', ['--device=mouth', '--latency-msec=200', file], { env: this.env });
    this.playing.add(one);
    return one.waitExit(120000).finally(() => this.playing.delete(one));
  }

  hush() { for (const one of this.playing) one.killNow(); }

  async stop() {
    this.hush();
    await this.process.stop();
  }
}
