import { type Cursor, type Field, type Of, struct } from '../ptp/field.js';
import { clockIdentity } from '../ptp/identity.js';
import { i16, i64, u8, u16 } from '../ptp/number.js';
import { NO_ADDRESS, type PortAddress, portAddress } from '../ptp/port-address.js';
import { clockQuality } from '../ptp/quality.js';
import { timestamp } from '../ptp/time.js';

/**
 * TLV types of existing implementations; the drafts of P1588.1 are not public. STATUS has two numbers: most send the first.
 */
export const REQUEST = 0xff00;
export const RESPONSE = 0xff01;
export const STATUS_IDS = [0xf002, 0xff02] as const;
export type StatusId = (typeof STATUS_IDS)[number];
export const PAD = 0x8008;

/** Layout of TLVs. `org`: each value begins with six octets of organizationId and organizationSubType. */
export type Dialect = 'plain' | 'org';
export const ORG_OCTETS = 6;

/** tlvRequestFlags. */
export const WANT_STATUS = 0x01;
export const WANT_ALTERNATE = 0x02;

/** A request of four octets is plain, of ten `org`. */
export const ORG_REQUEST_OCTETS = 10;
export const PLAIN_REQUEST_OCTETS = 4;
export const RESPONSE_OCTETS = 18;

/** Server's time at the arrival of the request, and its correctionField on arrival. */
export const responseValue = struct({ requestIngress: timestamp, requestCorrection: i64 });

/** Absent where the status ends before it, or cannot be read. */
const parentAddress: Field<PortAddress> = {
  read: (from: Cursor) => portAddress.read(from) ?? NO_ADDRESS,
  write(to, address) {
    if (address.protocol !== NO_ADDRESS.protocol) portAddress.write(to, address);
  },
};

/** The server's parent data set. */
export const statusValue = struct({
  priority1: u8,
  quality: clockQuality,
  priority2: u8,
  stepsRemoved: u16,
  /** TAI − UTC, s; valid if the flag of the Sync says so. */
  currentUtcOffset: i16,
  grandmaster: clockIdentity,
  parent: parentAddress,
});
export type Status = Of<typeof statusValue>;
