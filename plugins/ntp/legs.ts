import type { Claims, Endpoint, Leg, Stamp } from 'timehub/api';
import { formatServer } from 'timehub/protocol/address';
import type { Answer } from 'timehub/protocol/ntp';
import { STAMP_NOISE_NS } from 'timehub/toolkit';

/** An exchange as the two legs it is made of: out to the server and in again (RFC 5905 §8). */
export function legsOf(answer: Answer, sent: Stamp, received: Stamp, path: string): readonly [Leg, Leg] {
  return [
    { ...common(sent, answer), path, direction: 'outbound', transitNs: Number(answer.receive - sent.time) },
    { ...common(received, answer), path, direction: 'inbound', transitNs: Number(received.time - answer.transmit) },
  ];
}

const common = (stamp: Stamp, answer: Answer) => ({
  kind: 'leg' as const,
  clock: stamp.clock,
  monotonic: stamp.monotonic,
  stamp: stamp.by,
  noiseFloorNs: Math.hypot(STAMP_NOISE_NS[stamp.by], answer.precisionNs),
});

/** The caller judges whether the server is synchronised: its word alone does not make it so. `flaw`: why it is not. */
export const claimsOf = (answer: Answer, at: Endpoint, flaw?: string): Claims => ({
  synchronised: flaw === undefined,
  ...(flaw === undefined ? {} : { flaw }),
  stratum: answer.stratum,
  rootDelayNs: answer.rootDelayNs,
  rootDispersionNs: answer.rootDispersionNs,
  leap: answer.leap,
  reference: answer.reference,
  ...(answer.referenceTime !== undefined && { referenceTime: answer.referenceTime }),
  address: formatServer(at.address, at.port),
  authenticated: false,
});
