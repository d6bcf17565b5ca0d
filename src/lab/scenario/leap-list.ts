import type { Instant } from '../../api/index.js';
import { EMBEDDED_LEAP_TABLE } from '../../core/leap/leap-seconds.js';

export interface PlannedLeap {
  readonly kind: 'insert' | 'delete';
  /** The first second after the leap second, UTC. */
  readonly at: Instant;
}

const UNIX_EPOCH_NTP_S = 2_208_988_800n;
const toNtp = (at: Instant): string => String(at / 1_000_000_000n + UNIX_EPOCH_NTP_S);
const YEAR_NS = 31_536_000_000_000_000n;

/** Returns leap-seconds.list with one more leap second. */
export function leapListWith({ kind, at }: PlannedLeap): string {
  const { steps } = EMBEDDED_LEAP_TABLE;
  const last = steps.at(-1)!.taiMinusUtc;
  const all = [...steps, { at, taiMinusUtc: kind === 'insert' ? last + 1 : last - 1 }];
  return `#@ ${toNtp(at + YEAR_NS)}\n${all.map((step) => `${toNtp(step.at)} ${step.taiMinusUtc}\n`).join('')}`;
}
