import type { HubEvent } from '../../api/index.js';

const KEPT = 500;

/** The newest events, and those who want to hear of each. */
export class EventList {
  readonly #events: HubEvent[] = [];
  readonly #handlers = new Set<(event: HubEvent) => void>();

  add(event: HubEvent): void {
    this.#events.push(event);
    if (this.#events.length > KEPT) this.#events.shift();
    for (const handler of this.#handlers) handler(event);
  }

  all(): readonly HubEvent[] {
    return this.#events;
  }

  /** Returns the undoing. */
  onEvent(handler: (event: HubEvent) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }
}
