import { type HubEvent, NS_PER_S, type SinkContext, type StatusReport, type Timer } from 'timehub/api';
import { History, type HistorySample, type HistoryView } from './history.js';
import { toJson } from './json.js';
import type { Memo } from './memo.js';
import { Streams, type Viewer } from './streams.js';

/** The first event of a stream: everything a page needs to be full at once. */
export interface Snapshot {
  readonly schema: 1;
  readonly status: StatusReport;
  readonly why: string;
  /** The newest last. */
  readonly events: readonly HubEvent[];
  readonly history: HistoryView;
}

/** What changed since the event before: fields of `status` as a whole, the rest when there is something new. */
export interface Change {
  readonly status: Partial<StatusReport>;
  readonly why?: string;
  readonly sample?: HistorySample;
}

/** More than a wide screen can show. */
const MOST_POINTS = 1000;
const QUIET_NS = NS_PER_S / 4;
/** A first event serves all streams that begin within this time, ms, unless another event is sent before. */
const SNAPSHOT_AGE = 250;
const SNAPSHOT = 'snapshot event';

/** Follows the hub for those who watch: keeps an hour of history, sends what changes at 4 Hz at most. */
export class Live {
  readonly #context: SinkContext;
  readonly #history = new History();
  readonly #streams: Streams;
  readonly #memo: Memo;
  /** What the watchers were told last, by field, as JSON; empty while nobody watches. */
  readonly #told = new Map<string, string>();
  #pending: Timer | undefined;
  #unsubscribe = (): void => {};
  #sampled = false;

  constructor(context: SinkContext, memo: Memo) {
    this.#context = context;
    this.#memo = memo;
    this.#streams = new Streams(() => Number(context.monotonic()) / 1e6);
  }

  start(): void {
    this.#context.onState(() => this.#touch());
    this.#unsubscribe = this.#context.hub.onEvent((event) => this.#send('event', event));
    this.#sample();
  }

  get watchers(): number {
    return this.#streams.size;
  }

  snapshot(): Snapshot {
    const { hub } = this.#context;
    return {
      schema: 1,
      status: hub.status(),
      why: hub.why(),
      events: hub.events().slice(-100),
      history: this.#history.view(MOST_POINTS, this.#unixMinusMonotonicS()),
    };
  }

  admits(viewer: Viewer): boolean {
    return this.#streams.admits(viewer);
  }

  /** Begins a stream that was admitted. */
  watch(viewer: Viewer): void {
    const { snapshot, octets } = this.#memo.get(SNAPSHOT, SNAPSHOT_AGE, () => {
      const made = this.snapshot();
      return { snapshot: made, octets: frame('snapshot', made) };
    });
    if (this.#streams.size === 0) this.#news(snapshot.status, snapshot.why);
    this.#streams.open(viewer, octets);
  }

  stop(): void {
    this.#unsubscribe();
    this.#pending?.cancel();
    this.#streams.close();
  }

  #sample(): void {
    this.#history.record(Number(this.#context.monotonic()) / NS_PER_S, this.#context.state());
    this.#sampled = true;
    this.#touch();
    this.#context.after(NS_PER_S, () => this.#sample());
  }

  #touch(): void {
    if (this.#pending !== undefined || this.#streams.size === 0) return;
    this.#pending = this.#context.after(QUIET_NS, () => {
      this.#pending = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#streams.size === 0) {
      this.#told.clear();
      return;
    }
    const { hub } = this.#context;
    const sample = this.#sampled ? this.#history.newest(this.#unixMinusMonotonicS()) : undefined;
    this.#sampled = false;
    this.#send('change', { ...this.#news(hub.status(), hub.why()), ...(sample !== undefined && { sample }) });
  }

  #send(name: string, data: unknown): void {
    // A stream that begins with an older snapshot would lack this event.
    this.#memo.drop(SNAPSHOT);
    if (this.#streams.size > 0) this.#streams.send(frame(name, data));
  }

  /** What the watchers have not been told yet. */
  #news(status: StatusReport, why: string): Change {
    const fields = Object.entries(status).filter(([key, value]) => this.#isNews(key, value));
    return { status: Object.fromEntries(fields), ...(this.#isNews('/why', why) && { why }) };
  }

  #isNews(key: string, value: unknown): boolean {
    const text = JSON.stringify(value);
    if (this.#told.get(key) === text) return false;
    this.#told.set(key, text);
    return true;
  }

  /** By the corrected clock, now. */
  #unixMinusMonotonicS(): number {
    const { time, monotonic } = this.#context.read('system');
    const offsetNs = this.#context.state().clocks[0]?.offsetNs ?? Number.NaN;
    const correctionNs = Number.isFinite(offsetNs) ? offsetNs : 0;
    return (Number(time - monotonic) + correctionNs) / NS_PER_S;
  }
}

const frame = (name: string, data: unknown): Uint8Array => Buffer.from(`event: ${name}\ndata: ${toJson(data)}\n\n`);
