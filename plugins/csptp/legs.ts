import type { Claims, Endpoint, Leg, Stamp, Timescale } from 'timehub/api';
import { formatAddress, formatServer } from 'timehub/protocol/address';
import { type CsptpAnswer, type CsptpMeasurement, claimsOf, type SyncPart, timescaleOf } from 'timehub/protocol/csptp';
import { accuracyNs } from 'timehub/protocol/ptp';
import { STAMP_NOISE_NS } from 'timehub/toolkit';

/** `announced`: the flag ptpTimescale decides. */
export type ScaleChoice = 'announced' | 'tai' | 'utc';

/** Root dispersion, ns, for a clockAccuracy of "more than 10 s" (0x31): large enough that the source is not used. */
const BEYOND_NS = 1e11;

export const scaleOf = (sync: SyncPart, choice: ScaleChoice): Timescale =>
  choice === 'announced' ? timescaleOf(sync) : choice;

/** A complete exchange. */
export interface MeasuredExchange {
  readonly answer: CsptpAnswer<Stamp>;
  readonly sent: Stamp;
  readonly measured: CsptpMeasurement;
  readonly path: string;
  readonly scale: Timescale;
}

/** Returns the two legs of an exchange: to the server and back. */
export function legsOf({ answer, sent, measured, path, scale }: MeasuredExchange): readonly [Leg, Leg] {
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

/** Returns the claims in an answer. The caller replaces `synchronised`: the server alone does not decide it. */
export function claimsFrom(sync: SyncPart, at: Endpoint, scale: Timescale): Claims {
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
