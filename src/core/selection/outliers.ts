import type { Ns } from '../../api/index.js';
import type { UnusualGap } from '../tracks/source.js';
import type { Candidate } from './candidate.js';
import { majorityOf, type OwnTime } from './majority.js';
import { biasSigmaNs, distanceNs, wideSigmaNs } from './root-distance.js';
import { intervalOf, type Overlap, touches } from './vote.js';

export interface OutlierTest {
  /** Where most agree to within their usual errors. */
  readonly close: Overlap | undefined;
  readonly findings: ReadonlyMap<Candidate, OutlierFinding>;
}

/** What the second look found about one candidate. */
export interface OutlierFinding {
  /** What may be asserted of its bias. */
  readonly sigmaNs: Ns;
  /** It is among those that agree closely. */
  readonly close: boolean;
  /** Its gap, where the wide law is the likelier one. */
  readonly unusual: UnusualGap | undefined;
  /** It is unusual beside others that are not: it has no share of the estimate. */
  readonly outlier: boolean;
  /** It stands so far from these that it is not to be used. */
  readonly apart: Separation | undefined;
}

export interface Separation extends UnusualGap {
  /** Those that agree closely, and how far they are from each other at most. */
  readonly from: readonly Candidate[];
  readonly spreadNs: Ns;
}

/** Opinions are close when their usual errors, so many sigmas wide, overlap; those that were close before have more room. */
const CLOSE = 3;
const STILL_CLOSE = 4;
/** Beyond so many usual errors from those that agree closely nobody is used; who is not in must be nearer to come in. */
const APART = 10;
const TOO_FAR_TO_JOIN = 6;
/** A stamp at the other end may be late by this, however short the path: within it nobody is thrown out. */
const LEAST_GAP_NS = 50e3;
/** Odds that a path is not as symmetric as paths usually are. */
const UNUSUAL_ODDS = 1 / 9;
/** One alone is no company to stand apart from. */
const COMPANY = 2;
/** Share that remains of the precision of a law that counts for nothing: the estimator needs a finite sigma. */
const LEAST_PRECISION = 1e-4;
/** Odds of the wide law beyond which the narrow one is out of the question. */
const OUTLIER_ODDS = 100;
/** An outlier has no more of the wide law's precision than this share. */
const OUTLIER_PRECISION = 0.1;

/** A candidate with the two laws of its bias. */
interface Subject {
  readonly candidate: Candidate;
  readonly narrowNs: Ns;
  readonly wideNs: Ns;
  /** The narrow law together with the random error. */
  readonly usualNs: Ns;
  readonly distanceNs: Ns;
  /** Its opinion at the scale of usual errors. */
  readonly opinion: Candidate;
}

type Law = Pick<OutlierFinding, 'sigmaNs' | 'unusual' | 'outlier'>;

/** A subject with its gap to the others, and the odds of the wide law after it. */
interface Measured {
  readonly subject: Subject;
  readonly gap: Gap;
  readonly odds: number;
}

/**
 * A second look at the scale of usual errors, for root distances are lenient. A bias follows the narrow law of ordinary
 * paths or, now and then, the wide one of the root distance. Where most `members` agree narrowly, they show which law holds
 * for each of the `electorate`. Where they do not, each is measured by all the others, also by those of its own group: a
 * common upstream moves them alike, so what is between them is the error of a path. `silent`: tracks that say nothing any
 * more, but on which the estimate still rests.
 */
