/** The instances of each type, sources and sinks alike: how they are numbered, and what they have in common. */
export class InstancesByType {
  /** The id that has each number, 1 at index 0. */
  readonly #seats = new Map<string, (string | undefined)[]>();
  readonly #common = new Map<string, unknown>();

  /** Gives it the lowest number that is free, until it leaves. */
  join(type: string, id: string): void {
    const seats = this.#seats.get(type) ?? [];
    this.#seats.set(type, seats);
    const free = seats.indexOf(undefined);
    seats[free < 0 ? seats.length : free] = id;
  }

  leave(type: string, id: string): void {
    const seats = this.#seats.get(type) ?? [];
    const seat = seats.indexOf(id);
    if (seat >= 0) seats[seat] = undefined;
  }

  /** 1, 2, …; 0 for one that has not joined. */
  ordinal(type: string, id: string): number {
    return (this.#seats.get(type)?.indexOf(id) ?? -1) + 1;
  }

  /** What `make` has thrown is made again at the next asking. */
  common<T>(type: string, make: () => T): T {
    if (!this.#common.has(type)) this.#common.set(type, make());
    return this.#common.get(type) as T;
  }
}
