import { fileURLToPath } from 'node:url';
import type { InstancePlan } from '../../kernel/config/index.js';
import { Catalogue } from '../../kernel/plugins/catalogue.js';
import { planInstance } from '../plan-instance.js';

/** Instances as a configuration has them: `source.ntp.a` → its table. */
export type Tables = Readonly<Record<string, object>>;

/** The plugins of this project. */
export const catalogue = new Catalogue();
catalogue.addFolder(fileURLToPath(new URL('../../../plugins', import.meta.url)));

export const planTables = (tables: Tables): Promise<InstancePlan[]> =>
  Promise.all(Object.entries(tables).map(([path, table]) => planTable(path, table)));

/** `path`: `source.ntp.a`. */
export async function planTable(path: string, table: object): Promise<InstancePlan> {
  const [kind, type, name] = path.split('.');
  return planInstance(`${type}.${name}`, await catalogue.load(`${kind}.${type}`), table);
}
