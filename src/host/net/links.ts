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

/** Reports when interfaces gain and lose their carrier. Uses one socket, open while an interface is watched. */
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
      // The index changed while the name stayed: the interface was replaced, so the old one went down first.
      if (index !== 0 && before !== 0) watched.handler(false);
      if (this.#watched.has(watched)) watched.handler(index !== 0);
    }
  }

  /** Returns the index of the interface while it carries frames; 0 otherwise, also when it does not exist. */
  #runningIndex(name: string): number {
    try {
      const { running, index } = readInterface(this.#native, name);
      return running ? index : 0;
    } catch {
      return 0;
    }
  }
}