export function testForOutliers(
  electorate: readonly Candidate[],
  members: readonly Candidate[],
  own?: OwnTime,
  silent: readonly Candidate[] = [],
): OutlierTest {
  const subjects = electorate.map(subjectOf);
  const inside = subjects.filter(({ candidate }) => members.includes(candidate));
  const overlap = majorityOf(
    inside.map(({ opinion }) => opinion),
    own,
  );
  const truth = overlap === undefined ? undefined : intervalOf(overlap);
  const close = inside.filter(({ opinion }) => truth !== undefined && touches(opinion, truth));
  const isCompany = new Set(close.map(({ candidate }) => candidate.group)).size >= COMPANY;
  const absent = isCompany ? [] : silent.map(subjectOf);
  const witnesses = isCompany ? [] : [...inside, ...absent];
  const judges = judgesOf(isCompany ? close : witnesses, witnesses);
  const measured = subjects.map((subject) => measure(subject, judges, witnesses));
  const isUsed = ({ subject }: Measured): boolean => inside.includes(subject);
  const doubts = [...measured.filter(isUsed), ...absent.map(asBefore)].map(doubtOf);
  const findings = new Map<Candidate, OutlierFinding>();
  for (const one of measured) {
    const { subject, gap } = one;
    const { candidate } = subject;
    const isClose = close.includes(subject);
    const isApart = isCompany && !isClose && gap.gapNs > LEAST_GAP_NS && gap.times > limitOf(candidate);
    const apart = isApart ? separation(close, gap) : undefined;
    findings.set(candidate, { ...lawOf(one, doubts), close: isClose, apart });
  }
  return { close: overlap, findings };
}

function subjectOf(candidate: Candidate): Subject {
  const { track, estimate } = candidate;
  const narrowNs = biasSigmaNs(track, estimate);
  const usualNs = Math.hypot(narrowNs, estimate.sigmaNs);
  return {
    candidate,
    narrowNs,
    wideNs: wideSigmaNs(track, estimate),
    usualNs,
    distanceNs: distanceNs(track, estimate),
    opinion: { ...candidate, halfNs: (track.close ? STILL_CLOSE : CLOSE) * usualNs },
  };
}

interface Judge {
  readonly subject: Subject;
  /** By root distance, for a near source tells more than a far one with little noise. A group shares one vote. */
  readonly weight: number;
  /** Its error, as far as the witnesses leave open which law it follows. */
  readonly spreadNs: Ns;
}

function judgesOf(subjects: readonly Subject[], witnesses: readonly Subject[]): Judge[] {
  const sizes = new Map<string, number>();
  for (const { candidate } of subjects) sizes.set(candidate.group, (sizes.get(candidate.group) ?? 0) + 1);
  return subjects.map((subject) => {
    const { candidate, narrowNs, wideNs } = subject;
    const { sigmaNs } = candidate.estimate;
    const { times } = excursion(subject, witnesses);
    const share = times > 0 ? 1 / (1 + oddsOf(subject, times, 0)) : 1;
    return {
      subject,
      weight: Math.max(share, LEAST_PRECISION) / ((wideNs ** 2 + sigmaNs ** 2) * sizes.get(candidate.group)!),
      spreadNs: Math.sqrt(sigmaNs ** 2 + share * narrowNs ** 2 + (1 - share) * wideNs ** 2),
    };
  });
}

/** How far a candidate is from the mean of others, whose error is `sigmaNs`. */
interface Gap extends UnusualGap {
  readonly sigmaNs: Ns;
}

function measure(subject: Subject, judges: readonly Judge[], witnesses: readonly Subject[]): Measured {
  const average = gapOf(subject, judges);
  const beyond = excursion(subject, witnesses);
  const gap = beyond.times > average.times ? { ...beyond, sigmaNs: 0 } : average;
  return { subject, gap, odds: oddsOf(subject, gap.times, gap.sigmaNs) };
}

/**
 * No subject judges itself. What all the judges' paths have in length beyond the candidate's own may be asymmetric for all of
 * them alike, as on one access line, and counts for nothing.
 */
