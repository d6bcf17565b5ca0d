import type { Instant, Ns } from '../../../api/time.js';
import { type PortIdentity, samePort } from '../identity.js';
import { intervalNs, NO_INTERVAL } from '../interval.js';
import type { Announce } from '../message.js';
import { type AnnounceDataSet, announceDataSetOf, compareDataSets } from './data-set-comparison.js';

/** One port's record of a sender of Announces (IEEE 1588-2019 §9.3.2.4). */
export interface ForeignMaster {
  readonly announce: Announce;
  readonly dataSet: AnnounceDataSet;
  /** Address that sent the last Announce, as the transport writes it. */
  readonly from: string;
  readonly qualified: boolean;
  /** End of the announce receipt timeout: the record is removed then. */
  readonly expiresAt: Instant;
}

export interface ForeignMasterRules {
  /** This port. */
  readonly receiver: PortIdentity;
  readonly logAnnounceInterval: number;
  /** Announces after the first that qualify a sender, and the intervals within which they must come (§9.3.2.5). */
  readonly qualification: { readonly announces: number; readonly withinIntervals: number };
  /** Announce receipt timeout, intervals. A random share of `timeoutSpan` intervals is added. */
  readonly timeout: number;
  readonly timeoutSpan: number;
  /** Returns a random number in [0, 1). */
  readonly random: () => number;
}

interface Entry extends ForeignMaster {
  /** Monotonic times of the latest Announces, oldest first, without the first Announce; at most as many as qualify. */
  readonly counted: readonly Instant[];
}

/** Records of a port, also under a flood of identities. §9.3.2.4.5 asks for at least five. */
const CAPACITY = 16;
/** The best qualified senders, which are never removed for another sender. */
const KEPT = 8;

/** Powers of two by which a sender's stated interval may be longer than the port's own (a known fault of senders). */
const INTERVAL_TOLERANCE = 2;

/** The foreignMasterDS of one port. The number of records is fixed; the best are kept. */
export class ForeignMasters {
  readonly #rules: ForeignMasterRules;
  #entries: Entry[] = [];
  /** Number of qualified senders that were removed by their announce receipt timeout. */
  timeouts = 0;

  constructor(rules: ForeignMasterRules) {
    this.#rules = rules;
  }

  get known(): readonly ForeignMaster[] {
    return this.#entries;
  }

  /** Records an Announce that passed its checks. Returns false if there is no room for its sender. */
  record(announce: Announce, from: string, now: Instant): boolean {
    this.expire(now);
    const index = this.#entries.findIndex(({ dataSet }) => samePort(dataSet.sender, announce.header.source));
    if (index >= 0) {
      this.#entries[index] = this.#renewed(announce, from, now, this.#entries[index]!);
      return true;
    }
    const entry = this.#renewed(announce, from, now, undefined);
    if (this.#entries.length >= CAPACITY && !this.#makeRoomFor(entry)) return false;
    this.#entries.push(entry);
    return true;
  }

  /** Removes and returns the senders whose timeout is over. */
  expire(now: Instant): readonly ForeignMaster[] {
    const gone = this.#entries.filter(({ expiresAt }) => expiresAt <= now);
    this.timeouts += gone.filter(({ qualified }) => qualified).length;
    if (gone.length > 0) this.#entries = this.#entries.filter(({ expiresAt }) => expiresAt > now);
    return gone;
  }

  forget(sender: PortIdentity): void {
    this.#entries = this.#entries.filter(({ dataSet }) => !samePort(dataSet.sender, sender));
  }

  clear(): void {
    this.#entries = [];
  }

  /** Returns Erbest and the second best, of the qualified senders. */
  best(): readonly [first?: ForeignMaster, second?: ForeignMaster] {
    const qualified = this.#entries.filter((entry) => entry.qualified).sort(better);
    const [first, second] = qualified;
    return first === undefined ? [] : second === undefined ? [first] : [first, second];
  }

  /** Time of the next removal. */
  get dueAt(): Instant | undefined {
    let due: Instant | undefined;
    for (const { expiresAt } of this.#entries) if (due === undefined || expiresAt < due) due = expiresAt;
    return due;
  }

  #renewed(announce: Announce, from: string, now: Instant, before: Entry | undefined): Entry {
    const { receiver, qualification, timeout, timeoutSpan, random } = this.#rules;
    const interval = this.#intervalNs(announce.header.logInterval);
    const counted = before === undefined ? [] : [...before.counted, now].slice(-Math.max(1, qualification.announces));
    const within =
      counted.length > 0 && now - counted[0]! <= BigInt(Math.round(qualification.withinIntervals * interval));
    const enough = qualification.announces === 0 || (counted.length === qualification.announces && within);
    return {
      announce,
      dataSet: announceDataSetOf(announce, receiver),
      from,
      counted,
      qualified: before?.qualified === true || enough,
      expiresAt: now + BigInt(Math.round((timeout + timeoutSpan * random()) * interval)),
    };
  }

  /** The stated interval is limited to the port's own and above: all clocks of a network share a profile. */
  #intervalNs(stated: number): Ns {
    const own = this.#rules.logAnnounceInterval;
    const log = stated === NO_INTERVAL ? own : Math.min(Math.max(stated, own), own + INTERVAL_TOLERANCE);
    return intervalNs(log);
  }

  /** Removes a record that is worse than `entry`: the worst unqualified one, else the worst one that is not kept. */
  #makeRoomFor(entry: Entry): boolean {
    const kept = new Set(
      this.#entries
        .filter(({ qualified }) => qualified)
        .sort(better)
        .slice(0, KEPT),
    );
    const least = this.#entries
      .filter((other) => !kept.has(other) && better(other, entry) > 0)
      .sort((a, b) => Number(b.qualified) - Number(a.qualified) || better(a, b))
      .at(-1);
    if (least === undefined) return false;
    this.#entries = this.#entries.filter((other) => other !== least);
    return true;
  }
}

const better = (a: ForeignMaster, b: ForeignMaster): number => compareDataSets(a.dataSet, b.dataSet).order;
