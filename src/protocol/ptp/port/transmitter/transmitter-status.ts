import type { AnnounceDataSet } from '../../bmca/data-set-comparison.js';
import { decideState, type StateDecision, type StateDecisionCode } from '../../bmca/state-decision.js';
import type { PortState } from '../action.js';
import type { Capability } from '../neighbour/capability.js';
import { incapableStatus, linkStatus, type PortStatus } from '../port-status.js';

export interface TransmitterFacts {
  readonly linkUp: boolean | undefined;
  /** The data set that the port would announce. Undefined: there is no time to send. */
  readonly own: AnnounceDataSet | undefined;
  readonly portBest: AnnounceDataSet | undefined;
  readonly roles: 'elected' | 'static';
  /** The first announce receipt timeout is running: another clock may not have been heard yet. */
  readonly listening: boolean;
  /** Why the port must not send time to its neighbour. Undefined: it may. */
  readonly unfitness: Capability | undefined;
}

export interface TransmitterStatus extends PortStatus {
  /** MASTER by M3: the port passes PRE_MASTER first. */
  readonly passesOn?: true;
}

/** Returns the status of a timeTransmitter port. It never follows: instead of SLAVE its state is PASSIVE. */
export function transmitterStatus(facts: TransmitterFacts): TransmitterStatus {
  const { own, unfitness, roles, portBest, listening } = facts;
  const withoutLink = linkStatus(facts.linkUp);
  if (withoutLink !== undefined) return withoutLink;
  if (unfitness !== undefined) return incapableStatus(unfitness);
  if (own === undefined) return { state: 'listening', topic: 'data', reason: 'Has no time to send yet.' };
  if (roles === 'static') {
    return { state: 'master', topic: 'static', reason: 'timeTransmitter by configuration: there is no election.' };
  }
  const decision = decideState({ own, portBest, listening });
  const topic = `${decision.code} ${decision.reason}`;
  const status = { state: STATES[decision.code], topic, reason: reasonOf(decision) };
  return decision.code === 'M3' ? { ...status, passesOn: true } : status;
}

const STATES: Readonly<Record<StateDecisionCode, PortState>> = {
  ...{ M1: 'master', M2: 'master', M3: 'master', P1: 'passive', P2: 'passive' },
  S1: 'passive',
  listen: 'listening',
};

const reasonOf = ({ code, reason }: StateDecision): string =>
  code === 'S1' ? reason.replace(/^Follows/, 'Yields to') : reason;
