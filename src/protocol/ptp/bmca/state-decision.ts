import { formatPortIdentity } from '../identity.js';
import { type Candidate, compareCandidates, explainComparison } from './candidate.js';

/** The outcomes of figure 33 of IEEE 1588-2019. */
export type DecisionCode = 'M1' | 'M2' | 'M3' | 'P1' | 'P2' | 'S1' | 'listen';

export interface Decision {
  readonly code: DecisionCode;
  /** One sentence for the operator. */
  readonly reason: string;
}

/** What the decision about one port is made of. */
export interface Standing {
  /** D0: the clock itself. */
  readonly own: Candidate;
  /** Erbest: the best that this port hears. */
  readonly portBest?: Candidate | undefined;
  /** Ebest: the best that any port hears. Default: `portBest`. */
  readonly best?: Candidate | undefined;
  /** The port listens until its announce receipt timeout: hearing nothing proves nothing yet. */
  readonly listening: boolean;
}

/** clockClass up to this is never given up for another (§9.3.3). */
const LAST_GRANDMASTER_CLASS = 127;

/** The state decision algorithm of §9.3.3. */
export function decideState({ own, portBest, best = portBest, listening }: Standing): Decision {
  if (portBest === undefined && listening) return { code: 'listen', reason: 'Listens for a better timeTransmitter.' };
  if (own.quality.clockClass <= LAST_GRANDMASTER_CLASS) return amongGrandmasters(own, portBest);
  if (best === undefined || beats(own, best)) return { code: 'M2', reason: ownReason(own, best) };
  if (portBest !== undefined && same(best, portBest)) {
    return { code: 'S1', reason: `Follows ${formatPortIdentity(best.sender)}: ${explainComparison(best, own)}.` };
  }
  return beyondTheBest(best, portBest);
}

function amongGrandmasters(own: Candidate, portBest: Candidate | undefined): Decision {
  if (portBest === undefined || beats(own, portBest)) return { code: 'M1', reason: ownReason(own, portBest) };
  const sender = formatPortIdentity(portBest.sender);
  return { code: 'P1', reason: `Yields to ${sender}: ${explainComparison(portBest, own)}.` };
}

/** The clock follows another port: this one passes its time on, unless that has reached the segment by itself. */
function beyondTheBest(best: Candidate, portBest: Candidate | undefined): Decision {
  const source = formatPortIdentity(best.sender);
  if (portBest === undefined) return { code: 'M3', reason: `Passes on the time of ${source}: nobody else does here.` };
  const { byTopology } = compareCandidates(best, portBest);
  const sender = formatPortIdentity(portBest.sender);
  return byTopology
    ? { code: 'P2', reason: `Yields to ${sender}: it already brings the time of ${source} here.` }
    : { code: 'M3', reason: `Passes on the time of ${source}: ${explainComparison(best, portBest)}.` };
}

function ownReason(own: Candidate, other: Candidate | undefined): string {
  if (other === undefined) return 'Grandmaster: nobody else announces itself.';
  return `Grandmaster: ${explainComparison(own, other)}.`;
}

const beats = (own: Candidate, other: Candidate): boolean => compareCandidates(own, other).order < 0;

const same = (a: Candidate, b: Candidate): boolean => a === b || compareCandidates(a, b).order === 0;
