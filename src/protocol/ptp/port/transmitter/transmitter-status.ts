import type { Candidate } from '../../bmca/data-set-comparison.js';
import { type Decision, type DecisionCode, decideState } from '../../bmca/state-decision.js';
import type { PortState } from '../action.js';
import type { Capability } from '../neighbour/capability.js';
import { linkVerdict, unfit, type Verdict } from '../receiver/receiver-status.js';

export interface TransmitterFacts {
  readonly linkUp: boolean | undefined;
  /** What it would announce; undefined: nothing yet. */
  readonly own: Candidate | undefined;
  readonly portBest: Candidate | undefined;
  readonly roles: 'elected' | 'static';
  /** Nobody can be known yet: the first announce receipt timeout runs. */
  readonly listening: boolean;
  /** Why the neighbour is not fit to be given time. */
  readonly unfitness: Capability | undefined;
}

export interface TransmitterVerdict extends Verdict {
  /** MASTER by M3: it must qualify first. */
  readonly passesOn?: true;
}

/** The state of a port that only gives time, and why. It never follows: where it would have to, it keeps quiet. */
export function transmitterVerdict(facts: TransmitterFacts): TransmitterVerdict {
  const { own, unfitness, roles, portBest, listening } = facts;
  const barred = linkVerdict(facts.linkUp);
  if (barred !== undefined) return barred;
  if (unfitness !== undefined) return unfit(unfitness);
  if (own === undefined) return { state: 'listening', topic: 'data', reason: 'Has no time to give yet.' };
  if (roles === 'static') {
    return { state: 'master', topic: 'static', reason: 'timeTransmitter by configuration: there is no election.' };
  }
  const decision = decideState({ own, portBest, listening });
  const topic = `${decision.code} ${decision.reason}`;
  const verdict = { state: STATES[decision.code], topic, reason: reasonOf(decision) };
  return decision.code === 'M3' ? { ...verdict, passesOn: true } : verdict;
}

const STATES: Readonly<Record<DecisionCode, PortState>> = {
  ...{ M1: 'master', M2: 'master', M3: 'master', P1: 'passive', P2: 'passive' },
  S1: 'passive',
  listen: 'listening',
};

const reasonOf = ({ code, reason }: Decision): string =>
  code === 'S1' ? reason.replace(/^Follows/, 'Yields to') : reason;
