import { formatDuration } from '../../../../api/units.js';
import type { ClockIdentity } from '../../identity.js';
import { rateOffsetPpb } from '../../rate.js';
import type { SyncTimes } from './sync-receiver.js';

type Information = NonNullable<SyncTimes['information']>;

/** Rate and time jumps of the grandmaster, from the Follow_Up information TLV (802.1AS-2020 §11.4.4.3). */
export class TimeBase {
  #source: ClockIdentity | undefined;
  #last: Information | undefined;
  #reason = '';
  #jumpNs: number | undefined;

  get information(): Information | undefined {
    return this.#last;
  }

  /** Rate of the grandmaster − rate of the neighbour. */
  get cumulativePpb(): number {
    return this.#last === undefined ? 0 : rateOffsetPpb(this.#last.cumulativeScaledRateOffset);
  }

  /** The last jump of the grandmaster's time. `jumpNs`: positive if forwards, undefined if not stated. */
  get discontinuity() {
    return { type: 'discontinuity', reason: this.#reason, jumpNs: this.#jumpNs } as const;
  }

  /** Returns true if the grandmaster reports a jump of its time. */
  update({ information, source }: SyncTimes): boolean {
    if (information === undefined) return false;
    const before = this.#source === source.clock ? this.#last : undefined;
    this.#source = source.clock;
    this.#last = information;
    if (before === undefined || before.gmTimeBaseIndicator === information.gmTimeBaseIndicator) return false;
    const phaseNs = Number(information.lastGmPhaseChange / 65536n);
    this.#jumpNs = phaseNs === 0 ? undefined : phaseNs;
    const phase = formatDuration(phaseNs);
    const rate = rateOffsetPpb(information.scaledLastGmFreqChange).toFixed(1);
    this.#reason = `The grandmaster has changed its time base by ${phase} and ${rate} ppb.`;
    return true;
  }

  clear(): void {
    this.#source = undefined;
    this.#last = undefined;
  }
}
