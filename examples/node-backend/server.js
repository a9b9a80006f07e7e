/**
 * server.js: the back end of a business page: signs its agent in with the ordinary cloud SDK, pointed at tcccd, and serves
 * one of the pages beside this folder: node server.js [plain|vue3|vue2|react|iframe]. Layer: examples. The secret stays here; the page gets an SdkURL that works once, for ten minutes.
 */
import { createServer } from 'node:http';
import tencentcloud from 'tencentcloud-sdk-nodejs';
import { pagesOf } from './pages.js';

const {
  PORT = '3000',
  TCCC_ENDPOINT = 'localhost:8080',
  TCCC_SECRET_ID = 'AKIDdemo',
  TCCC_SECRET_KEY,
  TCCC_SDK_APP_ID = '1400000001',
  TCCC_USER_ID = 'agent1@demo.tccc',
} = process.env;

if (!TCCC_SECRET_KEY) {
  console.error('Set TCCC_SECRET_KEY: make demo prints it ("For a back end of your own").');
  process.exit(2);
}

const client = new tencentcloud.ccc.v20200210.Client({
  credential: { secretId: TCCC_SECRET_ID, secretKey: TCCC_SECRET_KEY },
  profile: { httpProfile: { protocol: 'http://', endpoint: TCCC_ENDPOINT } },
});

const pages = await pagesOf(process.argv[2] ?? 'plain');

/** What the SDK needs and nothing more; docs/network.md explains each. */
const policy = (sdk) => [
  "default-src 'self'", `script-src 'self' ${sdk} 'wasm-unsafe-eval'`, 'worker-src blob:',
  `connect-src 'self' ${sdk} ${sdk.replace(/^http/, 'ws')}`, `img-src 'self' ${sdk} blob:`,
].join('; ');

async function login(response) {
  const { SdkURL } = await client.CreateSDKLoginToken({ SdkAppId: Number(TCCC_SDK_APP_ID), SeatUserId: TCCC_USER_ID });
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ SdkURL }));
}

function page(path, response) {
  const found = path === '/favicon.ico' ? { type: 'image/x-icon', body: '' } : pages.get(path);
  if (!found) {
    response.statusCode = 404;
    response.end('Not found.');
    return;
  }
  response.setHeader('content-type', found.type);
  response.setHeader('content-security-policy', policy(`http://${TCCC_ENDPOINT}`));
  response.end(found.body);
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://page');
  const isLogin = request.method === 'POST' && pathname === '/loginTCCC';
  (isLogin ? login(response) : Promise.resolve(page(pathname, response))).catch((error) => {
    console.error(`${request.method} ${pathname}: ${error.code ?? ''} ${error.message}`);
    response.statusCode = 502;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ message: error.message }));
  });
});

server.listen(Number(PORT), () => console.log(`The page is on http://localhost:${server.address().port}`));
