import type { Ns } from '../../../api/time.js';
import type { Profile } from '../profile/profile.js';
import { findTlv, type Tlv } from '../tlv/index.js';

/** What a clock of the power profile announces beside the rest (IEEE C37.238). */
export interface PowerProfileData {
  /** 0: none was given. */
  readonly grandmasterId: number;
  /** From the reference to the plug of the port that announces it. */
  readonly inaccuracyNs: Ns;
}

/** All ones: not known, or more than 32 bits hold. */
const UNKNOWN_NS = 0xffff_ffff;

/**
 * What it is off by all in all counts as the grandmaster's in the edition of 2011: this clock's bound is of the whole way, and
 * what the network adds behind it is added by those who forward.
 */
export function powerTlvOf(edition: NonNullable<Profile['powerTlv']>, data: PowerProfileData | undefined): Tlv {
  const { grandmasterId = 0, inaccuracyNs = Number.NaN } = data ?? {};
  const inaccuracy = inaccuracyNs >= 0 && inaccuracyNs < UNKNOWN_NS ? Math.ceil(inaccuracyNs) : UNKNOWN_NS;
  return edition === 'power-2017'
    ? { kind: edition, grandmasterId, totalInaccuracyNs: inaccuracy }
    : { kind: edition, grandmasterId, grandmasterInaccuracyNs: inaccuracy, networkInaccuracyNs: 0 };
}

/** Of the whole way to the sender; undefined: not said. */
export function inaccuracyIn(tlvs: readonly Tlv[]): Ns | undefined {
  const { totalInaccuracyNs: total } = findTlv(tlvs, 'power-2017') ?? {};
  if (total !== undefined) return total === UNKNOWN_NS ? undefined : total;
  const parts = findTlv(tlvs, 'power-2011');
  if (parts === undefined) return undefined;
  const { grandmasterInaccuracyNs, networkInaccuracyNs } = parts;
  if (grandmasterInaccuracyNs === UNKNOWN_NS || networkInaccuracyNs === UNKNOWN_NS) return undefined;
  return grandmasterInaccuracyNs + networkInaccuracyNs;
}
