/**
 * build.mjs: bundles js/ into dist/ and puts the WASM modules beside it. Run: node js/build.mjs (from any directory).
 *
 * in:  build/gen/errors.json, src/dsp/learned.bin, build/wasm/{core,voice}.wasm, build/wasm-simd/voice.wasm (each only when it is there)
 * out: dist/{tccc,tcccSdk,ui,tccc-visitor,worker,worklet}.js with source maps, dist/tccc.mjs, dist/*.wasm, dist/voice-ai.bin, each with .gz and .br; dist/*.d.ts, dist/check.*, dist/sizes.json: for each file
 *      {name, raw, gzip, brotli, integrity}
 */
import { build } from 'esbuild';
import { brotliCompressSync, gzipSync, constants } from 'node:zlib';
import { createHash } from 'node:crypto';
import { generated } from './generated.mjs';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/**
 * tccc.js must run in documented browsers far too old for calls, to say so. The others need AudioWorklet and what the
 * modules are compiled with (CMakePresets.json): sign extension, bulk memory and non-trapping conversion, which came with
 * Chrome 75, Firefox 79 and Safari 15.
 */
const OLDEST = ['chrome56', 'edge80', 'firefox60', 'safari11'];
const ABLE = ['chrome80', 'firefox79', 'safari15'];

const bundle = (entry, outfile, target, more = {}) => build({
  entryPoints: [join(root, 'js/src', entry)],
  outfile: join(dist, outfile),
  bundle: true,
  minify: true,
  sourcemap: true,
  format: 'iife',
  target,
  supported: { destructuring: true }, /* since Chrome 49 and Safari 8; esbuild's table counts its early faults */
  ...more,
  charset: 'utf8',
  plugins: [generated],
  legalComments: 'none',
  logLevel: 'warning',
});

const WASM = [
  ['build/wasm/core.wasm', 'core.wasm'],
  ['build/wasm/voice.wasm', 'voice.wasm'],
  ['build/wasm-simd/voice.wasm', 'voice-simd.wasm'],
];

/** The learned noise suppressor's weights: loaded only where it is wanted. */
const MODEL = ['src/dsp/learned.bin', 'voice-ai.bin'];

/** Compressed copies lie beside each file: tcccd sends what the browser takes (src/server/edge/static_files.c). */
const measure = (name) => {
  const bytes = readFileSync(join(dist, name));
  const gzip = gzipSync(bytes, { level: 9 });
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(join(dist, `${name}.gz`), gzip);
  writeFileSync(join(dist, `${name}.br`), brotli);
  return { name, raw: bytes.length, gzip: gzip.length, brotli: brotli.length, integrity: `sha384-${createHash('sha384').update(bytes).digest('base64')}` };
};

mkdirSync(dist, { recursive: true });
await Promise.all([
  bundle('main.js', 'tccc.js', OLDEST, {
    define: { globalThis: 'self' }, /* the name is newer than the oldest */
    banner: { js: 'performance.mark("tccc:begin");' }, /* main.js measures from here */
  }),
  bundle('module.js', 'tccc.mjs', ABLE, { format: 'esm' }),
  bundle('ui/main.js', 'ui.js', ABLE),
  bundle('visitor/main.js', 'tccc-visitor.js', ABLE),
  bundle('worker.js', 'worker.js', ABLE),
  bundle('worklet.js', 'worklet.js', ABLE),
]);
for (const suffix of ['.js', '.js.map']) copyFileSync(join(dist, `tccc${suffix}`), join(dist, `tcccSdk${suffix}`));
for (const name of ['tccc.d.ts', 'tccc-module.d.ts', 'tccc-visitor.d.ts']) copyFileSync(join(root, 'js/types', name), join(dist, name));
for (const name of ['check.html', 'check.css', 'check.js']) copyFileSync(join(root, 'web/check', name), join(dist, name));
copyFileSync(join(root, MODEL[0]), join(dist, MODEL[1]));
for (const [from, to] of WASM) {
  if (existsSync(join(root, from))) copyFileSync(join(root, from), join(dist, to));
  else for (const suffix of ['', '.gz', '.br']) rmSync(join(dist, to + suffix), { force: true }); /* a module of an earlier build would not fit this script */
}
const names = ['tccc.js', 'tcccSdk.js', 'tccc.mjs', 'ui.js', 'tccc-visitor.js', 'worker.js', 'worklet.js', ...WASM.map(([, to]) => to), MODEL[1]];
const sizes = names.filter((name) => existsSync(join(dist, name))).map(measure);
writeFileSync(join(dist, 'sizes.json'), `${JSON.stringify(sizes, null, 2)}\n`);
for (const { name, raw, gzip, brotli } of sizes) {
  console.log(`${name.padEnd(16)} ${String(raw).padStart(7)} B  gzip ${String(gzip).padStart(6)}  brotli ${String(brotli).padStart(6)}`);
}
