import type { Instant, Leap, Mode, Ns, NtpView, PtpView } from '../../api/index.js';
import { boundNs, type ClockModel, extrapolate } from '../clock/clock-model.js';
import type { TrackEstimate } from '../estimator/types.js';
import type { CoreOptions } from '../input.js';
import { leadersOf } from '../selection/account.js';
import { BOUND_SIGMAS } from '../selection/distance.js';
import type { Track } from '../source.js';
import { ntpView, stratumOf } from './ntp-view.js';
import { ptpView } from './ptp-view.js';

export interface QualityUpdate {
  readonly now: Instant;
  readonly mode: Mode;
  /** Living tracks that carry the estimate. */
  readonly carriers: readonly Track[];
  readonly system: ClockModel | undefined;
  readonly utcKnown: boolean;
  readonly estimate: (track: Track) => TrackEstimate | undefined;
}

/** What the hub promises to others, NTP's way and PTP's. Remembers who carried the time for when nobody does. */
export class Quality {
  readonly #options: CoreOptions;
  #mode: Mode = 'unsynchronised';
  #carriers: readonly Track[] = [];
  #utcKnown = false;
  #clockClass = 248;
  #peer: Track | undefined;
  #peerDelayNs: Ns = 0;
  #carriedAt: Instant = 0n;
  #boundThenNs: Ns = Number.POSITIVE_INFINITY;
  #lastUpdate: Instant = 0n;

  constructor(options: CoreOptions) {
    this.#options = options;
  }

  update({ now, mode, carriers, system, utcKnown, estimate }: QualityUpdate): void {
    this.#mode = mode;
    this.#utcKnown = utcKnown;
    this.#carriers = carriers;
    if (carriers.length > 0 && system !== undefined) {
      this.#peer = peerOf(carriers, estimate);
      const delayNs = this.#peer === undefined ? 0 : (estimate(this.#peer)?.delayNs ?? 0);
      this.#peerDelayNs = Number.isFinite(delayNs) ? 2 * delayNs : 0;
      this.#carriedAt = now;
      this.#boundThenNs = boundNs(system);
      this.#lastUpdate = carriers.reduce((newest, { last }) => (last > newest ? last : newest), 0n);
    }
    this.#clockClass = this.ptp(system, now).clockClass;
  }

  /** Time that CLOCK_MONOTONIC did not count has passed. */
  slept(sleptNs: Ns): void {
    this.#carriedAt -= BigInt(Math.round(sleptNs));
    this.#lastUpdate -= BigInt(Math.round(sleptNs));
  }

  ntp(system: ClockModel | undefined, now: Instant, leap: Leap, corrected: Instant): NtpView {
    return ntpView({
      mode: this.#mode,
      peer: this.#peer,
      peerDelayNs: this.#peerDelayNs,
      boundNs: boundAt(system, now),
      randomNs: system === undefined ? 0 : BOUND_SIGMAS * extrapolate(system, now).sigmaNs,
      boundThenNs: this.#boundThenNs,
      silenceNs: this.#carriers.length > 0 ? 0 : Number(now - this.#carriedAt),
      leap,
      referenceTime: corrected - (now - this.#lastUpdate),
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
}

/** The carrier that names stratum and refid: the nearest to a primary reference, of these the heaviest. */
function peerOf(carriers: readonly Track[], estimate: QualityUpdate['estimate']): Track | undefined {
  const weight = (track: Track): number => estimate(track)?.weight ?? 0;
  return leadersOf(carriers).reduce<Track | undefined>((best, track) => {
    if (best === undefined || stratumOf(track) < stratumOf(best)) return track;
    return stratumOf(track) === stratumOf(best) && weight(track) > weight(best) ? track : best;
  }, undefined);
}

const boundAt = (model: ClockModel | undefined, now: Instant): Ns =>
  model === undefined ? Number.POSITIVE_INFINITY : boundNs(extrapolate(model, now));
