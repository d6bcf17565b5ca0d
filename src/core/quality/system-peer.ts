import { type ClockModel, extrapolate } from '../clocks/clock-model.js';
import type { TrackEstimate } from '../estimator/types.js';
import { leadersOf } from '../selection/reasons.js';
import type { SourceTrack } from '../tracks/source.js';
import { type NtpPeer, ntpPeer, stratumOf } from './ntp-view.js';

/** The track that names stratum and refid of the served time (RFC 5905's system peer), as it was when it last carried. */
export interface SystemPeer {
  readonly track: SourceTrack;
  readonly peer: NtpPeer;
  /** The system clock's model at that moment. */
  readonly model: ClockModel;
}

export interface SystemPeerInputs {
  /** Reachable tracks that carry the estimate. */
  readonly carriers: readonly SourceTrack[];
  /** Tracks on which the estimate rests, silent ones included. */
  readonly admitted: readonly SourceTrack[];
  readonly system: ClockModel | undefined;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
}

/** A carrier replaces a silent system peer once the carriers have removed this share of the variance since its silence. */
const SHARE_TO_REPLACE = 0.5;
/** Hysteresis: a track of the same stratum becomes the system peer if it has this many times the weight. */
const WEIGHT_TO_REPLACE = 2;

/**
 * Returns the next system peer: the carrier nearest to a primary reference, of these the heaviest. A silent one stays while
 * the estimate still rests on it, so that the order in which dying sources are missed does not matter. Holdover changes
 * nothing.
 */
export function nextSystemPeer(before: SystemPeer | undefined, inputs: SystemPeerInputs): SystemPeer | undefined {
  const { carriers, system, estimate } = inputs;
  if (carriers.length === 0 || system === undefined) return before;
  if (before !== undefined && restsOn(before, inputs, system)) return before;
  const track = heaviest(carriers, before?.track, estimate);
  const delayNs = estimate(track)?.delayNs ?? 0;
  return { track, peer: ntpPeer(track, 2 * delayNs), model: system };
}

function restsOn({ track, model }: SystemPeer, { carriers, admitted }: SystemPeerInputs, system: ClockModel): boolean {
  if (carriers.includes(track) || !admitted.includes(track)) return false;
  return system.sigmaNs ** 2 > SHARE_TO_REPLACE * extrapolate(model, system.at).sigmaNs ** 2;
}

function heaviest(
  carriers: readonly SourceTrack[],
  before: SourceTrack | undefined,
  estimate: SystemPeerInputs['estimate'],
): SourceTrack {
  const weight = (track: SourceTrack): number =>
    (estimate(track)?.weight ?? 0) * (track === before ? WEIGHT_TO_REPLACE : 1);
  return leadersOf(carriers).reduce((best, track) => {
    if (stratumOf(track) !== stratumOf(best)) return stratumOf(track) < stratumOf(best) ? track : best;
    return weight(track) > weight(best) ? track : best;
  });
}
