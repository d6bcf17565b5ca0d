import { BoundedMap, formatSpan, type Instant, NS_PER_S, type Ns, type Timer } from '../../api/index.js';
import { RepeatLimit } from './repeat-limit.js';
import { withoutNumbers } from './without-numbers.js';

/** The part of an event or of a line of the log that the damper reads. */
export interface Damped {
  readonly severity: 'info' | 'warning';
  readonly text: string;
}

export interface DamperParts<T extends Damped> {
  readonly monotonic: () => Instant;
  readonly after: (delayNs: Ns, handler: () => void) => Timer;
  /** Returns the subject of an event: `source gpsd.gnss`. Subjects are damped independently. */
  readonly subjectOf: (event: T) => string;
  /** Reports an event to the operator. */
  readonly report: (event: T) => void;
}

/** Maximum number of subjects. The oldest ones without held events go first. */
const MOST_SUBJECTS = 1024;

const FIRST_SUMMARY_NS = 60 * NS_PER_S;
const LONGEST_SUMMARY_NS = 3600 * NS_PER_S;
/** A subject is quiet after this time without events, or this share of the time between summaries if that is longer. */
const QUIET_NS = 60 * NS_PER_S;
const QUIET_SHARE = 1 / 4;

/** The events of one subject, such as `source gpsd.gnss`. */
interface Subject<T> {
  readonly allowance: RepeatLimit;
  /** The newest event, reported or not. */
  last: T;
  lastAt: Instant;
  /** Number of unreported events since the last summary. */
  held: number;
  /** True if one of the unreported events is a warning. */
  warning: boolean;
  /** The instant of the first unreported event. */
  since: Instant;
  summaryNs: Ns;
  timer: Timer | undefined;
}

/**
 * Reports the first events of a subject at once. When the same sentences repeat, further events are counted and summarised:
 * after 60 s, then at intervals that double up to an hour, and when the subject is quiet. A summary names the last event: the
 * last state of a subject is always reported.
 */
export class EventDamper<T extends Damped> {
  readonly #parts: DamperParts<T>;
  readonly #subjects = new BoundedMap<string, Subject<T>>({ capacity: MOST_SUBJECTS, mayGo: ({ held }) => held === 0 });

  constructor(parts: DamperParts<T>) {
    this.#parts = parts;
  }

  /** Number of known subjects. */
  get subjects(): number {
    return this.#subjects.size;
  }

  take(event: T): void {
    const now = this.#parts.monotonic();
    const subject = this.#subject(event, now);
    if (Number(now - subject.lastAt) > subject.summaryNs) subject.summaryNs = FIRST_SUMMARY_NS;
    subject.last = event;
    subject.lastAt = now;
    if (subject.allowance.take(withoutNumbers(event.text), now)) {
      this.#parts.report(event);
      return;
    }
    if (subject.held++ === 0) subject.since = now;
    subject.warning ||= event.severity === 'warning';
    this.#await(subject);
  }

  /** Reports the held events of a subject and forgets the subject. */
  forget(key: string): void {
    const subject = this.#subjects.get(key);
    if (subject === undefined) return;
    subject.timer?.cancel();
    this.#subjects.delete(key);
    this.#summarise(subject);
  }

  /** Reports all held events. */
  stop(): void {
    for (const key of [...this.#subjects.keys()]) this.forget(key);
  }

  #subject(event: T, now: Instant): Subject<T> {
    const key = this.#parts.subjectOf(event);
    const known = this.#subjects.get(key);
    if (known !== undefined) return known;
    const state = { held: 0, warning: false, since: now, summaryNs: FIRST_SUMMARY_NS, timer: undefined };
    const subject: Subject<T> = { allowance: new RepeatLimit(now), last: event, lastAt: now, ...state };
    this.#subjects.set(key, subject);
    return subject;
  }

  #await(subject: Subject<T>): void {
    if (subject.timer !== undefined) return;
    const now = this.#parts.monotonic();
    const delayNs = Math.min(dueIn(subject, now), quietIn(subject, now));
    subject.timer = this.#parts.after(delayNs, () => {
      subject.timer = undefined;
      const then = this.#parts.monotonic();
      if (dueIn(subject, then) <= 0 || quietIn(subject, then) <= 0) this.#summarise(subject);
      else this.#await(subject);
    });
  }

  #summarise(subject: Subject<T>): void {
    const { held, last, warning, since } = subject;
    if (held === 0) return;
    const span = formatSpan(Number(this.#parts.monotonic() - since));
    subject.held = 0;
    subject.warning = false;
    subject.summaryNs = Math.min(2 * subject.summaryNs, LONGEST_SUMMARY_NS);
    this.#parts.report({
      ...last,
      severity: warning ? 'warning' : last.severity,
      text: `${changes(held)} in ${span}, last: ${last.text}`,
    });
  }
}

const dueIn = ({ since, summaryNs }: Subject<unknown>, now: Instant): Ns => summaryNs - Number(now - since);

const quietIn = ({ lastAt, summaryNs }: Subject<unknown>, now: Instant): Ns =>
  Math.max(QUIET_NS, QUIET_SHARE * summaryNs) - Number(now - lastAt);

const changes = (held: number): string => (held === 1 ? 'changed once more' : `changed ${held} more times`);
