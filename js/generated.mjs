/** generated.mjs: esbuild plugin for the modules that the build makes up: tccc:errors and tccc:version. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const read = (path) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
const { version } = JSON.parse(read('package.json'));

export const generated = {
  name: 'tccc-generated',
  setup(bundle) {
    bundle.onResolve({ filter: /^tccc:/ }, ({ path }) => ({ path, namespace: 'tccc' }));
    bundle.onLoad({ filter: /errors$/, namespace: 'tccc' }, () => ({
      contents: read('build/gen/errors.json'), loader: 'json',
    }));
    bundle.onLoad({ filter: /version$/, namespace: 'tccc' }, () => ({
      contents: `export const VERSION = ${JSON.stringify(version)};`, loader: 'js',
    }));
  },
};
