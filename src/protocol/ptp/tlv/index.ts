import type { Of } from '../field.js';
import { CORE_TLVS } from './core.js';
import { IEEE_8021_TLVS } from './ieee8021.js';
import { PROFILE_TLVS } from './profile.js';
import {
  ORGANIZATION_EXTENSION,
  ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE,
  ORGANIZATION_EXTENSION_PROPAGATE,
  type TlvRow,
} from './tlv-row.js';
import { UNICAST_TLVS } from './unicast.js';

/** The TLVs whose value is decoded. */
export const TLVS = { ...CORE_TLVS, ...UNICAST_TLVS, ...IEEE_8021_TLVS, ...PROFILE_TLVS } as const;

export type TlvKind = keyof typeof TLVS;
export type TlvOf<K extends TlvKind> = { readonly kind: K } & Of<(typeof TLVS)[K]['value']>;

/** An unknown TLV of an organisation. */
export interface OrganizationTlv {
  readonly kind: 'organization';
  readonly type: number;
  readonly organization: number;
  readonly subtype: number;
  readonly data: Uint8Array;
}

/** Any other unknown TLV, undecoded. */
export interface RawTlv {
  readonly kind: 'raw';
  readonly type: number;
  readonly data: Uint8Array;
}

export type Tlv = { readonly [K in TlvKind]: TlvOf<K> }[TlvKind] | OrganizationTlv | RawTlv;

const BY_TYPE = new Map<number, readonly [TlvKind, TlvRow<object>]>();
const BY_SUBTYPE = new Map<string, readonly [TlvKind, TlvRow<object>]>();
for (const [kind, row] of Object.entries(TLVS) as [TlvKind, TlvRow<object>][]) {
  const { type, organization, subtype } = row;
  if (organization === undefined || subtype === undefined) BY_TYPE.set(type, [kind, row]);
  else BY_SUBTYPE.set(subtypeKey(type, organization, subtype), [kind, row]);
}

export const rowOfType = (type: number): readonly [TlvKind, TlvRow<object>] | undefined => BY_TYPE.get(type);

export const rowOfSubtype = (
  type: number,
  organization: number,
  subtype: number,
): readonly [TlvKind, TlvRow<object>] | undefined => BY_SUBTYPE.get(subtypeKey(type, organization, subtype));

export const isOrganizationExtension = (type: number): boolean =>
  type === ORGANIZATION_EXTENSION ||
  type === ORGANIZATION_EXTENSION_PROPAGATE ||
  type === ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE;

/** Returns tlvType, the number on the wire. */
export const typeOf = (tlv: Tlv): number => ('type' in tlv ? tlv.type : TLVS[tlv.kind].type);

/** Returns the first TLV of a kind. */
export function findTlv<K extends Tlv['kind']>(tlvs: readonly Tlv[], kind: K): Extract<Tlv, { kind: K }> | undefined {
  return tlvs.find((tlv): tlv is Extract<Tlv, { kind: K }> => tlv.kind === kind);
}

function subtypeKey(type: number, organization: number, subtype: number): string {
  return `${type}/${organization}/${subtype}`;
}
