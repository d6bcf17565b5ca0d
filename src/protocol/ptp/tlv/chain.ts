import { type Cursor, rest, struct } from '../field.js';
import { isOrganizationExtension, rowOfSubtype, rowOfType, TLVS, type Tlv, typeOf } from './index.js';
import type { TlvRow } from './tlv-row.js';

const HEAD = 4;
const DATA = struct({ data: rest });
const NONE: readonly Tlv[] = [];

/**
 * Reads TLVs to the end. Returns the type of the first faulty one: cut off, of odd length (IEEE 1588-2019 §14.1), or shorter
 * than its fields. Up to three octets after the last TLV are ignored: some senders over IPv6 include their two checksum
 * octets in messageLength.
 */
export function readTlvs(from: Cursor): readonly Tlv[] | number {
  if (from.left < HEAD) return NONE;
  const tlvs: Tlv[] = [];
  while (from.left >= HEAD) {
    const head = from.advance(HEAD);
    const type = from.view.getUint16(head);
    const length = from.view.getUint16(head + 2);
    if (length % 2 === 1 || length > from.left) return type;
    const tlv = readTlv(type, from.part(length));
    if (tlv === undefined) return type;
    tlvs.push(tlv);
  }
  return tlvs;
}

export function writeTlvs(to: Cursor, tlvs: readonly Tlv[]): void {
  for (const tlv of tlvs) {
    const head = to.advance(HEAD);
    writeValue(to, tlv);
    if ((to.at - head) % 2 === 1) to.view.setUint8(to.advance(1), 0);
    to.view.setUint16(head, typeOf(tlv));
    to.view.setUint16(head + 2, to.at - head - HEAD);
  }
}

function readTlv(type: number, value: Cursor): Tlv | undefined {
  if (isOrganizationExtension(type)) return readOrganization(type, value);
  const known = rowOfType(type);
  return known === undefined ? { kind: 'raw', type, data: rest.read(value)! } : readKnown(known, value);
}

function readOrganization(type: number, value: Cursor): Tlv | undefined {
  if (value.left < 6) return undefined;
  const start = value.advance(6);
  const organization = uint24(value.view, start);
  const subtype = uint24(value.view, start + 3);
  const known = rowOfSubtype(type, organization, subtype);
  if (known !== undefined) return readKnown(known, value);
  return { kind: 'organization', type, organization, subtype, data: rest.read(value)! };
}

function readKnown([kind, row]: readonly [string, TlvRow<object>], value: Cursor): Tlv | undefined {
  const fields = row.value.read(value);
  return fields === undefined ? undefined : ({ kind, ...fields } as Tlv);
}

function writeValue(to: Cursor, tlv: Tlv): void {
  const known = tlv.kind !== 'raw' && tlv.kind !== 'organization';
  const row: TlvRow<object> = known ? TLVS[tlv.kind] : { ...tlv, value: DATA };
  if (row.organization !== undefined && row.subtype !== undefined) {
    writeOrganization(to, row.organization, row.subtype);
  }
  row.value.write(to, tlv);
}

function writeOrganization(to: Cursor, organization: number, subtype: number): void {
  const start = to.advance(6);
  to.view.setUint32(start, organization * 256 + (subtype >> 16));
  to.view.setUint16(start + 4, subtype & 0xffff);
}

const uint24 = (view: DataView, at: number): number => (view.getUint16(at) << 8) | view.getUint8(at + 2);
