import { type Context, type Instant, NS_PER_S, type TcpConnection, type Timer } from 'timehub/api';
import { Budget } from './budget.js';

/** Limits. A receiver with ten solutions a second makes gpsd send some 60 lines and 100 KiB a second. */
const LINES = { perSecond: 1000, most: 2000 };
const OCTETS = { perSecond: 512 << 10, most: 1 << 20 };
/** Shortest pause, ns: timers cost time. */
const SHORTEST_PAUSE_NS = NS_PER_S / 10;
/** Longest pause, ns: shorter than any `timeout`, so that a gpsd that is read slowly does not count as silent. */
const LONGEST_PAUSE_NS = NS_PER_S;
/** Time after a pause for which gpsd counts as too fast, ns. */
const MEMORY_NS = 10 * NS_PER_S;
const NEWLINE = 0x0a;

/**
 * Limits the rate at which gpsd is read: beyond it the connection is paused, the socket's buffers fill up and gpsd has to wait.
 * A gpsd that floods costs the event loop a bounded share of its time.
 */
export class Throttle {
  /** Pauses since the start. */
  pauses = 0;
  readonly #context: Pick<Context, 'after' | 'monotonic'>;
  readonly #lines = new Budget(LINES);
  readonly #octets = new Budget(OCTETS);
  #resuming: Timer | undefined;
  #pausedAt: Instant | undefined;

  constructor(context: Pick<Context, 'after' | 'monotonic'>) {
    this.#context = context;
  }

  /** Returns a clause about a pause lately, or ''. */
  remark(now: Instant): string {
    const isRecent = this.#pausedAt !== undefined && Number(now - this.#pausedAt) < MEMORY_NS;
    return isRecent ? `gpsd sends more than ${LINES.perSecond} lines or ${OCTETS.perSecond >> 10} KiB a second` : '';
  }

  /** Charges a chunk that was read, and pauses the connection if gpsd is too fast. */
  charge(chunk: Uint8Array, connection: TcpConnection): void {
    const now = this.#context.monotonic();
    const debtNs = Math.max(this.#lines.charge(linesOf(chunk), now), this.#octets.charge(chunk.length, now));
    if (debtNs === 0 || this.#resuming !== undefined) return;
    this.pauses++;
    this.#pausedAt = now;
    connection.pause();
    this.#resuming = this.#context.after(Math.max(SHORTEST_PAUSE_NS, Math.min(debtNs, LONGEST_PAUSE_NS)), () => {
      this.#resuming = undefined;
      connection.resume();
    });
  }

  /** To be called when the connection has ended. */
  stop(): void {
    this.#resuming?.cancel();
    this.#resuming = undefined;
  }
}

function linesOf(chunk: Uint8Array): number {
  let lines = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}
