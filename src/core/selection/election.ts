import type { CoreOptions } from '../engine/input.js';
import { list } from '../engine/sentence.js';
import type { Source } from '../tracks/source.js';
import { type Candidate, NONE_SILENT, type SilentVoters } from './candidate.js';
import { majorityOf, type OwnTime } from './majority.js';
import { type OutlierFinding, testForOutliers } from './outliers.js';
import { type Interval, intervalOf, largestOverlap, type Overlap, touches } from './vote.js';

/** The result of one vote. */
export interface Election {
  /** Overlap of the majority, on the narrowest scale that has one. */
  readonly overlap: Overlap | undefined;
  /** Interval of the offset by the majority; undefined without one. */
  readonly truth: Interval | undefined;
  /** Independent voters of the majority. */
  readonly votes: number;
  readonly findings: ReadonlyMap<Candidate, OutlierFinding>;
  /** Why no source may be followed although there are voters; empty otherwise. */
  readonly obstacle: string;
}

const NO_ELECTION: Election = { overlap: undefined, truth: undefined, votes: 0, findings: new Map(), obstacle: '' };
const CONTRADICTION = "the sources contradict the hub's time so far";

/**
 * Finds the majority by root distances, tests its members for outliers, and takes the overlap of the others. Without a
 * majority by root distances, and between two that are equal, one by usual errors decides. `silent`: tracks without a vote on which the estimate still rests.
 */
export function elect(
  voters: readonly Candidate[],
  own: OwnTime | undefined,
  sources: readonly Source[],
  { minAgreeing }: CoreOptions,
  silent: SilentVoters = NONE_SILENT,
): Election {
  if (voters.length === 0) return NO_ELECTION;
  const rough = settled(majorityOf(voters, own), voters, silent);
  const members = rough === undefined ? voters : membersOf(voters, rough);
  const { close, findings } = testForOutliers(voters, members, rough === undefined ? own : undefined, silent);
  const overlap = close ?? rough;
  if (overlap === undefined) return { ...NO_ELECTION, findings, obstacle: disunity(voters, own) };
  const agreeing = membersOf(members, rough ?? overlap).filter((one) => findings.get(one)!.separation === undefined);
  const votes = new Set(agreeing.map(({ group }) => group)).size;
  const truth = intervalOf(largestOverlap(agreeing) ?? overlap);
  return { overlap, truth, votes, findings, obstacle: obstacleOf(agreeing, votes, sources, minAgreeing) };
}

/**
 * Two majorities may share a far source whose wide interval holds both of them. Then the one that agrees to within its usual errors
 * wins, whoever was first; without one the incumbents do.
 */
function settled(rough: Overlap | undefined, voters: readonly Candidate[], silent: SilentVoters): Overlap | undefined {
  if (rough?.tied !== true) return rough;
  return testForOutliers(voters, voters, undefined, silent).close ?? rough;
}

const membersOf = (voters: readonly Candidate[], overlap: Overlap): Candidate[] => {
  const truth = intervalOf(overlap);
  return voters.filter((voter) => touches(voter, truth));
};

const disunity = (voters: readonly Candidate[], own: OwnTime | undefined): string =>
  own === undefined || voters.some((voter) => touches(voter, own))
    ? 'no majority of the sources agrees'
    : CONTRADICTION;

/** Returns the demand of the operator that the majority does not meet; empty if it meets all. */
function obstacleOf(
  agreeing: readonly Candidate[],
  votes: number,
  sources: readonly Source[],
  minAgreeing: number,
): string {
  if (votes === 0) return CONTRADICTION;
  if (votes < minAgreeing) return `only ${votes} of the ${minAgreeing} independent sources that must agree do`;
  const required = sources.filter(({ options }) => options.require && !options.noselect);
  const isMet = required.length === 0 || agreeing.some(({ track }) => track.source.options.require);
  return isMet ? '' : `${list(required.map(({ id }) => id))}, which is required, does not agree yet`;
}
