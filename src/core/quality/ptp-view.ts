import type { Mode, Ns, PtpView } from '../../api/index.js';
import { ACCURACY_UNKNOWN, accuracyCode, VARIANCE_UNKNOWN } from '../../protocol/ptp/quality.js';
import type { SourceTrack } from '../tracks/source.js';

export interface PtpBasis {
  readonly mode: Mode;
  readonly carriers: readonly SourceTrack[];
  /** The clockClass announced before: 7 follows only after 6. */
  readonly before: number;
  readonly boundNs: Ns;
  /** Greatest bound of holdover within specification. */
  readonly specificationNs: Ns;
  readonly utcKnown: boolean;
}

/** IEEE 1588-2019 table 4. */
const LOCKED = 6;
const HOLDOVER = 7;
/** Holdover out of specification (alternative A: never follows another grandmaster). */
const DEGRADED = 52;
const FREE_RUNNING = 248;
/** ITU-T G.8275.1 §6.4: a primary reference time clock. */
const VARIANCE_PRTC = 0x4e5d;
/** IEEE 1588-2019 table 6. */
const SOURCE_GNSS = 0x20;
const SOURCE_PTP = 0x40;
const SOURCE_NTP = 0x50;
const SOURCE_OSCILLATOR = 0xa0;

/** Returns class, accuracy and flags to announce (IEEE 1588-2019 §7.6.2). The class is never 6 before UTC is known. */
export function ptpView(basis: PtpBasis): PtpView {
  const { mode, carriers } = basis;
  const clockClass = classOf(basis);
  const traceable = clockClass === LOCKED || clockClass === HOLDOVER;
  return {
    clockClass,
    clockAccuracy: mode === 'unsynchronised' ? ACCURACY_UNKNOWN : accuracyOf(basis.boundNs),
    offsetScaledLogVariance: clockClass === LOCKED ? VARIANCE_PRTC : VARIANCE_UNKNOWN,
    timeSource: mode === 'unsynchronised' || mode === 'holdover' ? SOURCE_OSCILLATOR : timeSourceOf(carriers),
    timeTraceable: traceable,
    frequencyTraceable: traceable,
    ...grandmasterOf(mode, carriers),
  };
}

/** Returns the clockAccuracy for `boundNs` (IEEE 1588-2019 §7.6.2.6); "unknown" without a finite bound. */
export const accuracyOf = (boundNs: Ns): number =>
  Number.isFinite(boundNs) ? accuracyCode(boundNs) : ACCURACY_UNKNOWN;

function classOf({ mode, carriers, before, boundNs, specificationNs, utcKnown }: PtpBasis): number {
  if (mode === 'tracking' && utcKnown && carriers.some(isPrimaryReference)) return LOCKED;
  const hadLock = before === LOCKED || before === HOLDOVER || before === DEGRADED;
  if (mode === 'unsynchronised' || !hadLock || !utcKnown) return FREE_RUNNING;
  return boundNs <= specificationNs && before !== DEGRADED ? HOLDOVER : DEGRADED;
}

/** Returns the grandmaster that all carriers follow; empty if they do not follow the same one. */
function grandmasterOf(mode: Mode, carriers: readonly SourceTrack[]): Pick<PtpView, 'grandmaster'> {
  const first = carriers[0]?.source.claims.grandmaster;
  if (first === undefined || mode === 'unsynchronised') return {};
  const isTheirs = carriers.every(({ source }) => source.claims.grandmaster?.identity === first.identity);
  return isTheirs ? { grandmaster: first } : {};
}

/** Returns true for a receiver of this machine, or a grandmaster that states it has one: no other time is traceable. */
function isPrimaryReference({ source: { claims } }: SourceTrack): boolean {
  if (claims.traceable === false) return false;
  if (claims.clockClass !== undefined) return claims.clockClass <= HOLDOVER;
  return claims.stratum === 0 && claims.traceable === true;
}

function timeSourceOf(carriers: readonly SourceTrack[]): number {
  const claims = carriers.map(({ source }) => source.claims);
  const stated = claims.find(({ timeSource }) => timeSource !== undefined)?.timeSource;
  if (stated !== undefined) return stated;
  if (claims.some(({ stratum }) => stratum === 0)) return SOURCE_GNSS;
  return claims.some(({ clockClass }) => clockClass !== undefined) ? SOURCE_PTP : SOURCE_NTP;
}
