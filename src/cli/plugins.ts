import { Catalogue } from '../kernel/plugins/catalogue.js';
import { EXIT, type ExitStatus } from './exit.js';
import { pluginFolder } from './package-root.js';
import { table } from './status-text.js';

/** `timehub plugins`: what is in the tree. Packages are looked at only when a configuration names them. */
export async function run(options: { readonly json?: boolean }): Promise<ExitStatus> {
  const catalogue = new Catalogue();
  catalogue.addFolder(pluginFolder());
  const rows = await Promise.all(
    catalogue.entries().map(async (entry) => {
      const { summary, stability, needs } = await catalogue.load(entry.id);
      return { id: entry.id, origin: entry.origin, stability, needs, summary };
    }),
  );
  if (options.json === true) console.log(JSON.stringify(rows, undefined, 2));
  else
    console.log(
      await table(
        ['plugin', 'origin', 'stability', 'needs', ''],
        rows.map((row) => [row.id, row.origin, row.stability, row.needs.join(' ') || '–', row.summary]),
      ),
    );
  return EXIT.synchronised;
}
