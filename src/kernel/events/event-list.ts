import type { HubEvent } from '../../api/index.js';

const MAX_EVENTS = 500;

/**
 * The newest events, and their listeners. When the list is full, the id with the most events loses its oldest one: a source
 * that changes all the time does not push out the events of others.
 */
export class EventList {
  readonly #events: HubEvent[] = [];
  readonly #counts = new Map<string, number>();
  readonly #handlers = new Set<(event: HubEvent) => void>();

  add(event: HubEvent): void {
    this.#events.push(event);
    this.#count(event.id, 1);
    if (this.#events.length > MAX_EVENTS) this.#drop();
    for (const handler of this.#handlers) handler(event);
  }

  all(): readonly HubEvent[] {
    return this.#events;
  }

  /** Returns the function that removes the listener. */
  onEvent(handler: (event: HubEvent) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  #drop(): void {
    const most = Math.max(...this.#counts.values());
    const oldest = this.#events.findIndex(({ id }) => this.#counts.get(id) === most);
    this.#count(this.#events[oldest]!.id, -1);
    this.#events.splice(oldest, 1);
  }

  #count(id: string, change: number): void {
    const count = (this.#counts.get(id) ?? 0) + change;
    if (count === 0) this.#counts.delete(id);
    else this.#counts.set(id, count);
  }
}
