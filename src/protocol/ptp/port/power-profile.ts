import type { Ns } from '../../../api/time.js';
import type { Profile } from '../profile/profile.js';
import { findTlv, type Tlv } from '../tlv/index.js';

/** The additional data in the Announces of the power profile (IEEE C37.238). */
export interface PowerProfileData {
  /** GMID. 0: none is configured. */
  readonly grandmasterId: number;
  /** Error bound from the reference to the plug of the announcing port. */
  readonly inaccuracyNs: Ns;
}

/** Inaccuracy field with all ones: not known, or more than 32 bits hold, ns. */
const UNKNOWN_NS = 0xffff_ffff;

/**
 * Returns the TLV of an edition. In the 2011 edition the whole bound counts as inaccuracy of the grandmaster: it covers the
 * path up to this clock, and the clocks that forward add the inaccuracy of the network behind it.
 */
export function powerTlvOf(edition: NonNullable<Profile['powerTlv']>, data: PowerProfileData | undefined): Tlv {
  const { grandmasterId = 0, inaccuracyNs = Number.NaN } = data ?? {};
  const inaccuracy = inaccuracyNs >= 0 && inaccuracyNs < UNKNOWN_NS ? Math.ceil(inaccuracyNs) : UNKNOWN_NS;
  return edition === 'power-2017'
    ? { kind: edition, grandmasterId, totalInaccuracyNs: inaccuracy }
    : { kind: edition, grandmasterId, grandmasterInaccuracyNs: inaccuracy, networkInaccuracyNs: 0 };
}

/** Returns the inaccuracy of the whole path up to the sender, undefined if it is not stated. */
export function inaccuracyIn(tlvs: readonly Tlv[]): Ns | undefined {
  const { totalInaccuracyNs: total } = findTlv(tlvs, 'power-2017') ?? {};
  if (total !== undefined) return total === UNKNOWN_NS ? undefined : total;
  const parts = findTlv(tlvs, 'power-2011');
  if (parts === undefined) return undefined;
  const { grandmasterInaccuracyNs, networkInaccuracyNs } = parts;
  if (grandmasterInaccuracyNs === UNKNOWN_NS || networkInaccuracyNs === UNKNOWN_NS) return undefined;
  return grandmasterInaccuracyNs + networkInaccuracyNs;
}
