import type { Ns } from '../../../../api/time.js';
import { formatDuration } from '../../../../api/units.js';
import { formatPortIdentity, type PortIdentity } from '../../identity.js';
import type { NeighbourRules } from '../../profile/profile.js';

/** Results of the peer delay mechanism. */
export interface NeighbourFacts {
  /** Consecutive requests without a complete answer. */
  readonly lost: number;
  /** The ports that answered the last answered request. */
  readonly responders: readonly PortIdentity[];
  /** No requests are sent for a while: too many in a row were answered by several ports. */
  readonly paused: boolean;
  /** An answer came from our own clock. */
  readonly looped: boolean;
  /** NaN before the first exchange. */
  readonly delayNs: Ns;
  readonly ratePpb: number | undefined;
}

export interface Capability {
  readonly capable: boolean;
  /** A clause without capital letter and full stop: the cause, with its measured value. */
  readonly reason: string;
  /** The port is FAULTY (IEEE 1588-2019 §11.4.3); only with the rule `unjudged`. */
  readonly fault?: true;
}

/** Decides asCapable (802.1AS-2020 §11.2.2). */
export function capabilityOf(facts: NeighbourFacts, rules: NeighbourRules): Capability {
  if (rules.capable === 'static') return { capable: true, reason: 'the profile takes the neighbour as capable' };
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
  if (looped) return 'this clock answered its own Pdelay_Req: is there a loop in the wiring?';
  if (responders.length > 1) return multipleRespondersReason(responders);
  if (capable === 'measured' && lost > allowedLost) return `${lost} Pdelay_Req in a row have had no answer`;
  if (Number.isNaN(delayNs)) {
    return lost === 0 ? 'the neighbour delay is not measured yet' : `${lost} Pdelay_Req in a row have had no answer`;
  }
  if (delayNs > thresholdNs) {
    return `neighbour delay ${inNs(delayNs)} is above the threshold of ${inNs(thresholdNs)}: is there a converter or a tap?`;
  }
  if (delayNs < -thresholdNs)
    return `neighbour delay ${inNs(delayNs)} is negative: are the configured latencies right?`;
  if (capable === 'measured' && ratePpb === undefined) return 'the rate of the neighbour is not measured yet';
  return undefined;
}

const multipleRespondersReason = (responders: readonly PortIdentity[]): string =>
  `${responders.map(formatPortIdentity).join(' and ')} answer the same Pdelay_Req: does a bridge on the link forward it?`;

const pauseOf = ({ responders }: NeighbourFacts, { allowedLost, multipleResponderPauseS }: NeighbourRules): string =>
  `${multipleRespondersReason(responders)} After ${allowedLost + 1} in a row none are sent for ` +
  formatDuration(multipleResponderPauseS * 1e9);

/** `1,240 ns`: always in ns, so that delay and threshold can be compared. */
const inNs = (ns: Ns): string => `${Math.round(ns).toLocaleString('en-US')} ns`;
