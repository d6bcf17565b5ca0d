import type { Instant, Leap, Mode, Ns, NtpView, PtpView } from '../../api/index.js';
import { BOUND_SIGMAS, boundNs, type ClockModel, extrapolate } from '../clocks/clock-model.js';
import type { CoreOptions } from '../engine/input.js';
import { leadersOf } from '../selection/reasons.js';
import type { SourceTrack } from '../tracks/source.js';
import { ntpView } from './ntp-view.js';
import { ptpView } from './ptp-view.js';
import { nextSystemPeer, type SystemPeer, type SystemPeerInputs } from './system-peer.js';

export interface QualityUpdate extends SystemPeerInputs {
  readonly now: Instant;
  readonly mode: Mode;
  readonly utcKnown: boolean;
  /** The clock is served as it is (`local-stratum`). */
  readonly local: boolean;
}

/** Makes the NTP view and the PTP view of the served time, both from the present error bound. */
export class Quality {
  readonly #options: CoreOptions;
  #mode: Mode = 'unsynchronised';
  #local = false;
  #carriers: readonly SourceTrack[] = [];
  #utcKnown = false;
  #clockClass = 248;
  #named: SystemPeer | undefined;
  #lastUpdate: Instant = 0n;

  constructor(options: CoreOptions) {
    this.#options = options;
  }

  update(update: QualityUpdate): void {
    const { now, mode, carriers, system, utcKnown, local } = update;
    this.#mode = mode;
    this.#local = local;
    this.#utcKnown = utcKnown;
    this.#carriers = carriers;
    const before = this.#named;
    this.#named = nextSystemPeer(before, update);
    if (this.#named !== before)
      for (const { cadence } of carriers) if (cadence.last > this.#lastUpdate) this.#lastUpdate = cadence.last;
    this.#clockClass = this.ptp(system, now).clockClass;
  }

  /** CLOCK_MONOTONIC did not count the time of a sleep. */
  slept(sleptNs: Ns): void {
    this.#lastUpdate -= BigInt(Math.round(sleptNs));
  }

  ntp(system: ClockModel | undefined, now: Instant, leap: Leap, corrected: Instant): NtpView {
    return ntpView({
      mode: this.#mode,
      peer: this.#named?.peer,
      boundNs: boundAt(system, now),
      randomNs: system === undefined ? 0 : BOUND_SIGMAS * extrapolate(system, now).sigmaNs,
      leap,
      referenceTime: corrected - (now - this.#lastUpdate),
      localStratum: this.#local ? this.#options.localStratum : undefined,
      now: corrected,
    });
  }

  ptp(system: ClockModel | undefined, now: Instant): PtpView {
    return ptpView({
      mode: this.#mode,
      carriers: leadersOf(this.#carriers),
      before: this.#clockClass,
      boundNs: boundAt(system, now),
      specificationNs: this.#options.trackingErrorNs,
      utcKnown: this.#utcKnown,
    });
  }

  /** Returns the address of the system peer's source; undefined if it has none or the hub is not synchronised. */
  upstream(): string | undefined {
    if (this.#mode === 'unsynchronised') return undefined;
    return this.#named?.track.source.host.name;
  }
}

const boundAt = (model: ClockModel | undefined, now: Instant): Ns =>
  model === undefined ? Number.POSITIVE_INFINITY : boundNs(extrapolate(model, now));
