import { inspect } from 'node:util';
import type { DetailReport } from '../api/index.js';
import { openClient, type ReadOptions } from './client.js';
import { EXIT, type ExitStatus } from './exit.js';

/** `timehub show <id>`: everything known of one source or sink. */
export async function run(id: string, options: ReadOptions): Promise<ExitStatus> {
  const client = await openClient(options.socket);
  const detail = await client.get<DetailReport>(`/v1/sources/${encodeURIComponent(id)}`);
  console.log(
    options.json === true
      ? JSON.stringify(detail, undefined, 2)
      : inspect(detail, { depth: 5, colors: process.stdout.isTTY }),
  );
  return EXIT.synchronised;
}
