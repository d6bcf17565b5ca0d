import { LITTLE_ENDIAN, leapOf, leapValue, type RefclockSample } from './sample.js';

/** Length of a sample of chrony's SOCK interface on machines of 64 bits (chrony.conf(5), refclock SOCK), octets. */
export const SOCK_OCTETS = 40;
/** "SOCK" as a number of 32 bits. */
const MAGIC = 0x534f434b;
/** Places of the fields, octets: struct timeval, double, then numbers of 32 bits. */
const AT = { seconds: 0, microseconds: 8, offset: 16, pulse: 24, leap: 28, magic: 36 } as const;
/** Greatest offset that is believed, s: the clock of a board without a battery may be decades off. */
const GREATEST_OFFSET_S = 4e9;
const NS_PER_US = 1000n;
const NS_PER_SECOND = 1_000_000_000n;

/**
 * Returns the sample of a datagram, or the reason why it is none, as a clause. Of a pulse, chronyd takes the offset for the
 * system clock's part of a second at the pulse, which is system clock − reference; of other samples it is the opposite.
 */
export function decodeSock(octets: Uint8Array): RefclockSample | string {
  if (octets.length !== SOCK_OCTETS) return `it has ${octets.length} octets, not ${SOCK_OCTETS}`;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (view.getInt32(AT.magic, LITTLE_ENDIAN) !== MAGIC) return 'its magic number is wrong';
  const seconds = view.getBigInt64(AT.seconds, LITTLE_ENDIAN);
  const microseconds = view.getBigInt64(AT.microseconds, LITTLE_ENDIAN);
  if (microseconds < 0n || microseconds >= 1_000_000n) return `it has ${microseconds} microseconds`;
  const offsetS = view.getFloat64(AT.offset, LITTLE_ENDIAN);
  if (!(Math.abs(offsetS) <= GREATEST_OFFSET_S)) return `its offset is ${offsetS} s`;
  const pulse = view.getInt32(AT.pulse, LITTLE_ENDIAN);
  if (pulse !== 0 && pulse !== 1) return `its pulse flag is ${pulse}`;
  const leap = leapOf(view.getInt32(AT.leap, LITTLE_ENDIAN));
  if (leap === undefined) return `its leap status is ${view.getInt32(AT.leap, LITTLE_ENDIAN)}`;
  return {
    system: seconds * NS_PER_SECOND + microseconds * NS_PER_US,
    offsetNs: (pulse === 1 ? -1 : 1) * offsetS * 1e9,
    isPulse: pulse === 1,
    leap,
  };
}

/**
 * Returns the datagram of a sample. The part of `system` below a microsecond is lost; the offset is exact, and no
 * clock drifts noticeably within a microsecond.
 */
export function encodeSock({ system, offsetNs, isPulse, leap }: RefclockSample): Uint8Array {
  const octets = new Uint8Array(SOCK_OCTETS);
  const view = new DataView(octets.buffer);
  view.setBigInt64(AT.seconds, system / NS_PER_SECOND, LITTLE_ENDIAN);
  view.setBigInt64(AT.microseconds, (system % NS_PER_SECOND) / NS_PER_US, LITTLE_ENDIAN);
  view.setFloat64(AT.offset, ((isPulse ? -1 : 1) * offsetNs) / 1e9, LITTLE_ENDIAN);
  view.setInt32(AT.pulse, isPulse ? 1 : 0, LITTLE_ENDIAN);
  view.setInt32(AT.leap, leapValue(leap), LITTLE_ENDIAN);
  view.setInt32(AT.magic, MAGIC, LITTLE_ENDIAN);
  return octets;
}
