import { type Cursor, type Field, type Of, struct } from '../ptp/field.js';
import { clockIdentity } from '../ptp/identity.js';
import { i16, i64, u8, u16 } from '../ptp/number.js';
import { NO_ADDRESS, type PortAddress, portAddress } from '../ptp/port-address.js';
import { clockQuality } from '../ptp/quality.js';
import { timestamp } from '../ptp/time.js';

/**
 * The numbers that running implementations use; the drafts of P1588.1 are not public. STATUS has two: most send the first.
 */
export const REQUEST = 0xff00;
export const RESPONSE = 0xff01;
export const STATUS_IDS = [0xf002, 0xff02] as const;
export type StatusId = (typeof STATUS_IDS)[number];
export const PAD = 0x8008;

/** `org`: each value begins with six octets of organizationId and organizationSubType. */
export type Dialect = 'plain' | 'org';
export const ORG_OCTETS = 6;

/** tlvRequestFlags. */
export const WANT_STATUS = 0x01;
export const WANT_ALTERNATE = 0x02;

/** A request of four octets is plain, of ten `org`. */
export const ORG_REQUEST_OCTETS = 10;
export const PLAIN_REQUEST_OCTETS = 4;
export const RESPONSE_OCTETS = 18;

/** When the request came in by the server's clock, and its correctionField as it was then. */
export const responseValue = struct({ requestIngress: timestamp, requestCorrection: i64 });

/** Left out by those who end the status before it; what cannot be read is not there. */
const parentAddress: Field<PortAddress> = {
  read: (from: Cursor) => portAddress.read(from) ?? NO_ADDRESS,
  write(to, address) {
    if (address.protocol !== NO_ADDRESS.protocol) portAddress.write(to, address);
  },
};

/** What the server's own parent data set says. */
export const statusValue = struct({
  priority1: u8,
  quality: clockQuality,
  priority2: u8,
  stepsRemoved: u16,
  /** TAI − UTC in seconds, where the flag of the Sync says that it is valid. */
  currentUtcOffset: i16,
  grandmaster: clockIdentity,
  parent: parentAddress,
});
export type Status = Of<typeof statusValue>;
