const EMPTY_LINE = '\r\n\r\n';
const CR = 13;
const LF = 10;
const CAPITAL_A = 65;
const CAPITAL_Z = 90;
/** Maximum number of requests that wait behind the present one. */
const MOST_WAITING = 8;
/** Maximum size of a head, octets. A longer one is passed on incomplete, and node:http refuses it with 431. */
const LONGEST_HEAD = 8_192;

/** Splits the input of a connection into request heads (RFC 9112 §2.1): the octets up to and including the first empty line. */
export class RequestHeads {
  #octets: Buffer = Buffer.alloc(0);

  /** Adds input. Returns false when more requests wait than may. */
  add(chunk: Buffer): boolean {
    this.#octets = this.#octets.length === 0 ? chunk : Buffer.concat([this.#octets, chunk]);
    let waiting = 0;
    for (let end = this.#endFrom(0); end > 0; end = this.#endFrom(end)) if (++waiting > MOST_WAITING) return false;
    return true;
  }

  /** True when `take` has a complete head, or input that cannot be one. */
  get complete(): boolean {
    return this.#octets.length >= LONGEST_HEAD || this.#isForeign || this.#endFrom(0) > 0;
  }

  /** All known methods start with a capital letter. A TLS handshake does not. */
  get #isForeign(): boolean {
    const first = this.#octets[this.#start(0)];
    return first !== undefined && (first < CAPITAL_A || first > CAPITAL_Z);
  }

  /** True when a part of a head has arrived. */
  get begun(): boolean {
    return this.#octets.length > this.#start(0);
  }

  /** Removes and returns the oldest head. */
  take(): Buffer {
    const start = this.#start(0);
    const end = this.#endFrom(0);
    const length = end > 0 ? end : this.#octets.length;
    const head = Buffer.from(this.#octets.subarray(start, length));
    this.#octets = length === this.#octets.length ? Buffer.alloc(0) : Buffer.from(this.#octets.subarray(length));
    return head;
  }

  /** Skips empty lines before a request (RFC 9112 §2.2). */
  #start(offset: number): number {
    let start = offset;
    while (this.#octets[start] === CR || this.#octets[start] === LF) start++;
    return start;
  }

  /** Returns the index of the first octet after the head that starts at `offset`; 0: the head is incomplete. */
  #endFrom(offset: number): number {
    const found = this.#octets.indexOf(EMPTY_LINE, this.#start(offset), 'latin1');
    return found < 0 ? 0 : found + EMPTY_LINE.length;
  }
}
