import type { Instant } from '../../../../api/time.js';
import { formatPortIdentity, type PortIdentity } from '../../identity.js';
import { intervalNs } from '../../interval.js';
import type { TlvOf } from '../../tlv/index.js';
import { TokenBucket } from '../../token-bucket.js';
import { earliest, isDue } from '../action.js';
import { type AddressRank, GrantedAddress, RANKS, type UnicastGrant } from './granted-address.js';

export interface GrantLimits {
  readonly grants: number;
  /** Grants for all ports at one address together. */
  readonly perAddress: number;
  /** Shortest interval, log2 of seconds. */
  readonly fastest: number;
  /** Longest duration, s. */
  readonly longestS: number;
  /** Packets per second for all grants, Follow_Ups included. Half of it is reserved for clients that renew in time. */
  readonly packetsPerS: number;
  /** Returns true for an address that cannot be forged. Default: none. */
  readonly isTrusted?: (address: string) => boolean;
}

export const GRANT_LIMITS: GrantLimits = {
  ...{ grants: 4096, perAddress: 12, fastest: -7, longestS: 1000, packetsPerS: 32_768 },
};

export const SYNC_TYPE = 0x0;
export const DELAY_RESP_TYPE = 0x9;
export const ANNOUNCE_TYPE = 0xb;
const GRANTABLE: readonly number[] = [SYNC_TYPE, DELAY_RESP_TYPE, ANNOUNCE_TYPE];
/** Longest interval, log2 of seconds: longer ones make no sense, and may overflow a timer. */
const SLOWEST = 10;

const NS_PER_S = 1_000_000_000n;
/** Minimum time for which a grant of an address that was heard more than once is kept, ns. */
const KEPT_NS = 10n * NS_PER_S;
/** An ICMP error, which may be forged, does not end grants of a renewed client that was heard within this time, ns. */
const PRESENT_NS = 10n * NS_PER_S;

type Request = Pick<TlvOf<'request-unicast'>, 'messageType' | 'logInterval' | 'durationS'>;

/**
 * The grants of a port. Those of one interval form a queue in the order in which they are due, so that the cost of a wake-up
 * depends only on what it sends. A grant whose address has no credit is in no queue.
 */
