import type { Claims, Endpoint, Leg, Stamp } from 'timehub/api';
import { formatServer } from 'timehub/protocol/address';
import type { Answer } from 'timehub/protocol/ntp';
import { STAMP_NOISE_NS } from 'timehub/toolkit';

/** Returns the two legs of an exchange: to the server and back (RFC 5905 §8). */
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

/** Returns the claims in a reply. The caller decides `synchronised`; the server alone does not. `flaw`: why it is false. */
export const claimsOf = (answer: Answer, at: Endpoint, flaw?: string): Claims => ({
  synchronised: flaw === undefined,
  ...(flaw === undefined ? {} : { flaw }),
  stratum: answer.stratum,
  rootDelayNs: answer.rootDelayNs,
  rootDispersionNs: answer.rootDispersionNs,
  leap: answer.leap,
  ...(answer.reference !== '' && { reference: answer.reference }),
  ...(answer.referenceTime !== undefined && { referenceTime: answer.referenceTime }),
  address: formatServer(at.address, at.port),
});
