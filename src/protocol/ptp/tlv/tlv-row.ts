import type { Field } from '../field.js';

/** How a TLV is known (IEEE 1588-2019 table 52) and what its value holds. */
export interface TlvRow<T> {
  readonly type: number;
  /** Of an organization extension (§14.3): organizationId and organizationSubType, 24 bits each. */
  readonly organization?: number;
  readonly subtype?: number;
  readonly value: Field<T>;
}

export const ORGANIZATION_EXTENSION = 0x0003;
export const ORGANIZATION_EXTENSION_PROPAGATE = 0x4000;
export const ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE = 0x8000;