export class GrantTable {
  readonly #limits: GrantLimits;
  readonly #addresses = new Map<string, GrantedAddress>();
  readonly #ranks: Readonly<Record<AddressRank, Set<GrantedAddress>>> = {
    ...{ 'heard-once': new Set(), 'heard-again': new Set(), renewed: new Set() },
  };
  readonly #queues = new Map<number, Set<UnicastGrant>>();
  readonly #budget: TokenBucket;
  #size = 0;
  #sweptAt: Instant | undefined;

  constructor(limits: GrantLimits = GRANT_LIMITS) {
    this.#limits = limits;
    this.#budget = new TokenBucket(limits.packetsPerS);
  }

  get size(): number {
    return this.#size;
  }

  get dueAt(): Instant | undefined {
    let due: Instant | undefined;
    for (const queue of this.#queues.values()) due = earliest(due, first(queue)?.nextAt);
    return due;
  }

  knows(address: string): boolean {
    return this.#addresses.has(address);
  }

  /** Credits an address for a message that is answered by one packet. */
  credit(address: string, by: 'delay-req' | 'request', now: Instant): void {
    const holder = this.#addresses.get(address);
    if (holder === undefined) return;
    const was = holder.rank;
    holder.credit(by, now);
    this.#rank(holder, was);
    for (const grant of holder.grants.values()) {
      if (was === 'heard-once') grant.expiresAt = later(grant.expiresAt, now + KEPT_NS);
      this.#resume(grant, now);
    }
  }

  /** Grants or renews. Returns the granted seconds, 0 if refused. */
  request(address: string, client: PortIdentity, request: Request, now: Instant): number {
    const { messageType, logInterval, durationS } = request;
    const { fastest, longestS, isTrusted } = this.#limits;
    if (!GRANTABLE.includes(messageType) || logInterval < fastest || logInterval > SLOWEST || durationS === 0) return 0;
    this.#sweep(now);
    const holder =
      this.#addresses.get(address) ?? new GrantedAddress(address, isTrusted?.(address) === true, longestS, now);
    const key = keyOf(client, messageType);
    const before = holder.grants.get(key);
    if (before === undefined && !this.#hasRoomFor(holder)) return 0;
    const granted = Math.min(durationS, holder.durationS);
    const expiresAt = now + later(BigInt(granted) * NS_PER_S, holder.rank === 'heard-once' ? 0n : KEPT_NS);
    if (before?.logInterval === logInterval) {
      before.expiresAt = expiresAt;
      return granted;
    }
    if (before !== undefined) this.#remove(holder, key, before);
    const sequenceId = before?.sequenceId ?? 0;
    this.#add(holder, key, { address, client, messageType, logInterval, expiresAt, nextAt: now, sequenceId });
    return granted;
  }

  cancel(address: string, client: PortIdentity, messageType: number): void {
    const holder = this.#addresses.get(address);
    const key = keyOf(client, messageType);
    const grant = holder?.grants.get(key);
    if (holder !== undefined && grant !== undefined) this.#remove(holder, key, grant);
  }

  /** Ends the grants of an address at which nothing listens, as the network reports. */
  unreachable(address: string, now: Instant): void {
    const holder = this.#addresses.get(address);
    if (holder === undefined || (holder.rank === 'renewed' && now - holder.lastMessageAt < PRESENT_NS)) return;
    this.#forget(holder);
  }

  /** Returns at most `atMost` due grants whose message may be sent, and schedules them again. Removes expired ones. */
  takeDue(now: Instant, atMost = Number.POSITIVE_INFINITY): readonly UnicastGrant[] {
    const due: UnicastGrant[] = [];
    for (const queue of this.#queues.values()) {
      for (let grant = first(queue); grant !== undefined && isDue(grant.nextAt, now); grant = first(queue)) {
        if (due.length >= atMost) return due;
        queue.delete(grant);
        const holder = this.#addresses.get(grant.address)!;
        const isSync = grant.messageType === SYNC_TYPE;
        if (grant.expiresAt <= now) this.#remove(holder, keyOf(grant.client, grant.messageType), grant);
        else if (holder.spend(isSync)) {
          const next = grant.nextAt + stepOf(grant);
          grant.nextAt = next > now ? next : now + stepOf(grant);
          queue.add(grant);
          if (this.#budget.take(isSync ? 2 : 1, now, holder.rank === 'renewed' ? 0 : 0.5)) due.push(grant);
        }
      }
    }
    return due;
  }

  clear(): void {
    this.#addresses.clear();
    for (const rank of RANKS) this.#ranks[rank].clear();
    this.#queues.clear();
    this.#size = 0;
  }

  /** Returns true if there is room for a grant. A full table removes addresses of lower ranks, the oldest first. */
  #hasRoomFor({ grants: { size }, rank }: GrantedAddress): boolean {
    const { grants, perAddress } = this.#limits;
    if (size >= perAddress) return false;
    for (const lower of RANKS.slice(0, RANKS.indexOf(rank))) {
      for (const holder of this.#ranks[lower]) {
        if (this.#size < grants) return true;
        this.#forget(holder);
      }
    }
    return this.#size < grants;
  }

  #rank(holder: GrantedAddress, was: AddressRank): void {
    if (holder.rank === was) return;
    this.#ranks[was].delete(holder);
    this.#ranks[holder.rank].add(holder);
  }

  #add(holder: GrantedAddress, key: string, grant: UnicastGrant): void {
    this.#addresses.set(holder.address, holder);
    this.#ranks[holder.rank].add(holder);
    holder.grants.set(key, grant);
    this.#size++;
    if (holder.rank !== 'heard-once') this.#queueOf(grant).add(grant);
  }

  #remove(holder: GrantedAddress, key: string, grant: UnicastGrant): void {
    this.#queues.get(grant.logInterval)?.delete(grant);
    if (holder.grants.delete(key)) this.#size--;
    if (holder.grants.size > 0) return;
    this.#addresses.delete(holder.address);
    this.#ranks[holder.rank].delete(holder);
  }

  #forget(holder: GrantedAddress): void {
    for (const [key, grant] of holder.grants) this.#remove(holder, key, grant);
  }

  /** Puts a grant back into its queue, due in one interval: behind the others. */
  #resume(grant: UnicastGrant, now: Instant): void {
    const queue = this.#queueOf(grant);
    if (queue.has(grant)) return;
    grant.nextAt = now + stepOf(grant);
    queue.add(grant);
  }

  /** Returns the queue of the grant's interval. Delay_Resp are answers and have none. */
  #queueOf({ messageType, logInterval }: UnicastGrant): Set<UnicastGrant> {
    if (messageType === DELAY_RESP_TYPE) return new Set();
    const queue = this.#queues.get(logInterval) ?? new Set();
    this.#queues.set(logInterval, queue);
    return queue;
  }

  /** Removes expired grants that are in no queue, at most once a second. */
  #sweep(now: Instant): void {
    if (this.#sweptAt !== undefined && now - this.#sweptAt < NS_PER_S) return;
    this.#sweptAt = now;
    for (const holder of this.#addresses.values()) {
      for (const [key, grant] of holder.grants) if (grant.expiresAt <= now) this.#remove(holder, key, grant);
    }
  }
}

const first = (queue: ReadonlySet<UnicastGrant>): UnicastGrant | undefined => queue.values().next().value;
const stepOf = ({ logInterval }: UnicastGrant): bigint => BigInt(Math.round(intervalNs(logInterval)));
const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);

const keyOf = (client: PortIdentity, messageType: number): string => `${formatPortIdentity(client)} ${messageType}`;
