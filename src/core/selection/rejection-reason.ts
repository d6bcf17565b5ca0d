import { formatDuration } from '../../api/index.js';
import { list } from '../engine/sentence.js';
import { sourceIdsOf } from '../tracks/source.js';
import type { Candidate } from './candidate.js';
import type { Election } from './election.js';
import type { Separation } from './outliers.js';
import { type Interval, touches } from './vote.js';

export interface RejectionContext {
  readonly voters: readonly Candidate[];
  readonly election: Election;
  readonly own: Interval | undefined;
}

/** Returns why a candidate is not used: the sources that it disagrees with and by how much, or what else is missing. */
export function rejectionReason(candidate: Candidate, { voters, election, own }: RejectionContext): string {
  const { truth, findings, obstacle } = election;
  const others = voters.filter(({ track }) => track.source !== candidate.track.source);
  if (truth === undefined) {
    const opposed = others.filter((other) => !touches(other, candidate));
    if (opposed.length > 0)
      return `${disagreement(candidate, opposed)}, and no majority decides: add a source, or mark one with trust or prefer`;
  } else if (!touches(candidate, truth)) {
    const majority = others.filter((other) => touches(other, truth) && findings.get(other)?.separation === undefined);
    if (majority.length > 0) return disagreement(candidate, majority);
  }
  const separation = findings.get(candidate)?.separation;
  if (separation !== undefined) return describe(separation);
  if (own !== undefined && !touches(candidate, own))
    return `disagrees with the hub's time so far by ${gap(candidate, own)}`;
  return `is not used: ${obstacle === '' ? 'it waits for others that agree' : obstacle}`;
}

const listSources = (candidates: readonly Candidate[]): string =>
  list(sourceIdsOf(candidates.map(({ track }) => track)));

const describe = ({ from, spreadNs, gapNs, times }: Separation): string =>
  `is ${formatDuration(gapNs)} from ${listSources(from)}, which agree to ${formatDuration(spreadNs)}: ` +
  `its root distance permits that, but it is ${Math.round(times)} times the usual error of such paths`;

const disagreement = (candidate: Candidate, others: readonly Candidate[]): string => {
  const centreNs = others.reduce((sum, other) => sum + other.centreNs, 0) / others.length;
  return `disagrees with ${listSources(others)} by ${gap(candidate, { centreNs })}`;
};

const gap = (a: Pick<Interval, 'centreNs'>, b: Pick<Interval, 'centreNs'>): string =>
  formatDuration(Math.abs(a.centreNs - b.centreNs));
