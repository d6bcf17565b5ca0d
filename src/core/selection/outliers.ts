import type { Ns } from '../../api/index.js';
import { hypot, hypot3 } from '../arithmetic/hypot.js';
import type { Fit, UnusualGap } from '../tracks/source.js';
import { type Candidate, NONE_SILENT, type SilentVoters } from './candidate.js';
import { majorityOf, type OwnTime } from './majority.js';
import { type ComparedPath, doubtOf, lawsOf, looseNs, type PathLaw, tightNs } from './path-laws.js';
import { biasSigmaNs, distanceNs, wideSigmaNs } from './root-distance.js';
import { intervalOf, type Overlap, touches } from './vote.js';

/** The result for all candidates. */
export interface OutlierTest {
  /** Overlap of a majority that agrees to within its usual errors. */
  readonly close: Overlap | undefined;
  readonly findings: ReadonlyMap<Candidate, OutlierFinding>;
}

/** The result for one candidate. */
export interface OutlierFinding extends Fit {
  /** Standard deviation of the bias with which the track may be admitted, ns. */
  readonly sigmaNs: Ns;
  /** The candidate is too far from the others to be used. */
  readonly separation: Separation | undefined;
}

export interface Separation extends UnusualGap {
  /** The candidates that agree closely, and the greatest distance between two of them. */
  readonly from: readonly Candidate[];
  readonly spreadNs: Ns;
}

/** Opinions are close if their usual errors, this many sigmas wide, overlap. */
const CLOSE = 3;
/** Width for the usual errors of tracks that were close before. */
const STILL_CLOSE = 4;
/** Hysteresis: an admitted track is rejected beyond 10 usual errors, another one is admitted within 6. */
const REJECT_BEYOND = 10;
const ADMIT_WITHIN = 6;
/** Smallest gap that is a reason for a rejection: the far end may stamp late by this, however short the path. */
const LEAST_GAP_NS = 50e3;
/** Prior odds that a path is less symmetric than paths usually are. */
const UNUSUAL_ODDS = 1 / 9;
/** Least share of a law's precision, also if the law is ruled out: the estimator needs a finite sigma. */
const LEAST_PRECISION = 1e-4;
/** Chance of the wide law beyond which the others are excluded. */
const OUTLIER_CHANCE = 0.99;
/** The law of a path that is no member, or that was unusual when it was last heard. */
const ALL_WIDE: PathLaw = { tight: 0, loose: 0, wide: 1 };
/** Greatest share of the wide law's precision that an outlier has. */
const OUTLIER_PRECISION = 0.1;

/** A candidate with the two laws of its bias. */
interface Subject {
  readonly candidate: Candidate;
  /** Sigma of the bias of an ordinary path. */
  readonly narrowNs: Ns;
  /** Sigma of the bias of a path that is as bad as its root distance permits. */
  readonly wideNs: Ns;
  /** The usual error: the narrow law with the random error. */
  readonly usualNs: Ns;
  readonly distanceNs: Ns;
  /** Its opinion on the scale of usual errors. */
  readonly opinion: Candidate;
}

type Law = Pick<OutlierFinding, 'sigmaNs' | 'unusual' | 'outlier'>;

/** A subject with its gap to the others, and the odds of the wide law given that gap. */
interface Measured {
  readonly subject: Subject;
  readonly gap: Gap;
  readonly odds: number;
}

/**
 * Tests candidates on the scale of their usual errors, because root distances are lenient. A bias follows the narrow law of
 * ordinary paths or, now and then, the wide law of the root distance. If most `members` agree narrowly, they show which law
 * holds for each voter. Otherwise each is compared with all others, also those of its own group: a common upstream moves them
 * alike, so the difference between them is an error of a path. The sigma of a bias follows from the laws of all members at once.
 * Silent tracks on which the estimate rests go on judging. Those that have missed a few observations count as voters, so that no
 * minority decides meanwhile.
 */
export function testForOutliers(
  voters: readonly Candidate[],
  members: readonly Candidate[],
  own?: OwnTime,
  silent: SilentVoters = NONE_SILENT,
): OutlierTest {
  const subjects = voters.map(subjectOf);
  const areAllInside = members.length === voters.length;
  const inside = areAllInside ? subjects : subjects.filter(({ candidate }) => members.includes(candidate));
  const opinions = inside.map(({ opinion }) => opinion);
  for (const candidate of silent.brief) opinions.push(subjectOf(candidate).opinion);
  const overlap = majorityOf(opinions, own);
  const truth = overlap === undefined ? undefined : intervalOf(overlap);
  const close = inside.filter(({ opinion }) => truth !== undefined && touches(opinion, truth));
  const isCompany = areIndependent(close);
  const absent = isCompany ? [] : silent.carrying.map(subjectOf);
  const witnesses = isCompany ? [] : [...inside, ...absent];
  const judges = judgesOf(isCompany ? close : witnesses, witnesses);
  const measured = subjects.map((subject) => measure(subject, judges, witnesses));
  const laws = pathLawsOf(inside, absent);
  const findings = new Map<Candidate, OutlierFinding>();
  for (const one of measured) {
    const { subject, gap } = one;
    const { candidate } = subject;
    const isClose = close.includes(subject);
    const isApart = isCompany && !isClose && gap.gapNs > LEAST_GAP_NS && gap.times > limitOf(candidate);
    const { sigmaNs, unusual, outlier } = lawOf(one, laws);
    const separation = isApart ? separationOf(close, gap) : undefined;
    findings.set(candidate, { sigmaNs, unusual, outlier, close: isClose, separation });
  }
  return { close: overlap, findings };
}

