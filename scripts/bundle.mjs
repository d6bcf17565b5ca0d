/**
 * Bundles the daemon into dist/bundle: one file with all code that is always needed; the rest is loaded when used. The bundle
 * needs half the time to start and a fifth less memory than the tree of small files.
 *
 * The bundle mirrors the compiled tree: `import.meta.url` of a module says where that module would stand below
 * dist/bundle, so that paths relative to it (a plugin's folder, its page) mean the same in both.
 */
import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { filesBelow, folders, root } from './tree.mjs';

/** Packages with compiled code, which must be loaded from their installed folder. */
const EXTERNAL = ['koffi', 'serialport', '*.node'];

const BANNER = `import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __bundle = import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/bundle/') + 13);`;

const manifests = filesBelow('plugins').filter((file) => /^plugins\/[^/]+\/plugin\.json$/.test(file));
const pluginEntries = manifests.flatMap((manifest) => {
  const { plugins } = JSON.parse(readFileSync(join(root, manifest), 'utf8'));
  return Object.values(/** @type {Record<string, string>} */ (plugins)).map((module) =>
    join(manifest, '..', module).replace(/\.js$/, '.ts'),
  );
});

/** Modules that threads run: `new URL('./x.js', import.meta.url)` in the tree. */
const workerEntries = ['src', 'plugins'].flatMap((folder) =>
  filesBelow(folder).flatMap((file) => {
    if (!/(?<!\.test)\.ts$/.test(file)) return [];
    const named = readFileSync(join(root, file), 'utf8').matchAll(/new URL\('(\.\/[\w-]+)\.js', import\.meta\.url\)/g);
    return [...named]
      .map(([, module]) => join(file, '..', `${module}.ts`))
      .filter((entry) => existsSync(join(root, entry)));
  }),
);

/** @type {import('esbuild').Plugin} */
const ownPlace = {
  name: 'own-place',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const place = JSON.stringify(relative(root, path).replace(/\.ts$/, '.js'));
      const url = `new URL(${place}, __bundle)`;
      return {
        loader: 'ts',
        contents: text
          .replaceAll('import.meta.url', `${url}.href`)
          .replaceAll('import.meta.filename', `__fileURLToPath(${url})`)
          .replaceAll('import.meta.dirname', `__fileURLToPath(new URL('.', ${url}))`),
      };
    });
  },
};

/**
 * A CommonJS package in its own chunk would have only a default export. This adds the export names that Node finds in it.
 * @type {import('esbuild').Plugin}
 */
const namedExports = {
  name: 'named-exports',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[@a-z]/ }, ({ kind, path }) => {
      const ours = path.startsWith('timehub/') || path.startsWith('node:') || EXTERNAL.includes(path);
      return kind === 'dynamic-import' && !ours ? { path, namespace: 'named' } : undefined;
    });
    onLoad({ filter: /./, namespace: 'named' }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => /^[\w$]+$/.test(name));
      return { contents: `export { ${names.join(', ')} } from ${JSON.stringify(path)};`, resolveDir: root };
    });
  },
};

// Built elsewhere and renamed: a hub may be starting from the old bundle.
const fresh = `${folders.bundle}.new`;
rmSync(fresh, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts', ...pluginEntries, ...workerEntries],
  outdir: fresh,
  outbase: root,
  chunkNames: 'chunks/[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // V8 keeps the text, with two octets a character if one is not Latin-1: comments and indents are removed, names stay.
  minifyWhitespace: true,
  lineLimit: 160,
  conditions: ['timehub-source'],
  external: EXTERNAL,
  banner: { js: BANNER },
  plugins: [ownPlace, namedExports],
  logLevel: 'warning',
});
for (const file of filesBelow('plugins')) {
  if (!/\.(ts|md)$/.test(file)) cpSync(join(root, file), join(fresh, file));
}
rmSync(folders.bundle, { recursive: true, force: true });
renameSync(fresh, folders.bundle);
