import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from './place.js';

const PAGES = [
  ...[
    'docs/internals.md',
    'docs/architecture.md',
    'docs/plugins.md',
    'docs/hostile-peers.md',
    'docs/operations.md',
    'docs/ntp-keys.md',
    'docs/nts.md',
    'docs/performance.md',
    'docs/estimator.md',
  ],
  ...['docs/glossary.md', 'CONTRIBUTING.md', 'README.md'],
];
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const files = ['src', 'plugins', 'test', 'scripts', 'native', 'starter'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true }).map((name) => `/${name}`),
);

/** Returns the paths in backticks: `src/core`, `noise/leg-noise.ts`. A name with a placeholder (`<x>`, `NNN`) is not a path. */
const named = (text: string): readonly string[] =>
  [...text.matchAll(/`([\w./-]+)`/g)]
    .map(([, name]) => name!)
    .filter((name) => /^(src|plugins|test|scripts|config|native|docs|starter|bin)(\/|$)|\.(ts|cc|mjs)$/.test(name))
    .filter((name) => !/NNN|^x\.|^(source|sink)\.ts$/.test(name));

const isThere = (name: string): boolean =>
  existsSync(join(root, name)) || files.some((path) => path.endsWith(`/${name}`));

/** Returns whether the page and the heading of a link such as `plugins.md#test` exist. */
function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(page, '..', path);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || headings(read(target)).includes(anchor);
}

/** Returns the anchors that GitHub gives to the headings of a page. */
const headings = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );

const folders = ['src', 'plugins'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/(^|\/)testing(\/|$)|vendor/.test(join(entry.parentPath, entry.name)))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replace(/^\//, '')),
);

describe('the pages for contributors and plugin authors', () => {
  for (const page of PAGES) {
    it(`${page} names files and folders that exist`, () => {
      expect(named(read(page)).filter((name) => !isThere(name))).to.deep.equal([]);
    });

    it(`${page} links to pages that exist`, () => {
      const links = [...read(page).matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link]) => link!);
      expect(links.filter((link) => !leadsSomewhere(page, link))).to.deep.equal([]);
    });
  }

  it('docs/internals.md says what each folder of src and plugins provides', () => {
    const text = read('docs/internals.md');
    expect(folders.filter((folder) => !text.includes(`- \`${folder}\` provides `))).to.deep.equal([]);
  });

  it('docs/internals.md has a line for each dependency', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { readonly dependencies: object };
    const [, table] = /## Dependencies\n(.*?)Looked at/s.exec(read('docs/internals.md')) ?? [];
    expect(Object.keys(dependencies).filter((name) => !table!.includes(name))).to.deep.equal([]);
  });

  it('docs/plugins.md shows the starter as it is written', () => {
    const { version } = JSON.parse(read('package.json')) as { readonly version: string };
    const written = (path: string): string =>
      read(path).replaceAll('{{type}}', 'lora').replaceAll('{{version}}', version);
    const shown = [...read('docs/plugins.md').matchAll(/```(?:ts|json)\n(.*?)```/gs)].map(([, text]) => text!.trim());
    const [source, test, manifest] = shown as [string, string, string];
    expect(written('starter/source/src/source.ts').trim()).to.equal(source);
    expect(written('starter/source/src/source.test.ts')).to.include(test);
    const { timehub } = JSON.parse(written('starter/source/package.json')) as { readonly timehub: object };
    const shownManifest = JSON.parse(manifest) as { readonly timehub: object };
    expect(shownManifest.timehub).to.deep.equal({
      ...timehub,
      api: 'api' in shownManifest.timehub && shownManifest.timehub.api,
    });
  });
});
