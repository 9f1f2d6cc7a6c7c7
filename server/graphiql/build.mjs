// Bundles the page into dist/: hashed files, their gzipped twins, the licences and a manifest of all names.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const OUT = 'dist';
const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};
const SHARED = {
  bundle: true,
  format: 'esm',
  minify: true,
  target: 'es2022',
  outdir: OUT,
  metafile: true,
  legalComments: 'none', // every licence is shipped whole, in licenses.txt
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
};

async function buildWorkers() {
  const require = createRequire(import.meta.url);
  const entryPoints = Object.entries(WORKERS).map(([out, path]) => ({ in: require.resolve(path), out: `${out}.worker` }));
  return build({ ...SHARED, entryPoints, entryNames: '[name]-[hash]' });
}

async function buildPage(workers) {
  return build({
    ...SHARED,
    entryPoints: { page: 'src/main.tsx', 'signed-in': 'src/signed-in.ts' },
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    splitting: true,
    jsx: 'automatic',
    loader: { '.ttf': 'file' },
    define: { ...SHARED.define, WORKERS: JSON.stringify(workers) },
  });
}

function named(names, pattern) {
  const found = names.filter((name) => pattern.test(name));
  if (found.length !== 1) throw new Error(`expected one output like ${pattern}, found ${found.length}`);
  return found[0];
}

function packagesIn(...metafiles) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const packages = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(packages.filter(Boolean))].sort();
}

async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(folder, file), 'utf8') : '';
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

async function writeLicences(...metafiles) {
  const licences = await Promise.all(packagesIn(...metafiles).map(licence));
  const text = licences.join(`\n${'-'.repeat(80)}\n\n`);
  const name = `licenses-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.txt`;
  await writeFile(join(OUT, name), text);
  return name;
}

/** The page's style sheet has all styles; those that esbuild writes beside each script are loaded by nobody. */
async function dropChunkStyles(names) {
  const unused = names.filter((name) => name.endsWith('.css') && !name.startsWith('page-'));
  await Promise.all(unused.map((name) => rm(join(OUT, name))));
  return names.filter((name) => !unused.includes(name));
}

async function writeGzipped(name) {
  const path = join(OUT, name);
  await writeFile(`${path}.gz`, gzipSync(await readFile(path), { level: 9 }));
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT);
const workers = await buildWorkers();
const workerFiles = Object.keys(workers.metafile.outputs).map((path) => basename(path));
const workerNames = Object.keys(WORKERS).map((kind) => [kind, named(workerFiles, new RegExp(`^${kind}\\.worker-.*\\.js$`))]);
const page = await buildPage(Object.fromEntries(workerNames));
const pageFiles = await dropChunkStyles(Object.keys(page.metafile.outputs).map((path) => basename(path)));

const licenses = await writeLicences(workers.metafile, page.metafile);
const files = [...workerFiles, ...pageFiles, licenses].sort();
await Promise.all(files.map(writeGzipped));
const [script, style] = [named(pageFiles, /^page-.*\.js$/), named(pageFiles, /^page-.*\.css$/)];
const signedIn = named(pageFiles, /^signed-in-.*\.js$/);
const manifest = { script, style, signedIn, licenses, files };
await writeFile(join(OUT, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
