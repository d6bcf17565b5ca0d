import { type Instant, NS_PER_S, type Ns } from '../../api/index.js';
import { type Source, votes } from '../tracks/source.js';
import type { Candidate } from './candidate.js';
import { ineligibilityOf } from './eligibility.js';
import { type Interval, touches } from './vote.js';

/** A candidate that follows another source, and has no vote for that. */
export interface Following {
  /** The source that it follows. */
  readonly leader: string;
  /** `heard`: the hub hears the leader itself. `awaited`: it will soon. `stale`: neither has heard it lately. */
  readonly how: 'heard' | 'awaited' | 'stale';
}

/** The reference time of a follower must be ahead of the last word of its leader by so many intervals of that. */
const INTERVALS_AHEAD = 2;
const LEAST_AHEAD_NS: Ns = 2 * NS_PER_S;
/** A follower with a root distance so many times less has the better path to the leader. */
const WORSE_PATH = 2;

/**
 * A follower is never a better witness than the source that it follows: it has no vote while the hub hears that source, and
 * none after that unless it has heard it longer than the hub. One that narrows down what its leader says counts beside it, in
 * its group. The operator's trust or preference stands above this.
 */
export function followingOf(
  candidate: Candidate,
  candidates: readonly Candidate[],
  sources: readonly Source[],
  now: Instant,
): Following | undefined {
  const { source } = candidate.track;
  const { trust, prefer } = source.options;
  if (trust || prefer) return undefined;
  const leaders = source.kinship.leaders
    .map((id) => sources.find((other) => other.id === id)!)
    .filter(({ options }) => !options.noselect);
  const opinions = candidates.filter(({ track }) => leaders.includes(track.source) && votes(track));
  if (opinions.length > 0 && opinions.every((opinion) => narrows(candidate, opinion))) return undefined;
  const heard = leaders.find((leader) => opinions.some(({ track }) => track.source === leader));
  if (heard !== undefined) return { leader: heard.id, how: 'heard' };
  for (const leader of leaders) {
    const lastWord = lastWordOf(leader, now);
    if (lastWord?.isAwaited) return { leader: leader.id, how: 'awaited' };
    if (lastWord !== undefined && source.setAt !== undefined && source.setAt < lastWord.until)
      return { leader: leader.id, how: 'stale' };
  }
  return undefined;
}

/** A far leader says less of its own time than a follower with a better path to it that does not contradict it. */
const narrows = (follower: Interval, leader: Interval): boolean =>
  leader.halfNs > WORSE_PATH * follower.halfNs &&
  touches(follower, { ...leader, halfNs: leader.halfNs - follower.halfNs });

/** Until when a leader was heard, with a margin; undefined: never. */
function lastWordOf(
  leader: Source,
  now: Instant,
): { readonly until: Instant; readonly isAwaited: boolean } | undefined {
  let until: Instant | undefined;
  let isAwaited = false;
  for (const track of leader.tracks.values()) {
    if (!votes(track)) continue;
    const at = track.last + aheadNs(track.intervalNs);
    if (until === undefined || at > until) until = at;
    isAwaited ||= ineligibilityOf(track, now)?.state === 'warming';
  }
  return until === undefined ? undefined : { until, isAwaited };
}

const aheadNs = (intervalNs: Ns): Instant => BigInt(Math.round(Math.max(LEAST_AHEAD_NS, INTERVALS_AHEAD * intervalNs)));

export const FOLLOWING_REASONS: Readonly<Record<Following['how'], (leader: string) => string>> = {
  heard: (leader) => `agrees with ${leader}, which it follows: it has neither vote nor weight beside it`,
  awaited: (leader) => `waits for ${leader}, which it follows`,
  stale: (leader) => `follows ${leader}, which is silent, and heard it no longer than this hub: it knows no more`,
};
