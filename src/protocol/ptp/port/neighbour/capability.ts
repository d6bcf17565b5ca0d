import type { Ns } from '../../../../api/time.js';
import { formatDuration } from '../../../../api/units.js';
import { formatPortIdentity, type PortIdentity } from '../../identity.js';
import type { NeighbourRules } from '../../profile/profile.js';

/** What the peer delay mechanism has found out about the neighbour. */
export interface NeighbourFacts {
  /** Requests in a row without a complete answer. */
  readonly lost: number;
  /** Who answered the last request that was answered. */
  readonly responders: readonly PortIdentity[];
  /** Too many requests in a row were answered by several: none are sent for a while. */
  readonly paused: boolean;
  /** A request of our own came back as an answer. */
  readonly looped: boolean;
  /** NaN before the first exchange. */
  readonly delayNs: Ns;
  readonly ratePpb: number | undefined;
}

export interface Capability {
  readonly capable: boolean;
  /** A clause for a sentence: what was measured. */
  readonly reason: string;
  /** FAULTY, of a port that does not judge its neighbour (IEEE 1588-2019 §11.4.3). */
  readonly fault?: true;
}

/** asCapable (802.1AS-2020 §11.2.2), with what it was judged by. */
export function capabilityOf(facts: NeighbourFacts, rules: NeighbourRules): Capability {
  if (rules.capable === 'static')
    return { capable: true, reason: 'the neighbour is taken as capable by configuration' };
  if (facts.paused) {
    const reason = pauseOf(facts, rules);
    return rules.capable === 'unjudged' ? { capable: false, reason, fault: true } : { capable: false, reason };
  }
  const fault = faultOf(facts, rules);
  if (fault !== undefined) return { capable: false, reason: fault };
  return { capable: true, reason: `neighbour delay ${inNs(facts.delayNs)}` };
}

function faultOf(facts: NeighbourFacts, { capable, thresholdNs, allowedLost }: NeighbourRules): string | undefined {
  const { looped, responders, lost, delayNs, ratePpb } = facts;
  if (capable === 'unjudged' && !Number.isNaN(delayNs)) return undefined;
  if (looped) return 'our own Pdelay_Req was answered by ourselves: a loop in the wiring?';
  if (responders.length > 1) return crowdOf(responders);
  if (capable === 'measured' && lost > allowedLost) return `${lost} Pdelay_Req in a row have had no answer`;
  if (Number.isNaN(delayNs)) {
    return lost === 0 ? 'the neighbour delay is not measured yet' : `${lost} Pdelay_Req in a row have had no answer`;
  }
  if (delayNs > thresholdNs) {
    return `neighbour delay ${inNs(delayNs)} is above the threshold of ${inNs(thresholdNs)}: a converter or a tap?`;
  }
  if (delayNs < -thresholdNs) return `neighbour delay ${inNs(delayNs)} is below zero: are the latencies right?`;
  if (capable === 'measured' && ratePpb === undefined) return 'the rate of the neighbour is not measured yet';
  return undefined;
}

const crowdOf = (responders: readonly PortIdentity[]): string =>
  `${responders.map(formatPortIdentity).join(' and ')} answer the same Pdelay_Req: a bridge between us that forwards it?`;

const pauseOf = ({ responders }: NeighbourFacts, { allowedLost, multipleResponderPauseS }: NeighbourRules): string =>
  `${crowdOf(responders)} After ${allowedLost + 1} in a row none are sent for ${formatDuration(multipleResponderPauseS * 1e9)}`;

/** `1,240 ns`: link delays are compared to the ns. */
const inNs = (ns: Ns): string => `${Math.round(ns).toLocaleString('en-US')} ns`;
