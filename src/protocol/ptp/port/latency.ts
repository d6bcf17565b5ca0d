import type { Ns, Stamp } from '../../../api/time.js';

/** What is known of the port and its link and no measurement shows (IEEE 1588-2019 §7.3.4.2, §7.4.2). */
export interface Latencies {
  /** From the plane of the stamps to the wire, and back. */
  readonly egressNs: Ns;
  readonly ingressNs: Ns;
  /** delayAsymmetry: the way from the timeTransmitter takes so much longer than the mean, the way back so much less. */
  readonly asymmetryNs: Ns;
}

export const NO_LATENCIES: Latencies = { egressNs: 0, ingressNs: 0, asymmetryNs: 0 };

/** When it passed the plug: a stamp moved by `ns`. */
export const moved = (stamp: Stamp, ns: Ns): Stamp =>
  ns === 0 ? stamp : { ...stamp, time: stamp.time + BigInt(Math.round(ns)) };

/** Stamps as of the plug. */
export const atPlug = {
  received: (stamp: Stamp, { ingressNs }: Latencies): Stamp => moved(stamp, -ingressNs),
  sent: (stamp: Stamp, { egressNs }: Latencies): Stamp => moved(stamp, egressNs),
};
