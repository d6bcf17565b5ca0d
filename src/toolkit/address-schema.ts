import * as v from 'valibot';
import { names } from '../api/index.js';
import { formatServer, isHostName, octetsOf, parseServer, parseSubnet } from '../protocol/address/index.js';

/** Value types of the configuration for addresses, so that an address reads and fails the same in every plugin. */

export interface AddressOptions {
  /** The end of the sentence "<key> must be …". */
  readonly what: string;
  /** The port of a text without one. Default 123. */
  readonly defaultPort?: number;
  /** The highest port. Default 65535. */
  readonly maxPort?: number;
}

/** A server that is asked: a name or an IP address, with a port above 0 or without one. The value stays a text. */
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

/** An address of this machine, with a port or without one. The value stays a text. */
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

/** A name or an IP address without a port. */
export const hostAddress = (what: string) =>
  v.pipe(
    v.string(what),
    v.check((text) => isHostName(text) || octetsOf(text) !== undefined, what),
  );

const SUBNET = 'a range of addresses such as "192.0.2.0/24", "2001:db8::/32" or "all"';

/** Ranges of addresses (`parseSubnet`); `isOther`: another text that is allowed, `what` the end of "must be …" then. */
export const addressRanges = (what = SUBNET, isOther: (text: string) => boolean = () => false) =>
  v.array(
    v.pipe(
      v.string(what),
      v.check((range) => parseSubnet(range) !== undefined || isOther(range), what),
    ),
    'a list of address ranges',
  );

/** One text for all spellings of an address and port: `[2001:db8::1]:123` of `2001:DB8:0::1`, `a.example:123` of `A.example.`. */
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
