/**
 * start.js: one command for one example: node examples/start.js [plain|vue3|vue2|react|iframe]. Starts a contact centre to try
 * (build/native/tcccd --demo) and the example's back end, and prints the page's address. Layer: examples.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const { PORT = '3000', TCCC_PORT = '8080', TCCCD = path('../build/native/tcccd') } = process.env;
const name = process.argv[2] ?? 'plain';

/** Resolves with the first line that fits. */
const lineOf = (child, pattern) => new Promise((resolve, reject) => {
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
    const found = pattern.exec(text);
    if (found) resolve(found);
  });
  child.on('error', () => reject(new Error(`${TCCCD} cannot be started. Build it: make build`)));
  child.on('exit', (code) => reject(new Error(`tcccd ended with ${code}.`)));
});

const children = [];
function run(program, args, env = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: path('..'), env: { ...process.env, ...env } });
  children.push(child);
  return child;
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => children.forEach((one) => one.kill(signal)));

const args = ['--demo', '--host', '127.0.0.1', '--port', TCCC_PORT, '--sip-port', process.env.TCCC_SIP_PORT ?? '0'];
const tcccd = run(TCCCD, process.env.TCCC_DATA ? [...args, '--data', process.env.TCCC_DATA] : args);
try {
  const [, port, id, key] = await lineOf(tcccd, /http=(\d+)[\s\S]*SecretId (\S+)\s+SecretKey (\S+)/);
  const backend = run(process.execPath, [path('node-backend/server.js'), name],
    { PORT, TCCC_ENDPOINT: `127.0.0.1:${port}`, TCCC_SECRET_ID: id, TCCC_SECRET_KEY: key });
  backend.stdout.pipe(process.stdout);
  backend.on('exit', () => tcccd.kill());
} catch (error) {
  console.error(error.message);
  tcccd.kill();
  process.exitCode = 1;
}
