import type { Leg, Rate, Reading } from '../../../../api/observation.js';
import type { Ns, Stamp, Timescale } from '../../../../api/time.js';
import { toNs, transitNs } from '../../time.js';
import type { LinkDelay } from '../neighbour/link-delay.js';
import type { DelayTimes } from './delay-requester.js';
import type { SyncTimes } from './sync-receiver.js';

export interface ObservationBasis {
  /** One standard deviation of the local stamp. */
  readonly noiseFloorNs: Ns;
  readonly scale: Timescale;
  /** delayAsymmetry of this port's link. */
  readonly asymmetryNs: Ns;
}

/** t2 − t1, less what transparent clocks have added and what the way here is longer than the mean (IEEE 1588-2019 §11.3). */
export const inboundLeg = (sync: SyncTimes, basis: ObservationBasis): Leg => ({
  kind: 'leg',
  direction: 'inbound',
  transitNs: transitNs(sync.received.time, sync.origin, sync.correction) - basis.asymmetryNs,
  ...observed(sync.received, basis),
});

/** t4 − t3, likewise. */
export const outboundLeg = (delay: DelayTimes, basis: ObservationBasis): Leg => ({
  kind: 'leg',
  direction: 'outbound',
  transitNs: transitNs(delay.received, delay.sent.time, delay.correction) + basis.asymmetryNs,
  ...observed(delay.sent, basis),
});

/**
 * With peer delay every part of the way is measured where it lies, so that a Sync is a comparison: no leg, whose delay the
 * estimator would have to find from legs of the other direction, of which there are none.
 */
export const syncReading = (sync: SyncTimes, link: LinkDelay, basis: ObservationBasis): Reading => ({
  kind: 'reading',
  offsetNs: link.delayNs + basis.asymmetryNs - transitNs(sync.received.time, sync.origin, sync.correction),
  noiseNs: Math.hypot(basis.noiseFloorNs, link.noiseNs),
  ...observed(sync.received, basis),
  // No averaging gets below what is wrong with the link's delay: it is the same in every Sync.
  noiseFloorNs: Math.max(basis.noiseFloorNs, link.noiseNs),
});

/** The grandmaster's rate: the neighbour's against ours, and the grandmaster's against the neighbour's. */
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
  /** One standard deviation of the neighbour's. */
  readonly noisePpb: number;
}

/** A correction that transparent clocks could not write (§13.3.2.9), or nobody could have meant. */
const MOST_NS = 1e12;
export const isBelievable = (correction: bigint): boolean => Math.abs(toNs(correction)) < MOST_NS;

const observed = ({ clock, monotonic, by }: Stamp, { noiseFloorNs, scale }: ObservationBasis) => ({
  ...{ clock, monotonic, stamp: by, noiseFloorNs, scale },
});
