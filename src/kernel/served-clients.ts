import { type ClientReport, cleanText, type ServedClients } from '../api/index.js';

type Served = ServedClients['clients'][number];

/** A server of the hub. */
interface Server {
  readonly id: string;
  clients(): readonly ClientReport[];
}

/** Returns the clients of all servers. `most`: number of clients that are listed, those with the most requests. */
export function servedClients(servers: Iterable<Server>, most: number): ServedClients {
  const all: Served[] = [];
  for (const server of servers)
    for (const client of server.clients()) all.push({ ...client, client: cleanText(client.client), sink: server.id });
  all.sort((a, b) => b.requests - a.requests);
  return { total: all.length, clients: all.slice(0, most) };
}
