/** The instances of each type, sources and sinks together: their numbers, and the value that they share. */
export class InstancesByType {
  /** The ids by number: index 0 has number 1. */
  readonly #seats = new Map<string, (string | undefined)[]>();
  readonly #common = new Map<string, unknown>();

  /** Gives an instance the lowest free number until it leaves. */
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

  /** Returns 1, 2, …; 0 for an instance that has not joined. */
  ordinal(type: string, id: string): number {
    return (this.#seats.get(type)?.indexOf(id) ?? -1) + 1;
  }

  /** Returns the shared value, which `make` makes once. If `make` throws, nothing is kept. */
  common<T>(type: string, make: () => T): T {
    if (!this.#common.has(type)) this.#common.set(type, make());
    return this.#common.get(type) as T;
  }
}
