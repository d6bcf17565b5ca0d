import * as v from 'valibot';
import { described, duration, table, wholeNumber } from '../api/schema.js';
import type { Ns } from '../api/time.js';
import { parseServer, parseSubnet, type Server } from '../protocol/address/index.js';
import type { AccessOptions } from './access-control.js';
import { addressRanges } from './address-schema.js';

/** The configuration key `listen`: an own address with or without a port, or a list of them. `address`: an `ownAddress`. */
export function listenAddresses<S extends v.GenericSchema<string>>(address: S, what: string) {
  return v.union([address, v.pipe(v.array(address), v.minLength(1))], `${what}, or a list of them`);
}

/** Returns the addresses of `listenAddresses`. */
export const parseListen = (listen: string | readonly string[], defaultPort?: number): readonly Server[] =>
  (typeof listen === 'string' ? [listen] : listen).map((address) => parseServer(address, defaultPort)!);

/** The configuration keys `allow` and `deny` of a server. */
export const accessEntries = () => ({
  allow: described(
    v.optional(addressRanges(), ['all']),
    'Clients that are served: "192.0.2.0/24", "2001:db8::/32", a single address or "all". An IPv4 range includes its IPv4-mapped IPv6 addresses.',
  ),
  deny: described(v.optional(addressRanges(), []), 'Clients that are not served although `allow` includes them.'),
});

export interface RateLimitDefaults {
  readonly interval: string;
  readonly burst: number;
  /** A sentence about refused requests. */
  readonly refused: string;
  /** A sentence about the limit without this table. Default: there is none. */
  readonly otherwise?: string;
}

/** The configuration key `rate-limit` of a server. */
export const rateLimit = (defaults: RateLimitDefaults) =>
  described(
    v.optional(
      table({
        interval: described(
          v.optional(duration({ min: '1ms', max: '1h' }), defaults.interval),
          'Mean interval between the requests of one client.',
        ),
        burst: described(
          v.optional(wholeNumber(1, 255), defaults.burst),
          `Requests that a client may send at once. ${defaults.refused}`,
        ),
        clients: described(
          v.optional(wholeNumber(64, 1048576), 16384),
          'Clients in the table, 13 octets each. When forged addresses fill it, new clients are served without a limit.',
        ),
      }),
    ),
    `Limits the requests of each client: an IPv4 address or an IPv6 /64. ${defaults.otherwise ?? 'Default: no limit.'}`,
  );

/** The values of `accessEntries` and `rateLimit`. */
interface AccessConfig {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly 'rate-limit'?: { readonly interval: Ns; readonly burst: number; readonly clients: number } | undefined;
}

/** Returns the options that `accessEntries` and `rateLimit` describe. */
export function accessOptions({ allow, deny, 'rate-limit': limit }: AccessConfig): AccessOptions {
  return {
    allow: parseRanges(allow),
    deny: parseRanges(deny),
    ...(limit && { rate: { intervalNs: limit.interval, burst: limit.burst, clients: limit.clients } }),
  };
}

/** Returns the subnets of texts that `addressRanges` has accepted. */
export const parseRanges = (ranges: readonly string[]) => ranges.map((range) => parseSubnet(range)!);
