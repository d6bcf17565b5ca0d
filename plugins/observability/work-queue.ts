import type { WorkClock } from './clock.js';
import type { CpuBudget } from './cpu-budget.js';

/** Work is done in slices of this length, ms. Between two the sockets that keep time are served. */
const SLICE = 3;
/** The budget must hold this much before work goes on, ms: fewer and longer slices cost less than many short ones. */
const WORTH_WAKING = 2;
/** CPU time of the system calls and callbacks around a request, ms (measured on a 3 GHz processor). */
const AROUND = 0.1;

/** A piece of work. False: there was nothing to do any more. */
export type Work = () => boolean;

/** Does the work of many peers within a budget, one piece for each peer in turn. */
export class WorkQueue {
  readonly #clock: WorkClock;
  readonly #budget: CpuBudget;
  /** By peer. The first is the next to be served. */
  readonly #waiting = new Map<string, Work[]>();
  #state: 'idle' | 'working' | 'waits for a turn' | 'waits for the budget' = 'idle';
  /** The end of the slice of this turn of the event loop. Undefined: there was no work in it yet. */
  #sliceEnd: number | undefined;

  constructor(clock: WorkClock, budget: CpuBudget) {
    this.#clock = clock;
    this.#budget = budget;
  }

  /** Does the work now when nothing waits and the budget allows it, otherwise in turn. */
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
        if (work()) this.#budget.charge(AROUND);
      });
    }
    if (this.#waiting.size === 0) this.#state = 'idle';
    else if (this.#budget.left > 0) this.#state = 'waits for a turn';
    else {
      this.#state = 'waits for the budget';
      this.#clock.after(this.#budget.until(WORTH_WAKING), () => this.#work());
    }
  }

  #beginSlice(): number {
    this.#clock.soon(() => {
      this.#sliceEnd = undefined;
      if (this.#state === 'waits for a turn') this.#work();
    });
    return this.#clock.now() + SLICE;
  }

  /** Removes the oldest piece of the peer whose turn it is, and sends that peer to the end. */
  #next(): Work {
    const [peer, waiting] = this.#waiting.entries().next().value!;
    const work = waiting.shift()!;
    this.#waiting.delete(peer);
    if (waiting.length > 0) this.#waiting.set(peer, waiting);
    return work;
  }
}
