import type { Instant } from 'timehub/api';
import { covers, octetsOf, parseSubnet, type Subnet } from 'timehub/protocol/address';
import { MESSAGES, TokenBucket } from 'timehub/protocol/ptp';

/** Why a datagram is not even read: its address is not allowed, or too many of its kind have come. */
export type ReceiveRefusal = 'denied' | 'limited';

/** A second: of one sender that is known (it announces eight times a second at most), and of all others together. */
const ANNOUNCES_OF_KNOWN = 64;
const ANNOUNCES_OF_OTHERS = 128;
/** A second, of all together: each is answered, and what it asks for is collected first. */
const MANAGEMENT = 256;
/** Senders that have a budget of their own. */
const KNOWN = 64;

const MAC = /^[\da-f]{2}([:-][\da-f]{2}){5}$/i;

export const isMac = (text: string): boolean => MAC.test(text);

/** Returns true for the addresses of the list: ranges (`parseSubnet`) and MAC addresses. */
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
  /** The timeTransmitters that the port knows announce themselves from there. */
  readonly isKnown: (address: string) => boolean;
}

/**
 * Chooses the datagrams that are read. Only what makes the port elect or answer at length is limited: Announces and
 * management messages. A flood of Announces from others takes nothing of the budget of a timeTransmitter that is known.
 */
export class ReceiveFilter {
  readonly #options: ReceiveFilterOptions;
  readonly #known = new Map<string, TokenBucket>();
  readonly #others = new TokenBucket(ANNOUNCES_OF_OTHERS);
  readonly #management = new TokenBucket(MANAGEMENT);

  constructor(options: ReceiveFilterOptions) {
    this.#options = options;
  }

  /** Undefined: it is read. */
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
