/** Refusals in a row after which an admitted track loses its place; fewer drop odd observations only. */
const REFUSALS_TO_WITHDRAW = 4;

/** Remembers why the newest observations of a track cannot be used. */
export class ObservationRefusals {
  #run = 0;
  #reason: string | undefined;

  get reason(): string | undefined {
    return this.#reason;
  }

  /** `reason`: why the observation is refused; undefined when it is used. */
  note(reason: string | undefined, isAdmitted: boolean): void {
    this.#run = reason === undefined ? 0 : this.#run + 1;
    if (reason === undefined || !isAdmitted || this.#run >= REFUSALS_TO_WITHDRAW) this.#reason = reason;
  }
}
