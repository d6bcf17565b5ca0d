import type { Ns } from '../api/index.js';
import type { Candidate } from './candidate.js';
import { biasSigmaNs, distanceNs, wideSigmaNs } from './distance.js';
import { majorityOf, type OwnTime } from './majority.js';
import { type Interval, intervalOf, type Overlap, touches } from './vote.js';

export interface Scrutiny {
  /** Where most agree to within their usual errors. */
  readonly close: Overlap | undefined;
  readonly findings: ReadonlyMap<Candidate, Finding>;
}

/** What the second look found about one member of the majority. */
export interface Finding {
  /** What may be asserted of its bias. */
  readonly sigmaNs: Ns;
  /** It is among those that agree closely. */
  readonly close: boolean;
  /** It stands so far from these that it is not to be used. */
  readonly apart: Apart | undefined;
}

export interface Apart {
  /** Those that agree closely, and how far the farthest of them is from their mean. */
  readonly from: readonly Candidate[];
  readonly spreadNs: Ns;
  readonly gapNs: Ns;
  /** The gap in usual errors. */
  readonly times: number;
}

/** Opinions are close when their usual errors, so many sigmas wide, overlap; those that were close before have more room. */
const CLOSE = 3;
const STILL_CLOSE = 4;
/** Beyond so many usual errors from those that agree closely nobody is used; who is not in must be nearer to come in. */
const APART = 10;
const TOO_FAR_TO_JOIN = 6;
/** Latencies of stamps come in no multiple of the path: within this nobody is thrown out. */
const LEAST_GAP_NS = 20e3;
/** How often a path is not as symmetric as paths usually are. */
const UNUSUAL = 0.1;
/** One alone is no company to stand apart from. */
const COMPANY = 2;

/**
 * A second look at sources whose root distances agree, at the scale of their usual errors. The bias of a source follows
 * the narrow law of ordinary paths or, now and then, the wide one of its root distance. Where most agree narrowly their mean
 * shows which law holds for whom; where they do not, everybody is measured by the mean of all, and all have the wide law
 * that the disagreement asks for.
 */
export function scrutinise(members: readonly Candidate[], own?: OwnTime): Scrutiny {
  const narrow = members.map((member) => ({ ...member, halfNs: closenessNs(member) }));
  const overlap = majorityOf(narrow, own);
  const truth = overlap === undefined ? undefined : intervalOf(overlap);
  const close = new Set(members.filter((_, i) => truth !== undefined && touches(narrow[i]!, truth)));
  const consensus = consensusOf(close.size > 0 ? [...close] : members);
  const isCompany = groupsOf(close).size >= COMPANY;
  const findings = new Map<Candidate, Finding>();
  for (const member of members) {
    const gapNs = Math.abs(member.centreNs - consensus.centreNs);
    const times =
      Math.max(gapNs - excessNs(member, consensus), 0) / Math.hypot(usualErrorNs(member), consensus.sigmaNs);
    const isApart = isCompany && !close.has(member) && gapNs > LEAST_GAP_NS && times > limitOf(member);
    findings.set(member, {
      sigmaNs: assertion(member, times, consensus),
      close: close.has(member),
      apart: isApart ? { from: [...close], spreadNs: spreadNs(close, consensus), gapNs, times } : undefined,
    });
  }
  return { close: overlap, findings };
}

interface Consensus {
  readonly centreNs: Ns;
  readonly sigmaNs: Ns;
  /** The least root distance behind it. */
  readonly distanceNs: Ns;
}

/** The mean by usual errors, each group of dependent candidates counting once. */
function consensusOf(candidates: readonly Candidate[]): Consensus {
  const sizes = groupsOf(candidates);
  let weights = 0;
  let sum = 0;
  for (const candidate of candidates) {
    const weight = 1 / (usualErrorNs(candidate) ** 2 * sizes.get(candidate.group)!);
    weights += weight;
    sum += weight * candidate.centreNs;
  }
  const distances = candidates.map(({ track, estimate }) => distanceNs(track, estimate));
  return { centreNs: sum / weights, sigmaNs: 1 / Math.sqrt(weights), distanceNs: Math.min(...distances) };
}

/**
 * Posterior of the two laws after a gap of so many usual errors, as one Gaussian: its precision is the mean of theirs.
 */
function assertion({ track, estimate }: Candidate, times: number, { sigmaNs }: Consensus): Ns {
  const narrowNs = biasSigmaNs(track, estimate);
  const wideNs = wideSigmaNs(track, estimate);
  const ratio = Math.hypot(narrowNs, estimate.sigmaNs, sigmaNs) / Math.hypot(wideNs, estimate.sigmaNs, sigmaNs);
  const odds = (UNUSUAL / (1 - UNUSUAL)) * ratio * Math.exp((times ** 2 / 2) * (1 - ratio ** 2));
  const share = 1 / (1 + odds);
  return 1 / Math.sqrt(share / narrowNs ** 2 + (1 - share) / wideNs ** 2);
}

/** What the paths of the others have in length beyond its own may be asymmetric for all of them alike: one access line. */
const excessNs = ({ track, estimate }: Candidate, consensus: Consensus): Ns =>
  Math.max(consensus.distanceNs - distanceNs(track, estimate), 0);

const usualErrorNs = ({ track, estimate }: Candidate): Ns => Math.hypot(biasSigmaNs(track, estimate), estimate.sigmaNs);

const closenessNs = (candidate: Candidate): Ns =>
  (candidate.track.close ? STILL_CLOSE : CLOSE) * usualErrorNs(candidate);

const limitOf = ({ incumbent }: Candidate): number => (incumbent ? APART : TOO_FAR_TO_JOIN);

const spreadNs = (close: Iterable<Candidate>, { centreNs }: Pick<Interval, 'centreNs'>): Ns =>
  Math.max(...[...close].map((candidate) => Math.abs(candidate.centreNs - centreNs)));

/** How many candidates each group has. */
function groupsOf(candidates: Iterable<Candidate>): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { group } of candidates) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return sizes;
}
