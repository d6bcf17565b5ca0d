import type { Instant } from '../../../../api/time.js';
import { INTERVAL_UNCHANGED } from '../../interval.js';
import type { Intervals } from '../../profile/profile.js';
import { isDue } from '../action.js';
import type { Neighbour } from '../neighbour/neighbour.js';
import type { ReceiverSettings } from '../settings.js';

/** Syncs without a gap for so long: the fast beginning has done its work (the automotive profile leaves it open). */
const SETTLED_NS = 4_000_000_000n;

/**
 * Asks the neighbour for message intervals (802.1AS-2020 §10.6.4.3): a profile with operational intervals asks for the initial
 * ones when the link comes up and for the operational ones once Syncs have come for a while.
 */
export class IntervalRequester {
  readonly #settings: ReceiverSettings;
  readonly #neighbour: Neighbour;
  #phase: 'initial' | 'operational' = 'initial';
  dueAt: Instant | undefined;

  constructor(settings: ReceiverSettings, neighbour: Neighbour) {
    this.#settings = settings;
    this.#neighbour = neighbour;
  }

  linkUp(): void {
    this.#enter('initial');
  }

  synced(now: Instant): void {
    if (this.#phase === 'initial' && this.#settings.profile.operational !== undefined) this.dueAt ??= now + SETTLED_NS;
  }

  syncLost(): void {
    this.#enter('initial');
  }

  /** True: the operational intervals hold from now on. */
  wake(now: Instant): boolean {
    if (!isDue(this.dueAt, now)) return false;
    this.#enter('operational');
    return true;
  }

  /** Intervals as log2 of seconds or codes; what is left out shall stay as it is. */
  ask({ delay, sync, announce }: Partial<Intervals>): void {
    this.#neighbour.signal([
      {
        kind: 'message-interval-request',
        linkDelay: delay ?? INTERVAL_UNCHANGED,
        timeSync: sync ?? INTERVAL_UNCHANGED,
        announce: announce ?? INTERVAL_UNCHANGED,
        flags: { computeNeighborRateRatio: true, computeMeanLinkDelay: true, oneStepReceiveCapable: true },
      },
    ]);
  }

  #enter(phase: 'initial' | 'operational'): void {
    this.dueAt = undefined;
    this.#phase = phase;
    const { operational, initial } = this.#settings.profile;
    if (operational !== undefined) this.ask({ sync: (phase === 'initial' ? initial : operational).sync });
  }
}
