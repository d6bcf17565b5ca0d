import type { Context } from 'timehub/api';
import { type AddressBook, sharedAddresses } from 'timehub/toolkit';

/** The servers that the sources of NTS pools have got, so that no two sources of a pool ask the same. */
export class PoolMembers {
  readonly #servers = new Map<string, { readonly pool: string; readonly server: string }>();

  /** Returns the servers that other sources of a pool ask. */
  others(owner: string, pool: string): readonly string[] {
    return [...this.#servers].filter(([id, its]) => id !== owner && its.pool === pool).map(([, { server }]) => server);
  }

  /** Notes the server of a source. Returns false, and forgets the one that it had, if another source of the pool has it. */
  take(owner: string, pool: string, server: string): boolean {
    this.#servers.delete(owner);
    if (this.others(owner, pool).includes(server)) return false;
    this.#servers.set(owner, { pool, server });
    return true;
  }

  release(owner: string): void {
    this.#servers.delete(owner);
  }
}

/** The members of each hub, by the value that its sources of NTS share. */
const membersOf = new WeakMap<AddressBook, PoolMembers>();

/** Returns the members that all sources of NTS of a hub share. */
export function poolMembers(context: Pick<Context, 'common'>): PoolMembers {
  const shared = sharedAddresses(context);
  const members = membersOf.get(shared) ?? new PoolMembers();
  membersOf.set(shared, members);
  return members;
}
