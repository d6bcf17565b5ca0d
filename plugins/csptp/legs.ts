import type { Claims, Endpoint, Leg, Stamp, Timescale } from 'timehub/api';
import { formatAddress, formatServer } from 'timehub/protocol/address';
import { type Answer, claimsOf, type Measurement, type SyncPart, timescaleOf } from 'timehub/protocol/csptp';
import { accuracyNs } from 'timehub/protocol/ptp';
import { STAMP_NOISE_NS } from './stamping.js';

/** `announced`: as the flag ptpTimescale has it. */
export type ScaleChoice = 'announced' | 'tai' | 'utc';

/** "More than 10 s" (clockAccuracy 0x31): any figure that lets nobody rely on it. */
const BEYOND_NS = 1e11;

export const scaleOf = (sync: SyncPart, choice: ScaleChoice): Timescale =>
  choice === 'announced' ? timescaleOf(sync) : choice;

/** What an exchange is made of: the way out to the server and the way in again. */
export interface Ways {
  readonly answer: Answer<Stamp>;
  readonly sent: Stamp;
  readonly measured: Measurement;
  readonly path: string;
  readonly scale: Timescale;
}

export function legsOf({ answer, sent, measured, path, scale }: Ways): readonly [Leg, Leg] {
  const of = (stamp: Stamp) => ({
    kind: 'leg' as const,
    clock: stamp.clock,
    monotonic: stamp.monotonic,
    stamp: stamp.by,
    noiseFloorNs: STAMP_NOISE_NS[stamp.by],
    path,
    scale,
  });
  return [
    { ...of(sent), direction: 'outbound', transitNs: measured.outboundNs },
    { ...of(answer.received), direction: 'inbound', transitNs: measured.inboundNs },
  ];
}

/** Whether it is synchronised the caller judges: the server's word alone does not make it so. */
export function statedBy(sync: SyncPart, at: Endpoint, scale: Timescale): Claims {
  const { taiMinusUtc, ...claims } = claimsOf(sync);
  const { status } = sync;
  const parent = formatAddress(status?.parent.address ?? new Uint8Array(0));
  const accuracy = status === undefined ? undefined : accuracyNs(status.quality.accuracy);
  return {
    ...claims,
    ...(taiMinusUtc !== undefined && scale === 'tai' && { taiMinusUtc }),
    ...(accuracy !== undefined && { rootDispersionNs: Math.min(accuracy, BEYOND_NS) }),
    ...(status !== undefined && { stepsRemoved: status.stepsRemoved }),
    ...(parent !== undefined && { parent }),
    address: formatServer(at.address, at.port),
    authenticated: false,
  };
}
