import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { HubError } from '../../api/index.js';
import { Lookups } from './lookups.js';
import { errorName } from './net-error.js';

/** Threads of libuv (4 by default). getaddrinfo(3) uses at most half of them, so files can always be read and written. */
const THREADS = Number(process.env.UV_THREADPOOL_SIZE ?? 4) || 4;
const lookups = new Lookups<LookupAddress[]>(Math.ceil(THREADS / 2));

/** Returns all addresses of a name, in the resolver's order; for an address, itself. Rejects with `TH_NET_RESOLVE`. */
export async function resolveName(host: string, family?: 4 | 6): Promise<readonly string[]> {
  try {
    const options = { all: true, verbatim: true, family: family ?? 0 } as const;
    const answers = await lookups.find(`${family} ${host}`, () => lookup(host, options));
    return [...new Set(answers.map((answer) => answer.address))];
  } catch (error) {
    const kind = family === undefined ? '' : ` over IPv${family}`;
    throw new HubError('TH_NET_RESOLVE', `cannot find the address of "${host}"${kind}: ${reason(errorName(error))}`, {
      cause: error,
      hint: 'check the spelling and /etc/resolv.conf, or give an IP address',
    });
  }
}

function reason(name: string): string {
  if (name === 'ENOTFOUND') return 'the name does not exist or has no such address (ENOTFOUND)';
  if (name === 'EAI_AGAIN') return 'the name server does not answer (EAI_AGAIN)';
  return name;
}
