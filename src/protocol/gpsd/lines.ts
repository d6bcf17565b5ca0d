const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Above the largest record of gpsd (10 240 octets; 20 480 for SKY in some releases). */
export const MAX_LINE_OCTETS = 32_768;

/**
 * Cuts a byte stream into lines without ever holding more than one. A line beyond the cap is dropped up to its newline
 * and counted, so that a peer that is not gpsd cannot fill the memory.
 */
export class LineSplitter {
  /** Lines dropped because of their length. */
  oversized = 0;
  readonly #held: Uint8Array;
  #length = 0;
  #skipping = false;
  readonly #decoder = new TextDecoder();

  constructor(maxOctets = MAX_LINE_OCTETS) {
    this.#held = new Uint8Array(maxOctets);
  }

  /** The lines that this chunk completes, without their line ends. Empty ones are left out. */
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

  /** Forgets an unfinished line: the connection it came over is gone. */
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
