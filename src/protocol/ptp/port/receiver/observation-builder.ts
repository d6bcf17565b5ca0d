import type { Observation, Rate } from '../../../../api/observation.js';
import type { StampClass, Timescale } from '../../../../api/time.js';
import type { ForeignMaster } from '../../bmca/foreign-masters.js';
import { measuresLink } from '../../profile/profile.js';
import type { Neighbour } from '../neighbour/neighbour.js';
import type { PortSettings } from '../settings.js';
import { scaleOf } from './claims.js';
import type { DelayTimes } from './delay-requester.js';
import { grandmasterRate, inboundLeg, type ObservationBasis, outboundLeg, syncReading } from './observations.js';
import type { SyncTimes } from './sync-receiver.js';
import type { TimeBase } from './time-base.js';

/** Makes observations: legs in end-to-end mode, readings and rates in peer-to-peer mode. */
export class ObservationBuilder {
  readonly #settings: PortSettings;
  readonly #neighbour: Neighbour;
  readonly #timeBase: TimeBase;
  #rateTakenAt = 0;

  constructor(settings: PortSettings, neighbour: Neighbour, timeBase: TimeBase) {
    this.#settings = settings;
    this.#neighbour = neighbour;
    this.#timeBase = timeBase;
  }

  /** Returns no observations while the delay of the link is not known. */
  ofSync(sync: SyncTimes, parent: ForeignMaster | undefined): readonly Observation[] {
    const basis = this.#basis(sync.received.by, parent);
    if (!measuresLink(this.#settings.profile)) return [inboundLeg(sync, basis)];
    const { link } = this.#neighbour;
    if (link === undefined) return [];
    const rate = this.#rate(sync, basis);
    const reading = syncReading(sync, link, basis);
    return rate === undefined ? [reading] : [reading, rate];
  }

  ofDelay(delay: DelayTimes, parent: ForeignMaster | undefined): readonly Observation[] {
    return [outboundLeg(delay, this.#basis(delay.sent.by, parent))];
  }

  /** Returns a rate once for each window of exchanges: overlapping windows are not independent, and a saved rate is no news. */
  #rate(sync: SyncTimes, basis: ObservationBasis): Rate | undefined {
    const { rate } = this.#neighbour.delayRequester;
    if (sync.information === undefined || rate.ratePpb === undefined || !rate.isSettled) return undefined;
    if (rate.count - this.#rateTakenAt < rate.window) return undefined;
    this.#rateTakenAt = rate.count;
    const { cumulativePpb } = this.#timeBase;
    return grandmasterRate(
      sync.received,
      { neighbourPpb: rate.ratePpb, cumulativePpb, noisePpb: rate.noisePpb(basis.noiseFloorNs) },
      basis,
    );
  }

  #basis(by: StampClass, parent: ForeignMaster | undefined): ObservationBasis {
    const { stampNoiseNs, latencies } = this.#settings;
    const scale: Timescale = parent === undefined ? 'tai' : scaleOf(parent.announce);
    return { noiseFloorNs: stampNoiseNs[by], scale, asymmetryNs: latencies.asymmetryNs };
  }
}
