import type { Instant } from '../../../../api/time.js';
import { formatPortIdentity, type PortIdentity } from '../../identity.js';
import { intervalNs } from '../../interval.js';
import type { TlvOf } from '../../tlv/index.js';
import { earliest, isDue } from '../action.js';

/** What is granted: messages of one type to one port at one address (IEEE 1588-2019 §16.1). */
export interface Grant {
  readonly address: string;
  readonly client: PortIdentity;
  /** 0: Sync, 9: Delay_Resp, B: Announce. */
  readonly messageType: number;
  readonly logInterval: number;
  readonly expiresAt: Instant;
  nextAt: Instant;
  sequenceId: number;
}

export interface GrantLimits {
  readonly grants: number;
  /** All ports at one address together. */
  readonly perAddress: number;
  /** The shortest interval, log2 of seconds. */
  readonly fastest: number;
  readonly longestS: number;
}

export const GRANT_LIMITS: GrantLimits = { grants: 4096, perAddress: 12, fastest: -7, longestS: 1000 };

export const SYNC_TYPE = 0x0;
export const DELAY_RESP_TYPE = 0x9;
export const ANNOUNCE_TYPE = 0xb;
const GRANTABLE: readonly number[] = [SYNC_TYPE, DELAY_RESP_TYPE, ANNOUNCE_TYPE];
/** Slower makes no sense, and is no number for a timer. */
const SLOWEST = 10;

type Request = Pick<TlvOf<'request-unicast'>, 'messageType' | 'logInterval' | 'durationS'>;

/**
 * The grants in force. Those of one interval stand in a row in the order they are due in, so that neither the number of
 * clients nor their changes make a wake-up dearer than what it sends.
 */
export class GrantTable {
  readonly #limits: GrantLimits;
  readonly #grants = new Map<string, Grant>();
  readonly #perAddress = new Map<string, number>();
  readonly #rows = new Map<number, Set<Grant>>();
  #sweptAt: Instant | undefined;

  constructor(limits: GrantLimits = GRANT_LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#grants.size;
  }

  get dueAt(): Instant | undefined {
    let due: Instant | undefined;
    for (const row of this.#rows.values()) due = earliest(due, first(row)?.nextAt);
    return due;
  }

  /** Grants or renews; the seconds granted, 0: refused. */
  request(address: string, client: PortIdentity, request: Request, now: Instant): number {
    const { messageType, logInterval, durationS } = request;
    const { fastest, longestS } = this.#limits;
    if (!GRANTABLE.includes(messageType) || logInterval < fastest || logInterval > SLOWEST || durationS === 0) return 0;
    this.#sweep(now);
    const key = keyOf(address, client, messageType);
    const before = this.#grants.get(key);
    if (before === undefined && !this.#hasRoomFor(address)) return 0;
    if (before !== undefined) this.#remove(key, before);
    const granted = Math.min(durationS, longestS);
    const expiresAt = now + BigInt(granted) * 1_000_000_000n;
    const kept = before?.logInterval === logInterval ? before.nextAt : now;
    this.#add(key, {
      address,
      client,
      messageType,
      logInterval,
      expiresAt,
      nextAt: kept,
      sequenceId: before?.sequenceId ?? 0,
    });
    return granted;
  }

  cancel(address: string, client: PortIdentity, messageType: number): void {
    const key = keyOf(address, client, messageType);
    const grant = this.#grants.get(key);
    if (grant !== undefined) this.#remove(key, grant);
  }

  /** `atMost` of the grants that are due, each moved on by its interval; those that have run out are gone. */
  take(now: Instant, atMost = Number.POSITIVE_INFINITY): readonly Grant[] {
    const due: Grant[] = [];
    for (const row of this.#rows.values()) {
      for (let grant = first(row); grant !== undefined && isDue(grant.nextAt, now); grant = first(row)) {
        if (due.length >= atMost) return due;
        row.delete(grant);
        if (grant.expiresAt <= now) {
          this.#remove(keyOf(grant.address, grant.client, grant.messageType), grant);
          continue;
        }
        const step = BigInt(Math.round(intervalNs(grant.logInterval)));
        grant.nextAt = grant.nextAt + step > now ? grant.nextAt + step : now + step;
        row.add(grant);
        due.push(grant);
      }
    }
    return due;
  }

  clear(): void {
    this.#grants.clear();
    this.#perAddress.clear();
    this.#rows.clear();
  }

  #hasRoomFor(address: string): boolean {
    const { grants, perAddress } = this.#limits;
    return this.#grants.size < grants && (this.#perAddress.get(address) ?? 0) < perAddress;
  }

  #add(key: string, grant: Grant): void {
    this.#grants.set(key, grant);
    this.#perAddress.set(grant.address, (this.#perAddress.get(grant.address) ?? 0) + 1);
    // Answers are not sent by the clock.
    if (grant.messageType === DELAY_RESP_TYPE) return;
    const row = this.#rows.get(grant.logInterval) ?? new Set();
    this.#rows.set(grant.logInterval, row.add(grant));
  }

  #remove(key: string, grant: Grant): void {
    this.#grants.delete(key);
    this.#rows.get(grant.logInterval)?.delete(grant);
    const left = (this.#perAddress.get(grant.address) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(grant.address, left);
    else this.#perAddress.delete(grant.address);
  }

  /** Those that nothing wakes up for: once a second at most, whoever asks. */
  #sweep(now: Instant): void {
    if (this.#sweptAt !== undefined && now - this.#sweptAt < 1_000_000_000n) return;
    this.#sweptAt = now;
    for (const [key, grant] of this.#grants) if (grant.expiresAt <= now) this.#remove(key, grant);
  }
}

const first = (row: ReadonlySet<Grant>): Grant | undefined => row.values().next().value;

const keyOf = (address: string, client: PortIdentity, messageType: number): string =>
  `${address} ${formatPortIdentity(client)} ${messageType}`;
