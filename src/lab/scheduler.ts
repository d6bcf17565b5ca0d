import type { Ns, Timer } from '../api/index.js';

interface Event {
  readonly timeNs: Ns;
  /** Events of one instant happen in the order in which they were asked for. */
  readonly order: number;
  handler: (() => void) | undefined;
}

/** The event loop gets its turn after so many: sockets and signals are not starved. */
const EVENTS_A_TURN = 1000;

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
      // A tick that a microtask asks for comes when all microtasks have run (process.nextTick): as after a turn of the
      // event loop, which would take four times as long.
      const settle = (): void => process.nextTick(next);
      setImmediate(next);
    });
  }

  /** False when nothing is left to run. */
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
