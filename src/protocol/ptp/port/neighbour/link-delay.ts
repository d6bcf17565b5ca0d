import type { Ns } from '../../../../api/time.js';
import type { SavedLink } from '../action.js';
import type { PortSettings } from '../settings.js';
import type { PeerDelayRequester } from './peer-delay-requester.js';

/** By so much a stored delay may be wrong, one standard deviation: it would have been stored anew. */
const STORED_NOISE_NS = 100;
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
  asks: PeerDelayRequester,
  remembered: SavedLink | undefined,
  settings: PortSettings,
): LinkDelay | undefined {
  const { delay } = asks;
  // A delay that was measured in an earlier run, or none, is a promise that only a profile may make.
  const isDecreed = settings.profile.neighbour.capable === 'static';
  if (delay.count >= (isDecreed && remembered !== undefined ? ENOUGH : 1)) {
    return { delayNs: delay.delayNs, noiseNs: delayNoiseOf(asks, settings), origin: 'measured' };
  }
  if (!isDecreed) return undefined;
  if (remembered !== undefined) {
    return { delayNs: remembered.delayNs, noiseNs: STORED_NOISE_NS, origin: 'remembered' };
  }
  return { delayNs: 0, noiseNs: ASSUMED_NOISE_NS, origin: 'assumed' };
}

/** Of the measured delay, one standard deviation. */
export const delayNoiseOf = ({ delay, stampedBy }: PeerDelayRequester, { stampNoiseNs }: PortSettings): Ns =>
  delay.noiseNs(stampNoiseNs[stampedBy]);
