/** The reach register of RFC 5905 §9.2: one bit a poll, the newest lowest. */
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

  /** Answers among the last eight polls. */
  get answers(): number {
    let count = 0;
    for (let bits = this.#register; bits !== 0; bits >>= 1) count += bits & 1;
    return count;
  }

  /** `377`, as all NTP tools show it. */
  get octal(): string {
    return this.#register.toString(8);
  }

  /** Polls without an answer since the last one. */
  get missed(): number {
    return this.#missed;
  }
}
