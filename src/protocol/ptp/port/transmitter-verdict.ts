import type { Candidate } from '../bmca/candidate.js';
import { type Decision, type DecisionCode, decideState } from '../bmca/state-decision.js';
import type { PortState } from './action.js';
import type { Capability } from './capability.js';
import { unfit, type Verdict } from './receiver-verdict.js';

export interface TransmitterFacts {
  readonly linkUp: boolean;
  /** What it would announce; undefined: nothing yet. */
  readonly own: Candidate | undefined;
  readonly portBest: Candidate | undefined;
  readonly roles: 'elected' | 'static';
  /** Nobody can be known yet: the first announce receipt timeout runs. */
  readonly listening: boolean;
  /** Why the neighbour is not fit to be given time. */
  readonly unfitness: Capability | undefined;
  /** PRE_MASTER: the qualification timeout runs. */
  readonly qualifying: boolean;
}

/** By what the port is one that passes another's time on, it first waits (§9.2.6.11). */
export const mustQualify = ({ own, portBest, roles, listening }: TransmitterFacts): boolean =>
  own !== undefined && roles === 'elected' && decideState({ own, portBest, listening }).code === 'M3';

/** The state of a port that only gives time, and why. It never follows: where it would have to, it keeps quiet. */
export function transmitterVerdict(facts: TransmitterFacts): Verdict {
  const { own, unfitness, roles, portBest, listening } = facts;
  if (!facts.linkUp) return { state: 'faulty', topic: 'link', reason: 'The link is down.' };
  if (unfitness !== undefined) return unfit(unfitness);
  if (own === undefined) return { state: 'listening', topic: 'data', reason: 'Has no time to give yet.' };
  if (roles === 'static') {
    return { state: 'master', topic: 'static', reason: 'timeTransmitter by configuration: there is no election.' };
  }
  const decision = decideState({ own, portBest, listening });
  const reason = reasonOf(decision);
  const verdict = { state: STATES[decision.code], topic: `${decision.code} ${decision.reason}`, reason };
  if (!facts.qualifying || decision.code !== 'M3') return verdict;
  return { ...verdict, state: 'pre-master', reason: `Waits in case somebody better is heard. ${reason}` };
}

const STATES: Readonly<Record<DecisionCode, PortState>> = {
  ...{ M1: 'master', M2: 'master', M3: 'master', P1: 'passive', P2: 'passive' },
  S1: 'passive',
  listen: 'listening',
};

const reasonOf = ({ code, reason }: Decision): string =>
  code === 'S1' ? reason.replace(/^Follows/, 'Yields to') : reason;
