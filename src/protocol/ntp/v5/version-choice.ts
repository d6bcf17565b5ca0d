import type { Answer } from '../evaluate.js';
import { VERSION_5 } from './packet.js';

/** `auto`: NTPv4, and NTPv5 with a server that says that it speaks it. */
export type VersionWish = 4 | 5 | 'auto';

/** NTPv4 requests that ask whether the server speaks NTPv5. */
const PROBES = 8;
/** Requests of NTPv5 without an answer after which NTPv4 is spoken again. */
const MOST_MISSED = 2;

/** Chooses the version of each request to one server. */
export class VersionChoice {
  readonly #wish: VersionWish;
  #version: 4 | 5;
  /** Questions left. */
  #probes: number;
  #missed = 0;
  /** The server has answered in NTPv5. */
  #hasSpoken = false;

  constructor(wish: VersionWish) {
    this.#wish = wish;
    this.#version = wish === 5 ? 5 : 4;
    this.#probes = wish === 'auto' ? PROBES : 0;
  }

  get version(): 4 | 5 {
    return this.#version;
  }

  /** True if the next request, of NTPv4, asks whether the server speaks NTPv5. */
  get probes(): boolean {
    return this.#version === 4 && this.#probes > 0;
  }

  answered({ version, speaksV5 }: Answer): void {
    this.#missed = 0;
    if (version === VERSION_5) this.#hasSpoken = true;
    else if (speaksV5 === true && this.probes) this.#version = 5;
    else this.#probes = Math.max(0, this.#probes - 1);
  }

  missedOne(): void {
    if (this.#wish !== 'auto' || this.#version === 4 || ++this.#missed < MOST_MISSED) return;
    this.#missed = 0;
    this.#version = 4;
    // A server that has never answered in NTPv5 is not asked again: something on the way drops it.
    this.#probes = this.#hasSpoken ? PROBES : 0;
  }
}
