/** postgres.js: a PostgreSQL of a test's own, on a private socket. Layer: tests. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Process } from './process.js';

const FOLDER = '/usr/lib/postgresql';
export const PASSWORD = 'hush-hush';

function program(name) {
  const versions = fs.readdirSync(FOLDER).sort((a, b) => Number(a) - Number(b));
  return path.join(FOLDER, versions.at(-1), 'bin', name);
}

/** PostgreSQL refuses to run as root. */
function owner() {
  if (process.getuid() !== 0) return {};
  const [, , uid, gid] = fs.readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith('postgres:')).split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

export class Postgres {
  static async start() {
    const one = new Postgres();
    one.dir = fs.mkdtempSync('/tmp/tccc-postgres-'); // a socket's path must be short
    one.data = path.join(one.dir, 'data');
    const { uid, gid } = owner();
    if (uid) fs.chownSync(one.dir, uid, gid);
    const { status, stderr } = spawnSync(program('initdb'), ['-D', one.data, '-U', 'tccc', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
      { ...owner(), cwd: one.dir, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    await one.launch();
    return one;
  }

  async launch() {
    this.process = new Process('postgres', program('postgres'), ['-D', this.data, '-k', this.dir, '-c', 'listen_addresses=', '-c', 'fsync=off'],
      { ...owner(), cwd: this.dir });
    await this.process.waitLine(/ready to accept connections/);
  }

  get url() { return `postgresql://tccc:${PASSWORD}@/postgres?host=${this.dir}`; }

  /** Ends it like a crash. */
  async crash() { await this.process.stop('SIGQUIT'); }

  async stop() {
    await this.crash();
    fs.rmSync(this.dir, { recursive: true });
  }
}
