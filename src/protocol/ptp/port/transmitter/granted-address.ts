import type { Instant } from '../../../../api/time.js';
import type { PortIdentity } from '../../identity.js';

/** A grant: messages of one type for one port at one address (IEEE 1588-2019 §16.1). */
export interface UnicastGrant {
  readonly address: string;
  readonly client: PortIdentity;
  /** 0: Sync, 9: Delay_Resp, B: Announce. */
  readonly messageType: number;
  readonly logInterval: number;
  expiresAt: Instant;
  nextAt: Instant;
  sequenceId: number;
}

/**
 * Maximum number of packets to an address for each packet from it, the answer included. PTP has no cookie by which a client
 * could prove that it receives its grants, so this limits what a forged address is sent. A client needs three for each
 * Delay_Req if Syncs come as often (Delay_Resp, Sync, Follow_Up), and some for Announces.
 */
export const PACKETS_PER_PACKET = 7;
/** Maximum credit of an address, packets: more than a second at 128 Syncs a second. */
const MOST_CREDIT = 512;
/** Credit below which Syncs are not sent, so that Announces have precedence, packets. */
const KEPT_FOR_ANNOUNCES = 2;

/** Duration of the first grant, s. */
const FIRST_S = 2;
/** Duration from the second request on, s. Each renewal in time doubles it, unless the credit was used up. */
const SHORT_S = 10;
/** Earliest renewal in time, share of the last duration. */
const EARLIEST_RENEWAL = 0.4;

/** `heard-once`: one message came from the address. `heard-again`: more came. `renewed`: it also renewed a grant in time. */
export const RANKS = ['heard-once', 'heard-again', 'renewed'] as const;
export type AddressRank = (typeof RANKS)[number];

/** An address with unicast grants: its credit in packets, and the duration of its grants. */
export class GrantedAddress {
  readonly address: string;
  readonly grants = new Map<string, UnicastGrant>();
  readonly #isTrusted: boolean;
  readonly #longestS: number;
  #credit = 0;
  #rank: AddressRank = 'heard-once';
  #durationS = FIRST_S;
  #answeredAt: Instant;
  #lastMessageAt: Instant;
  #wasCreditUsedUp = false;
  /** Delay_Req have come since the last renewal: they earn the credit, so renewals may be rarer. */
  #sendsDelayReq = false;

  /** `isTrusted`: the address cannot be forged. `longestS`: maximum duration of a grant, s. */
  constructor(address: string, isTrusted: boolean, longestS: number, now: Instant) {
    this.address = address;
    this.#isTrusted = isTrusted;
    this.#longestS = longestS;
    this.#answeredAt = this.#lastMessageAt = now;
    if (!isTrusted) return;
    this.#rank = 'renewed';
    this.#durationS = longestS;
  }

  get rank(): AddressRank {
    return this.#rank;
  }

  /** Present maximum duration of a grant, s. */
  get durationS(): number {
    return this.#durationS;
  }

  /** Monotonic time of the last message from the address. */
  get lastMessageAt(): Instant {
    return this.#lastMessageAt;
  }

  /** Adds credit for a Delay_Req or a request for grants, which is answered by one packet. */
  credit(by: 'delay-req' | 'request', now: Instant): void {
    this.#lastMessageAt = now;
    if (by === 'delay-req') this.#sendsDelayReq = true;
    else this.#renew(now);
    if (this.#rank === 'heard-once') this.#rank = 'heard-again';
    this.#credit = Math.min(MOST_CREDIT, this.#credit + PACKETS_PER_PACKET - 1);
  }

  /** Takes the credit for one Sync with its Follow_Up, or one Announce. Returns false if the credit is too low. */
  spend(isSync: boolean): boolean {
    if (this.#isTrusted) return true;
    const cost = isSync ? 2 : 1;
    if (this.#credit < cost + (isSync ? KEPT_FOR_ANNOUNCES : 0)) {
      this.#wasCreditUsedUp = true;
      return false;
    }
    this.#credit -= cost;
    return true;
  }

  /** Handles a request for grants after the first one. It is a renewal in time unless it comes early. */
  #renew(now: Instant): void {
    if (this.#isTrusted || Number(now - this.#answeredAt) < this.#durationS * EARLIEST_RENEWAL * 1e9) return;
    this.#answeredAt = now;
    if (this.#durationS >= SHORT_S) this.#rank = 'renewed';
    const isLonger = this.#durationS >= SHORT_S && this.#sendsDelayReq && !this.#wasCreditUsedUp;
    this.#durationS = isLonger ? Math.min(this.#longestS, this.#durationS * 2) : SHORT_S;
    this.#sendsDelayReq = this.#wasCreditUsedUp = false;
  }
}
