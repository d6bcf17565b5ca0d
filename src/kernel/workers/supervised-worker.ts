import { NS_PER_S, type Timer } from '../../api/index.js';
import { atMost } from '../deadline.js';
import type { Host, HostWorker } from '../host.js';

const FIRST_DELAY_NS = 0.1 * NS_PER_S;
const LONGEST_DELAY_NS = 60 * NS_PER_S;
/** After this running time the delay of a restart begins at its shortest again. */
const FORGIVEN_AFTER_NS = 30 * NS_PER_S;
/** Interval of the checks whether a worker goes on. */
const CHECK_NS = 5 * NS_PER_S;
/** Time that a worker has to stop before it is ended. */
const STOP_NS = NS_PER_S;

interface Supervision {
  readonly timers: Pick<Host, 'after' | 'monotonic'>;
  /** For sentences: `worker 1 of 2`. */
  readonly name: string;
  /** Starts the thread. `generation` counts the replacements. */
  readonly start: (generation: number) => HostWorker;
  /** `fault` has changed. */
  readonly changed: () => void;
}

/** One worker of a server: it is started again when it ends, and replaced by another that is ready before it stops. */
export class SupervisedWorker {
  /** A sentence if it does not run by a fault of its own. */
  fault: string | undefined;
  /** Resolves when it receives requests for the first time; rejects if it ends before. */
  readonly ready: Promise<void>;
  readonly #supervision: Supervision;
  /** All threads that have not ended. */
  readonly #threads = new Set<HostWorker>();
  /** Threads that were asked to stop. */
  readonly #dismissed = new WeakSet<HostWorker>();
  /** The thread that receives requests. */
  #current: HostWorker | undefined;
  #generation = 0;
  #failures = 0;
  #readySince = 0n;
  #retry: Timer | undefined;
  #check: Timer | undefined;
  #closed = false;

  constructor(supervision: Supervision) {
    this.#supervision = supervision;
    const first = this.#launch();
    const endedBefore = first.ended.then((error) => {
      throw error ?? new Error(`${supervision.name} has stopped`);
    });
    this.ready = Promise.race([first.ready, endedBefore]);
    this.ready.catch(() => {});
  }

  replace(): void {
    this.#generation++;
    this.#retry?.cancel();
    this.#failures = 0;
    this.#launch();
  }

  /** Resolves when no thread is left. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    this.#check?.cancel();
    const ended = Promise.all([...this.#threads].map((thread) => thread.ended));
    for (const thread of this.#threads) this.#dismiss(thread);
    await atMost(this.#supervision.timers, STOP_NS, ended);
    for (const thread of this.#threads) thread.terminate();
    await atMost(this.#supervision.timers, STOP_NS, ended);
  }

  #launch(): HostWorker {
    const generation = this.#generation;
    const thread = this.#supervision.start(generation);
    this.#threads.add(thread);
    void thread.ready.then(() => this.#succeed(thread, generation));
    void thread.ended.then((error) => this.#ended(thread, generation, error));
    return thread;
  }

  /** Puts a thread that is ready in the place of the former one. */
  #succeed(thread: HostWorker, generation: number): void {
    if (this.#closed || generation !== this.#generation) {
      this.#dismiss(thread);
      return;
    }
    const former = this.#current;
    this.#current = thread;
    this.#readySince = this.#supervision.timers.monotonic();
    if (former !== undefined) this.#dismiss(former);
    this.#check?.cancel();
    this.#watch(thread, thread.rounds);
    this.#become(undefined);
  }

  #dismiss(thread: HostWorker): void {
    this.#dismissed.add(thread);
    thread.stop();
  }

  #ended(thread: HostWorker, generation: number, error: Error | undefined): void {
    this.#threads.delete(thread);
    if (this.#closed || this.#dismissed.has(thread)) return;
    if (thread === this.#current) {
      this.#current = undefined;
      const ranNs = Number(this.#supervision.timers.monotonic() - this.#readySince);
      if (ranNs >= FORGIVEN_AFTER_NS) this.#failures = 0;
    }
    // Its replacement is on the way.
    if (generation !== this.#generation) return;
    const delayNs = Math.min(FIRST_DELAY_NS * 2 ** this.#failures++, LONGEST_DELAY_NS);
    this.#retry?.cancel();
    this.#retry = this.#supervision.timers.after(delayNs, () => void this.#launch());
    const cause = error?.message ?? 'no reason is known';
    this.#become(`${this.#supervision.name} has ended (${cause}) and starts again in ${delayNs / NS_PER_S} s`);
  }

  /** Ends a thread whose loop stands still: its handler hangs. */
  #watch(thread: HostWorker, rounds: number): void {
    this.#check = this.#supervision.timers.after(CHECK_NS, () => {
      if (thread !== this.#current) return;
      if (thread.rounds === rounds) thread.terminate();
      else this.#watch(thread, thread.rounds);
    });
  }

  #become(fault: string | undefined): void {
    if (fault === this.fault) return;
    this.fault = fault;
    this.#supervision.changed();
  }
}
