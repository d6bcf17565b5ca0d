import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Card } from './card.js';
import { firstOctet, isEvent, messageType } from './frame.js';
import type { Residence } from './residence.js';

/** Transit time of an event message, ns: enough to make the card ready for it. */
const LENGTH_NS = 1_500_000n;
/** Interval between event messages, ns. In it the driver reads the stamp of the previous one. */
const GAP_NS = 10_000_000n;
/** Time from the end of a timer to the deadline, ns. The rest is a busy wait. */
const TIMER_NS = 2_500_000n;

interface Underway {
  readonly frame: Buffer;
  readonly entered: bigint;
}

/**
 * One direction of the cable: frames leave in the order in which they entered. All event messages have the same transit time.
 * If the card is not ready, a message leaves later, and its correctionField has the difference.
 */
export class Way {
  readonly #card: () => Card | undefined;
  readonly #residence: Residence;
  readonly #write: (frame: Buffer) => void;
  readonly #queue: Underway[] = [];
  #isRunning = false;
  #left = 0n;

  /** `card` is the destination, once the guest has set it up; `write` sends a frame to it. */
  constructor(card: () => Card | undefined, residence: Residence, write: (frame: Buffer) => void) {
    this.#card = card;
    this.#residence = residence;
    this.#write = write;
  }

  enter(frame: Buffer, entered: bigint): void {
    this.#queue.push({ frame, entered });
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (isEvent(messageType(next.frame))) {
        await this.#pass(next);
        continue;
      }
      this.#residence.passed(next.frame);
      this.#write(next.frame);
    }
    this.#isRunning = false;
  }

  async #pass({ frame, entered }: Underway): Promise<void> {
    const card = this.#card();
    if (card === undefined) return;
    await until(this.#left + GAP_NS);
    await card.expect(firstOctet(frame));
    await until(entered + LENGTH_NS);
    this.#left = process.hrtime.bigint();
    this.#residence.held(frame, this.#left - entered - LENGTH_NS);
    this.#write(frame);
  }
}

/** Waits until an instant. Frames of the other direction can enter meanwhile. */
async function until(instant: bigint): Promise<void> {
  const early = instant - process.hrtime.bigint() - TIMER_NS;
  if (early > 0n) await sleep(Number(early / 1_000_000n));
  while (process.hrtime.bigint() < instant) await setImmediate();
}
