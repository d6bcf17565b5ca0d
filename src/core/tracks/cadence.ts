import { type Instant, NS_PER_S, type Ns } from '../../api/index.js';

/** A track, or one direction of its path, is silent after this many of its intervals. */
const SILENT_INTERVALS = 8;
/** Shortest time after which it is silent. */
const SILENT_AT_LEAST_NS = 10 * NS_PER_S;
/** Factor by which the longest gap shrinks with each shorter one. */
const DECAY = 0.95;
/** The first exchanges may come quickly: they do not show the interval that follows. */
const LEARNING_UPDATES = 10;
const SILENT_WHILE_LEARNING_NS = 300 * NS_PER_S;

/** Returns the longest recent gap after another gap of `gapNs`. */
export const longestGapNs = (beforeNs: Ns, gapNs: Ns): Ns => Math.max(gapNs, beforeNs * DECAY);

/** Returns the time without updates that counts as silence. `statedNs`: the longest interval that the source states, or 0. */
export const silenceLimitNs = (intervalNs: Ns, statedNs: Ns): Ns =>
  Math.max(SILENT_AT_LEAST_NS, SILENT_INTERVALS * Math.max(intervalNs, statedNs));

/** Counts the updates of a track and learns their interval. An update is one input, however many observations it holds. */
export class Cadence {
  #observations = 0;
  #updates = 0;
  #intervalNs: Ns = 0;
  #last: Instant;
  /** Fewer than LEARNING_UPDATES had come before the last restart. */
  #isLearning = false;
  #since: Instant;

  constructor(first: Instant) {
    this.#last = first;
    this.#since = first;
  }

  /** Observations altogether. */
  get observations(): number {
    return this.#observations;
  }

  /** Updates since the last restart. */
  get updates(): number {
    return this.#updates;
  }

  /** The longest recent gap between updates, ns; zero before the second update. */
  get intervalNs(): Ns {
    return this.#intervalNs;
  }

  /** CLOCK_MONOTONIC_RAW of the last update. */
  get last(): Instant {
    return this.#last;
  }

  /** CLOCK_MONOTONIC_RAW of the first update since the last restart. */
  get since(): Instant {
    return this.#since;
  }

  countObservation(): void {
    this.#observations++;
  }

  /** `silentAfterNs`: a longer gap is a silence. */
  update(now: Instant, silentAfterNs: Ns): void {
    const gapNs = Number(now - this.#last);
    if (this.#updates === 0) {
      this.#since = now;
      // If the silence interrupted the learning, the interval may be as long: otherwise it would never be learnt.
      if (this.#isLearning) this.#intervalNs = longestGapNs(this.#intervalNs, Math.min(gapNs, silentAfterNs));
    } else this.#intervalNs = longestGapNs(this.#intervalNs, gapNs);
    this.#updates++;
    this.#last = now;
    this.#isLearning = this.#updates < LEARNING_UPDATES;
  }

  restart(): void {
    this.#updates = 0;
  }

  ageNs(now: Instant): Ns {
    return Number(now - this.#last);
  }

  /** Returns the age up to which the next update is awaited: eight intervals, however short. `statedNs`: as of `silenceLimitNs`. */
  awaitedNs(statedNs: Ns): Ns {
    return SILENT_INTERVALS * Math.max(this.#intervalNs, statedNs);
  }

  /** Returns the age that counts as silence. `hasQuickStart`: the first updates may come faster than the later ones. */
  silentAfterNs(statedNs: Ns | undefined, hasQuickStart: boolean): Ns {
    const limitNs = silenceLimitNs(this.#intervalNs, statedNs ?? 0);
    const isLearning = statedNs === undefined && hasQuickStart && this.#updates < LEARNING_UPDATES;
    return isLearning ? Math.max(limitNs, SILENT_WHILE_LEARNING_NS) : limitNs;
  }
}
