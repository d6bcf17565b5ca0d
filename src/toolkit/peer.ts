import type { Network } from '../api/network.js';
import type { Instant } from '../api/time.js';
import type { Endpoint } from '../api/udp.js';
import { formatServer, octetsOf, type Server } from '../protocol/address/index.js';
import type { AddressBook } from './address-book.js';

/**
 * `same`: the same address as before. `fresh`: another one, which no source has given up yet. `again`: another one that was
 * given up before. `none`: there is no address to ask.
 */
export type Renewal = 'same' | 'fresh' | 'again' | 'none';

/** A server by its name and the one of its addresses that is asked. */
export class Peer {
  /** By name, and so perhaps at another address tomorrow. */
  readonly named: boolean;
  readonly #server: Server;
  readonly #book: AddressBook;
  readonly #owner: string;
  #address: string | undefined;
  #first: string | undefined;

  /** `owner`: the id of the source. */
  constructor(server: Server, book: AddressBook, owner: string) {
    this.#server = server;
    this.#book = book;
    this.#owner = owner;
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

  /** False: a source with this literal address has taken it. */
  get isOurs(): boolean {
    return (
      !this.named || this.#address === undefined || this.#book.holds(this.#owner, this.#address, this.#server.port)
    );
  }

  /** To be called at the start: a literal address is taken at once, ahead of all look-ups. */
  open(): void {
    if (!this.named) this.#book.claimLiteral(this.#owner, this.#server.host, this.#server.port);
  }

  close(): void {
    this.#book.release(this.#owner);
  }

  /** Looks the name up. Rejects with `TH_NET_RESOLVE`; earlier answers stay known. */
  async lookUp(network: Network, now: () => Instant): Promise<void> {
    const { host, port } = this.#server;
    const addresses = await network.resolve(host);
    this.#book.learn(host, port, addresses, now());
  }

  /** Takes an address of the name that no other source has. */
  take(): Renewal {
    const { host, port } = this.#server;
    const before = this.#address;
    this.#address = this.#book.take(this.#owner, host, port);
    this.#first ??= this.#address;
    if (this.#address === undefined) return 'none';
    if (this.#address === before) return 'same';
    return this.#book.isFresh(host, port, this.#address) ? 'fresh' : 'again';
  }

  /** Another address of the name, if there is one, is better than the present one. */
  giveUp(now: Instant): void {
    const { host, port } = this.#server;
    if (this.#address !== undefined) this.#book.giveUp(host, port, this.#address, now);
  }

  /** The server at the present address has sent us away until then. A literal address stays, for there is no other. */
  ban(until: Instant): void {
    if (!this.named) return;
    const { host, port } = this.#server;
    if (this.#address !== undefined) this.#book.ban(host, port, this.#address, until);
    this.close();
    this.#address = undefined;
  }

  /** Why there is no address to ask, a sentence. */
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
