import type { Context } from '../api/context.js';
import type { Instant, Ns } from '../api/time.js';
import { octetsOf } from '../protocol/address/index.js';

interface Known {
  readonly address: string;
  seenAt: Instant;
  /** Instant at which a source last gave it up. Undefined: never. */
  failedAt: Instant | undefined;
  /** End of the ban: its server refuses to serve this machine. Undefined: no ban. */
  bannedUntil: Instant | undefined;
}

/** An address that the resolver has not returned for this long is forgotten, unless a source uses it. */
const FORGOTTEN_AFTER_NS: Ns = 3600e9;
/** Maximum number of addresses of a name: those in use and those banned are kept first, then the newest. */
const MOST_KNOWN = 256;

/**
 * Assigns addresses to the sources of one plugin, so that no two sources ask the same server. A source with a literal address
 * always has it; sources with the same name share the addresses of that name. The addresses are collected over all answers of
 * the resolver.
 */
export class AddressBook {
  readonly #literal = new Map<string, Set<string>>();
  readonly #taken = new Map<string, string>();
  /** Last address of each source, which gets the same one after a restart. */
  readonly #last = new Map<string, string>();
  readonly #names = new Map<string, Known[]>();

  /** Assigns a literal address to a source, and takes it from a source with a name. */
  claimLiteral(owner: string, address: string, port: number): void {
    const key = keyOf(address, port);
    const owners = this.#literal.get(key) ?? new Set();
    this.#literal.set(key, owners.add(owner));
    this.#taken.delete(key);
  }

  /** Releases the addresses of a source that has stopped. */
  release(owner: string): void {
    for (const owners of this.#literal.values()) owners.delete(owner);
    for (const [key, holder] of this.#taken) if (holder === owner) this.#taken.delete(key);
  }

  /** Returns false if a source with that literal address has taken it. */
  holds(owner: string, address: string, port: number): boolean {
    return this.#taken.get(keyOf(address, port)) === owner;
  }

  /** Takes the resolver's addresses of a name, in its order. */
  learn(name: string, port: number, addresses: readonly string[], now: Instant): void {
    const earlier = this.#known(name, port);
    for (const known of earlier)
      if (known.bannedUntil !== undefined && known.bannedUntil <= now) known.bannedUntil = undefined;
    const fresh = addresses.map((address): Known => {
      const known = earlier.find((each) => each.address === address);
      return known ?? { address, seenAt: now, failedAt: undefined, bannedUntil: undefined };
    });
    for (const known of fresh) known.seenAt = now;
    const others = earlier.filter(
      (known) =>
        !fresh.includes(known) &&
        (this.#taken.has(keyOf(known.address, port)) || Number(now - known.seenAt) < FORGOTTEN_AFTER_NS),
    );
    const all = [...fresh, ...others];
    const held = all.filter(
      ({ address, bannedUntil }) => bannedUntil !== undefined || this.#taken.has(keyOf(address, port)),
    );
    const kept = new Set([...new Set([...held, ...all])].slice(0, MOST_KNOWN));
    this.#names.set(
      keyOf(name, port),
      all.filter((known) => kept.has(known)),
    );
  }

  /**
   * Assigns an address of the name to the source, in place of the one it had: its last one, else one that was never given up,
   * else the one given up longest ago. Returns undefined if other sources have them all. `suits`: addresses that the source may
   * use.
   */
  take(owner: string, name: string, port: number, suits = (_address: string) => true): string | undefined {
    this.release(owner);
    const last = this.#last.get(owner);
    const rank = ({ address, failedAt }: Known): number =>
      failedAt !== undefined ? Number(failedAt) : keyOf(address, port) === last ? -2 : -1;
    const [best] = this.#known(name, port)
      .filter(
        ({ address, bannedUntil }) =>
          bannedUntil === undefined && suits(address) && this.#holdersOf(address, port).length === 0,
      )
      .sort((a, b) => rank(a) - rank(b));
    if (best === undefined) return undefined;
    const key = keyOf(best.address, port);
    this.#taken.set(key, owner);
    this.#last.set(owner, key);
    return best.address;
  }

  /** Makes the address the last choice. */
  giveUp(name: string, port: number, address: string, now: Instant): void {
    for (const known of this.#known(name, port)) if (known.address === address) known.failedAt = now;
  }

  /** Excludes the address until the first look-up after `until`. */
  ban(name: string, port: number, address: string, until: Instant): void {
    for (const known of this.#known(name, port)) if (known.address === address) known.bannedUntil = until;
  }

  /** Returns true if the address belongs to the name and was never given up. */
  isFresh(name: string, port: number, address: string): boolean {
    return this.#known(name, port).some((known) => known.address === address && known.failedAt === undefined);
  }

  /** Returns the number of usable addresses of a name, and the sources that use them. */
  use(name: string, port: number): { readonly addresses: number; readonly owners: readonly string[] } {
    const usable = this.#known(name, port).filter(({ bannedUntil }) => bannedUntil === undefined);
    const owners = new Set(usable.flatMap(({ address }) => this.#holdersOf(address, port)));
    return { addresses: usable.length, owners: [...owners].sort() };
  }

  #known(name: string, port: number): Known[] {
    return this.#names.get(keyOf(name, port)) ?? [];
  }

  #holdersOf(address: string, port: number): readonly string[] {
    const key = keyOf(address, port);
    const holder = this.#taken.get(key);
    return [...(this.#literal.get(key) ?? []), ...(holder === undefined ? [] : [holder])];
  }
}

/** Returns the address book that all sources of one plugin share. */
export const sharedAddresses = (context: Pick<Context, 'common'>): AddressBook =>
  context.common(() => ({ addresses: new AddressBook() })).addresses;

/** Returns one key for all spellings of an address. */
function keyOf(host: string, port: number): string {
  const octets = octetsOf(host);
  if (octets === undefined) return `${host.toLowerCase()} ${port}`;
  const zone = host.includes('%') ? host.slice(host.indexOf('%')) : '';
  return `${Buffer.from(octets).toString('hex')}${zone} ${port}`;
}
