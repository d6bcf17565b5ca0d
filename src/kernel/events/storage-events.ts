import type { UntimedEvent } from './untimed-event.js';

/** A file that the hub writes. A full disk does not end the hub. */
export interface Storage {
  /** Empty, or the present fault. */
  readonly note: string;
  /** Calls `handler` when writing fails and when it succeeds again, once each. */
  watch?(handler: (event: UntimedEvent) => void): void;
}

/** Reports the first failure to write of each kind, and the first success after it. */
export class StorageEvents {
  readonly #id: 'event-log' | 'state-dir';
  #handler: ((event: UntimedEvent) => void) | undefined;
  #fault = '';
  /** Events before `watch` was called. */
  #early: UntimedEvent[] = [];

  constructor(id: 'event-log' | 'state-dir') {
    this.#id = id;
  }

  watch(handler: (event: UntimedEvent) => void): void {
    this.#handler = handler;
    for (const event of this.#early.splice(0)) handler(event);
  }

  /** `text`: the fault, or empty after a success, which is then reported with the text `recovery`. */
  report(text: string, recovery: string): void {
    const before = this.#fault;
    if (text === before) return;
    this.#fault = text;
    const event: UntimedEvent =
      text === ''
        ? { kind: 'storage', id: this.#id, severity: 'info', text: recovery }
        : { kind: 'storage', id: this.#id, severity: 'warning', text };
    if (this.#handler === undefined) this.#early.push(event);
    else this.#handler(event);
  }
}
