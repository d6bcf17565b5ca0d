import type { Candidate } from '../bmca/candidate.js';
import { type Decision, type DecisionCode, decideState } from '../bmca/state-decision.js';
import type { PortState } from './action.js';
import type { Capability } from './capability.js';
import type { Verdict } from './receiver-verdict.js';
import { ended, topicOf } from './sentence.js';

export interface TransmitterFacts {
  readonly linkUp: boolean;
  /** What it would announce; undefined: nothing yet. */
  readonly own: Candidate | undefined;
  readonly portBest: Candidate | undefined;
  readonly roles: 'elected' | 'static';
  /** Nobody can be known yet: the first announce receipt timeout runs. */
  readonly listening: boolean;
  /** Where the profile judges it. */
  readonly capability: Capability | undefined;
}

/** The state of a port that only gives time, and why. It never follows: where it would have to, it keeps quiet. */
export function transmitterVerdict(facts: TransmitterFacts): Verdict {
  const { own, capability, roles, portBest, listening } = facts;
  if (!facts.linkUp) return { state: 'faulty', topic: 'link', reason: 'The link is down.' };
  if (capability?.capable === false) {
    const topic = `capable ${topicOf(capability.reason)}`;
    return { state: 'listening', topic, reason: ended(`Not asCapable: ${capability.reason}`) };
  }
  if (own === undefined) return { state: 'listening', topic: 'data', reason: 'Has no time to give yet.' };
  if (roles === 'static') {
    return { state: 'master', topic: 'static', reason: 'timeTransmitter by configuration: there is no election.' };
  }
  const decision = decideState({ own, portBest, listening });
  return { state: STATES[decision.code], topic: `${decision.code} ${decision.reason}`, reason: reasonOf(decision) };
}

const STATES: Readonly<Record<DecisionCode, PortState>> = {
  ...{ M1: 'master', M2: 'master', M3: 'master', P1: 'passive', P2: 'passive' },
  S1: 'passive',
  listen: 'listening',
};

const reasonOf = ({ code, reason }: Decision): string =>
  code === 'S1' ? reason.replace(/^Follows/, 'Yields to') : reason;
