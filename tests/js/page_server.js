/** page_server.js: two origins for browser tests: the SDK's files, and pages under any policy. Layer: tests. */
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const DIST = process.env.TCCC_DIST ?? join(root, 'dist');
const PAGES = join(root, 'tests/pages');
const BUILT = join(root, 'build/tests/js');
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.wasm': 'application/wasm', '.map': 'application/json',
};

/** `choose` says which file a path gives; there is no seat here: WebSockets are noted and refused. */
async function serve(choose, onUpgrade) {
  const server = createServer((request, response) => {
    const { file, headers = {} } = choose(new URL(request.url, 'http://test').pathname);
    if (!file || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers });
    response.end(readFileSync(file));
  });
  server.on('upgrade', (request, socket) => {
    const { pathname } = new URL(request.url, 'http://test');
    onUpgrade(pathname);
    socket.destroy();
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

const below = (dir, path) => join(dir, normalize(path).replace(/^(\.\.[/\\])+/, ''));

/**
 * Both origins. `/sdk/..` on either gives dist/; pages come from tests/pages under the policy state.csp;
 * state.wrongMime spoils the type of .wasm files. `sockets` lists the WebSockets that were asked for.
 */
export async function startOrigins() {
  const state = { csp: '', wrongMime: false };
  const sdkFile = (path) => ({
    file: below(DIST, path.replace(/^\/sdk\//, '')),
    headers: {
      'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin',
      ...(state.wrongMime && path.endsWith('.wasm') ? { 'content-type': 'text/plain' } : {}),
    },
  });
  const ownFile = (path) => (path.startsWith('/built/') ? below(BUILT, path.slice(7)) : below(PAGES, path));
  const choose = (pathname) => (pathname.startsWith('/sdk/') ? sdkFile(pathname)
    : { file: ownFile(pathname), headers: state.csp ? { 'content-security-policy': state.csp } : {} });
  const sockets = [];
  const sdk = await serve(choose, (path) => sockets.push(`sdk ${path}`));
  const page = await serve(choose, (path) => sockets.push(`page ${path}`));
  const stop = () => [sdk, page].forEach(({ server }) => {
    server.closeAllConnections();
    server.close();
  });
  return { sdk: sdk.origin, page: page.origin.replace('127.0.0.1', 'localhost'), state, sockets, stop };
}
