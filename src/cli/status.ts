import type { StatusReport } from '../api/index.js';
import { type HubReadOptions, openClient } from './client.js';
import { type ExitStatus, statusOfHub } from './exit.js';
import { headline, sinkTable, sourceTable } from './status-text.js';

/** `timehub status`: prints mode, clocks, sources and sinks. */
export async function run(options: HubReadOptions): Promise<ExitStatus> {
  const client = await openClient(options.socket);
  const status = await client.get<StatusReport>('/v1/status');
  console.log(options.json === true ? JSON.stringify(status, undefined, 2) : await screen(status));
  return statusOfHub(status);
}

export async function screen(status: StatusReport): Promise<string> {
  const parts = [headline(status), await sourceTable(status)];
  if (status.sinks.length > 0) parts.push(await sinkTable(status));
  if (status.host.notes.length > 0) parts.push(status.host.notes.map((note) => `! ${note}`).join('\n'));
  return parts.join('\n\n');
}
