import type { UntimedEvent } from './untimed-event.js';

/** A file that the hub writes. A full disk does not end the hub. */
export interface Storage {
  /** Empty, or the present fault. */
  readonly note: string;
  /** Reports when writing fails and when it succeeds again, once each. */
  watch?(tell: (news: UntimedEvent) => void): void;
}

/** Reports the first failure to write of each kind, and the first success after it. */
export class StorageEvents {
  readonly #id: 'event-log' | 'state-dir';
  #tell: ((news: UntimedEvent) => void) | undefined;
  #fault = '';
  /** Events before `watch` was called. */
  #early: UntimedEvent[] = [];

  constructor(id: 'event-log' | 'state-dir') {
    this.#id = id;
  }

  watch(tell: (news: UntimedEvent) => void): void {
    this.#tell = tell;
    for (const news of this.#early.splice(0)) tell(news);
  }

  /** `text`: the fault, or empty after a success, which is then reported with the text `recovery`. */
  report(text: string, recovery: string): void {
    const before = this.#fault;
    if (text === before) return;
    this.#fault = text;
    const news: UntimedEvent =
      text === ''
        ? { kind: 'storage', id: this.#id, severity: 'info', text: recovery }
        : { kind: 'storage', id: this.#id, severity: 'warning', text };
    if (this.#tell === undefined) this.#early.push(news);
    else this.#tell(news);
  }
}
