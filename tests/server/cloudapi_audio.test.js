/** cloudapi_audio.test.js: sounds by the cloud API, fetched from a real HTTP server that also fails in every way. Rows ADM-063 to ADM-065. Layer: tests. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { CloudCentre, content, useCloud } from './cloud_centre.js';

/** A WAV file of s seconds: 8 kHz, one channel, 16 bits, a tone. */
function wav(seconds = 0.5) {
  const n = Math.round(seconds * 8000), data = Buffer.alloc(44 + 2 * n);
  data.write('RIFF', 0);
  data.writeUInt32LE(36 + 2 * n, 4);
  data.write('WAVEfmt ', 8);
  for (const [value, at] of [[16, 16], [8000, 24], [16000, 28]]) data.writeUInt32LE(value, at);
  for (const [value, at] of [[1, 20], [1, 22], [2, 32], [16, 34]]) data.writeUInt16LE(value, at);
  data.write('data', 36);
  data.writeUInt32LE(2 * n, 40);
  for (let i = 0; i < n; i++) data.writeInt16LE(Math.round(8000 * Math.sin(i * 0.35)), 44 + 2 * i);
  return data;
}

/** A web server with one address for each way to answer. */
async function startServer() {
  const asked = [];
  const server = http.createServer((request, response) => {
    asked.push(request.url);
    const { pathname } = new URL(request.url, 'http://x');
    if (pathname.endsWith('.wav')) response.end(wav());
    else if (pathname === '/large') response.end(Buffer.alloc((5 << 20) + 1));
    else if (pathname === '/endless') { response.write(Buffer.alloc(64)); endless.push(response); } else if (pathname === '/lies') { response.writeHead(200, { 'content-length': 1000 }); response.write('x'); response.destroy(); } else if (pathname === '/text') response.end('this is no sound');
    else if (pathname === '/empty') response.end();
    else if (pathname === '/moved') response.writeHead(302, { location: '/there.wav' }).end();
    else if (pathname === '/round') response.writeHead(302, { location: '/round' }).end();
    else if (pathname === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    else response.writeHead(404).end('nothing');
  });
  const endless = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}`;
  const breakOff = () => endless.forEach((one) => one.destroy());
  return { asked, base, breakOff, stop: () => { breakOff(); server.closeAllConnections(); server.close(); } };
}

describe('the cloud API: sounds', function () {
  this.timeout(60000);
  const centre = useCloud({ change: { cloudApi: { privateUrls: true } }, other: {} });
  let web;
  before(async () => { web = await startServer(); });
  after(() => web.stop());
  const upload = async (...files) => content(await centre().ask('UploadIvrAudio', { AudioList: files.map(([CustomFileName, path]) => ({ CustomFileName, AudioUrl: web.base + path })) }));
  const list = async (more = {}) => content(await centre().ask('DescribeIvrAudioList', { PageSize: 50, PageNumber: 0, ...more }));

  it('ADM-063 UploadIvrAudio fetches sounds, and DescribeIvrAudioList shows them', async () => {
    const { FailedFileList, SuccessFileList } = await upload(['欢迎 welcome', '/folder/hello.wav?token=1#x'], ['Bye', '/moved']);
    assert.deepEqual(FailedFileList, []);
    assert.deepEqual(SuccessFileList.map(({ CustomFileName, AudioFileName, Status }) => [CustomFileName, AudioFileName, Status]), [['欢迎 welcome', 'hello.wav', 1], ['Bye', 'moved', 1]]);
    assert.ok(web.asked.includes('/folder/hello.wav?token=1') && web.asked.includes('/there.wav'));
    const { TotalCount, FileInfo } = await list();
    assert.equal(TotalCount, 2);
    assert.deepEqual([...FileInfo].sort((a, b) => a.FileId - b.FileId), [...SuccessFileList].sort((a, b) => a.FileId - b.FileId));
  });

  it('ADM-064 tells by file why it failed, and keeps the good ones', async () => {
    const bad = [['large', '/large'], ['text', '/text'], ['empty', '/empty'], ['none', '/nothing'], ['lies', '/lies'], ['round', '/round'], ['file', '/file'], ['Bye', '/again.wav']];
    const { FailedFileList, SuccessFileList } = await upload(...bad, ['Good', '/good.wav']);
    assert.deepEqual(SuccessFileList.map(({ CustomFileName }) => CustomFileName), ['Good']);
    assert.deepEqual(FailedFileList.map(({ FileName }) => FileName), bad.map(([name]) => name));
    const why = Object.fromEntries(FailedFileList.map(({ FileName, FailedMsg }) => [FileName, FailedMsg]));
    assert.match(why.large, /larger than 5242880 bytes/);
    assert.match(why.none, /404/);
    assert.ok(Object.values(why).every((sentence) => sentence.endsWith('.')), JSON.stringify(why));
    assert.ok(!JSON.stringify(why).includes('root:'), 'no file of ours');
    assert.equal((await list()).TotalCount, 3);
  });

  it('a server that never ends holds nobody else up', async () => {
    const slow = upload(['slow', '/endless']);
    let done = false;
    slow.then(() => { done = true; });
    assert.equal((await upload(['quick', '/quick.wav'])).SuccessFileList.length, 1);
    assert.equal(done, false);
    web.breakOff();
    assert.equal((await slow).FailedFileList.length, 1);
  });

  it('DescribeIvrAudioList pages and filters', async () => {
    const all = (await list()).FileInfo, [first] = all;
    assert.equal(all.length, 4);
    const pages = [await list({ PageSize: 3 }), await list({ PageSize: 3, PageNumber: 1 })];
    assert.deepEqual(pages.flatMap(({ FileInfo }) => FileInfo), all);
    assert.deepEqual((await list({ FileId: [first.FileId] })).FileInfo, [first]);
    assert.deepEqual((await list({ CustomFileName: ['Good', 'Nothing'] })).FileInfo.map(({ AudioFileName }) => AudioFileName), ['good.wav']);
    assert.deepEqual((await list({ AudioFileName: ['good.wav', 'quick.wav'] })).FileInfo.map(({ CustomFileName }) => CustomFileName).sort(), ['Good', 'quick']);
    await centre().refuses('DescribeIvrAudioList', { PageSize: 51, PageNumber: 0 }, 'InvalidParameterValue', '`PageSize`');
    await centre().refuses('DescribeIvrAudioList', { PageSize: 5, PageNumber: 0, FileId: ['1'] }, 'InvalidParameter', '`FileId.0`');
    await centre().refuses('DescribeIvrAudioList', { PageSize: 5 }, 'MissingParameter', '`PageNumber`');
  });

  it('refuses what is not documented, and more than 50 files a day', async () => {
    const one = { CustomFileName: 'x', AudioUrl: `${web.base}/x.wav` };
    for (const [AudioList, code, words] of [
      [[], 'InvalidParameterValue', '`AudioList`'], [undefined, 'MissingParameter', '`AudioList`'], [Array(51).fill(one), 'InvalidParameterValue', '`AudioList`'],
      [[{ ...one, AudioUrl: 'ftp://example.com/x.wav' }], 'InvalidParameterValue', '`AudioList.0.AudioUrl`'], [[{ ...one, AudioUrl: 'file:///etc/passwd' }], 'InvalidParameterValue', '`AudioList.0.AudioUrl`'],
      [[{ ...one, AudioUrl: undefined }], 'MissingParameter', '`AudioList.0.AudioUrl`'], [[one, { AudioUrl: one.AudioUrl }], 'MissingParameter', '`AudioList.1.CustomFileName`'],
      [[{ ...one, CustomFileName: 'x'.repeat(128) }], 'InvalidParameterValue', '`AudioList.0.CustomFileName`'], [[{ ...one, Format: 'wav' }], 'UnknownParameter', '`AudioList.0.Format`'],
      [Array(47).fill(one), 'FailedOperation.UploadFileOverflow', '50'],
    ]) await centre().refuses('UploadIvrAudio', { AudioList }, code, words);
    assert.equal((await list()).TotalCount, 4);
    await centre().staysClosed('UploadIvrAudio', { AudioList: [one] });
    await centre().staysClosed('DescribeIvrAudioList', { PageSize: 5, PageNumber: 0 });
  });

  it('many files in one request are fetched', async () => {
    const { SuccessFileList, FailedFileList } = await upload(...Array.from({ length: 12 }, (_, n) => [`Sound ${n}`, `/many${n}.wav`]));
    assert.deepEqual([SuccessFileList.length, FailedFileList], [12, []]);
  });

});

describe('the cloud API: sounds of a centre that does not allow private addresses', function () {
  this.timeout(30000);
  const centre = useCloud();
  it('a stop breaks off a fetch that goes on', async () => {
    const open = await CloudCentre.start({ change: { cloudApi: { privateUrls: true } } }), web = await startServer();
    const asked = open.ask('UploadIvrAudio', { AudioList: [{ CustomFileName: 'x', AudioUrl: `${web.base}/endless` }] }).then(() => 'answered', (error) => error.code);
    while (!web.asked.length) await new Promise((resolve) => { setImmediate(resolve); });
    assert.deepEqual(await open.stop(), { code: 0, signal: null }, 'it did not have to be killed');
    await asked;
    web.stop();
  });

  it('are not fetched from its own network', async () => {
    const web = await startServer();
    const port = new URL(web.base).port;
    const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `0x7f000001:${port}`, '169.254.169.254', '[::1]', '10.0.0.1'];
    const { SuccessFileList, FailedFileList } = await centre().ask('UploadIvrAudio', { AudioList: hosts.map((host) => ({ CustomFileName: host, AudioUrl: `http://${host}/x.wav` })) });
    assert.deepEqual(SuccessFileList, []);
    for (const { FailedMsg } of FailedFileList) assert.match(FailedMsg, /not of the public Internet/);
    assert.deepEqual([FailedFileList.length, web.asked], [hosts.length, []]);
    web.stop();
  });
});
