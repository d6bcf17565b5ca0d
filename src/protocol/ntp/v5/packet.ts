import type { Instant, Ns } from '../../../api/time.js';
import type { NtpTime } from '../timestamp.js';

/** NTPv5 as of draft-ietf-ntp-ntpv5-09. A draft changes: both sides must name the same one (`DRAFT`). */
export const VERSION_5 = 5;
export const DRAFT = 'draft-ietf-ntp-ntpv5-09';
/** Reference timestamp of an NTPv4 request that asks whether the server speaks NTPv5, and of the reply of one that does. */
export const UPGRADE_TIMESTAMP: NtpTime = 0x4e54_5035_4452_4654n;
export const UPGRADE_SECONDS = 0x4e545035;
export const UPGRADE_FRACTION = 0x44524654;

/** Offsets in the header, which has 48 octets as that of NTPv4 has. */
export const POLL_AT = 2;
export const PRECISION_AT = 3;
export const ROOT_DELAY_AT = 4;
export const ROOT_DISPERSION_AT = 8;
export const TIMESCALE_AT = 12;
export const ERA_AT = 13;
export const FLAGS_AT = 14;
export const CLIENT_COOKIE_AT = 24;

export const FLAG_SYNCHRONISED = 1;
export const FLAG_INTERLEAVED = 2;
export const FLAG_AUTHENTICATION_NAK = 4;
export const KNOWN_FLAGS = FLAG_SYNCHRONISED | FLAG_INTERLEAVED | FLAG_AUTHENTICATION_NAK;

/** Values of the field "Timescale", in the order of their names. */
export const TIMESCALE_UTC = 0;
export const TIMESCALE_SMEARED = 3;
export const TIMESCALE_NAMES: readonly string[] = ['UTC', 'TAI', 'UT1', 'leap-smeared UTC'];

/** Value of the field "Poll" of a server that does not want to be asked again. */
export const POLL_NEVER = 127;

/** Types of extension fields, provisional while it is a draft. */
export const PADDING = 0xf501;
export const REFERENCE_IDS_REQUEST = 0xf503;
export const REFERENCE_IDS_RESPONSE = 0xf504;
export const SERVER_INFORMATION = 0xf505;
export const DRAFT_IDENTIFICATION = 0xf5ff;

/** Octets of type and length. The length of a field includes them, and not the padding to a multiple of 4. */
export const FIELD_HEAD_OCTETS = 4;
export const DRAFT_OCTETS: Uint8Array = new TextEncoder().encode(DRAFT);

const UNIX_EPOCH_S = 2_208_988_800n;
const NS = 1_000_000_000n;
const TIME32_PER_S = 2 ** 28;

export const paddedLength = (octets: number): number => (octets + 3) & ~3;

export const wordAt = (packet: Uint8Array, at: number): number => (packet[at]! << 8) | packet[at + 1]!;

/**
 * Returns the place behind the extension field at `at` of a packet that ends at `end`, or -1 if it is malformed: the length is below
 * 4, or the field does not end in the packet. Allocates no memory.
 */
export function endOfField(packet: Uint8Array, at: number, end: number): number {
  if (end - at < FIELD_HEAD_OCTETS) return -1;
  const length = wordAt(packet, at + 2);
  const next = at + paddedLength(length);
  return length < FIELD_HEAD_OCTETS || next > end ? -1 : next;
}

/** Returns true if the field at `at` names our draft. */
export function namesDraft(packet: Uint8Array, at: number): boolean {
  if (wordAt(packet, at + 2) !== FIELD_HEAD_OCTETS + DRAFT_OCTETS.length) return false;
  for (let i = 0; i < DRAFT_OCTETS.length; i++)
    if (packet[at + FIELD_HEAD_OCTETS + i] !== DRAFT_OCTETS[i]) return false;
  return true;
}

/** Returns the 32-bit format of root delay and dispersion, in 2^-28 s, rounded up so that a bound is never understated, and clamped. */
export const toTime32 = (ns: Ns): number => Math.min(0xffff_ffff, Math.max(0, Math.ceil((ns / 1e9) * TIME32_PER_S)));

export const fromTime32 = (time32: number): Ns => (time32 / TIME32_PER_S) * 1e9;

/** Returns the era of a time in seconds since 1970, as far as the field "Era" holds it. */
export const eraOf = (seconds: number): number => Math.floor((seconds + Number(UNIX_EPOCH_S)) / 2 ** 32) & 0xff;

/** Returns the instant of a timestamp in its era. */
export const fromEraTime = (time: NtpTime, era: number): Instant =>
  ((time * NS + (1n << 31n)) >> 32n) + ((BigInt(era) << 32n) - UNIX_EPOCH_S) * NS;
