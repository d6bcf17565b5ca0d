import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadHub } from '../src/cli/load-hub.js';
import { program } from '../src/cli/main.js';
import { packageRoot } from '../src/cli/package-root.js';
import { generatedPages } from '../src/cli/reference.js';
import { formatProblems } from '../src/kernel/config/index.js';

const root = packageRoot();
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const below = (folder: string, ending: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith(ending))
    .sort();

const pages = [
  ...['README.md', 'CONTRIBUTING.md'],
  ...below('docs', '.md'),
  ...below('plugins', 'README.md'),
  ...below('test', 'README.md'),
];

/** Returns the code of a page: its blocks, and the texts in backticks. */
const codeOf = (text: string): readonly string[] =>
  [...text.matchAll(/^```.*\n([\s\S]*?)^```|`([^`\n]+)`/gm)].map(([, block, span]) => block ?? span!);

describe('what is written for people', () => {
  it('generated pages and option tables agree with the schemas ("npm run docs" writes them)', async () => {
    for (const [path, text] of await generatedPages()) expect(read(path), path).to.equal(text);
  });

  for (const path of [...below('config', '.toml'), ...below('plugins', 'example.toml')]) {
    it(`${path} is a configuration without mistakes`, async () => {
      const { problems = [] } = await loadHub(join(root, path));
      // A preset or a sink's example is a part of a file: it may lack a source.
      const mistakes = problems.filter(({ code }) => code !== 'TH_CFG_NO_SOURCE');
      expect(formatProblems(mistakes)).to.equal('');
    });
  }

  it('every npm script that a page names exists', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/npm (?:run (?:-\S+ )*([\w:-]+)|(test|start))/g)].map((match) => ({
        page,
        name: match[1] ?? match[2]!,
      })),
    );
    expect(named).to.have.length.above(10);
    expect(named.filter(({ name }) => !(name in scripts) && !Object.keys(scripts).some((one) => one.startsWith(name))))
      .to.be.empty;
  });

  it('every command of timehub that a page shows exists, with its options', () => {
    const shown = new Map<string, Set<string>>();
    for (const line of pages.flatMap((page) => codeOf(read(page)).flatMap((code) => code.split('\n')))) {
      const [, command, rest = ''] = /^(?:.*[\s/$])?timehub ([a-z][a-z-]+)((?: .*)?)$/.exec(line) ?? [];
      if (command === undefined) continue;
      const options = shown.get(command) ?? new Set();
      for (const [option] of rest.replace(/[|#;&].*/, '').matchAll(/(?<= )--[a-z][a-z-]+/g)) options.add(option);
      shown.set(command, options);
    }
    expect(shown.size).to.be.above(10);
    const known = new Map(
      program().commands.map((one) => [one.name(), [one, ...one.commands].flatMap(({ options }) => options)]),
    );
    for (const [command, options] of shown) {
      const longs = known.get(command)?.map(({ long }) => long);
      expect(longs, `timehub ${command}`).to.include.members([...options]);
    }
  });

  for (const name of readdirSync(join(root, 'plugins'))) {
    it(`plugins/${name} has a manifest, an example, and a README with the options of each of its types`, () => {
      expect(readdirSync(join(root, 'plugins', name))).to.include.members(['plugin.json', 'README.md', 'example.toml']);
      for (const type of Object.keys(JSON.parse(read(`plugins/${name}/plugin.json`)).plugins)) {
        expect(read(`plugins/${name}/README.md`)).to.include(`<!-- options ${type} `);
      }
    });
  }

  it('the README’s configuration is one without mistakes', async () => {
    const [, example] = /```toml\n(.*?)```/s.exec(read('README.md')) ?? [];
    const { loadConfig } = await import('../src/kernel/config/index.js');
    const { Catalogue } = await import('../src/kernel/plugins/catalogue.js');
    const { pluginFolder } = await import('../src/cli/package-root.js');
    const catalogue = new Catalogue();
    catalogue.addFolder(pluginFolder());
    const { problems = [] } = await loadConfig({ path: 'README.md', text: example! }, async ({ needs }) => ({
      types: new Map(
        await Promise.all(
          needs.map(async (id) => [id, { summary: '', definition: await catalogue.load(id) }] as const),
        ),
      ),
    }));
    expect(formatProblems(problems)).to.equal('');
  });
});
