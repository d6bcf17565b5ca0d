import { comparePorts, formatClockIdentity, formatPortIdentity } from '../identity.js';
import { type AnnounceDataSet, compareDataSets, explainComparison } from './data-set-comparison.js';

/** The results of the state decision algorithm (IEEE 1588-2019 figure 33). */
export type StateDecisionCode = 'M1' | 'M2' | 'M3' | 'P1' | 'P2' | 'S1' | 'listen';

export interface StateDecision {
  readonly code: StateDecisionCode;
  /** One sentence for the operator. */
  readonly reason: string;
}

/** Input of the decision for one port. */
export interface StateDecisionInput {
  /** The data set that the clock would announce on this port: D0, or Ebest of another port one step further. */
  readonly own: AnnounceDataSet;
  /** Erbest: the best Announce of this port. */
  readonly portBest?: AnnounceDataSet | undefined;
  /** The first announce receipt timeout is not over: silence does not show yet that no other clock is there. */
  readonly listening: boolean;
}

/** Clocks up to this clockClass never become timeReceivers (§9.3.3). */
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
 * Decides for a clock that follows through another port. This port passes the time on, unless the same time already reaches
 * the segment by a shorter path, or by an equally long one through a lower identity (figures 33 and 35, expressed as a
 * comparison of what both would announce here).
 */
function passingOn(own: AnnounceDataSet, portBest: AnnounceDataSet | undefined): StateDecision {
  const source = formatClockIdentity(own.grandmaster);
  const reason = `Passes on the time of ${source}`;
  if (portBest === undefined) return { code: 'M3', reason: `${reason}: no other clock does on this segment.` };
  if (portBest.grandmaster !== own.grandmaster) {
    return beats(own, portBest)
      ? { code: 'M3', reason: `${reason}: ${explainComparison(own, portBest)}.` }
      : follows(own, portBest);
  }
  const sender = formatPortIdentity(portBest.sender);
  const way = own.stepsRemoved - portBest.stepsRemoved || comparePorts(own.sender, portBest.sender);
  return way < 0
    ? { code: 'M3', reason: `${reason}: its path through ${sender} is longer.` }
    : { code: 'P2', reason: `Yields to ${sender}: it already passes on the time of ${source}.` };
}

const follows = (own: AnnounceDataSet, portBest: AnnounceDataSet): StateDecision => ({
  code: 'S1',
  reason: `Follows ${formatPortIdentity(portBest.sender)}: ${explainComparison(portBest, own)}.`,
});

function ownReason(own: AnnounceDataSet, other: AnnounceDataSet | undefined): string {
  if (other === undefined) return 'Grandmaster: no other clock announces itself.';
  return `Grandmaster: ${explainComparison(own, other)}.`;
}

const beats = (own: AnnounceDataSet, other: AnnounceDataSet): boolean => compareDataSets(own, other).order < 0;
