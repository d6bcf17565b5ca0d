import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadHub } from '../src/cli/load-hub.js';
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

describe('what is written for people', () => {
  it('generated pages and option tables agree with the schemas ("npm run docs" writes them)', async () => {
    for (const [path, text] of await generatedPages()) expect(read(path), path).to.equal(text);
  });

  for (const path of [...below('config', '.toml'), ...below('plugins', 'example.toml')]) {
    it(`${path} is a configuration without mistakes`, async () => {
      const { problems = [] } = await loadHub(join(root, path));
      // A preset or a sink's example stands for a part of a file: it may lack a source.
      const mistakes = problems.filter(({ code }) => code !== 'TH_CFG_NO_SOURCE');
      expect(formatProblems(mistakes)).to.equal('');
    });
  }

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
