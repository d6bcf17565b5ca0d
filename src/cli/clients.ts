import type { ServedClients } from '../api/index.js';
import { type HubReadOptions, openClient } from './client.js';
import { EXIT, type ExitStatus } from './exit.js';
import { span, table } from './status-text.js';

/** `timehub clients [--most N]`: prints who asks the servers of the hub. */
export async function run(options: HubReadOptions & { readonly most: string }): Promise<ExitStatus> {
  const client = await openClient(options.socket);
  const { total, clients } = await client.get<ServedClients>('/v1/clients');
  const shown = clients.slice(0, Number(options.most));
  if (options.json === true) console.log(JSON.stringify({ total, clients: shown }, undefined, 2));
  else console.log(await describeClients({ total, clients: shown }));
  return EXIT.synchronised;
}

async function describeClients({ total, clients }: ServedClients): Promise<string> {
  if (total === 0) return 'no client has asked yet';
  const rows = clients.map((one) => [
    one.client,
    one.sink,
    String(one.requests),
    one.refused === 0 ? '–' : String(one.refused),
    one.intervalS > 0 ? span(one.intervalS) : '–',
    span(one.ageS),
    one.version === 0 ? '–' : String(one.version),
    [one.authentication === 'none' ? 'plain' : one.authentication, ...(one.interleaved ? ['interleaved'] : [])].join(
      ', ',
    ),
  ]);
  const head = ['client', 'server', 'requests', 'refused', 'every', 'last', 'version', 'mode'];
  const rest = total > clients.length ? `\n${total - clients.length} more clients asked less often` : '';
  return (await table(head, rows)) + rest;
}
