import type { AnnounceDataSet } from '../../bmca/data-set-comparison.js';
import { decideState, type StateDecision, type StateDecisionCode } from '../../bmca/state-decision.js';
import type { PortState } from '../action.js';
import type { Capability } from '../neighbour/capability.js';
import { linkStatus, type PortStatus, unfitStatus } from '../receiver/receiver-status.js';

export interface TransmitterFacts {
  readonly linkUp: boolean | undefined;
  /** What it would announce; undefined: nothing yet. */
  readonly own: AnnounceDataSet | undefined;
  readonly portBest: AnnounceDataSet | undefined;
  readonly roles: 'elected' | 'static';
  /** Nobody can be known yet: the first announce receipt timeout runs. */
  readonly listening: boolean;
  /** Why the neighbour is not fit to be given time. */
  readonly unfitness: Capability | undefined;
}

export interface TransmitterStatus extends PortStatus {
  /** MASTER by M3: it must qualify first. */
  readonly passesOn?: true;
}

/** The state of a port that only gives time, and why. It never follows: where it would have to, it keeps quiet. */
export function transmitterStatus(facts: TransmitterFacts): TransmitterStatus {
  const { own, unfitness, roles, portBest, listening } = facts;
  const barred = linkStatus(facts.linkUp);
  if (barred !== undefined) return barred;
  if (unfitness !== undefined) return unfitStatus(unfitness);
  if (own === undefined) return { state: 'listening', topic: 'data', reason: 'Has no time to give yet.' };
  if (roles === 'static') {
    return { state: 'master', topic: 'static', reason: 'timeTransmitter by configuration: there is no election.' };
  }
  const decision = decideState({ own, portBest, listening });
  const topic = `${decision.code} ${decision.reason}`;
  const verdict = { state: STATES[decision.code], topic, reason: reasonOf(decision) };
  return decision.code === 'M3' ? { ...verdict, passesOn: true } : verdict;
}

const STATES: Readonly<Record<StateDecisionCode, PortState>> = {
  ...{ M1: 'master', M2: 'master', M3: 'master', P1: 'passive', P2: 'passive' },
  S1: 'passive',
  listen: 'listening',
};

const reasonOf = ({ code, reason }: StateDecision): string =>
  code === 'S1' ? reason.replace(/^Follows/, 'Yields to') : reason;
