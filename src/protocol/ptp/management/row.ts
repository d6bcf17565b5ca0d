import { type Field, padded, struct } from '../field.js';
import { u8 } from '../number.js';

/** A managementId and what its data hold. */
export interface DataSetRow<T> {
  readonly id: number;
  readonly value: Field<T>;
}

/** One octet and a reserved one: what most settings are. */
export const setting = struct({ value: padded(u8, 1) });

/** No data: a command, or a message that only asks whether somebody is there. */
export const nothing = struct({});
