const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Longest line that is kept, octets; gpsd's largest record has 10 240, SKY in some releases 20 480. */
export const MAX_LINE_OCTETS = 32_768;

/**
 * Cuts a byte stream into lines and buffers at most one. A longer line is dropped up to its newline and counted, so that a peer
 * that is not gpsd cannot fill the memory.
 */
export class LineSplitter {
  /** Number of lines dropped because of their length. */
  oversized = 0;
  readonly #held: Uint8Array;
  #length = 0;
  #skipping = false;
  readonly #decoder = new TextDecoder();

  constructor(maxOctets = MAX_LINE_OCTETS) {
    this.#held = new Uint8Array(maxOctets);
  }

  /** Returns the lines that this chunk completes, without line ends and without empty lines. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#hold(chunk.subarray(start, end));
      const line = this.#take();
      if (line !== '') lines.push(line);
      start = end + 1;
    }
    this.#hold(chunk.subarray(start));
    return lines;
  }

  /** Drops an unfinished line; to be called when the connection is lost. */
  reset(): void {
    this.#length = 0;
    this.#skipping = false;
  }

  #hold(part: Uint8Array): void {
    if (this.#skipping || part.length === 0) return;
    if (this.#length + part.length > this.#held.length) {
      this.#skipping = true;
      this.oversized += 1;
      return;
    }
    this.#held.set(part, this.#length);
    this.#length += part.length;
  }

  #take(): string {
    const length = this.#skipping ? 0 : this.#length;
    this.reset();
    const end = length > 0 && this.#held[length - 1] === CARRIAGE_RETURN ? length - 1 : length;
    return this.#decoder.decode(this.#held.subarray(0, end));
  }
}
