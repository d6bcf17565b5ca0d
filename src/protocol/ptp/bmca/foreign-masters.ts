import type { Instant, Ns } from '../../../api/time.js';
import { type PortIdentity, samePort } from '../identity.js';
import { intervalNs, NO_INTERVAL } from '../interval.js';
import type { Announce } from '../message.js';
import { type AnnounceDataSet, announceDataSetOf, compareDataSets } from './data-set-comparison.js';

/** A sender of Announces as one port knows it (IEEE 1588-2019 §9.3.2.4). */
export interface ForeignMaster {
  readonly announce: Announce;
  readonly dataSet: AnnounceDataSet;
  /** Where the last Announce came from, as the transport writes it. */
  readonly from: string;
  readonly qualified: boolean;
  /** The announce receipt timeout: it is forgotten then. */
  readonly expiresAt: Instant;
}

export interface ForeignMasterRules {
  /** This port. */
  readonly receiver: PortIdentity;
  readonly logAnnounceInterval: number;
  /** Announces after the first that qualify, and the intervals in which they must come (§9.3.2.5). */
  readonly qualification: { readonly announces: number; readonly withinIntervals: number };
  /** Intervals, and the random part of one that is added. */
  readonly timeout: number;
  readonly timeoutSpan: number;
  /** In [0, 1). */
  readonly random: () => number;
}

interface Entry extends ForeignMaster {
  /** Monotonic times of the latest Announces but the first, oldest first; no more than qualify. */
  readonly counted: readonly Instant[];
}

/** §9.3.2.4.5 asks for five at least. A flood of identities gets no more than these. */
const CAPACITY = 16;
/** So many of the qualified senders, the best, give up their record to no sender that is not qualified. */
const KEPT = 8;

/** A sender may announce less often than its interval says, or ours (a known fault), by up to so many powers of two. */
const INTERVAL_TOLERANCE = 2;

/** The foreignMasterDS of one port: a fixed number of records, of which the best stay. */
export class ForeignMasters {
  readonly #rules: ForeignMasterRules;
  #entries: Entry[] = [];
  /** Qualified ones whose announce receipt timeout was over. */
  timeouts = 0;

  constructor(rules: ForeignMasterRules) {
    this.#rules = rules;
  }

  get known(): readonly ForeignMaster[] {
    return this.#entries;
  }

  /** An Announce that has passed every check of its own. False: there is no room for its sender. */
  take(announce: Announce, from: string, now: Instant): boolean {
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

  /** Forgets those that have been silent too long; the ones forgotten. */
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

  /** Erbest and the next best, of the qualified. */
  best(): readonly [first?: ForeignMaster, second?: ForeignMaster] {
    const qualified = this.#entries.filter((entry) => entry.qualified).sort(better);
    const [first, second] = qualified;
    return first === undefined ? [] : second === undefined ? [first] : [first, second];
  }

  /** When the next one will be forgotten. */
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

  /** Not shorter than our own: the profile is the same for all. */
  #intervalNs(stated: number): Ns {
    const own = this.#rules.logAnnounceInterval;
    const log = stated === NO_INTERVAL ? own : Math.min(Math.max(stated, own), own + INTERVAL_TOLERANCE);
    return intervalNs(log);
  }

  /** Gives up a record for a better one: the least of those that are not qualified, else of those that are not kept. */
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
