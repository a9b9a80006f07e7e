/** source.js: loads a file of js/src into Node as the bundler would. */
import { build } from 'esbuild';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { generated } from '../../js/generated.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

export async function load(name) {
  const outfile = join(root, 'build/tests/js', name.replace(/\.js$/, '.mjs'));
  await build({
    entryPoints: [join(root, 'js/src', name)], outfile, bundle: true, format: 'esm', plugins: [generated], logLevel: 'error',
  });
  return import(pathToFileURL(outfile));
}
