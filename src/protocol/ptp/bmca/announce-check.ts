import type { ClockIdentity, PortIdentity } from '../identity.js';
import type { Announce } from '../message.js';
import { findTlv } from '../tlv/index.js';

/** Reason for ignoring an Announce (IEEE 1588-2019 §9.3.2.5, §16.2.4, §17.3.5), used as name of a counter. */
export type AnnounceRefusal = 'own' | 'too-far' | 'alternate' | 'loop' | 'unacceptable';

export interface AnnounceCheck {
  readonly own: PortIdentity;
  /** Returns true for a clock identity of this hub. Default: none. */
  readonly isOwn?: ((clock: ClockIdentity) => boolean) | undefined;
  /** maxStepsRemoved: 255 unless the profile sets a lower value. */
  readonly maxStepsRemoved: number;
  /** The acceptable master table. Default: every sender. */
  readonly acceptable?: ((sender: PortIdentity, from: string) => boolean) | undefined;
}

export const MAX_STEPS_REMOVED = 255;

export function refusalOf(announce: Announce, from: string, check: AnnounceCheck): AnnounceRefusal | undefined {
  const { header, stepsRemoved, grandmaster, tlvs } = announce;
  const isOwn = (clock: ClockIdentity): boolean => clock === check.own.clock || check.isOwn?.(clock) === true;
  if (isOwn(header.source.clock)) return 'own';
  if (stepsRemoved >= check.maxStepsRemoved) return 'too-far';
  if (header.flags.alternateMaster) return 'alternate';
  if (findTlv(tlvs, 'path-trace')?.path.some(isOwn) === true) return 'loop';
  if (isOwn(grandmaster)) return 'loop';
  return check.acceptable?.(header.source, from) === false ? 'unacceptable' : undefined;
}
