import type { Instant } from '../../../../api/time.js';
import { formatPortIdentity, type PortIdentity } from '../../identity.js';
import { intervalNs } from '../../interval.js';
import type { TlvOf } from '../../tlv/index.js';
import { TokenBucket } from '../../token-bucket.js';
import { earliest, isDue } from '../action.js';
import { type AddressRank, GrantedAddress, RANKS, type UnicastGrant } from './granted-address.js';

export interface GrantLimits {
  readonly grants: number;
  /** All ports at one address together. */
  readonly perAddress: number;
  /** The shortest interval, log2 of seconds. */
  readonly fastest: number;
  readonly longestS: number;
  /** Packets a second that are sent by grants, Follow_Ups among them; half of it is for settled clients alone. */
  readonly packetsPerS: number;
  /** Returns true for an address that is known not to be forged. Default: none is. */
  readonly isTrusted?: (address: string) => boolean;
}

export const GRANT_LIMITS: GrantLimits = {
  ...{ grants: 4096, perAddress: 12, fastest: -7, longestS: 1000, packetsPerS: 32_768 },
};

export const SYNC_TYPE = 0x0;
export const DELAY_RESP_TYPE = 0x9;
export const ANNOUNCE_TYPE = 0xb;
const GRANTABLE: readonly number[] = [SYNC_TYPE, DELAY_RESP_TYPE, ANNOUNCE_TYPE];
/** Slower makes no sense, and is no number for a timer. */
const SLOWEST = 10;

const NS_PER_S = 1_000_000_000n;
/** A grant of an address that has been heard more than once is kept so long at least, whatever was said. */
const KEPT_NS = 10n * NS_PER_S;
/** An ICMP error may be forged: it does not end the grants of a settled client that was heard since this long, ns. */
const PRESENT_NS = 10n * NS_PER_S;

type Request = Pick<TlvOf<'request-unicast'>, 'messageType' | 'logInterval' | 'durationS'>;

/**
 * The grants in force. Those of one interval stand in a row in the order they are due in, so that neither the number of
 * clients nor their changes make a wake-up dearer than what it sends. A grant whose address may not be sent anything now
 * stands in no row.
 */
