import type { ClockIdentity, PortIdentity } from '../identity.js';
import type { Announce } from '../message.js';
import { findTlv } from '../tlv/index.js';

/** Why an Announce is not considered (IEEE 1588-2019 §9.3.2.5, §16.2.4, §17.3.5); a word for a counter. */
export type AnnounceRefusal = 'own' | 'too-far' | 'alternate' | 'loop' | 'unacceptable';

export interface AnnounceCheck {
  readonly own: PortIdentity;
  /** Returns true for a clock identity of the same machine. Default: none is. */
  readonly isOwn?: ((clock: ClockIdentity) => boolean) | undefined;
  /** maxStepsRemoved: 255 unless the profile says less. */
  readonly maxStepsRemoved: number;
  /** The acceptable master table. Default: everybody. */
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
