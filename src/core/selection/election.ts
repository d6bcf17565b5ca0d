import type { CoreOptions } from '../engine/input.js';
import { list } from '../engine/sentence.js';
import type { Source } from '../tracks/source.js';
import type { Candidate } from './candidate.js';
import { majorityOf, type OwnTime } from './majority.js';
import { type OutlierFinding, testForOutliers } from './outliers.js';
import { type Interval, intervalOf, largestOverlap, type Overlap, touches } from './vote.js';

export interface Election {
  /** On the narrowest scale at which there is a majority. */
  readonly overlap: Overlap | undefined;
  /** Where the majority has the truth; undefined without one. */
  readonly truth: Interval | undefined;
  /** Independent candidates behind it. */
  readonly votes: number;
  /** What a closer look at its members found. */
  readonly findings: ReadonlyMap<Candidate, OutlierFinding>;
  /** Why nobody may be followed although there is somebody to judge. */
  readonly obstacle: string;
}

const NOBODY: Election = { overlap: undefined, truth: undefined, votes: 0, findings: new Map(), obstacle: '' };
const CONTRADICTION = 'the sources contradict the time kept so far';

/**
 * Finds the majority by root distances, looks closely at its members, and has the truth where those overlap that stand the
 * look. Where root distances leave it open, a majority that agrees closely decides. `silent`: tracks without a vote on which
 * the estimate still rests.
 */
export function elect(
  electorate: readonly Candidate[],
  own: OwnTime | undefined,
  sources: readonly Source[],
  { minAgreeing }: CoreOptions,
  silent: readonly Candidate[] = [],
): Election {
  if (electorate.length === 0) return NOBODY;
  const rough = majorityOf(electorate, own);
  const members = rough === undefined ? electorate : holdersOf(electorate, rough);
  const { close, findings } = testForOutliers(electorate, members, rough === undefined ? own : undefined, silent);
  const overlap = close ?? rough;
  if (overlap === undefined) return { ...NOBODY, findings, obstacle: disunity(electorate, own) };
  const holders = holdersOf(members, rough ?? overlap).filter((member) => findings.get(member)!.apart === undefined);
  const votes = new Set(holders.map(({ group }) => group)).size;
  const agreed = largestOverlap(holders);
  const truth = intervalOf(agreed ?? overlap);
  return { overlap, truth, votes, findings, obstacle: shortfall(holders, votes, sources, minAgreeing) };
}

const holdersOf = (candidates: readonly Candidate[], overlap: Overlap): Candidate[] => {
  const truth = intervalOf(overlap);
  return candidates.filter((candidate) => touches(candidate, truth));
};

const disunity = (electorate: readonly Candidate[], own: OwnTime | undefined): string =>
  own === undefined || electorate.some((candidate) => touches(candidate, own))
    ? 'no majority of the sources agrees'
    : CONTRADICTION;

/** What the operator demands beyond a majority. */
function shortfall(
  holders: readonly Candidate[],
  votes: number,
  sources: readonly Source[],
  minAgreeing: number,
): string {
  if (votes === 0) return CONTRADICTION;
  if (votes < minAgreeing) return `only ${votes} of the ${minAgreeing} independent sources that must agree`;
  const required = sources.filter(({ options }) => options.require && !options.noselect);
  const isMet = required.length === 0 || holders.some(({ track }) => track.source.options.require);
  return isMet ? '' : `waits for ${list(required.map(({ id }) => id))}, which is required`;
}
