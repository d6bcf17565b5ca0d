import { SharedSnapshot } from './shared-snapshot.js';

const OCTETS = 252;
const LENGTH_OCTETS = 4;

/** A short text that one thread writes and others read, such as the reason of the last failure. */
export class SharedText {
  readonly #snapshot: SharedSnapshot;
  readonly #length: Uint32Array;
  readonly #octets: Uint8Array;

  /** `memory`: of another `SharedText`. Default: new memory. */
  constructor(memory?: SharedArrayBuffer) {
    this.#snapshot = new SharedSnapshot(memory ?? LENGTH_OCTETS + OCTETS);
    this.#length = new Uint32Array(this.#snapshot.own, 0, 1);
    this.#octets = new Uint8Array(this.#snapshot.own, LENGTH_OCTETS);
  }

  get memory(): SharedArrayBuffer {
    return this.#snapshot.memory;
  }

  /** Writes a text, of which 252 octets of UTF-8 are kept at most. Only one thread may do so. */
  write(text: string): void {
    this.#length[0] = new TextEncoder().encodeInto(text, this.#octets).written;
    this.#snapshot.publish();
  }

  /** Returns the last text that was whole when it was read; '' if there is none. */
  read(): string {
    this.#snapshot.refresh();
    return new TextDecoder().decode(this.#octets.subarray(0, this.#length[0]));
  }
}
