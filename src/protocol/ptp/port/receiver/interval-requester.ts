import type { Instant } from '../../../../api/time.js';
import { INTERVAL_UNCHANGED } from '../../interval.js';
import type { Intervals } from '../../profile/profile.js';
import { isDue } from '../action.js';
import type { Neighbour } from '../neighbour/neighbour.js';
import type { ReceiverSettings } from '../settings.js';

/** Time of Syncs without a gap until the operational intervals are requested, ns. The automotive profile leaves it open. */
const SETTLED_NS = 4_000_000_000n;

/**
 * Requests message intervals of the neighbour (802.1AS-2020 §10.6.4.3). With operational intervals in the profile it requests
 * the initial ones at link-up, and the operational ones after a time with Syncs.
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

  /** Returns true when the operational intervals begin. */
  wake(now: Instant): boolean {
    if (!isDue(this.dueAt, now)) return false;
    this.#enter('operational');
    return true;
  }

  /** Requests intervals, log2 of seconds or codes. Those that are left out stay unchanged. */
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
