import type { Ns, Timer } from '../api/index.js';

interface Event {
  readonly timeNs: Ns;
  /** Events of one instant happen in the order in which they were asked for. */
  readonly order: number;
  handler: (() => void) | undefined;
}

/**
 * Virtual time: events in the order of their instants, and nothing between them. After each event everything that it set
 * going in promises runs to its end, so that a run depends on nothing but its inputs.
 */
export class Scheduler {
  #nowNs: Ns = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  /** True time since the start. */
  get nowNs(): Ns {
    return this.#nowNs;
  }

  /** `timeNs` in the past means as soon as possible. */
  at(timeNs: Ns, handler: () => void): Timer {
    const event: Event = { timeNs: Math.max(timeNs, this.#nowNs), order: this.#order++, handler };
    this.#push(event);
    return {
      cancel() {
        event.handler = undefined;
      },
    };
  }

  /** Runs up to and including `untilNs`. What a handler throws ends the run. */
  async run(untilNs: Ns): Promise<void> {
    await inTurn(() => {});
    while (await inTurn(() => this.#runSome(untilNs)));
    this.#nowNs = Math.max(this.#nowNs, untilNs);
  }

  /** As many events as one turn of the event loop may take; whether there are more. */
  #runSome(untilNs: Ns): boolean {
    for (let count = 0; count < EVENTS_A_TURN; ) {
      const next = this.#heap[0];
      if (next === undefined || next.timeNs > untilNs) return false;
      this.#pop();
      if (next.handler === undefined) continue;
      this.#nowNs = next.timeNs;
      next.handler();
      settlePromises?.();
      count++;
    }
    return true;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, event)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.timeNs < b.timeNs || (a.timeNs === b.timeNs && a.order < b.order);

/** Does the work in a turn of the event loop of its own: what it sets going in promises has run when this resolves. */
const inTurn = <T>(work: () => T): Promise<T> =>
  new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
  });

/**
 * What Node calls itself after each callback to run the microtasks. It is not documented, so that without it every event
 * gets a turn of the event loop, which takes ten times as long and does the same.
 */
const settlePromises = (process as { readonly _tickCallback?: () => void })._tickCallback;
const EVENTS_A_TURN = settlePromises === undefined ? 1 : 1000;
