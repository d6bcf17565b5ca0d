import type { Timescale } from 'timehub/api';
import { isMappedV4, octetsOf } from 'timehub/protocol/client-server';
import type { SyncPart } from 'timehub/protocol/csptp';

export interface Demands {
  /** The worst clockClass that is good enough. */
  readonly maxClockClass: number;
  readonly scale: Timescale;
  readonly ownAddresses: readonly string[];
}

/** clockClass 255 never serves (IEEE 1588-2019 table 4), so that 248 and below is no demand at all. */
export const ANY_CLASS = 248;

/** Why there is no time to be had from a server that answers, in words that follow its name; empty: there is. */
export function objectionTo({ flags, status }: SyncPart, { maxClockClass, scale, ownAddresses }: Demands): string {
  if (flags.synchronizationUncertain) return 'is not sure of its time (synchronizationUncertain)';
  if (scale === 'arb') {
    return 'keeps a timescale of its own (ptpTimescale is not set); timescale = "tai" or "utc" says which it is';
  }
  const clockClass = status?.quality.clockClass;
  if (clockClass !== undefined && clockClass > maxClockClass) {
    return `runs on clockClass ${clockClass}, and at most ${maxClockClass} is good enough (max-clock-class)`;
  }
  if (clockClass === undefined && maxClockClass < ANY_CLASS) {
    return `does not tell its clockClass, and at most ${maxClockClass} is good enough (max-clock-class)`;
  }
  const parent = status?.parent.address;
  return parent !== undefined && ownAddresses.some((own) => isAt(parent, own)) ? 'follows this machine' : '';
}

/** Loopback addresses say nothing: everybody has them. */
function isAt(parent: Uint8Array, own: string): boolean {
  const octets = octetsOf(own);
  if (octets === undefined) return false;
  const bare = isMappedV4(octets) ? octets.subarray(12) : octets;
  const loopback = bare.length === 4 ? bare[0] === 127 : octets.subarray(0, 15).every((octet) => octet === 0);
  return !loopback && bare.length === parent.length && bare.every((octet, i) => octet === parent[i]);
}
