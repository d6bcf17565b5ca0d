import { comparePorts, formatClockIdentity, formatPortIdentity } from '../identity.js';
import { type AnnounceDataSet, compareDataSets, explainComparison } from './data-set-comparison.js';

/** The outcomes of figure 33 of IEEE 1588-2019. */
export type StateDecisionCode = 'M1' | 'M2' | 'M3' | 'P1' | 'P2' | 'S1' | 'listen';

export interface StateDecision {
  readonly code: StateDecisionCode;
  /** One sentence for the operator. */
  readonly reason: string;
}

/** What the decision about one port is made of. */
export interface StateDecisionInput {
  /** What the clock would announce here: D0, or Ebest of another port one step further. */
  readonly own: AnnounceDataSet;
  /** Erbest: the best that this port hears. */
  readonly portBest?: AnnounceDataSet | undefined;
  /** The port listens until its announce receipt timeout: hearing nothing proves nothing yet. */
  readonly listening: boolean;
}

/** clockClass up to this is never given up for another (§9.3.3). */
const LAST_GRANDMASTER_CLASS = 127;

/** The state decision algorithm of §9.3.3. */
export function decideState({ own, portBest, listening }: StateDecisionInput): StateDecision {
  if (portBest === undefined && listening) return { code: 'listen', reason: 'Listens for a better timeTransmitter.' };
  if (own.stepsRemoved > 0) return passingOn(own, portBest);
  if (own.quality.clockClass <= LAST_GRANDMASTER_CLASS) return amongGrandmasters(own, portBest);
  if (portBest === undefined || beats(own, portBest)) return { code: 'M2', reason: ownReason(own, portBest) };
  return follows(own, portBest);
}

function amongGrandmasters(own: AnnounceDataSet, portBest: AnnounceDataSet | undefined): StateDecision {
  if (portBest === undefined || beats(own, portBest)) return { code: 'M1', reason: ownReason(own, portBest) };
  const sender = formatPortIdentity(portBest.sender);
  return { code: 'P1', reason: `Yields to ${sender}: ${explainComparison(portBest, own)}.` };
}

/**
 * The clock follows another port: this one passes its time on, unless that has reached the segment by a shorter way, or by
 * one as long through a lower clock (figures 33 and 35, put as what both would announce here).
 */
function passingOn(own: AnnounceDataSet, portBest: AnnounceDataSet | undefined): StateDecision {
  const source = formatClockIdentity(own.grandmaster);
  const reason = `Passes on the time of ${source}`;
  if (portBest === undefined) return { code: 'M3', reason: `${reason}: nobody else does here.` };
  if (portBest.grandmaster !== own.grandmaster) {
    return beats(own, portBest)
      ? { code: 'M3', reason: `${reason}: ${explainComparison(own, portBest)}.` }
      : follows(own, portBest);
  }
  const sender = formatPortIdentity(portBest.sender);
  const way = own.stepsRemoved - portBest.stepsRemoved || comparePorts(own.sender, portBest.sender);
  return way < 0
    ? { code: 'M3', reason: `${reason}: its way here through ${sender} is longer.` }
    : { code: 'P2', reason: `Yields to ${sender}: it already brings the time of ${source} here.` };
}

const follows = (own: AnnounceDataSet, portBest: AnnounceDataSet): StateDecision => ({
  code: 'S1',
  reason: `Follows ${formatPortIdentity(portBest.sender)}: ${explainComparison(portBest, own)}.`,
});

function ownReason(own: AnnounceDataSet, other: AnnounceDataSet | undefined): string {
  if (other === undefined) return 'Grandmaster: nobody else announces itself.';
  return `Grandmaster: ${explainComparison(own, other)}.`;
}

const beats = (own: AnnounceDataSet, other: AnnounceDataSet): boolean => compareDataSets(own, other).order < 0;
