import { type Claims, HubError, type Instant, type Observation, type Stamp, type TimeState } from '../../api/index.js';
import type { Engine } from '../../core/engine/engine.js';
import type { Action, CoreOptions, Input } from '../../core/engine/input.js';
import type { LeapTable } from '../../core/leap/leap-table.js';
import { fromLine, toLine } from './event-log.js';
import { stateDigest } from './state-digest.js';

/** The first line of a run in an event log. */
export interface LogHeader {
  readonly type: 'header';
  readonly schema: number;
  readonly version: string;
  readonly monotonic: Instant;
  readonly core: CoreOptions;
  /** The table of leap seconds of the run. */
  readonly leapTable?: LeapTable;
}

/** The digest of the state at these readings of the clocks. */
interface Digest {
  readonly type: 'digest';
  readonly stamps: readonly Stamp[];
  readonly digest: string;
}

type EventLine = Extract<Action, { type: 'event' }>;
/** Inputs of logs of earlier versions: claims and observations were two inputs. */
type FormerInput = { readonly monotonic: Instant; readonly id: string } & (
  | { readonly type: 'claims'; readonly claims: Claims }
  | { readonly type: 'observations'; readonly observations: readonly Observation[] }
);
type Line = LogHeader | Digest | EventLine | Input | FormerInput | { readonly type: 'gap'; readonly dropped: number };

/** A difference between the replay and the log. */
export interface Difference {
  readonly line: number;
  readonly what: 'event' | 'state' | 'syntax';
  readonly logged: string;
  readonly replayed: string;
}

export interface ReplayReport {
  readonly runs: number;
  readonly inputs: number;
  readonly events: number;
  readonly digests: number;
  /** Lines that the log lost while it was written. The replay cannot agree after them. */
  readonly gaps: number;
  /** Number of differences. */
  readonly differences: number;
  /** The first 10 of them. */
  readonly first: readonly Difference[];
  /** Digest of the state after the last input. */
  readonly digest: string;
}

export interface ReplayOptions {
  /** Makes a new engine for a run. */
  readonly createEngine: (header: LogHeader) => Engine;
  /** Called after each tick, about once for each second of the recorded run. */
  readonly onState?: (state: TimeState) => void;
}

const SHOWN = 10;

/**
 * Feeds an event log through a new engine and compares each decision and each state. The caller feeds the lines, then asks
 * for the report. Throws `TH_REPLAY_FORMAT` if the lines are not an event log.
 */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #first: Difference[] = [];
  #engine: Engine | undefined;
  #expected: EventLine[] = [];
  #stamps: readonly Stamp[] = [];
  #line = 0;
  #runs = 0;
  #inputs = 0;
  #events = 0;
  #digests = 0;
  #gaps = 0;
  #differences = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  feed(text: string): void {
    this.#line++;
    if (text.trim() === '') return;
    const line = this.#parse(text);
    if (line === undefined) return;
    if (line.type === 'header') this.#begin(line);
    else if (line.type === 'gap') this.#gaps += line.dropped;
    else this.#goOn(line, this.#engine ?? this.#refuse('it does not begin with a header'));
  }

  report(): ReplayReport {
    this.#noneLeft();
    if (this.#engine === undefined) return this.#refuse('it is empty');
    return {
      runs: this.#runs,
      inputs: this.#inputs,
      events: this.#events,
      digests: this.#digests,
      gaps: this.#gaps,
      differences: this.#differences,
      first: this.#first,
      digest: stateDigest(this.#engine.state(this.#stamps)),
    };
  }

  #begin(header: LogHeader): void {
    if (header.schema !== 1) this.#refuse(`its schema is ${header.schema}, this hub reads 1`);
    this.#noneLeft();
    this.#runs++;
    this.#stamps = [];
    this.#engine = this.#options.createEngine(header);
  }

  #goOn(line: Exclude<Line, LogHeader | { type: 'gap' }>, engine: Engine): void {
    if (line.type === 'event') this.#compareEvent(line);
    else if (line.type === 'digest') {
      this.#digests++;
      this.#compare('state', line.digest, stateDigest(engine.state(line.stamps)));
    } else this.#accept(asInput(line), engine);
  }

  #accept(input: Input, engine: Engine): void {
    this.#noneLeft();
    this.#inputs++;
    this.#expected = engine.accept(input).filter((action) => action.type === 'event');
    if (input.type !== 'tick') return;
    this.#stamps = input.stamps ?? [];
    this.#options.onState?.(engine.state(this.#stamps));
  }

  #compareEvent(logged: EventLine): void {
    this.#events++;
    this.#compare('event', textOf(logged), textOf(this.#expected.shift()));
  }

  /** Counts the events of the last input that the log lacks. */
  #noneLeft(): void {
    for (const event of this.#expected) this.#compare('event', '', textOf(event));
    this.#expected = [];
  }

  #compare(what: Difference['what'], logged: string, replayed: string): void {
    if (logged === replayed) return;
    this.#differences++;
    if (this.#first.length < SHOWN) this.#first.push({ line: this.#line, what, logged, replayed });
  }

  /** A line that a power failure cut off is a difference; the replay goes on. */
  #parse(text: string): Line | undefined {
    try {
      return fromLine(text) as Line;
    } catch {
      if (this.#engine === undefined) this.#refuse(`line ${this.#line} is not JSON`);
      this.#compare('syntax', text.slice(0, 60), '');
      return undefined;
    }
  }

  #refuse(why: string): never {
    throw new HubError('TH_REPLAY_FORMAT', `this is not an event log: ${why}`, {
      hint: 'give the file that [hub] event-log names, or one that "timehub simulate --record" wrote',
    });
  }
}

const asInput = (line: Input | FormerInput): Input =>
  line.type === 'claims' || line.type === 'observations' ? { observations: [], ...line, type: 'report' } : line;

/** Leaves out the severity: logs of earlier versions lack it. */
function textOf(event: EventLine | undefined): string {
  if (event === undefined) return '';
  const { warning: _, ...said } = event;
  return toLine(said).trimEnd();
}
