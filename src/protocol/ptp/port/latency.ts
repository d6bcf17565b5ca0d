import type { Ns, Stamp } from '../../../api/time.js';

/** Corrections of a port and its link that no measurement shows (IEEE 1588-2019 §7.3.4.2, §7.4.2). */
export interface Latencies {
  /** From the transmit stamp to the plug, and from the plug to the receive stamp. */
  readonly egressNs: Ns;
  readonly ingressNs: Ns;
  /** delayAsymmetry: the delay from the timeTransmitter − the mean of both directions. */
  readonly asymmetryNs: Ns;
}

export const NO_LATENCIES: Latencies = { egressNs: 0, ingressNs: 0, asymmetryNs: 0 };

/** Returns a stamp moved by `ns`. */
export const moved = (stamp: Stamp, ns: Ns): Stamp =>
  ns === 0 ? stamp : { ...stamp, time: stamp.time + BigInt(Math.round(ns)) };

/** Converts stamps to the moment at which the message passed the plug. */
export const atPlug = {
  received: (stamp: Stamp, { ingressNs }: Latencies): Stamp => moved(stamp, -ingressNs),
  sent: (stamp: Stamp, { egressNs }: Latencies): Stamp => moved(stamp, egressNs),
};
