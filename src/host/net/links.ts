import type { LinkWatch } from '../../api/index.js';
import { inContext } from '../handler.js';
import type { Native } from '../native.js';
import { readInterface } from './interface.js';

interface Watched {
  readonly name: string;
  readonly handler: (running: boolean) => void;
  running: boolean;
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
    const watched = { name, handler: inContext(handler), running: this.#isRunning(name) };
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
      const running = this.#isRunning(watched.name);
      if (running === watched.running || !this.#watched.has(watched)) continue;
      watched.running = running;
      watched.handler(running);
    }
  }

  /** An interface that is not there carries nothing. */
  #isRunning(name: string): boolean {
    try {
      return readInterface(this.#native, name).running;
    } catch {
      return false;
    }
  }
}
