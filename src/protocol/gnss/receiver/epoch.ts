import type { Ns } from '../../../api/time.js';
import {
  DAY_NS,
  FIX_METHODS,
  type FixMethod,
  type FixMode,
  type LeapFacts,
  type MessageFacts,
  type StatedTime,
} from '../index.js';
import type { MessagePlace, ReceiverFix } from './report.js';

/** Messages of an epoch whose places are kept. */
export const MOST_MESSAGES = 64;

/** Half the unit of `hhmmss.ss`: a sentence and a frame of one epoch differ by the rounding of the sentence. */
const SAME_NS = 5e6;

/** From the worst to the best. */
const MODES: readonly FixMode[] = ['none', 'dead-reckoning', 'time', '2d', '3d'];

/** The facts of the messages about one epoch. */
export class Epoch {
  readonly messages: MessagePlace[] = [];
  timeAccuracyNs: Ns | undefined;
  /** Announced time to a leap second from this epoch. */
  leap: LeapFacts | undefined;
  #iTowMs: number | undefined;
  #time: StatedTime | undefined;
  #isTimeValid: boolean | undefined;
  #valid: boolean | undefined;
  #mode: FixMode | undefined;
  #isModeGuessed = true;
  #method: FixMethod | undefined;
  #used: number | undefined;
  /** Names of messages that should have stated a time and did not. */
  readonly #timeless = new Set<string>();
  #day: number | undefined;

  get isEmpty(): boolean {
    return this.messages.length === 0;
  }

  /** The time with the finest resolution. Its validity is that of all messages together. */
  get time(): StatedTime | undefined {
    return this.#time && { ...this.#time, day: this.#day, valid: this.#isTimeValid };
  }

  /** Returns the day of a time of this epoch, if a message stated it. Around midnight, two times of one epoch have two days. */
  dayOf(timeOfDayNs: Ns): number | undefined {
    if (this.#day === undefined || this.#time === undefined) return undefined;
    return this.#day + Math.round((this.#time.timeOfDayNs - timeOfDayNs) / DAY_NS);
  }

  get fix(): ReceiverFix {
    const [valid, mode, method, used] = [this.#valid, this.#mode, this.#method, this.#used];
    return { valid, mode, method, used };
  }

  /** Returns whether a message is about this epoch. `isTimeless`: it is of a kind that states a time, but its time is empty. */
  includes(facts: MessageFacts, name: string, isTimeless: boolean): boolean {
    const { iTowMs, time } = facts;
    if (iTowMs !== undefined && this.#iTowMs !== undefined && iTowMs !== this.#iTowMs) return false;
    if (time !== undefined && this.#time !== undefined) return isSameTime(time, this.#time);
    // The receiver has found its time: what it said without one was about an epoch before.
    if (time !== undefined && this.#timeless.size > 0) return false;
    return !(isTimeless && this.#timeless.has(name));
  }

  add(facts: MessageFacts, place: MessagePlace, isTimeless: boolean): void {
    if (this.messages.length < MOST_MESSAGES) this.messages.push(place);
    if (isTimeless && this.#timeless.size < MOST_MESSAGES) this.#timeless.add(place.name);
    this.#iTowMs ??= facts.iTowMs;
    if (facts.time !== undefined) this.#addTime(facts.time);
    this.timeAccuracyNs = facts.timeAccuracyNs ?? this.timeAccuracyNs;
    if (facts.leap?.inS !== undefined) this.leap = facts.leap;
    this.#addFix(facts);
  }

  #addTime(time: StatedTime): void {
    if (this.#time === undefined || time.resolutionNs < this.#time.resolutionNs) {
      this.#day = time.day ?? this.dayOf(time.timeOfDayNs);
      this.#time = time;
    } else if (this.#day === undefined && time.day !== undefined) {
      this.#day = time.day + Math.round((time.timeOfDayNs - this.#time.timeOfDayNs) / DAY_NS);
    }
    this.#isTimeValid = both(this.#isTimeValid, time.valid);
  }

  #addFix({ valid, mode, isModeGuessed = false, method, used }: MessageFacts): void {
    this.#valid = both(this.#valid, valid);
    this.#used = used ?? this.#used;
    if (method !== undefined && rank(FIX_METHODS, method) > rank(FIX_METHODS, this.#method)) this.#method = method;
    if (mode === undefined) return;
    const isBetter = rank(MODES, mode) > rank(MODES, this.#mode);
    const isFirmer = this.#isModeGuessed && !isModeGuessed;
    if (!isFirmer && (isModeGuessed !== this.#isModeGuessed || !isBetter)) return;
    this.#mode = mode;
    this.#isModeGuessed = isModeGuessed;
  }
}

/** False if one of two statements is. */
const both = (one: boolean | undefined, other: boolean | undefined): boolean | undefined =>
  one === undefined ? other : other === undefined ? one : one && other;

const rank = <T>(order: readonly T[], value: T | undefined): number =>
  value === undefined ? -1 : order.indexOf(value);

/** Times of day are the same if they differ by less than the coarser one's unit. */
function isSameTime(one: StatedTime, other: StatedTime): boolean {
  const difference = Math.abs(one.timeOfDayNs - other.timeOfDayNs);
  // At midnight one may be just before and the other after it. Not in a leap second, which differs from both.
  const around = Math.min(difference, Math.abs(DAY_NS - difference));
  return (
    around < Math.max(one.resolutionNs, other.resolutionNs, SAME_NS) && !(around !== difference && isLeap(one, other))
  );
}

const isLeap = (one: StatedTime, other: StatedTime): boolean =>
  one.timeOfDayNs >= DAY_NS || other.timeOfDayNs >= DAY_NS;
