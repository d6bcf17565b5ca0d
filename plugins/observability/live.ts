import { type HubEvent, NS_PER_S, type SinkContext, type StatusReport, type Timer } from 'timehub/api';
import { History, type HistorySample, type HistoryView } from './history.js';
import { toJson } from './json.js';
import type { Memo } from './memo.js';
import { Streams, type Viewer } from './streams.js';

/** The first event of a stream: all data of a page. */
export interface Snapshot {
  readonly schema: 1;
  readonly status: StatusReport;
  readonly why: string;
  /** Newest last. */
  readonly events: readonly HubEvent[];
  readonly history: HistoryView;
}

/** The changes since the previous event: changed top-level fields of `status`, and the other fields if they changed. */
export interface LiveChange {
  readonly status: Partial<StatusReport>;
  readonly why?: string;
  readonly sample?: HistorySample;
}

/** Maximum number of plotted points, more than a wide screen shows. */
const MOST_POINTS = 1000;
/** Minimum time between two change events, ns. */
const QUIET_NS = NS_PER_S / 4;
/** A snapshot serves all streams that start within this time, ms, unless another event is sent before. */
const SNAPSHOT_AGE = 250;
const SNAPSHOT = 'snapshot event';

/** Feeds the event streams: keeps one hour of history and sends changes at no more than 4 Hz. */
export class Live {
  readonly #context: SinkContext;
  readonly #history = new History();
  readonly #streams: Streams;
  readonly #memo: Memo;
  /** The JSON that was sent last, by field. Empty while no stream is open. */
  readonly #sent = new Map<string, string>();
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

  /** Starts an admitted stream. */
  watch(viewer: Viewer): void {
    const { snapshot, octets } = this.#memo.get(SNAPSHOT, SNAPSHOT_AGE, () => {
      const made = this.snapshot();
      return { snapshot: made, octets: frame('snapshot', made) };
    });
    if (this.#streams.size === 0) this.#unsent(snapshot.status, snapshot.why);
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
      this.#sent.clear();
      return;
    }
    const { hub } = this.#context;
    const sample = this.#sampled ? this.#history.newest(this.#unixMinusMonotonicS()) : undefined;
    this.#sampled = false;
    this.#send('change', { ...this.#unsent(hub.status(), hub.why()), ...(sample !== undefined && { sample }) });
  }

  #send(name: string, data: unknown): void {
    // A stream that starts with an older snapshot would miss this event.
    this.#memo.drop(SNAPSHOT);
    if (this.#streams.size > 0) this.#streams.send(frame(name, data));
  }

  /** Returns the fields that were not sent yet. */
  #unsent(status: StatusReport, why: string): LiveChange {
    const fields = Object.entries(status).filter(([key, value]) => this.#isUnsent(key, value));
    return { status: Object.fromEntries(fields), ...(this.#isUnsent('/why', why) && { why }) };
  }

  #isUnsent(key: string, value: unknown): boolean {
    const text = JSON.stringify(value);
    if (this.#sent.get(key) === text) return false;
    this.#sent.set(key, text);
    return true;
  }

  /** Returns Unix time − monotonic time of now, s, by the corrected clock. */
  #unixMinusMonotonicS(): number {
    const { time, monotonic } = this.#context.read('system');
    const offsetNs = this.#context.state().clocks[0]?.offsetNs ?? Number.NaN;
    const correctionNs = Number.isFinite(offsetNs) ? offsetNs : 0;
    return (Number(time - monotonic) + correctionNs) / NS_PER_S;
  }
}

const frame = (name: string, data: unknown): Uint8Array => Buffer.from(`event: ${name}\ndata: ${toJson(data)}\n\n`);
