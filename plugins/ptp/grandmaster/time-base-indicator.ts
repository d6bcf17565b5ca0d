import type { HubTime, TimeState } from 'timehub/api';
import { fromNs, type TimeBaseData } from 'timehub/protocol/ptp';

/** Minimum change of the estimate that is a jump of the sent time, ns, if it also exceeds `SIGMAS` sigmas. */
const JUMP_NS = 10e3;
const SIGMAS = 5;

/** Counts the jumps of the sent time for gPTP receivers (gmTimeBaseIndicator, 802.1AS-2020 §9.6.2). */
export class TimeBaseIndicator {
  #before: HubTime | undefined;
  #sigmaNs = 0;
  #indicator = 0;
  #lastPhaseChange = 0n;
  #lastFrequencyChangePpb = 0;

  update(time: HubTime, { clocks }: TimeState): TimeBaseData {
    const jumpNs = this.#before === undefined ? 0 : time.since(this.#before);
    if (Math.abs(jumpNs) > Math.max(JUMP_NS, SIGMAS * this.#sigmaNs)) {
      this.#indicator = (this.#indicator + 1) & 0xffff;
      this.#lastPhaseChange = fromNs(jumpNs);
      this.#lastFrequencyChangePpb = time.ratePpb - this.#before!.ratePpb;
    }
    this.#before = time;
    const { sigmaNs } = clocks[0]!;
    this.#sigmaNs = Number.isFinite(sigmaNs) ? sigmaNs : 0;
    return {
      cumulativePpb: time.ratePpb,
      indicator: this.#indicator,
      lastPhaseChange: this.#lastPhaseChange,
      lastFrequencyChangePpb: this.#lastFrequencyChangePpb,
    };
  }
}
