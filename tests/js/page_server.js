/** page_server.js: two origins for browser tests: the SDK's files, and pages under any policy. Layer: tests. */
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const DIST = process.env.TCCC_DIST ?? join(root, 'dist');
const PAGES = join(root, 'tests/pages');
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.wasm': 'application/wasm', '.map': 'application/json',
};

/** @param {(request: import('node:http').IncomingMessage, url: URL) => {file?: string, headers?: object}} choose */
async function serve(choose) {
  const server = createServer((request, response) => {
    const { file, headers = {} } = choose(request, new URL(request.url, 'http://test'));
    if (!file || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers });
    response.end(readFileSync(file));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

const below = (dir, path) => join(dir, normalize(path).replace(/^(\.\.[/\\])+/, ''));

/**
 * Both origins. `/sdk/..` on either gives dist/; pages come from tests/pages with the header that ?csp= names; ?mime=wrong
 * spoils the type of .wasm files of the SDK's origin.
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
  const choose = (_, { pathname }) => (pathname.startsWith('/sdk/') ? sdkFile(pathname)
    : { file: below(PAGES, pathname), headers: state.csp ? { 'content-security-policy': state.csp } : {} });
  const sdk = await serve(choose);
  const page = await serve(choose);
  const stop = () => [sdk, page].forEach(({ server }) => {
    server.closeAllConnections();
    server.close();
  });
  return { sdk: sdk.origin, page: page.origin.replace('127.0.0.1', 'localhost'), state, stop };
}
