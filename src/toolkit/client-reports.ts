import type { ClientReport } from '../api/client-report.js';
import { formatClient } from './client-hash.js';
import { type ClientRecord, clientsIn } from './client-table.js';

/** The traits of a client that its last request shows. */
export type ClientTraits = Pick<ClientReport, 'version' | 'authentication' | 'interleaved'>;

const AUTHENTICATIONS = ['none', 'key', 'nts'] as const satisfies readonly ClientReport['authentication'][];

/** Bits of the traits in a `ClientTable`: version (0 to 7), authentication, interleaved, and one that is always set. */
const VERSIONS = 8;
const INTERLEAVED = 32;
const PRESENT = 128;

/** Returns the traits as a number for `ClientTable.count`. */
export const traitBits = ({ version, authentication, interleaved }: ClientTraits): number =>
  PRESENT + version + VERSIONS * AUTHENTICATIONS.indexOf(authentication) + (interleaved ? INTERLEAVED : 0);

const traitsOf = (bits: number): ClientTraits => ({
  version: bits & (VERSIONS - 1),
  authentication: AUTHENTICATIONS[Math.floor(bits / VERSIONS) & 3] ?? 'none',
  interleaved: (bits & INTERLEAVED) !== 0,
});

/** Returns the clients in the tables of all handlers of a server, a client of several once. `nowS`: the tables' clock. */
export function clientReports(tables: Iterable<SharedArrayBuffer>, nowS: number): readonly ClientReport[] {
  const clients = new Map<string, ClientRecord>();
  for (const table of tables)
    for (const record of clientsIn(table)) {
      const client = formatClient(record.address);
      const known = clients.get(client);
      clients.set(client, known === undefined ? record : together(known, record));
    }
  return [...clients].map(([client, { firstS, lastS, requests, refused, intervalS, traits }]) => ({
    ...{ client, requests, refused, intervalS, ...traitsOf(traits) },
    knownS: Math.max(0, nowS - firstS),
    ageS: Math.max(0, nowS - lastS),
  }));
}

/** Returns what two handlers know of one client: the newer one answers it now. */
function together(a: ClientRecord, b: ClientRecord): ClientRecord {
  const [older, newer] = a.lastS < b.lastS ? [a, b] : [b, a];
  return {
    ...newer,
    firstS: Math.min(a.firstS, b.firstS),
    requests: a.requests + b.requests,
    refused: a.refused + b.refused,
    intervalS: newer.intervalS > 0 ? newer.intervalS : older.intervalS,
  };
}
