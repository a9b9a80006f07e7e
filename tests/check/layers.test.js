/** layers.test.js: who may include or import whom (docs/architecture.md). Layer: tests. */
import { dirname, join, normalize } from 'node:path';
import { files, filesLike, linesOf, none, textOf } from './tree.js';

/** Each layer of src/ and the layers whose headers it may include. */
const MAY_INCLUDE = {
  base: ['base'],
  dsp: ['dsp', 'base'],
  media: ['media', 'dsp', 'base'],
  core: ['core', 'base'],
  engine: ['engine', 'core', 'media', 'dsp', 'base'],
  wasm: ['wasm', 'engine', 'core', 'media', 'dsp', 'base'],
  cli: ['cli', 'engine', 'core', 'media', 'dsp', 'base'],
  server: ['server', 'engine', 'core', 'media', 'dsp', 'base'],
};

/** Headers of sockets, clocks, threads and files: only src/server and src/cli may use them. */
const OUTSIDE = /^(time|sys\/.*|netinet\/.*|arpa\/.*|unistd|fcntl|poll|pthread|signal|netdb|uv|libwebsockets|sqlite3|openssl\/.*|usrsctp|re|rem)\.h$/;

const includesOf = (name) => linesOf(name).flatMap(({ number, text }) => {
  const found = /^\s*#\s*include\s*([<"])([^>"]+)[>"]/.exec(text);
  return found ? [{ number, system: found[1] === '<', header: found[2] }] : [];
});

const layerOf = (name) => /^src\/([^/]+)\//.exec(name)?.[1];

/** The layer that a quoted include reaches: by path from src/, or the file's own folder. */
function layerReached(name, header) {
  const folder = header.split('/')[0];
  if (header.startsWith('tccc/')) return 'public';
  if (header.includes('/') && folder in MAY_INCLUDE && files.includes(`src/${header}`)) return folder;
  return layerOf(normalize(join(dirname(name), header)));
}

describe('layers of the C sources', () => {
  const sources = filesLike(/^src\/.*\.[ch]$/);

  it('every folder of src/ is a layer that this check knows', () => {
    none(sources.filter((name) => !(layerOf(name) in MAY_INCLUDE)));
  });

  it('a layer includes only itself and the layers below it', () => {
    none(sources.flatMap((name) => includesOf(name)
      .filter(({ system }) => !system)
      .map(({ number, header }) => ({ number, header, reached: layerReached(name, header) }))
      .filter(({ reached }) => reached !== 'public' && !MAY_INCLUDE[layerOf(name)]?.includes(reached))
      .map(({ number, header }) => `${name}:${number} includes ${header}`)));
  });

  it('only server and cli know sockets, clocks, threads and files', () => {
    none(sources.filter((name) => !['server', 'cli'].includes(layerOf(name))).flatMap((name) => includesOf(name)
      .filter(({ system, header }) => system && OUTSIDE.test(header))
      .map(({ number, header }) => `${name}:${number} includes ${header}`)));
  });

  it('only src/wasm knows Emscripten', () => {
    none(sources.filter((name) => layerOf(name) !== 'wasm' && /emscripten/i.test(textOf(name))));
  });

  it('public headers include only each other and the standard library', () => {
    const standard = /^(stdint|stddef|stdbool|stdarg|limits)\.h$/;
    none(filesLike(/^include\//).flatMap((name) => includesOf(name)
      .filter(({ header, system }) => (system ? !standard.test(header) : !files.includes(`include/${header}`)))
      .map(({ number, header }) => `${name}:${number} includes ${header}`)));
  });
});

const IMPORT = /^(?:import\s+(?:[\w*\s{},$]+\s+from\s+)?|export\s+[\w*\s{},$]+\s+from\s+)['"]([^'"]+)['"]/gm;
const importsOf = (name) => [...textOf(name).matchAll(IMPORT)].map((match) => match[1]);

const importedFile = (name, path) => (path.startsWith('.') ? normalize(join(dirname(name), path)) : path);

/** All files that `name` reaches by imports, itself included. */
function reach(name, seen = new Set()) {
  if (seen.has(name) || !files.includes(name)) return seen;
  seen.add(name);
  importsOf(name).forEach((path) => reach(importedFile(name, path), seen));
  return seen;
}

const isNamespace = (name) => /^js\/src\/api_\w+\.js$/.test(name);
const isUi = (name) => name.startsWith('js/src/ui/');

describe('layers of the scripts', () => {
  const scripts = filesLike(/^js\/src\/.*\.js$/);
  const complaints = (wrong) => none(scripts.flatMap((name) => importsOf(name)
    .map((path) => importedFile(name, path))
    .filter((imported) => wrong(name, imported))
    .map((imported) => `${name} imports ${imported}`)));

  it('namespaces import no bus, worker, user interface or other namespace', () => {
    complaints((name, imported) => isNamespace(name)
      && (isNamespace(imported) || isUi(imported) || /\/(bus|worker|worklet|core_\w+|sdk|audio)\.js$/.test(imported)));
  });

  it('nothing but the composition in sdk.js imports a namespace or the user interface from outside', () => {
    complaints((name, imported) => name !== 'js/src/sdk.js' && !isUi(name) && (isNamespace(imported) || isUi(imported)));
  });

  it('the user interface imports only itself, the table of events, UUIDs and the version', () => {
    complaints((name, imported) => isUi(name) && !isUi(imported) && !['js/src/events.js', 'js/src/uuid.js', 'tccc:version'].includes(imported));
  });

  it('the worker reaches nothing of the page', () => {
    none([...reach('js/src/worker.js')].filter((name) => isNamespace(name) || isUi(name)
      || /\/(sdk|bus|audio|microphone|sessions|loader|main|worklet)\.js$/.test(name)));
  });

  it('the worklet reaches nothing of the page or the worker', () => {
    none([...reach('js/src/worklet.js')].filter((name) => !/\/(worklet|voice_module|packet_message|compile)\.js$/.test(name)));
  });

  it('a bundle imports only files of js/src', () => {
    complaints((name, imported) => !imported.startsWith('js/src/') && !imported.startsWith('tccc:'));
  });

  it('pages and examples use public entries only', () => {
    none(filesLike(/^(web|examples)\/.*\.(js|mjs|html)$/).filter((name) => /(js\/src\/|src\/wasm|\.\.\/\.\.\/js\/)/.test(textOf(name))));
  });
});
