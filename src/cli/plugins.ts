import { lacks } from '../host/privileges.js';
import { Catalogue } from '../kernel/plugins/catalogue.js';
import { EXIT, type ExitStatus } from './exit.js';
import { pluginFolder } from './package-root.js';
import { table } from './status-text.js';

/** `timehub plugins`: the types of this installation. A package is examined only when a configuration names it. */
export async function run(options: { readonly json?: boolean }): Promise<ExitStatus> {
  const catalogue = new Catalogue();
  catalogue.addFolder(pluginFolder());
  const rows = await Promise.all(
    catalogue.entries().map(async (entry) => {
      const { summary, stability, needs } = await catalogue.load(entry.id);
      const missing = needs.map((need) => [need, lacks(need)] as const).filter(([, reason]) => reason !== '');
      return { id: entry.id, origin: entry.origin, stability, needs, missing: Object.fromEntries(missing), summary };
    }),
  );
  if (options.json === true) console.log(JSON.stringify(rows, undefined, 2));
  else {
    const needsOf = ({ needs, missing }: (typeof rows)[number]) =>
      needs.map((need) => (Object.hasOwn(missing, need) ? `${need} (missing)` : need)).join('\n') || '–';
    console.log(
      await table(
        ['plugin', 'origin', 'stability', 'needs', ''],
        rows.map((row) => [row.id, row.origin, row.stability, needsOf(row), row.summary]),
      ),
    );
  }
  return EXIT.synchronised;
}
