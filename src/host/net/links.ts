import type { LinkWatch } from '../../api/index.js';
import { inContext } from '../handler.js';
import type { Native } from '../native.js';
import { readInterface } from './interface.js';

interface Watched {
  readonly name: string;
  readonly handler: (running: boolean) => void;
  /** Index of the interface while it carries frames; 0 while it does not. */
  index: number;
}

/** Tells when interfaces begin and cease to carry frames. One socket, open while somebody watches. */
export class Links {
  readonly #native: Native;
  readonly #watched = new Set<Watched>();
  #socket: number | undefined;

  constructor(native: Native) {
    this.#native = native;
  }

  watch(name: string, handler: (running: boolean) => void): LinkWatch {
    this.#socket ??= this.#native.watchLinks(() => this.#look());
    const watched = { name, handler: inContext(handler), index: this.#runningIndex(name) };
    this.#watched.add(watched);
    return {
      close: () => {
        this.#watched.delete(watched);
        if (this.#watched.size > 0 || this.#socket === undefined) return;
        this.#native.close(this.#socket);
        this.#socket = undefined;
      },
    };
  }

  #look(): void {
    for (const watched of [...this.#watched]) {
      const index = this.#runningIndex(watched.name);
      const before = watched.index;
      if (index === before || !this.#watched.has(watched)) continue;
      watched.index = index;
      // Another interface of the same name, made so quickly that nothing was seen between: the first one went down.
      if (index !== 0 && before !== 0) watched.handler(false);
      if (this.#watched.has(watched)) watched.handler(index !== 0);
    }
  }

  /** An interface that is not there carries nothing. */
  #runningIndex(name: string): number {
    try {
      const { running, index } = readInterface(this.#native, name);
      return running ? index : 0;
    } catch {
      return 0;
    }
  }
}
