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
  allow: described(v.optional(addressRanges(), ['all']), 'Clients that are served.'),
  deny: described(v.optional(addressRanges(), []), 'Clients that are not served although allowed.'),
});

/** The configuration key `rate-limit` of a server, with the defaults of `interval` and `burst`. */
export const rateLimit = (defaults: { readonly interval: string; readonly burst: number }) =>
  described(
    v.optional(
      table({
        interval: v.optional(duration({ min: '1ms', max: '1h' }), defaults.interval),
        burst: v.optional(wholeNumber(1, 255), defaults.burst),
        clients: v.optional(wholeNumber(64, 1048576), 16384),
      }),
    ),
    'Requests per address (a /64 for IPv6): one each interval, burst at once. Default: no limit.',
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
