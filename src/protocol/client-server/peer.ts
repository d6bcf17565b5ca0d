import type { Network } from '../../api/network.js';
import type { Endpoint } from '../../api/udp.js';
import { formatServer, isMappedV4, octetsOf, type Server } from './address.js';

/** A server by its name and the one of its addresses that is asked. */
export class Peer {
  /** By name, and so perhaps at another address tomorrow. */
  readonly named: boolean;
  readonly #server: Server;
  readonly #banned = new Set<string>();
  #address: string | undefined;
  #first: string | undefined;

  constructor(server: Server) {
    this.#server = server;
    this.named = octetsOf(server.host) === undefined;
    if (!this.named) this.#first = this.#address = server.host;
  }

  get endpoint(): Endpoint | undefined {
    return this.#address === undefined ? undefined : { address: this.#address, port: this.#server.port };
  }

  /** Another address is another way, with delays of its own: empty for the first address, else the address. */
  get path(): string {
    return this.#address === undefined || this.#address === this.#first ? '' : this.#address;
  }

  /** Looks the name up and takes the address after the present one. Rejects with `TH_NET_RESOLVE`. */
  async renew(network: Network): Promise<void> {
    const found = await network.resolve(this.#server.host);
    const usable = found.filter((address) => !this.#banned.has(address));
    const present = usable.indexOf(this.#address ?? '');
    this.#address = usable[(present + 1) % usable.length];
    this.#first ??= this.#address;
  }

  /** The server at the present address has sent us away. */
  ban(): void {
    if (this.#address !== undefined) this.#banned.add(this.#address);
    this.#address = undefined;
  }

  toString(): string {
    const { host, port } = this.#server;
    const name = formatServer(host, port);
    return this.named && this.#address !== undefined ? `${name} (${this.#address})` : name;
  }
}

export function familyOf(address: string): 4 | 6 {
  const octets = octetsOf(address);
  return octets !== undefined && isMappedV4(octets) && !address.includes(':') ? 4 : 6;
}

export function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  if (a.port !== b.port) return false;
  if (a.address === b.address) return true;
  const [one, other] = [octetsOf(a.address), octetsOf(b.address)];
  return one !== undefined && other !== undefined && one.every((octet, i) => octet === other[i]);
}

const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses (ICMP port unreachable)',
  EHOSTUNREACH: 'cannot be reached (no route to the host)',
  ENETUNREACH: 'cannot be reached (no route to its network)',
  EACCES: 'cannot be asked (the firewall forbids it)',
  EPERM: 'cannot be asked (the firewall forbids it)',
};

/** What a network error means for a server, in a sentence. */
export function describe(error: Error, { address, port }: Endpoint): string {
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    const meaning = 'code' in e && typeof e.code === 'string' ? MEANINGS[e.code] : undefined;
    if (meaning !== undefined) return `${formatServer(address, port)} ${meaning}`;
  }
  return `${formatServer(address, port)}: ${error.message}`;
}
