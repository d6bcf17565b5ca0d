import { formatDuration } from '../../api/index.js';
import { list } from '../engine/sentence.js';
import { type Candidate, idsOf } from './candidate.js';
import type { Election } from './election.js';
import type { Separation } from './outliers.js';
import { type Interval, touches } from './vote.js';

/** What a candidate is measured against. */
export interface RejectionContext {
  readonly electorate: readonly Candidate[];
  readonly verdict: Election;
  readonly own: Interval | undefined;
}

/** Why a candidate is not used: with whom it disagrees and by how much, or what else is missing. */
export function rejectionReason(candidate: Candidate, { electorate, verdict, own }: RejectionContext): string {
  const { truth, findings, obstacle } = verdict;
  const others = electorate.filter(({ track }) => track.source !== candidate.track.source);
  if (truth === undefined) {
    const opposed = others.filter((other) => !touches(other, candidate));
    if (opposed.length > 0)
      return `${disagreement(candidate, opposed)}, and no majority says who is right: add a source, or mark one with trust or prefer`;
  } else if (!touches(candidate, truth)) {
    const majority = others.filter((other) => touches(other, truth) && findings.get(other)?.apart === undefined);
    if (majority.length > 0) return disagreement(candidate, majority);
  }
  const apart = findings.get(candidate)?.apart;
  if (apart !== undefined) return separation(apart);
  if (own !== undefined && !touches(candidate, own))
    return `disagrees with the time kept so far by ${gap(candidate, own)}`;
  return `is not used: ${obstacle === '' ? 'it waits for others that agree' : obstacle}`;
}

const separation = ({ from, spreadNs, gapNs, times }: Separation): string =>
  `is ${formatDuration(gapNs)} from ${list(idsOf(from))}, which agree to ${formatDuration(spreadNs)}: ` +
  `paths as long as these permit that, but it is ${Math.round(times)} times what is usual`;

const disagreement = (candidate: Candidate, others: readonly Candidate[]): string => {
  const centreNs = others.reduce((sum, other) => sum + other.centreNs, 0) / others.length;
  return `disagrees with ${list(idsOf(others))} by ${gap(candidate, { centreNs })}`;
};

const gap = (a: Pick<Interval, 'centreNs'>, b: Pick<Interval, 'centreNs'>): string =>
  formatDuration(Math.abs(a.centreNs - b.centreNs));