export class GrantTable {
  readonly #limits: GrantLimits;
  readonly #accounts = new Map<string, GrantedAddress>();
  readonly #ranks: Readonly<Record<AddressRank, Set<GrantedAddress>>> = {
    ...{ once: new Set(), paying: new Set(), settled: new Set() },
  };
  readonly #rows = new Map<number, Set<UnicastGrant>>();
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
    for (const row of this.#rows.values()) due = earliest(due, first(row)?.nextAt);
    return due;
  }

  knows(address: string): boolean {
    return this.#accounts.has(address);
  }

  /** A message came from the address and is answered by one packet. */
  heard(address: string, by: 'delay-req' | 'request', now: Instant): void {
    const account = this.#accounts.get(address);
    if (account === undefined) return;
    const was = account.rank;
    account.heard(by, now);
    this.#rank(account, was);
    for (const grant of account.grants.values()) {
      if (was === 'once') grant.expiresAt = later(grant.expiresAt, now + KEPT_NS);
      this.#resume(grant, now);
    }
  }

  /** Grants or renews; the seconds granted, 0: refused. */
  request(address: string, client: PortIdentity, request: Request, now: Instant): number {
    const { messageType, logInterval, durationS } = request;
    const { fastest, longestS, isTrusted } = this.#limits;
    if (!GRANTABLE.includes(messageType) || logInterval < fastest || logInterval > SLOWEST || durationS === 0) return 0;
    this.#sweep(now);
    const account =
      this.#accounts.get(address) ?? new GrantedAddress(address, isTrusted?.(address) === true, longestS, now);
    const key = keyOf(client, messageType);
    const before = account.grants.get(key);
    if (before === undefined && !this.#hasRoomFor(account)) return 0;
    const granted = Math.min(durationS, account.durationS);
    const expiresAt = now + later(BigInt(granted) * NS_PER_S, account.rank === 'once' ? 0n : KEPT_NS);
    if (before?.logInterval === logInterval) {
      before.expiresAt = expiresAt;
      return granted;
    }
    if (before !== undefined) this.#remove(account, key, before);
    const sequenceId = before?.sequenceId ?? 0;
    this.#add(account, key, { address, client, messageType, logInterval, expiresAt, nextAt: now, sequenceId });
    return granted;
  }

  cancel(address: string, client: PortIdentity, messageType: number): void {
    const account = this.#accounts.get(address);
    const key = keyOf(client, messageType);
    const grant = account?.grants.get(key);
    if (account !== undefined && grant !== undefined) this.#remove(account, key, grant);
  }

  /** The network says that nothing listens there. */
  unreachable(address: string, now: Instant): void {
    const account = this.#accounts.get(address);
    if (account === undefined || (account.rank === 'settled' && now - account.heardAt < PRESENT_NS)) return;
    this.#forget(account);
  }

  /** `atMost` of the grants that are due and may be sent, each moved on by its interval; those that have run out are gone. */
  take(now: Instant, atMost = Number.POSITIVE_INFINITY): readonly UnicastGrant[] {
    const due: UnicastGrant[] = [];
    for (const row of this.#rows.values()) {
      for (let grant = first(row); grant !== undefined && isDue(grant.nextAt, now); grant = first(row)) {
        if (due.length >= atMost) return due;
        row.delete(grant);
        const account = this.#accounts.get(grant.address)!;
        const isSync = grant.messageType === SYNC_TYPE;
        if (grant.expiresAt <= now) this.#remove(account, keyOf(grant.client, grant.messageType), grant);
        else if (account.spend(isSync)) {
          const next = grant.nextAt + stepOf(grant);
          grant.nextAt = next > now ? next : now + stepOf(grant);
          row.add(grant);
          if (this.#budget.take(isSync ? 2 : 1, now, account.rank === 'settled' ? 0 : 0.5)) due.push(grant);
        }
      }
    }
    return due;
  }

  clear(): void {
    this.#accounts.clear();
    for (const rank of RANKS) this.#ranks[rank].clear();
    this.#rows.clear();
    this.#size = 0;
  }

  /** A full table gives up addresses of a lower rank, those first that have been in it the longest. */
  #hasRoomFor({ grants: { size }, rank }: GrantedAddress): boolean {
    const { grants, perAddress } = this.#limits;
    if (size >= perAddress) return false;
    for (const lower of RANKS.slice(0, RANKS.indexOf(rank))) {
      for (const account of this.#ranks[lower]) {
        if (this.#size < grants) return true;
        this.#forget(account);
      }
    }
    return this.#size < grants;
  }

  #rank(account: GrantedAddress, was: AddressRank): void {
    if (account.rank === was) return;
    this.#ranks[was].delete(account);
    this.#ranks[account.rank].add(account);
  }

  #add(account: GrantedAddress, key: string, grant: UnicastGrant): void {
    this.#accounts.set(account.address, account);
    this.#ranks[account.rank].add(account);
    account.grants.set(key, grant);
    this.#size++;
    if (account.rank !== 'once') this.#row(grant).add(grant);
  }

  #remove(account: GrantedAddress, key: string, grant: UnicastGrant): void {
    this.#rows.get(grant.logInterval)?.delete(grant);
    if (account.grants.delete(key)) this.#size--;
    if (account.grants.size > 0) return;
    this.#accounts.delete(account.address);
    this.#ranks[account.rank].delete(account);
  }

  #forget(account: GrantedAddress): void {
    for (const [key, grant] of account.grants) this.#remove(account, key, grant);
  }

  /** Back into its row, one interval from now: behind the others. */
  #resume(grant: UnicastGrant, now: Instant): void {
    const row = this.#row(grant);
    if (row.has(grant)) return;
    grant.nextAt = now + stepOf(grant);
    row.add(grant);
  }

  /** The grants whose messages go out at the interval of this one; answers follow no interval. */
  #row({ messageType, logInterval }: UnicastGrant): Set<UnicastGrant> {
    if (messageType === DELAY_RESP_TYPE) return new Set();
    const row = this.#rows.get(logInterval) ?? new Set();
    this.#rows.set(logInterval, row);
    return row;
  }

  /** Those that no timer ends: once a second at most, however many ask. */
  #sweep(now: Instant): void {
    if (this.#sweptAt !== undefined && now - this.#sweptAt < NS_PER_S) return;
    this.#sweptAt = now;
    for (const account of this.#accounts.values()) {
      for (const [key, grant] of account.grants) if (grant.expiresAt <= now) this.#remove(account, key, grant);
    }
  }
}

const first = (row: ReadonlySet<UnicastGrant>): UnicastGrant | undefined => row.values().next().value;
const stepOf = ({ logInterval }: UnicastGrant): bigint => BigInt(Math.round(intervalNs(logInterval)));
const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);

const keyOf = (client: PortIdentity, messageType: number): string => `${formatPortIdentity(client)} ${messageType}`;
