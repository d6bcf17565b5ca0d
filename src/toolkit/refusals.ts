import type { Metrics } from '../api/context.js';
import { ReasonCounters } from './counters.js';

/**
 * Explains each reason for which a client refuses a reply. Each text continues "3 replies came that …", begins with its verb
 * and ends with the likely cause.
 */
export type RefusalTexts<Reason extends string> = Readonly<Record<Reason, string>>;

/** Counts refused replies by reason. */
export class Refusals<Reason extends string> {
  readonly #texts: RefusalTexts<Reason>;
  readonly #counts = new Map<Reason, number>();
  readonly #details = new Map<Reason, string>();

  constructor(texts: RefusalTexts<Reason>) {
    this.#texts = texts;
  }

  /** `detail`: an addition to the reason, or ''; the last one is shown. */
  add(reason: Reason, detail = ''): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    this.#details.set(reason, detail);
  }

  clear(): void {
    this.#counts.clear();
  }

  /** `6 replies came that do not answer the request (origin timestamp): …`; undefined if none was refused. */
  get sentence(): string | undefined {
    const [first, ...others] = [...this.#counts].sort(([, a], [, b]) => b - a);
    if (first === undefined) return undefined;
    const [reason, count] = first;
    const detail = this.#details.get(reason)!;
    const also = others.map(([other, times]) => `; ${times} more ${times === 1 ? 'was' : 'were'} refused (${other})`);
    const text = this.#texts[reason];
    const sentence = count === 1 ? `1 reply came that ${inSingular(text)}` : `${count} replies came that ${text}`;
    return `${sentence}${detail === '' ? '' : ` (${detail})`}${also.join('')}`;
  }
}

const SINGULAR: Readonly<Record<string, string>> = { are: 'is', do: 'does', have: 'has', were: 'was', came: 'came' };

/** Returns `does not answer …` for `do not answer …`. */
function inSingular(text: string): string {
  const [verb] = text.split(' ', 1);
  return (SINGULAR[verb!] ?? `${verb}s`) + text.slice(verb!.length);
}

/** The refused replies of one source: counted by reason since the start, explained since the last accepted reply. */
export class RefusalRecord<Reason extends string> {
  readonly #counters: ReasonCounters<Reason>;
  readonly #recent: Refusals<Reason>;

  constructor(metrics: Metrics, texts: RefusalTexts<Reason>) {
    this.#counters = new ReasonCounters(
      metrics,
      'refused',
      'Replies that were refused, by reason',
      Object.keys(texts) as Reason[],
    );
    this.#recent = new Refusals(texts);
  }

  refuse(reason: Reason, detail?: string): void {
    this.#counters.count(reason);
    this.#recent.add(reason, detail);
  }

  /** To be called when a reply was accepted, or another server is asked from now on. */
  accepted(): void {
    this.#recent.clear();
  }

  /** Explains the replies refused since the last accepted one; undefined when there are none. */
  get sentence(): string | undefined {
    return this.#recent.sentence;
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#counters.counts;
  }
}