function gapOf({ candidate, usualNs, distanceNs: reachNs }: Subject, judges: readonly Judge[]): Gap {
  let weights = 0;
  let sum = 0;
  let variance = 0;
  let leastNs = Number.POSITIVE_INFINITY;
  for (const { subject, weight, spreadNs } of judges) {
    if (subject.candidate === candidate) continue;
    weights += weight;
    sum += weight * subject.candidate.centreNs;
    variance += (weight * spreadNs) ** 2;
    leastNs = Math.min(leastNs, subject.distanceNs);
  }
  if (weights === 0) return { gapNs: 0, sigmaNs: 0, times: 0 };
  const gapNs = Math.abs(candidate.centreNs - sum / weights);
  const sigmaNs = Math.sqrt(variance) / weights;
  const excessNs = Math.max(leastNs - reachNs, 0);
  return { gapNs, sigmaNs, times: Math.max(gapNs - excessNs, 0) / Math.hypot(usualNs, sigmaNs) };
}

/**
 * The gap to a witness whose whole root distance does not reach this candidate, while the candidate's own reaches the witness:
 * if the witness is right, the bias is at least as large as what is beyond. `times` counts that part alone.
 */
function excursion({ candidate, usualNs }: Subject, witnesses: readonly Subject[]): UnusualGap {
  let greatest: UnusualGap = { gapNs: 0, times: 0 };
  for (const { candidate: witness } of witnesses) {
    if (witness === candidate) continue;
    const gapNs = Math.abs(candidate.centreNs - witness.centreNs);
    const times = (gapNs - witness.halfNs) / usualNs;
    if (gapNs <= candidate.halfNs && times > greatest.times) greatest = { gapNs, times };
  }
  return greatest;
}

/** Odds of the wide law after a gap of so many usual errors to a mean whose own error is `sigmaNs`. */
function oddsOf({ candidate, narrowNs, wideNs }: Subject, times: number, sigmaNs: Ns): number {
  const randomNs = candidate.estimate.sigmaNs;
  const ratio = Math.hypot(narrowNs, randomNs, sigmaNs) / Math.hypot(wideNs, randomNs, sigmaNs);
  return UNUSUAL_ODDS * ratio * Math.exp((times ** 2 / 2) * (1 - ratio ** 2));
}

/** A silent track follows the law that it followed when it spoke last. */
const asBefore = (subject: Subject): Measured => ({
  subject,
  gap: { gapNs: 0, sigmaNs: 0, times: 0 },
  odds: subject.candidate.track.unusual === undefined ? 0 : Number.POSITIVE_INFINITY,
});

/** Returns the rise of the odds above those of any path: 0 for a usual one, 1 for an unusual one. */
const doubtOf = ({ subject, odds }: Measured): { readonly subject: Subject; readonly doubt: number } => ({
  subject,
  doubt: Math.max(0, 1 - UNUSUAL_ODDS / odds),
});

/**
 * Returns the sigma that may be asserted of a bias: its precision is the mean of the two laws'. The wide law says only that the bias is
 * somewhere within the root distance, so it counts as far as none of the others is usual, and tells more than that.
 */
function lawOf({ subject, gap, odds }: Measured, doubts: readonly ReturnType<typeof doubtOf>[]): Law {
  const { narrowNs, wideNs } = subject;
  let alone = 1;
  for (const { subject: other, doubt } of doubts) {
    if (other !== subject) alone *= 1 - (1 - doubt) / (1 + (other.usualNs / wideNs) ** 2);
  }
  const share = 1 / (1 + odds);
  const outer = Math.max(alone, LEAST_PRECISION) * (1 - share);
  return {
    sigmaNs: 1 / Math.sqrt(share / narrowNs ** 2 + outer / wideNs ** 2),
    unusual: odds > 1 ? { gapNs: gap.gapNs, times: gap.times } : undefined,
    outlier: odds > OUTLIER_ODDS && alone < OUTLIER_PRECISION,
  };
}

const limitOf = ({ incumbent }: Candidate): number => (incumbent ? APART : TOO_FAR_TO_JOIN);

function separation(close: readonly Subject[], { gapNs, times }: Gap): Separation {
  const from = close.map(({ candidate }) => candidate);
  const centres = from.map(({ centreNs }) => centreNs);
  return { from, spreadNs: Math.max(...centres) - Math.min(...centres), gapNs, times };
}
