import type { Leg, Rate, Reading } from '../../../../api/observation.js';
import type { Ns, Stamp, Timescale } from '../../../../api/time.js';
import { toNs, transitNs } from '../../time.js';
import type { LinkDelay } from '../neighbour/link-delay.js';
import type { DelayTimes } from './delay-requester.js';
import type { SyncTimes } from './sync-receiver.js';

export interface ObservationBasis {
  /** One sigma of the local stamp. */
  readonly noiseFloorNs: Ns;
  readonly scale: Timescale;
  /** delayAsymmetry of this port's link. */
  readonly asymmetryNs: Ns;
}

/** Returns t2 − t1, less the corrections of transparent clocks and the asymmetry (IEEE 1588-2019 §11.3). */
export const inboundLeg = (sync: SyncTimes, basis: ObservationBasis): Leg => ({
  kind: 'leg',
  direction: 'inbound',
  transitNs: transitNs(sync.received.time, sync.origin, sync.correction) - basis.asymmetryNs,
  ...observed(sync.received, basis),
});

/** Returns t4 − t3, less the corrections, plus the asymmetry. */
export const outboundLeg = (delay: DelayTimes, basis: ObservationBasis): Leg => ({
  kind: 'leg',
  direction: 'outbound',
  transitNs: transitNs(delay.received, delay.sent.time, delay.correction) + basis.asymmetryNs,
  ...observed(delay.sent, basis),
});

/**
 * Returns the reading of a Sync in peer-to-peer mode. It is not a leg: the link delay is measured and subtracted, and there
 * are no legs in the other direction from which the estimator could find it.
 */
export const syncReading = (sync: SyncTimes, link: LinkDelay, basis: ObservationBasis): Reading => ({
  kind: 'reading',
  offsetNs: link.delayNs + basis.asymmetryNs - transitNs(sync.received.time, sync.origin, sync.correction),
  noiseNs: Math.hypot(basis.noiseFloorNs, link.noiseNs),
  ...observed(sync.received, basis),
  // The error of the link delay is the same in every Sync, so averaging does not reduce it.
  noiseFloorNs: Math.max(basis.noiseFloorNs, link.noiseNs),
});

/** Returns the rate of the grandmaster: neighbour against local clock, times grandmaster against neighbour. */
export function grandmasterRate(received: Stamp, rates: GrandmasterRates, basis: ObservationBasis): Rate {
  const { neighbourPpb, cumulativePpb, noisePpb } = rates;
  return {
    kind: 'rate',
    frequencyPpb: neighbourPpb + cumulativePpb + (neighbourPpb * cumulativePpb) / 1e9,
    noisePpb,
    ...observed(received, basis),
  };
}

export interface GrandmasterRates {
  readonly neighbourPpb: number;
  readonly cumulativePpb: number;
  /** One sigma of `neighbourPpb`. */
  readonly noisePpb: number;
}

/** Maximum plausible correctionField, ns. The value "too large to be represented" (§13.3.2.9) is above it. */
const MOST_NS = 1e12;
export const isBelievable = (correction: bigint): boolean => Math.abs(toNs(correction)) < MOST_NS;

const observed = ({ clock, monotonic, by }: Stamp, { noiseFloorNs, scale }: ObservationBasis) => ({
  ...{ clock, monotonic, stamp: by, noiseFloorNs, scale },
});
