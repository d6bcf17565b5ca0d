import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Card } from './card.js';
import { correct, DELAY_REQ, eventType, firstOctet, SYNC } from './frame.js';

/** How long an event message is on its way: enough to make the card ready for it. */
const LENGTH_NS = 1_500_000n;
/** From one event message to the next: the driver must have read the stamp of the one before. */
const GAP_NS = 15_000_000n;
/** What a timer is waited for with; the rest is watched for. */
const TIMER_NS = 2_500_000n;

interface Underway {
  readonly frame: Buffer;
  readonly entered: bigint;
}

/**
 * One direction of the cable: frames leave in the order in which they entered. Event messages are all as long under way. What
 * a Sync or Delay_Req is longer, its correctionField tells, as of a transparent clock; a link of gPTP has none, so that a
 * Pdelay_Req or Pdelay_Resp that had to wait is an outlier.
 */
export class Way {
  readonly #card: () => Card | undefined;
  readonly #write: (frame: Buffer) => void;
  readonly #queue: Underway[] = [];
  #isRunning = false;
  #left = 0n;

  /** Where frames go: the card, once the guest has set it up, and what writes to it. */
  constructor(card: () => Card | undefined, write: (frame: Buffer) => void) {
    this.#card = card;
    this.#write = write;
  }

  enter(frame: Buffer, entered: bigint): void {
    this.#queue.push({ frame, entered });
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (eventType(next.frame) === undefined) this.#write(next.frame);
      else await this.#pass(next);
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
    const type = eventType(frame);
    if (type === SYNC || type === DELAY_REQ) correct(frame, this.#left - entered - LENGTH_NS);
    this.#write(frame);
  }
}

/** Lets the frames of the other direction in meanwhile. */
async function until(instant: bigint): Promise<void> {
  const early = instant - process.hrtime.bigint() - TIMER_NS;
  if (early > 0n) await sleep(Number(early / 1_000_000n));
  while (process.hrtime.bigint() < instant) await setImmediate();
}
