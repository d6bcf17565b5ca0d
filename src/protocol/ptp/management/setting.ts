import { padded, struct } from '../field.js';
import { u8 } from '../number.js';

/** A setting of one octet, followed by a reserved one. */
export const setting = struct({ value: padded(u8, 1) });

/** No data: a command, or NULL_PTP_MANAGEMENT. */
export const nothing = struct({});
