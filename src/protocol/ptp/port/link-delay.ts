import type { NeighbourMemory } from './action.js';
import type { PeerDelay } from './peer-delay.js';
import type { PortSettings } from './settings.js';

/** A change of the delay by less is not worth a write (the automotive profile's 100 ns). */
export const WORTH_REMEMBERING_NS = 100;
/** Exchanges before a measured delay replaces the remembered one. */
export const ENOUGH = 3;
/** A link of a vehicle or a rack: what is wrong by assuming it has no length, one standard deviation. */
const ASSUMED_NOISE_NS = 500;

/** What the way from the neighbour takes, and how well that is known. */
export interface LinkDelay {
  readonly delayNs: number;
  readonly noiseNs: number;
  readonly origin: 'measured' | 'remembered' | 'assumed';
}

/** The best that is known of the link. Undefined: nothing, and the profile does not allow to assume anything. */
export function linkDelayOf(
  { delay, stampedBy }: PeerDelay,
  remembered: NeighbourMemory | undefined,
  { stampNoiseNs, profile }: PortSettings,
): LinkDelay | undefined {
  if (delay.count >= (remembered === undefined ? 1 : ENOUGH)) {
    return { delayNs: delay.delayNs, noiseNs: delay.noiseNs(stampNoiseNs[stampedBy]), origin: 'measured' };
  }
  if (remembered !== undefined) {
    return { delayNs: remembered.delayNs, noiseNs: WORTH_REMEMBERING_NS, origin: 'remembered' };
  }
  if (profile.neighbour.capable !== 'static') return undefined;
  return { delayNs: 0, noiseNs: ASSUMED_NOISE_NS, origin: 'assumed' };
}
