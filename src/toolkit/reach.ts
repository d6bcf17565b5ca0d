/** The reach register of RFC 5905 §9.2: one bit for each poll, the newest in the lowest bit. */
export class Reach {
  #register = 0;
  #missed = 0;

  answered(): void {
    this.#register = ((this.#register << 1) | 1) & 0xff;
    this.#missed = 0;
  }

  missedOne(): void {
    this.#register = (this.#register << 1) & 0xff;
    this.#missed++;
  }

  /** Number of replies to the last eight polls. */
  get answers(): number {
    let count = 0;
    for (let bits = this.#register; bits !== 0; bits >>= 1) count += bits & 1;
    return count;
  }

  /** The register in octal, as NTP tools show it: `377`. */
  get octal(): string {
    return this.#register.toString(8);
  }

  /** Number of polls since the last reply. */
  get missed(): number {
    return this.#missed;
  }
}
