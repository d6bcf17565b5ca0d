import type { Ns } from '../../../../api/time.js';
import type { SavedLink } from '../action.js';
import type { PortSettings } from '../settings.js';
import type { PeerDelayRequester } from './peer-delay-requester.js';

/** Sigma of a saved delay, ns: a larger change would have been saved. */
const SAVED_NOISE_NS = 100;
/** Exchanges after which the measured delay replaces the saved one. */
export const ENOUGH = 3;
/** Sigma of an assumed delay of zero, ns: for links within a vehicle or a rack. */
const ASSUMED_NOISE_NS = 500;

/** The delay of the link, with one sigma of its error and its origin. */
export interface LinkDelay {
  readonly delayNs: number;
  readonly noiseNs: number;
  readonly origin: 'measured' | 'remembered' | 'assumed';
}

/** Returns the best known delay of the link. Undefined: none is measured, and the profile allows no other. */
export function linkDelayOf(
  requester: PeerDelayRequester,
  saved: SavedLink | undefined,
  settings: PortSettings,
): LinkDelay | undefined {
  const { delay } = requester;
  // Only a profile with a static neighbour may use a delay that was measured in an earlier run, or is assumed.
  const isStatic = settings.profile.neighbour.capable === 'static';
  if (delay.count >= (isStatic && saved !== undefined ? ENOUGH : 1)) {
    return { delayNs: delay.delayNs, noiseNs: delayNoiseOf(requester, settings), origin: 'measured' };
  }
  if (!isStatic) return undefined;
  if (saved !== undefined) return { delayNs: saved.delayNs, noiseNs: SAVED_NOISE_NS, origin: 'remembered' };
  return { delayNs: 0, noiseNs: ASSUMED_NOISE_NS, origin: 'assumed' };
}

/** Returns one sigma of the measured delay. */
export const delayNoiseOf = ({ delay, stampedBy }: PeerDelayRequester, { stampNoiseNs }: PortSettings): Ns =>
  delay.noiseNs(stampNoiseNs[stampedBy]);
