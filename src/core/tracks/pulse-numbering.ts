import { formatDuration, NS_PER_S, type Ns, type Pulse, type Reading } from '../../api/index.js';

/** Pulses in a row after which a wrong number is no accident. */
const WRONG_PULSES = 3;

/** Compares the number that a receiver gives its pulses (which second each one begins) with the estimate. */
export class PulseNumbering {
  #periodNs: Ns = NS_PER_S;
  #isStated = false;
  /** Periods by which the receiver's number differs from the estimate, and for how many pulses in a row. */
  #slip = 0;
  #run = 0;

  get periodNs(): Ns {
    return this.#periodNs;
  }

  /** True when the receiver numbers its pulses itself. */
  get isStated(): boolean {
    return this.#isStated;
  }

  note({ periodNs, numberedOffsetNs }: Pulse): void {
    this.#periodNs = periodNs;
    this.#isStated = numberedOffsetNs !== undefined;
  }

  restart(): void {
    this.#slip = 0;
    this.#run = 0;
  }

  /** Returns news for the operator when the number has been wrong for the third pulse in a row. `offsetNs`: the estimate. */
  compare({ numberedOffsetNs }: Pulse, offsetNs: Ns): string | undefined {
    if (numberedOffsetNs === undefined) return undefined;
    const slip = Math.round((offsetNs - numberedOffsetNs) / this.#periodNs);
    this.#run = slip === this.#slip ? this.#run + 1 : 1;
    this.#slip = slip;
    return this.#run === WRONG_PULSES ? this.slipReason() : undefined;
  }

  /** Returns a clause that says how the receiver's number is wrong; undefined while it is right. */
  slipReason(): string | undefined {
    if (this.#slip === 0 || this.#run < WRONG_PULSES) return undefined;
    const by = formatDuration(Math.abs(this.#slip) * this.#periodNs);
    return `numbers its pulses ${by} too ${this.#slip > 0 ? 'low' : 'high'}; the other sources decide the second`;
  }
}

/** Returns the reading that a pulse with its own number amounts to; undefined when it has no number. */
export function readingOf(pulse: Pulse): Reading | undefined {
  const { clock, monotonic, stamp, noiseFloorNs, numberedOffsetNs: offsetNs } = pulse;
  return offsetNs === undefined ? undefined : { kind: 'reading', clock, monotonic, stamp, noiseFloorNs, offsetNs };
}
