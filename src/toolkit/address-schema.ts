import * as v from 'valibot';
import { described, duration, names } from '../api/index.js';
import { formatServer, isHostName, octetsOf, parseServer, parseSubnet } from '../protocol/address/index.js';

/** Options of the value types for addresses, which read and fail the same in every plugin. */
export interface AddressOptions {
  /** The end of the sentence "<key> must be …". */
  readonly what: string;
  /** The port of a text without one. Default 123. */
  readonly defaultPort?: number;
  /** The highest port. Default 65535. */
  readonly maxPort?: number;
}

/** A remote server: a name or an IP address, with a port above 0 or without one. The value stays a text (`parseServer`). */
export function serverAddress({ what, defaultPort = 123, maxPort = 65535 }: AddressOptions) {
  return v.pipe(
    v.string(what),
    v.check((text) => {
      const port = parseServer(text, defaultPort)?.port ?? 0;
      return port > 0 && port <= maxPort;
    }, what),
    names({ thing: 'server', spelling: (text) => spellingOf(text, defaultPort) }),
  );
}

/** An address of this machine, with a port or without one. The value stays a text (`parseServer`). */
export function ownAddress({ what, defaultPort = 123, maxPort = 65535 }: AddressOptions) {
  return v.pipe(
    v.string(what),
    v.check((text) => {
      const place = parseServer(text, defaultPort);
      return place !== undefined && octetsOf(place.host) !== undefined && place.port <= maxPort;
    }, what),
    names({ thing: 'own address', spelling: (text) => spellingOf(text, defaultPort) }),
  );
}

const REFRESH = 'a duration from 1min to 1000d, or "0s"';
const SHORTEST_REFRESH_NS = 60e9;

/** The key `refresh` of a source whose server may have a name: longest time between look-ups; 0: never while it answers. */
export const refreshInterval = () =>
  described(
    v.optional(
      v.pipe(
        duration({ max: '1000d' }),
        v.check((ns) => ns === 0 || ns >= SHORTEST_REFRESH_NS, REFRESH),
      ),
      '14d',
    ),
    'Look a name up again after this time at the latest, also while its server answers. A server whose address is no longer among those of the name is replaced; the others are kept. `0s`: only when the server stops being useful.',
  );

/** A name or an IP address without a port. */
export const hostAddress = (what: string) =>
  v.pipe(
    v.string(what),
    v.check((text) => isHostName(text) || octetsOf(text) !== undefined, what),
  );

const SUBNET = 'a range of addresses such as "192.0.2.0/24", "2001:db8::/32" or "all"';

/** A list of ranges (`parseSubnet`). `isOther` accepts other texts too; `what` then ends the sentence "must be …". */
export const addressRanges = (what = SUBNET, isOther: (text: string) => boolean = () => false) =>
  v.array(
    v.pipe(
      v.string(what),
      v.check((range) => parseSubnet(range) !== undefined || isOther(range), what),
    ),
    'a list of address ranges',
  );

/** Returns one text for all spellings of an address and port: `a.example:123` for `A.example.`. */
function spellingOf(
  text: string,
  defaultPort: number,
): { readonly text: string; readonly isName: boolean } | undefined {
  const place = parseServer(text, defaultPort);
  if (place === undefined) return undefined;
  const { host, port } = place;
  const octets = octetsOf(host);
  if (octets === undefined) return { text: formatServer(host.toLowerCase().replace(/\.$/, ''), port), isName: true };
  const zone = host.includes('%') ? host.slice(host.indexOf('%')) : '';
  const groups = Array.from({ length: 8 }, (_, i) => ((octets[2 * i]! << 8) | octets[2 * i + 1]!).toString(16));
  return { text: `[${groups.join(':')}${zone}]:${port}`, isName: false };
}
