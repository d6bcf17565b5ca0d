import type { Metrics } from '../../api/context.js';
import { ReasonTally } from './reason-tally.js';

/**
 * Explains each reason for which a client refuses a reply. Each text continues "3 replies came that …" and ends with the
 * likely cause.
 */
export type RefusalTexts<Reason extends string> = Readonly<Record<Reason, string>>;

/** The replies that were refused, by reason. */
export class Refusals<Reason extends string> {
  readonly #texts: RefusalTexts<Reason>;
  readonly #counts = new Map<Reason, number>();

  constructor(texts: RefusalTexts<Reason>) {
    this.#texts = texts;
  }

  add(reason: Reason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  clear(): void {
    this.#counts.clear();
  }

  /** `6 replies came that do not answer the request (origin timestamp): …`; undefined when none was refused. */
  get sentence(): string | undefined {
    const [first, ...others] = [...this.#counts].sort(([, a], [, b]) => b - a);
    if (first === undefined) return undefined;
    const [reason, count] = first;
    const also = others.map(([other, times]) => `${times} by ${other}`).join(', ');
    const sentence = `${count === 1 ? '1 reply' : `${count} replies`} came that ${this.#texts[reason]}`;
    return also === '' ? sentence : `${sentence} (others were refused: ${also})`;
  }
}

/** The refused replies of one source: counted in all by reason, and explained since the last reply that was accepted. */
export class RefusalRecord<Reason extends string> {
  readonly #tally: ReasonTally<Reason>;
  readonly #recent: Refusals<Reason>;

  constructor(metrics: Metrics, texts: RefusalTexts<Reason>) {
    this.#tally = new ReasonTally(
      metrics,
      'refused',
      'Replies that were refused, by reason',
      Object.keys(texts) as Reason[],
    );
    this.#recent = new Refusals(texts);
  }

  refuse(reason: Reason): void {
    this.#tally.count(reason);
    this.#recent.add(reason);
  }

  /** A reply was accepted, or another server is asked from now on. */
  accepted(): void {
    this.#recent.clear();
  }

  /** Explains the replies refused since the last accepted one; undefined when there are none. */
  get sentence(): string | undefined {
    return this.#recent.sentence;
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#tally.counts;
  }
}
