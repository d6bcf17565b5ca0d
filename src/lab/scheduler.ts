import type { Ns, Timer } from '../api/index.js';

interface Event {
  readonly timeNs: Ns;
  /** Events of the same instant run in the order of their calls of `at`. */
  readonly order: number;
  handler: (() => void) | undefined;
}

/** Number of events after which the event loop gets a turn, so that sockets and signals do not starve. */
const EVENTS_A_TURN = 1000;

/**
 * Virtual time: runs events in the order of their instants. After each event all its promise callbacks run, so that a run
 * depends only on its inputs.
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

  /** Runs up to and including `untilNs`. Rejects with an error of a handler. */
  run(untilNs: Ns): Promise<void> {
    return new Promise((resolve, reject) => {
      let count = 0;
      const next = (): void => {
        try {
          if (!this.#runOne(untilNs)) resolve();
          else if (++count % EVENTS_A_TURN === 0) setImmediate(next);
          else queueMicrotask(settle);
        } catch (error) {
          reject(error);
        }
      };
      // From a microtask, process.nextTick runs after all microtasks, as after a turn of the event loop but four times faster.
      const settle = (): void => process.nextTick(next);
      setImmediate(next);
    });
  }

  /** Returns false when no event is left. */
  #runOne(untilNs: Ns): boolean {
    for (let event = this.#heap[0]; event !== undefined && event.timeNs <= untilNs; event = this.#heap[0]) {
      this.#pop();
      if (event.handler === undefined) continue;
      this.#nowNs = event.timeNs;
      event.handler();
      return true;
    }
    this.#nowNs = Math.max(this.#nowNs, untilNs);
    return false;
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
