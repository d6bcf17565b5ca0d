import type { Instant, Ns } from '../../api/time.js';

/** Leap status of a sample. `unsynchronised`: the program says that its clock has no time. */
export type SampleLeap = 'none' | 'insert' | 'delete' | 'unsynchronised';

/** A comparison of the system clock with a reference clock, as chronyd and ntpd take it from other programs. */
export interface RefclockSample {
  /** Reading of the system clock. */
  readonly system: Instant;
  /** Reference − system clock at that moment; of a pulse only the part below a second counts. */
  readonly offsetNs: Ns;
  readonly isPulse: boolean;
  readonly leap: SampleLeap;
}

/** Values of the field `leap` of both interfaces: the leap indicator of NTP (RFC 5905 §7.3). */
const LEAPS: readonly SampleLeap[] = ['none', 'insert', 'delete', 'unsynchronised'];

export const leapOf = (value: number): SampleLeap | undefined => LEAPS[value];

export const leapValue = (leap: SampleLeap): number => LEAPS.indexOf(leap);

export const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
