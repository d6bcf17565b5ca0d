import type { Instant } from 'timehub/api';
import { covers, octetsOf, parseSubnet, type Subnet } from 'timehub/protocol/address';
import { MESSAGES, TokenBucket } from 'timehub/protocol/ptp';

/** Reason for dropping a datagram unread: its address is not allowed, or its kind comes too often. */
export type ReceiveRefusal = 'denied' | 'limited';

/** Announces per second of each known sender, which sends at most eight per second. */
const ANNOUNCES_OF_KNOWN = 64;
/** Announces per second of all other senders together. */
const ANNOUNCES_OF_OTHERS = 128;
/** Management messages per second of all senders together: each one costs an answer. */
const MANAGEMENT = 256;
/** Maximum number of senders with their own budget. */
const KNOWN = 64;

const MAC = /^[\da-f]{2}([:-][\da-f]{2}){5}$/i;

export const isMac = (text: string): boolean => MAC.test(text);

/** Returns a function that is true for the addresses of a list of ranges (`parseSubnet`) and MAC addresses. */
export function allowList(entries: readonly string[]): (address: string) => boolean {
  if (entries.includes('all')) return () => true;
  const macs = new Set(entries.filter(isMac).map((mac) => mac.toLowerCase().replaceAll('-', ':')));
  const ranges = entries.map(parseSubnet).filter((range): range is Subnet => range !== undefined);
  return (address) => {
    if (macs.has(address.toLowerCase())) return true;
    const octets = octetsOf(address);
    return octets !== undefined && covers(ranges, octets);
  };
}

export interface ReceiveFilterOptions {
  readonly allows: (address: string) => boolean;
  /** Returns true for the address of a qualified timeTransmitter. */
  readonly isKnown: (address: string) => boolean;
}

/**
 * Chooses the datagrams to read. Only the costly ones are limited: Announces, which cause an election, and management
 * messages. A known timeTransmitter has its own budget, which a flood of others' Announces does not use.
 */
export class PortReceiveFilter {
  readonly #options: ReceiveFilterOptions;
  readonly #known = new Map<string, TokenBucket>();
  readonly #others = new TokenBucket(ANNOUNCES_OF_OTHERS);
  readonly #management = new TokenBucket(MANAGEMENT);

  constructor(options: ReceiveFilterOptions) {
    this.#options = options;
  }

  /** Undefined: read the datagram. */
  judge(octets: Uint8Array, from: string, now: Instant): ReceiveRefusal | undefined {
    if (!this.#options.allows(from)) return 'denied';
    const type = (octets[0] ?? 0) & 0x0f;
    if (type === MESSAGES.announce.type) return this.#announces(from).take(1, now) ? undefined : 'limited';
    if (type === MESSAGES.management.type) return this.#management.take(1, now) ? undefined : 'limited';
    return undefined;
  }

  #announces(from: string): TokenBucket {
    if (!this.#options.isKnown(from)) return this.#others;
    const bucket = this.#known.get(from) ?? new TokenBucket(ANNOUNCES_OF_KNOWN);
    if (!this.#known.has(from) && this.#known.size >= KNOWN) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(from, bucket);
    return bucket;
  }
}
