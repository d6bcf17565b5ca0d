import type { Context } from 'timehub/api';
import { REFERENCE_ID_OCTETS, ReferenceIdFilter, referenceIdOfAddress } from 'timehub/protocol/ntp';
import { type AddressBook, sharedAddresses } from 'timehub/toolkit';

/**
 * The reference IDs of NTPv5 that the sources and servers of one hub share: its own, and those of the servers that each source
 * follows. A client recognises by them that its server follows it, over any number of machines.
 */
export class ReferenceIds {
  readonly #random: (octets: number) => Uint8Array;
  readonly #ofSources = new Map<string, ReferenceIdFilter>();
  #own: Uint8Array | undefined;

  constructor(random: (octets: number) => Uint8Array) {
    this.#random = random;
  }

  /** The reference ID of this hub: another one after each start. */
  get own(): Uint8Array {
    this.#own ??= this.#random(REFERENCE_ID_OCTETS);
    return this.#own;
  }

  /** Takes the filter of the server that a source asks; undefined: it is not known. */
  learn(source: string, filter: ReferenceIdFilter | undefined): void {
    if (filter === undefined) this.#ofSources.delete(source);
    else this.#ofSources.set(source, filter);
  }

  /** Takes the server that a source asks, which has no filter because it speaks NTPv4. */
  learnAddress(source: string, address: string): void {
    const id = referenceIdOfAddress(address);
    const filter = new ReferenceIdFilter();
    if (id !== undefined) filter.add(id);
    this.learn(source, filter);
  }

  /** Returns the filter that a server states which follows these sources. */
  served(sources: Iterable<string>): Uint8Array {
    const filter = new ReferenceIdFilter();
    filter.add(this.own);
    for (const source of sources) {
      const heard = this.#ofSources.get(source);
      if (heard !== undefined) filter.merge(heard);
    }
    return filter.octets;
  }
}

/** The sources and servers of one hub share an address book, and so the reference IDs that belong to it. */
const idsOf = new WeakMap<AddressBook, ReferenceIds>();

/** Returns the reference IDs that all instances of the type in this hub share. */
export function sharedReferenceIds(context: Pick<Context, 'common' | 'random'>): ReferenceIds {
  const key = sharedAddresses(context);
  const ids = idsOf.get(key) ?? new ReferenceIds((octets) => context.random(octets));
  idsOf.set(key, ids);
  return ids;
}
