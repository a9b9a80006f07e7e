/** tcccd.js: the server under test, with a data directory of its own and free ports. Layer: tests. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cloudClient } from './cloud.js';
import { Process, freePort, realAddress, scratch } from './process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = process.env.TCCCD || path.join(process.env.TCCC_BUILD_DIR || path.join(ROOT, 'build'), 'native/tcccd');
export const SDK_APP_ID = 1400000001;
const CREDENTIAL = { secretId: 'AKIDtests', secretKey: 'tests-secret-key' };

export class Tcccd {
  /** `change` is laid over the configuration (sections are merged); `trunks`, `numbers`, `extensions` go to the instance. */
  static async start({ change = {}, instance = {}, args = [] } = {}) {
    const dir = scratch('tcccd');
    const ports = { http: await freePort(), sip: await freePort() }; // known, so that a restart has the same
    const config = merged({
      http: { host: '127.0.0.1', port: ports.http, sdkDir: process.env.TCCC_DIST || path.join(ROOT, 'dist'), webDir: path.join(ROOT, 'web/demo') },
      dataChannel: { host: realAddress(), port: 0 },
      sip: { host: '127.0.0.1', port: ports.sip, tlsPort: -1 },
      heartbeatMs: 1000,
      data: path.join(dir, 'tcccd.sqlite'),
      log: 'debug',
      instances: [{ sdkAppId: SDK_APP_ID, name: 'tests', credentials: [CREDENTIAL], ...instance }],
    }, change);
    fs.writeFileSync(path.join(dir, 'tcccd.json'), JSON.stringify(config, null, 2));
    const one = new Tcccd({ dir, config, args });
    await one.ready();
    return one;
  }

  constructor({ dir, config, args }) {
    Object.assign(this, { dir, config, args });
    this.launch();
  }

  launch() {
    this.process = new Process('tcccd', PROGRAM, ['--config', path.join(this.dir, 'tcccd.json'), ...this.args], { cwd: this.dir });
  }

  async ready() {
    const [line] = await this.process.waitLine(/tcccd ready.*/);
    const ports = Object.fromEntries([...line.matchAll(/(\w+)=(-?\d+)/g)].map(([, name, value]) => [name, Number(value)]));
    Object.assign(this, { httpPort: ports.http, sipPort: ports.sip, sipTlsPort: ports.sips, dcPort: ports.dc });
  }

  cloud() { return cloudClient({ port: this.httpPort, ...CREDENTIAL }); }

  /** A fresh SdkURL for an agent; `port` puts a shuttle in between. */
  async sdkUrl(userId, { port } = {}) {
    const { SdkURL } = await this.cloud().CreateSDKLoginToken({ SdkAppId: SDK_APP_ID, SeatUserId: userId });
    if (!port) return SdkURL;
    const url = new URL(SdkURL);
    url.port = String(port);
    return url.href;
  }

  async restart() {
    this.launch();
    await this.ready();
  }

  stop() { return this.process.stop('SIGTERM', 5000); }
}

function merged(base, change) {
  const out = { ...base };
  for (const [name, value] of Object.entries(change)) {
    const isSection = value && typeof value === 'object' && !Array.isArray(value);
    out[name] = isSection ? merged(base[name] || {}, value) : value;
  }
  return out;
}
