import type { StatusReport } from '../api/index.js';
import { openClient, type ReadOptions } from './client.js';
import type { ExitStatus } from './exit.js';
import { headline, sinkTable, sourceTable } from './status-text.js';
import { verdict } from './verdict.js';

/** `timehub status`: mode, clocks, sources and sinks on one screen. */
export async function run(options: ReadOptions): Promise<ExitStatus> {
  const client = await openClient(options.socket);
  const status = await client.get<StatusReport>('/v1/status');
  console.log(options.json === true ? JSON.stringify(status, undefined, 2) : await screen(status));
  return verdict(status);
}

export async function screen(status: StatusReport): Promise<string> {
  const parts = [headline(status), await sourceTable(status)];
  if (status.sinks.length > 0) parts.push(await sinkTable(status));
  if (status.host.notes.length > 0) parts.push(status.host.notes.map((note) => `! ${note}`).join('\n'));
  return parts.join('\n\n');
}
