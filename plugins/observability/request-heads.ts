const EMPTY_LINE = '\r\n\r\n';
const CR = 13;
const LF = 10;
const CAPITAL_A = 65;
const CAPITAL_Z = 90;
/** Requests that may wait behind the one that is answered. */
const MOST_WAITING = 8;
/** A longer head is handed on as it is, and node:http refuses it with 431. */
const LONGEST_HEAD = 8_192;

/** Splits what a peer sends into request heads (RFC 9112 §2.1): the octets up to and with the first empty line. */
export class RequestHeads {
  #octets: Buffer = Buffer.alloc(0);

  /** False: more requests wait now than are kept. */
  add(chunk: Buffer): boolean {
    this.#octets = this.#octets.length === 0 ? chunk : Buffer.concat([this.#octets, chunk]);
    let waiting = 0;
    for (let end = this.#endFrom(0); end > 0; end = this.#endFrom(end)) if (++waiting > MOST_WAITING) return false;
    return true;
  }

  /** True when `take` has a head to give, or octets that can be none. */
  get complete(): boolean {
    return this.#octets.length >= LONGEST_HEAD || this.#isForeign || this.#endFrom(0) > 0;
  }

  /** All methods that are known begin with a capital letter; a TLS handshake does not. */
  get #isForeign(): boolean {
    const first = this.#octets[this.#start(0)];
    return first !== undefined && (first < CAPITAL_A || first > CAPITAL_Z);
  }

  /** True when octets of a head are there. */
  get begun(): boolean {
    return this.#octets.length > this.#start(0);
  }

  /** Removes the oldest head. */
  take(): Buffer {
    const start = this.#start(0);
    const end = this.#endFrom(0);
    const length = end > 0 ? end : this.#octets.length;
    const head = Buffer.from(this.#octets.subarray(start, length));
    this.#octets = length === this.#octets.length ? Buffer.alloc(0) : Buffer.from(this.#octets.subarray(length));
    return head;
  }

  /** Empty lines before a request are skipped (RFC 9112 §2.2). */
  #start(offset: number): number {
    let start = offset;
    while (this.#octets[start] === CR || this.#octets[start] === LF) start++;
    return start;
  }

  /** The first octet after the head that begins at `offset`; 0: it is not complete. */
  #endFrom(offset: number): number {
    const found = this.#octets.indexOf(EMPTY_LINE, this.#start(offset), 'latin1');
    return found < 0 ? 0 : found + EMPTY_LINE.length;
  }
}
