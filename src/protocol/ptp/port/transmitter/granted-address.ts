import type { Instant } from '../../../../api/time.js';
import type { PortIdentity } from '../../identity.js';

/** Messages of one type that are granted to one port at one address (IEEE 1588-2019 §16.1). */
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
 * Packets that an address may be sent for each that comes from it. PTP has no cookie by which a client could show that it
 * receives what it asks for, so that an address that may be forged is sent no more than this, the answer among them. A client
 * needs three for each Delay_Req where Syncs come as often (Delay_Resp, Sync, Follow_Up), and some for Announces.
 */
export const PACKETS_PER_PACKET = 7;
/** Packets that an address may have saved up: a second's worth at 128 Syncs a second and some. */
const MOST_CREDIT = 512;
/** Announces come first: Syncs are sent while more than this is left. */
const KEPT_FOR_ANNOUNCES = 2;

/** Durations of grants, s: the first; from the second request on; each renewal in time doubles it, while the account lasts. */
const FIRST_S = 2;
const SHORT_S = 10;
/** A request that comes sooner, as a share of the last grant, is no renewal in time. */
const EARLIEST_RENEWAL = 0.4;

/** `once`: one message has come from the address. `paying`: more have. `settled`: it has renewed a grant in time, too. */
export const RANKS = ['once', 'paying', 'settled'] as const;
export type AddressRank = (typeof RANKS)[number];

/** An address that has asked for unicast messages: what it may be sent, and for how long at a time. */
export class GrantedAddress {
  readonly address: string;
  readonly grants = new Map<string, UnicastGrant>();
  readonly #isTrusted: boolean;
  readonly #longestS: number;
  #credit = 0;
  #rank: AddressRank = 'once';
  #durationS = FIRST_S;
  #answeredAt: Instant;
  #heardAt: Instant;
  #ranDry = false;
  /** Delay_Req have come since the last renewal: they pay, so that requests need not. */
  #asksDelay = false;

  /** `isTrusted`: the address is known not to be forged. `longestS`: of a grant. */
  constructor(address: string, isTrusted: boolean, longestS: number, now: Instant) {
    this.address = address;
    this.#isTrusted = isTrusted;
    this.#longestS = longestS;
    this.#answeredAt = this.#heardAt = now;
    if (!isTrusted) return;
    this.#rank = 'settled';
    this.#durationS = longestS;
  }

  get rank(): AddressRank {
    return this.#rank;
  }

  /** The longest grant that the address is given now, s. */
  get durationS(): number {
    return this.#durationS;
  }

  /** Monotonic time of the last message from the address. */
  get heardAt(): Instant {
    return this.#heardAt;
  }

  /** A Delay_Req or a request for grants came and is answered by one packet. */
  heard(by: 'delay-req' | 'request', now: Instant): void {
    this.#heardAt = now;
    if (by === 'delay-req') this.#asksDelay = true;
    else this.#renewed(now);
    if (this.#rank === 'once') this.#rank = 'paying';
    this.#credit = Math.min(MOST_CREDIT, this.#credit + PACKETS_PER_PACKET - 1);
  }

  /** Pays for one message of the clock's and returns true, or the account is too low for it. */
  spend(isSync: boolean): boolean {
    if (this.#isTrusted) return true;
    const cost = isSync ? 2 : 1;
    if (this.#credit < cost + (isSync ? KEPT_FOR_ANNOUNCES : 0)) {
      this.#ranDry = true;
      return false;
    }
    this.#credit -= cost;
    return true;
  }

  /** A request for grants came, not the first one. Unless it comes early it is a renewal in time. */
  #renewed(now: Instant): void {
    if (this.#isTrusted || Number(now - this.#answeredAt) < this.#durationS * EARLIEST_RENEWAL * 1e9) return;
    this.#answeredAt = now;
    if (this.#durationS >= SHORT_S) this.#rank = 'settled';
    const isLonger = this.#durationS >= SHORT_S && this.#asksDelay && !this.#ranDry;
    this.#durationS = isLonger ? Math.min(this.#longestS, this.#durationS * 2) : SHORT_S;
    this.#asksDelay = this.#ranDry = false;
  }
}
