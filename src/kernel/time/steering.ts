import { type ClockId, HubError, type Instant, NS_PER_S } from '../../api/index.js';
import type { HostClock } from '../host.js';

/** Smallest difference that is not rounding: the kernel counts frequencies in 2^-16 ppm. */
const ROUNDING_PPB = 0.1;
/** Interval of the events that say that another program steers too. */
const REMINDER_NS = 60 * NS_PER_S;

/** The last known frequency correction of a clock. */
interface Correction {
  readonly frequencyPpb: number;
  /** The last event that said that another program changed it. */
  readonly toldAt?: Instant;
}

/** A frequency that another program has set. */
export interface Intrusion {
  readonly frequencyPpb: number;
  /** The text of an event, or undefined less than `REMINDER_NS` after the last one. */
  readonly text: string | undefined;
}

/** The sink that steers each clock, and the frequency that it set. A clock has one writer. */
export class Steering {
  readonly #owners = new Map<ClockId, string>();
  readonly #corrections = new Map<ClockId, Correction>();

  get clocks(): Iterable<ClockId> {
    return this.#owners.keys();
  }

  /** Throws `TH_CLOCK_OWNED`, `TH_CLOCK_PERMISSION`. */
  grant(clock: HostClock, owner: string): void {
    const holder = this.#owners.get(clock.id);
    if (holder !== undefined) {
      throw new HubError('TH_CLOCK_OWNED', `${holder} steers the clock "${clock.id}" already`, {
        hint: 'a clock can have one sink: remove one of them',
      });
    }
    const obstacle = clock.obstacle();
    if (obstacle !== '')
      throw new HubError('TH_CLOCK_PERMISSION', obstacle, {
        hint: 'give the service CAP_SYS_TIME, or set steer = false',
      });
    this.#owners.set(clock.id, owner);
  }

  isOwner(id: ClockId, owner: string): boolean {
    return this.#owners.get(id) === owner;
  }

  release(id: ClockId): void {
    this.#owners.delete(id);
    this.forget(id);
  }

  /** Forgets the frequency of a clock that is gone. */
  forget(id: ClockId): void {
    this.#corrections.delete(id);
  }

  /** Returns the frequency as the clock rounds it, ppb. */
  set(clock: HostClock, frequencyPpb: number): number {
    const rounded = clock.setFrequency(frequencyPpb);
    this.#corrections.set(clock.id, { ...this.#corrections.get(clock.id), frequencyPpb: rounded });
    return rounded;
  }

  /** Returns a frequency that another program has set: the engine takes it into account and corrects it. */
  watch(clock: HostClock, now: Instant): Intrusion | undefined {
    const ours = this.#corrections.get(clock.id);
    if (ours === undefined) return undefined;
    const frequencyPpb = clock.frequencyPpb();
    if (Math.abs(frequencyPpb - ours.frequencyPpb) < ROUNDING_PPB) return undefined;
    const { toldAt } = ours;
    const isDue = toldAt === undefined || Number(now - toldAt) >= REMINDER_NS;
    this.#corrections.set(clock.id, { frequencyPpb, toldAt: isDue ? now : toldAt });
    const had = ours.frequencyPpb.toFixed(1);
    const text = `was set to ${frequencyPpb.toFixed(1)} ppb by another program; the hub had set ${had} ppb`;
    return { frequencyPpb, text: isDue ? text : undefined };
  }
}
