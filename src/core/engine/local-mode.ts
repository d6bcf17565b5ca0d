import type { Mode } from '../../api/index.js';

/**
 * Decides whether the system clock is served as it is (`local-stratum`), because nothing better is known: from when no source
 * has a vote or may get one, until the hub is synchronised. A source that comes and goes meanwhile does not interrupt it.
 */
export class LocalMode {
  readonly #stratum: number | undefined;
  #isOn = false;

  /** `stratum`: of the clock as it is; undefined: it is never served. */
  constructor(stratum: number | undefined) {
    this.#stratum = stratum;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** `mayBegin`: no source may get a vote. Returns an event text when local mode begins. */
  update(mode: Mode, mayBegin: boolean): string | undefined {
    const before = this.#isOn;
    this.#isOn = this.#stratum !== undefined && mode === 'unsynchronised' && (before || mayBegin);
    return this.#isOn && !before ? `${this.description} from now on` : undefined;
  }

  /** A sentence without its subject. */
  get description(): string {
    return `serves the clock as it is (local, stratum ${this.#stratum})`;
  }
}
