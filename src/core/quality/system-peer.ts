import { type ClockModel, extrapolate } from '../clocks/clock-model.js';
import type { TrackEstimate } from '../estimator/types.js';
import { leadersOf } from '../selection/reasons.js';
import type { SourceTrack } from '../tracks/source.js';
import { type NtpPeer, ntpPeer, stratumOf } from './ntp-view.js';

/** A track that names stratum and refid, as it was when it last carried the estimate. */
export interface SystemPeer {
  readonly track: SourceTrack;
  readonly peer: NtpPeer;
  /** The system clock's model at that moment. */
  readonly model: ClockModel;
}

export interface SystemPeerInputs {
  /** Living tracks that carry the estimate. */
  readonly carriers: readonly SourceTrack[];
  /** Tracks that the estimate rests on, the silent ones too. */
  readonly admitted: readonly SourceTrack[];
  readonly system: ClockModel | undefined;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
}

/** The living name the hub's time once they have taken this share of the variance that grew since another fell silent. */
const SHARE_TO_NAME = 0.5;
/** A track of the same stratum is named instead when it has this many times the weight: names do not flap. */
const WEIGHT_TO_REPLACE = 2;

/**
 * Returns the track that names stratum and refid of the served time: of the living carriers the one that is nearest to a
 * primary reference, of these the heaviest. A track that fell silent keeps its name while the estimate still rests on what it
 * said, so that the order in which dying sources are missed does not matter. In holdover nothing changes.
 */
export function nextSystemPeer(before: SystemPeer | undefined, naming: SystemPeerInputs): SystemPeer | undefined {
  const { carriers, system, estimate } = naming;
  if (carriers.length === 0 || system === undefined) return before;
  if (before !== undefined && restsOn(before, naming, system)) return before;
  const track = heaviest(carriers, before?.track, estimate);
  const delayNs = estimate(track)?.delayNs ?? 0;
  return { track, peer: ntpPeer(track, Number.isFinite(delayNs) ? 2 * delayNs : 0), model: system };
}

function restsOn({ track, model }: SystemPeer, { carriers, admitted }: SystemPeerInputs, system: ClockModel): boolean {
  if (carriers.includes(track) || !admitted.includes(track)) return false;
  return system.sigmaNs ** 2 > SHARE_TO_NAME * extrapolate(model, system.at).sigmaNs ** 2;
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
