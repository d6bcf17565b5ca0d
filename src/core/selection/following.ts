import { type Instant, NS_PER_S, type Ns } from '../../api/index.js';
import type { Source } from '../tracks/source.js';
import type { Candidate } from './candidate.js';
import { ineligibilityOf } from './eligibility.js';
import { type Interval, touches } from './vote.js';

/** Why a candidate has no vote: it follows another source. */
export interface Following {
  /** Id of the source that it follows. */
  readonly leader: string;
  /** `heard`: the hub hears the leader itself. `awaited`: it will soon. `stale`: neither has heard it lately. */
  readonly how: 'heard' | 'awaited' | 'stale';
}

/** The reference time of a follower must be later than the leader's last update by this many of the leader's intervals. */
const INTERVALS_AHEAD = 2;
const LEAST_AHEAD_NS: Ns = 2 * NS_PER_S;
/** A follower has the better path to its leader if the leader's interval is wider by this factor. */
const WORSE_PATH = 2;

/**
 * Returns why a follower has no vote; undefined if it has one. It has none while the hub hears its leader, and after that only
 * if it has heard the leader longer than the hub has. One with a better path to its leader counts beside it, in its group.
 * The operator's trust or preference gives a follower its vote in any case.
 */
export function followingOf(
  candidate: Candidate,
  candidates: readonly Candidate[],
  sources: readonly Source[],
  now: Instant,
): Following | undefined {
  const { source } = candidate.track;
  const { trust, prefer } = source.options;
  if (trust || prefer || source.dependence.leaders.length === 0) return undefined;
  const leaders = source.dependence.leaders
    .map((id) => sources.find((other) => other.id === id)!)
    .filter(({ options }) => !options.noselect);
  const opinions = candidates.filter(({ track }) => leaders.includes(track.source) && track.votes);
  if (opinions.length > 0 && opinions.every((opinion) => narrows(candidate, opinion))) return undefined;
  const heard = leaders.find((leader) => opinions.some(({ track }) => track.source === leader));
  if (heard !== undefined) return { leader: heard.id, how: 'heard' };
  for (const leader of leaders) {
    const lastHeard = lastHeardOf(leader, now);
    if (lastHeard?.isAwaited) return { leader: leader.id, how: 'awaited' };
    if (lastHeard !== undefined && source.setAt !== undefined && source.setAt < lastHeard.until)
      return { leader: leader.id, how: 'stale' };
  }
  return undefined;
}

/** Returns true when the follower's interval lies within the leader's and is much narrower. */
const narrows = (follower: Interval, leader: Interval): boolean =>
  leader.halfNs > WORSE_PATH * follower.halfNs &&
  touches(follower, { ...leader, halfNs: leader.halfNs - follower.halfNs });

/** Returns until when a leader was heard, with a margin; undefined if it never was. */
function lastHeardOf(
  leader: Source,
  now: Instant,
): { readonly until: Instant; readonly isAwaited: boolean } | undefined {
  let until: Instant | undefined;
  let isAwaited = false;
  for (const track of leader.tracks.values()) {
    if (!track.votes) continue;
    const at = track.cadence.last + marginNs(track.cadence.intervalNs);
    if (until === undefined || at > until) until = at;
    isAwaited ||= ineligibilityOf(track, now)?.state === 'warming';
  }
  return until === undefined ? undefined : { until, isAwaited };
}

const marginNs = (intervalNs: Ns): Instant =>
  BigInt(Math.round(Math.max(LEAST_AHEAD_NS, INTERVALS_AHEAD * intervalNs)));

export const FOLLOWING_REASONS: Readonly<Record<Following['how'], (leader: string) => string>> = {
  heard: (leader) => `agrees with ${leader}, which it follows, so it has neither a vote nor a share beside it`,
  awaited: (leader) => `waits for ${leader}, which it follows`,
  stale: (leader) => `follows ${leader}, which is silent, and heard it no longer than this hub did: it knows no more`,
};
