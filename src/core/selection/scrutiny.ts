import type { Ns } from '../../api/index.js';
import type { Unusual } from '../source.js';
import type { Candidate } from './candidate.js';
import { biasSigmaNs, distanceNs, wideSigmaNs } from './distance.js';
import { majorityOf, type OwnTime } from './majority.js';
import { intervalOf, type Overlap, touches } from './vote.js';

export interface Scrutiny {
  /** Where most agree to within their usual errors. */
  readonly close: Overlap | undefined;
  readonly findings: ReadonlyMap<Candidate, Finding>;
}

/** What the second look found about one candidate. */
export interface Finding {
  /** What may be asserted of its bias. */
  readonly sigmaNs: Ns;
  /** It is among those that agree closely. */
  readonly close: boolean;
  /** Its gap, where the wide law is the likelier one. */
  readonly unusual: Unusual | undefined;
  /** It stands so far from these that it is not to be used. */
  readonly apart: Apart | undefined;
}

export interface Apart extends Unusual {
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
/** How often a path is not as symmetric as paths usually are. */
const UNUSUAL = 0.1;
/** One alone is no company to stand apart from. */
const COMPANY = 2;

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

/**
 * A second look at the scale of usual errors, for root distances are lenient. A bias follows the narrow law of ordinary
 * paths or, now and then, the wide one of the root distance. Where most `members` agree narrowly, they show which law holds
 * for whom of the `electorate`; where they do not, everybody is measured by everybody else, so that all who disagree get
 * the wide law.
 */
export function scrutinise(electorate: readonly Candidate[], members: readonly Candidate[], own?: OwnTime): Scrutiny {
  const subjects = electorate.map(subjectOf);
  const inside = subjects.filter(({ candidate }) => members.includes(candidate));
  const overlap = majorityOf(
    inside.map(({ opinion }) => opinion),
    own,
  );
  const truth = overlap === undefined ? undefined : intervalOf(overlap);
  const close = inside.filter(({ opinion }) => truth !== undefined && touches(opinion, truth));
  const judges = judgesOf(close.length > 0 ? close : inside);
  const isCompany = new Set(close.map(({ candidate }) => candidate.group)).size >= COMPANY;
  const findings = new Map<Candidate, Finding>();
  for (const subject of subjects) {
    const { candidate } = subject;
    const gap = gapOf(subject, judges);
    const isClose = close.includes(subject);
    const isApart = isCompany && !isClose && gap.gapNs > LEAST_GAP_NS && gap.times > limitOf(candidate);
    const apart = isApart ? separation(close, gap) : undefined;
    findings.set(candidate, { ...lawOf(subject, gap), close: isClose, apart });
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
  /** By its usual error; the members of a group of dependent candidates share one vote. */
  readonly weight: number;
}

function judgesOf(subjects: readonly Subject[]): Judge[] {
  const sizes = new Map<string, number>();
  for (const { candidate } of subjects) sizes.set(candidate.group, (sizes.get(candidate.group) ?? 0) + 1);
  return subjects.map((subject) => ({
    subject,
    weight: 1 / (subject.usualNs ** 2 * sizes.get(subject.candidate.group)!),
  }));
}

/** How far a candidate is from the mean of others, whose error is `sigmaNs`. */
interface Gap extends Unusual {
  readonly sigmaNs: Ns;
}

/**
 * Nobody is his own judge. What all the judges' paths have in length beyond the candidate's own may be asymmetric for all of
 * them alike, as on one access line, and counts for nothing.
 */
function gapOf({ candidate, usualNs, distanceNs: reachNs }: Subject, judges: readonly Judge[]): Gap {
  let weights = 0;
  let sum = 0;
  let leastNs = Number.POSITIVE_INFINITY;
  for (const { subject, weight } of judges) {
    if (subject.candidate.group === candidate.group) continue;
    weights += weight;
    sum += weight * subject.candidate.centreNs;
    leastNs = Math.min(leastNs, subject.distanceNs);
  }
  if (weights === 0) return { gapNs: 0, sigmaNs: 0, times: 0 };
  const gapNs = Math.abs(candidate.centreNs - sum / weights);
  const sigmaNs = 1 / Math.sqrt(weights);
  const excessNs = Math.max(leastNs - reachNs, 0);
  return { gapNs, sigmaNs, times: Math.max(gapNs - excessNs, 0) / Math.hypot(usualNs, sigmaNs) };
}

/** Posterior of the two laws after such a gap, as one Gaussian: its precision is the mean of theirs. */
function lawOf({ candidate, narrowNs, wideNs }: Subject, gap: Gap): Pick<Finding, 'sigmaNs' | 'unusual'> {
  const { gapNs, sigmaNs, times } = gap;
  const randomNs = candidate.estimate.sigmaNs;
  const ratio = Math.hypot(narrowNs, randomNs, sigmaNs) / Math.hypot(wideNs, randomNs, sigmaNs);
  const odds = (UNUSUAL / (1 - UNUSUAL)) * ratio * Math.exp((times ** 2 / 2) * (1 - ratio ** 2));
  const share = 1 / (1 + odds);
  return {
    sigmaNs: 1 / Math.sqrt(share / narrowNs ** 2 + (1 - share) / wideNs ** 2),
    unusual: odds > 1 ? { gapNs, times } : undefined,
  };
}

const limitOf = ({ incumbent }: Candidate): number => (incumbent ? APART : TOO_FAR_TO_JOIN);

function separation(close: readonly Subject[], { gapNs, times }: Gap): Apart {
  const from = close.map(({ candidate }) => candidate);
  const centres = from.map(({ centreNs }) => centreNs);
  return { from, spreadNs: Math.max(...centres) - Math.min(...centres), gapNs, times };
}
