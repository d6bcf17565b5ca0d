import type { WorkClock } from './clock.js';
import type { CpuBudget } from './cpu-budget.js';

/** Length of a slice of work, ms. Between two slices the sockets of time protocols are served. */
const SLICE_MS = 3;
/** Budget at which work resumes, ms: few long slices cost less than many short ones. */
const RESUME_MS = 2;
/** CPU time of the system calls and callbacks around a request, ms (measured on a 3 GHz processor). */
const OVERHEAD_MS = 0.1;

/** A piece of work. Returns false when nothing was left to do. */
export type Work = () => boolean;

/** Does the work of many peers within a budget, one piece per peer in turn. */
export class WorkQueue {
  readonly #clock: WorkClock;
  readonly #budget: CpuBudget;
  /** Waiting work by peer. The first peer is served next. */
  readonly #waiting = new Map<string, Work[]>();
  #state: 'idle' | 'working' | 'waits for a turn' | 'waits for the budget' = 'idle';
  /** End of the slice in this turn of the event loop. Undefined: no work was done in it yet. */
  #sliceEnd: number | undefined;

  constructor(clock: WorkClock, budget: CpuBudget) {
    this.#clock = clock;
    this.#budget = budget;
  }

  /** Does the work at once when none waits and the budget allows it, otherwise in turn. */
  add(peer: string, work: Work): void {
    const waiting = this.#waiting.get(peer);
    if (waiting === undefined) this.#waiting.set(peer, [work]);
    else waiting.push(work);
    if (this.#state === 'idle') this.#work();
  }

  #work(): void {
    this.#state = 'working';
    this.#sliceEnd ??= this.#beginSlice();
    while (this.#waiting.size > 0 && this.#budget.left > 0 && this.#clock.now() < this.#sliceEnd) {
      const work = this.#next();
      this.#budget.spend(() => {
        if (work()) this.#budget.charge(OVERHEAD_MS);
      });
    }
    if (this.#waiting.size === 0) this.#state = 'idle';
    else if (this.#budget.left > 0) this.#state = 'waits for a turn';
    else {
      this.#state = 'waits for the budget';
      this.#clock.after(this.#budget.until(RESUME_MS), () => this.#work());
    }
  }

  #beginSlice(): number {
    this.#clock.soon(() => {
      this.#sliceEnd = undefined;
      if (this.#state === 'waits for a turn') this.#work();
    });
    return this.#clock.now() + SLICE_MS;
  }

  /** Removes the oldest piece of the peer whose turn it is, and moves that peer to the end. */
  #next(): Work {
    const [peer, waiting] = this.#waiting.entries().next().value!;
    const work = waiting.shift()!;
    this.#waiting.delete(peer);
    if (waiting.length > 0) this.#waiting.set(peer, waiting);
    return work;
  }
}
