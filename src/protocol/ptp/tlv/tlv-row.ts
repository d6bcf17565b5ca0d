import type { Field } from '../field.js';

/** A TLV: its type numbers (IEEE 1588-2019 table 52) and the fields of its value. */
export interface TlvRow<T> {
  readonly type: number;
  /** organizationId and organizationSubType of an organisation extension (§14.3), 24 bits each. */
  readonly organization?: number;
  readonly subtype?: number;
  readonly value: Field<T>;
}

export const ORGANIZATION_EXTENSION = 0x0003;
export const ORGANIZATION_EXTENSION_PROPAGATE = 0x4000;
export const ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE = 0x8000;
