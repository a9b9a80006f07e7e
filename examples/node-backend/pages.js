/** pages.js: the files of one example; a main.js(x) that imports packages is bundled when the server starts. Layer: examples. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Vue 2.7 is installed beside Vue 3 in this repository, under another name; a page of yours has one "vue". */
const ALIAS = { vue2: { vue: 'vue2' } };

async function bundle(name, entry) {
  const { build } = await import('esbuild');
  const { outputFiles: [{ contents }] } = await build({
    entryPoints: [entry], bundle: true, write: false, format: 'esm', jsx: 'automatic', alias: ALIAS[name] ?? {},
    define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
  });
  return Buffer.from(contents);
}

/** Path -> {type, body} of examples/<name>. */
export async function pagesOf(name) {
  const dir = fileURLToPath(new URL(`../${name}/`, import.meta.url));
  const pages = new Map();
  for (const file of await readdir(dir)) {
    const type = TYPES[extname(file)];
    if (type) pages.set(file === 'index.html' ? '/' : `/${file}`, { type: `${type}; charset=utf-8`, body: await readFile(join(dir, file)) });
    if (/^main\.jsx?$/.test(file)) pages.set('/main.js', { type: `${TYPES['.js']}; charset=utf-8`, body: await bundle(name, join(dir, file)) });
  }
  if (!pages.has('/')) throw new Error(`There is no example ${name}: see examples/.`);
  return pages;
}