function subjectOf(candidate: Candidate): Subject {
  const { track, estimate } = candidate;
  const narrowNs = biasSigmaNs(track, estimate);
  const rootDistanceNs = distanceNs(track, estimate);
  const usualNs = hypot(narrowNs, estimate.sigmaNs);
  return {
    candidate,
    narrowNs,
    wideNs: wideSigmaNs(rootDistanceNs, narrowNs),
    usualNs,
    distanceNs: rootDistanceNs,
    opinion: {
      centreNs: candidate.centreNs,
      halfNs: (track.fit.close ? STILL_CLOSE : CLOSE) * usualNs,
      group: candidate.group,
      incumbent: candidate.incumbent,
      track,
      estimate,
    },
  };
}

/** Returns true if these are of two groups at least: so many that agree closely may reject another. */
const areIndependent = (subjects: readonly Subject[]): boolean =>
  subjects.some(({ candidate }) => candidate.group !== subjects[0]!.candidate.group);

interface Judge {
  readonly subject: Subject;
  /** Weight by root distance: a near source tells more than a far one with little noise. A group shares one weight. */
  readonly weight: number;
  /** Standard deviation of its error, as far as the witnesses leave open which law it follows. */
  readonly spreadNs: Ns;
}

function judgesOf(subjects: readonly Subject[], witnesses: readonly Subject[]): Judge[] {
  const sizes = sizesOfGroups(subjects);
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

function sizesOfGroups(subjects: readonly Subject[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { candidate } of subjects) sizes.set(candidate.group, (sizes.get(candidate.group) ?? 0) + 1);
  return sizes;
}

/** Distance of a candidate from the mean of others, whose error is `sigmaNs`. */
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
 * Returns the gap to the weighted mean of the judges; no subject judges itself. The length by which all judges' paths exceed
 * the candidate's may be asymmetric for all of them alike, as on one access line, so it is subtracted.
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
  return { gapNs, sigmaNs, times: Math.max(gapNs - excessNs, 0) / hypot(usualNs, sigmaNs) };
}

/**
 * Returns the gap to a witness whose root distance does not reach this candidate, while the candidate's reaches the witness:
 * if the witness is right, the bias is at least the part beyond. `times` counts that part alone.
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

/** Returns the odds of the wide law after a gap of `times` usual errors to a mean whose own error is `sigmaNs`. */
function oddsOf({ candidate, narrowNs, wideNs }: Subject, times: number, sigmaNs: Ns): number {
  const randomNs = candidate.estimate.sigmaNs;
  const ratio = hypot3(narrowNs, randomNs, sigmaNs) / hypot3(wideNs, randomNs, sigmaNs);
  return UNUSUAL_ODDS * ratio * Math.exp((times ** 2 / 2) * (1 - ratio ** 2));
}

interface SubjectLaw {
  readonly subject: Subject;
  readonly law: PathLaw;
  readonly doubt: number;
}

/** Returns the laws of the members' paths. Of a silent track it is known whether it was unusual when it was last heard. */
function pathLawsOf(inside: readonly Subject[], absent: readonly Subject[]): readonly SubjectLaw[] {
  const wasUnusual = (subject: Subject): boolean =>
    absent.includes(subject) && subject.candidate.track.fit.unusual !== undefined;
  const subjects = [...inside, ...absent];
  const sizes = sizesOfGroups(subjects);
  const laws = lawsOf(
    subjects.map(
      (subject): ComparedPath => ({
        centreNs: subject.candidate.centreNs,
        randomNs: subject.candidate.estimate.sigmaNs,
        narrowNs: wasUnusual(subject) ? subject.wideNs : subject.narrowNs,
        reachNs: subject.distanceNs,
        vote: sizes.size === 1 ? 1 : 1 / sizes.get(subject.candidate.group)!,
      }),
    ),
  );
  return subjects.map((subject, i) => {
    const law = wasUnusual(subject) ? ALL_WIDE : laws[i]!;
    return { subject, law, doubt: doubtOf(law) };
  });
}

/**
 * Returns the sigma of a bias: its precision is the mean of the laws'. The wide law says only that the bias is somewhere within
 * the root distance, so it counts only as far as no other subject is usual and tells more than that.
 */
function lawOf({ subject, gap, odds }: Measured, laws: readonly SubjectLaw[]): Law {
  const { wideNs } = subject;
  let alone = 1;
  let own = ALL_WIDE;
  for (const { subject: other, law, doubt } of laws) {
    if (other === subject) own = law;
    else alone *= 1 - (1 - doubt) / (1 + (other.usualNs / wideNs) ** 2);
  }
  const { tight, loose, wide } = own;
  const outer = Math.max(alone, LEAST_PRECISION) * wide;
  return {
    sigmaNs: 1 / Math.sqrt(tight / tightNs(subject) ** 2 + loose / looseNs(subject) ** 2 + outer / wideNs ** 2),
    unusual: odds > 1 ? { gapNs: gap.gapNs, times: gap.times } : undefined,
    outlier: wide > OUTLIER_CHANCE && alone < OUTLIER_PRECISION,
  };
}

const limitOf = ({ incumbent }: Candidate): number => (incumbent ? REJECT_BEYOND : ADMIT_WITHIN);

function separationOf(close: readonly Subject[], { gapNs, times }: Gap): Separation {
  const from = close.map(({ candidate }) => candidate);
  const centres = from.map(({ centreNs }) => centreNs);
  return { from, spreadNs: Math.max(...centres) - Math.min(...centres), gapNs, times };
}
