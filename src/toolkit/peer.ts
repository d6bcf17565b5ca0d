import { HubError } from '../api/error.js';
import type { Network } from '../api/network.js';
import type { Instant } from '../api/time.js';
import type { Endpoint } from '../api/udp.js';
import { familyOf, formatServer, octetsOf, type Server } from '../protocol/address/index.js';
import type { AddressBook } from './address-book.js';

/**
 * `same`: the same address as before. `fresh`: another address, which no source has given up. `again`: another address that was
 * given up before. `none`: no address is free.
 */
export type Renewal = 'same' | 'fresh' | 'again' | 'none';

export interface PeerOptions {
  /** The id of the source. */
  readonly owner: string;
  /** Family of the addresses of a name that are used. Default: both. */
  readonly family?: 4 | 6 | undefined;
}

/** A server by its name, and the address of it that is in use. */
export class Peer {
  /** True for a name, whose address may change; false for a literal address. */
  readonly named: boolean;
  readonly #server: Server;
  readonly #book: AddressBook;
  readonly #owner: string;
  readonly #family: 4 | 6 | undefined;
  #address: string | undefined;
  #first: string | undefined;

  constructor(server: Server, book: AddressBook, { owner, family }: PeerOptions) {
    this.#server = server;
    this.#book = book;
    this.#owner = owner;
    this.#family = family;
    this.named = octetsOf(server.host) === undefined;
    if (!this.named) this.#first = this.#address = server.host;
  }

  get endpoint(): Endpoint | undefined {
    return this.#address === undefined ? undefined : { address: this.#address, port: this.#server.port };
  }

  /** Path of observations: '' for the first address, else the address, because another route has other delays. */
  get path(): string {
    return this.#address === undefined || this.#address === this.#first ? '' : this.#address;
  }

  /** False if a source with this literal address has taken it. */
  get isOurs(): boolean {
    return (
      !this.named || this.#address === undefined || this.#book.holds(this.#owner, this.#address, this.#server.port)
    );
  }

  /** Takes a literal address; to be called before the first look-up of any source. */
  open(): void {
    if (!this.named) this.#book.claimLiteral(this.#owner, this.#server.host, this.#server.port);
  }

  close(): void {
    this.#book.release(this.#owner);
  }

  /** Looks the name up. Rejects with `TH_NET_RESOLVE`; known addresses stay. */
  async lookUp(network: Network, now: () => Instant): Promise<void> {
    const { host, port } = this.#server;
    const addresses = await network.resolve(host);
    this.#book.learn(host, port, addresses, now());
    if (!addresses.some((address) => this.#suits(address)))
      throw new HubError('TH_NET_RESOLVE', `"${host}" has no IPv${this.#family} address`);
  }

  #suits(address: string): boolean {
    return this.#family === undefined || familyOf(address) === this.#family;
  }

  /** Takes an address of the name that no other source has. `endpoint` changes with it. */
  take(): Renewal {
    const { host, port } = this.#server;
    const before = this.#address;
    this.#address = this.#book.take(this.#owner, host, port, (address) => this.#suits(address));
    this.#first ??= this.#address;
    if (this.#address === undefined) return 'none';
    if (this.#address === before) return 'same';
    return this.#book.isFresh(host, port, this.#address) ? 'fresh' : 'again';
  }

  /** Makes the present address the last choice of the name. */
  giveUp(now: Instant): void {
    const { host, port } = this.#server;
    if (this.#address !== undefined) this.#book.giveUp(host, port, this.#address, now);
  }

  /**
   * Excludes the present address until then, because its server refuses to serve. A literal address stays: there is no other.
   */
  ban(until: Instant): void {
    if (!this.named) return;
    const { host, port } = this.#server;
    if (this.#address !== undefined) this.#book.ban(host, port, this.#address, until);
    this.close();
    this.#address = undefined;
  }

  /** A sentence that says why no address is free. */
  get shortage(): string {
    const { host, port } = this.#server;
    const { addresses, owners } = this.#book.use(host, port);
    if (addresses === 0) return `every address of ${formatServer(host, port)} refuses to serve this machine`;
    const count = addresses === 1 ? 'only 1 address,' : `only ${addresses} addresses, all`;
    return `${host} has ${count} in use by ${list(owners)}: no server is asked twice`;
  }

  toString(): string {
    const { host, port } = this.#server;
    const name = formatServer(host, port);
    return this.named && this.#address !== undefined ? `${name} (${this.#address})` : name;
  }
}

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
