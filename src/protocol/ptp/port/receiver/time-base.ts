import { formatDuration } from '../../../../api/units.js';
import type { ClockIdentity } from '../../identity.js';
import { rateOffsetPpb } from '../../rate.js';
import type { SyncTimes } from './sync-receiver.js';

type Information = NonNullable<SyncTimes['information']>;

/** What the Follow_Up information TLV tells beside the time (802.1AS-2020 §11.4.4.3). */
export class TimeBase {
  #source: ClockIdentity | undefined;
  #last: Information | undefined;
  #reason = '';
  #jumpNs: number | undefined;

  get information(): Information | undefined {
    return this.#last;
  }

  /** The grandmaster's rate − the neighbour's. */
  get cumulativePpb(): number {
    return this.#last === undefined ? 0 : rateOffsetPpb(this.#last.cumulativeScaledRateOffset);
  }

  /** The last one: one sentence, and by how much the time went forward if the grandmaster says so. */
  get discontinuity() {
    return { type: 'discontinuity', reason: this.#reason, jumpNs: this.#jumpNs } as const;
  }

  /** True: the grandmaster says that its time has jumped. */
  take({ information, source }: SyncTimes): boolean {
    if (information === undefined) return false;
    const before = this.#source === source.clock ? this.#last : undefined;
    this.#source = source.clock;
    this.#last = information;
    if (before === undefined || before.gmTimeBaseIndicator === information.gmTimeBaseIndicator) return false;
    const phaseNs = Number(information.lastGmPhaseChange / 65536n);
    this.#jumpNs = phaseNs === 0 ? undefined : phaseNs;
    const phase = formatDuration(phaseNs);
    const rate = rateOffsetPpb(information.scaledLastGmFreqChange).toFixed(1);
    this.#reason = `The grandmaster has changed its time base: by ${phase} and ${rate} ppb.`;
    return true;
  }

  clear(): void {
    this.#source = undefined;
    this.#last = undefined;
  }
}
