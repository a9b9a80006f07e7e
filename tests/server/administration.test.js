/** administration.test.js: the commands of docs/administration.md, run as they stand, lead to a centre that signs agents in. Layer: tests. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cloudClient } from '../peers/cloud.js';
import { freePort, scratch } from '../peers/process.js';
import { AdminClient } from './admin_client.js';
import { readMetrics } from './metrics_reader.js';
import { WireSeat } from './wire_seat.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = process.env.TCCCD || path.join(ROOT, 'build/native/tcccd');
const DOCUMENT = fs.readFileSync(path.join(ROOT, 'docs/administration.md'), 'utf8');
const COMMANDS = [...DOCUMENT.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text).join('\n');

describe('docs/administration.md', function () {
  this.timeout(60000);
  const dir = scratch('administration');
  let pid; let port; let admin;

  before(async () => {
    port = await freePort();
    const sip = await freePort();
    fs.mkdirSync(path.join(dir, 'bin'));
    fs.symlinkSync(PROGRAM, path.join(dir, 'bin/tcccd'));
    const script = `set -eu\ntrap '[ $? = 0 ] || kill %1' EXIT\n${COMMANDS.replaceAll('8080', port).replaceAll('5060', sip)}\necho "pid=$!"\n`;
    const run = spawnSync('bash', ['-c', script], { cwd: dir, encoding: 'utf8', timeout: 50000, env: { ...process.env, PATH: `${dir}/bin:${process.env.PATH}` },
      stdio: ['ignore', fs.openSync(path.join(dir, 'out'), 'w'), 'pipe'] });
    const out = fs.readFileSync(path.join(dir, 'out'), 'utf8');
    pid = Number(out.match(/^pid=(\d+)$/m)?.[1]);
    assert.equal(run.status, 0, `${out}\n${run.stderr}\n${fs.readFileSync(path.join(dir, 'tcccd.log'), 'utf8')}`);
    const { secretId, secretKey } = JSON.parse(fs.readFileSync(path.join(dir, 'key.json'), 'utf8'));
    admin = new AdminClient({ httpPort: port }, { key: `${secretId}:${secretKey}` });
  });
  after(() => { if (pid) process.kill(pid, 'SIGTERM'); });

  it('ADM-002 ADM-004 there are the instance with its name, its administrator, who is its first agent, two more, one group, one flow, one trunk and its number', async () => {
    const { agents } = await admin.get('agents');
    assert.equal((await admin.get('/apps/1400000001')).name, 'Example');
    assert.deepEqual(agents.filter((one) => one.role === 'admin').map((one) => one.userId), ['admin@example.com']);
    assert.deepEqual(agents.map((one) => one.userId).sort(), ['admin@example.com', 'ann@example.com', 'bob@example.com']);
    const { groups } = await admin.get('groups');
    const sales = groups.find((one) => one.name === 'Sales');
    assert.deepEqual((await admin.get(`groups/${sales.groupId}`)).agents.map((one) => [one.userId, one.priority]), [['ann@example.com', 1], ['bob@example.com', 2]]);
    const { trunks } = await admin.get('/trunks');
    assert.deepEqual(trunks.map((one) => [one.name, one.host]), [['carrier', '192.0.2.10']]);
    const { numbers: [number] } = await admin.get('numbers');
    const { flows } = await admin.get('flows');
    const welcome = flows.find((one) => one.name === 'Welcome');
    assert.deepEqual([number.number, number.groupId, number.flowId, welcome.state], ['02011110001', sales.groupId, welcome.flowId, 'inUse']);
    assert.equal((await admin.get('settings/phone')).timeoutTransferSeconds, 15);
    assert.deepEqual((await admin.get('settings/restReasons')).reasons, ['Lunch', 'Training']);
  });

  it('the key signs an agent\'s page in', async () => {
    const { secretId, secretKey } = JSON.parse(fs.readFileSync(path.join(dir, 'key.json'), 'utf8'));
    const tcccd = { httpPort: port, cloud: () => cloudClient({ port, secretId, secretKey }) };
    const seat = await WireSeat.signIn(tcccd, 'ann@example.com');
    const { agents } = await admin.get('live/agents');
    assert.equal(agents.find((one) => one.userId === 'ann@example.com').status, 'free');
    await seat.close();
  });

  it('what it kept of /metrics can be read', () => {
    const families = readMetrics(fs.readFileSync(path.join(dir, 'metrics.txt'), 'utf8'));
    assert.equal(families.tcccd_agents.samples.get('tcccd_agents{status="offline"}'), 3);
  });

  it('the log names neither password nor key', () => {
    const log = fs.readFileSync(path.join(dir, 'tcccd.log'), 'utf8');
    const { secretKey } = JSON.parse(fs.readFileSync(path.join(dir, 'key.json'), 'utf8'));
    assert.ok(!log.includes('a long first password') && !log.includes(secretKey) && !log.includes('02011110001'));
  });

  it('names every address of the table of routes, and every member of every section', async () => {
    const routes = fs.readFileSync(path.join(ROOT, 'src/server/admin/route.c'), 'utf8');
    for (const [, app, rest] of routes.matchAll(/\{ "[A-Z]+", (APP )?"\/([a-z-]+)/g)) {
      assert.ok(DOCUMENT.includes(`${app ? 'apps/{app}/' : ''}${rest}`), `${app || ''}${rest}`);
    }
    for (const section of ['phone', 'recording', 'restReasons', 'popups', 'quickReplies']) {
      for (const member of Object.keys(await admin.get(`settings/${section}`))) assert.ok(DOCUMENT.includes(`.${member}\``), `${section}.${member}`);
    }
  });
});
