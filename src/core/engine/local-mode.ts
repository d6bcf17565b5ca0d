import type { Mode } from '../../api/index.js';

/**
 * Decides whether the clock is given to others as it is, because nothing better is known: from when no source has a vote or
 * may yet get one, until a source has brought the time. A source that comes and goes meanwhile does not interrupt it.
 */
export class LocalMode {
  readonly #stratum: number | undefined;
  #isOn = false;

  /** `stratum`: what to call the clock; undefined: it is never given. */
  constructor(stratum: number | undefined) {
    this.#stratum = stratum;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** `mayBegin`: no source may yet be judged. Returns the change, in a sentence without its subject. */
  update(mode: Mode, mayBegin: boolean): string | undefined {
    const before = this.#isOn;
    this.#isOn = this.#stratum !== undefined && mode === 'unsynchronised' && (before || mayBegin);
    if (this.#isOn && !before) return `${this.description} from now on`;
    return undefined;
  }

  /** A sentence without its subject. */
  get description(): string {
    return `serves the clock as it is (local, stratum ${this.#stratum})`;
  }
}
