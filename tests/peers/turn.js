/** turn.js: Debian's coturn as a TURN server with a shared secret, as docs/video.md starts it. Layer: tests. */
import path from 'node:path';
import { Process, scratch } from './process.js';

export class Turn {
  /** address: where pages and tcccd reach it; peer: the one address that it relays to. */
  static async start({ address, port, secret, peer }) {
    const one = new Turn();
    const dir = scratch('turn');
    one.process = new Process('turnserver', 'turnserver', [
      '-n', `--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${port}`, '--realm=tests.example', '--use-auth-secret',
      `--static-auth-secret=${secret}`, '--no-cli', '--no-tls', '--no-dtls', '--denied-peer-ip=0.0.0.0-255.255.255.255', `--allowed-peer-ip=${peer}`,
      `--userdb=${path.join(dir, 'turndb')}`, `--pidfile=${path.join(dir, 'pid')}`, '--log-file=stdout', '--simple-log', '-v',
    ], { cwd: dir });
    await one.process.waitLine(/UDP listener opened|IPv4\. UDP listener/i);
    return one;
  }

  /** What it has relayed, by its own words. */
  allocations() { return this.process.lines.filter((line) => /ALLOCATE processed, success/.test(line)).length; }

  stop() { return this.process.stop(); }
}
