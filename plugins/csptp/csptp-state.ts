import { type ClockId, HubTime, type TimeState } from 'timehub/api';
import type { CsptpReplyContext } from 'timehub/protocol/csptp';
import { LINEAR_TIME_NUMBERS, LinearTime, SharedSnapshot } from 'timehub/toolkit';
import { type QualityOptions, qualityOf } from './served-quality.js';

/** Clocks whose stamps a server has: the system clock, and that of its network card. */
const CLOCKS = 2;
/** Places of the first octets. Bit n of `KNOWN`: the hub knows the time of clock n. */
const TIME_FLAGS_AT = 0;
const KNOWN_AT = 1;
const PLAIN_OCTETS_AT = 2;
const ORG_OCTETS_AT = 3;
/** Room of a status TLV in either dialect. */
const STATUS_OCTETS = 64;
const PLAIN_AT = 8;
const ORG_AT = PLAIN_AT + STATUS_OCTETS;
const TIMES_AT = ORG_AT + STATUS_OCTETS;
const OCTETS = TIMES_AT + 8 * CLOCKS * LINEAR_TIME_NUMBERS;

/**
 * The parts that all replies by one time state share: flags, status, and the served time, TAI, as a function of each clock that
 * stamps. The hub publishes it, and the handlers of requests read it, in whatever thread.
 */
export class CsptpState {
  /** The served time by the stamps of each clock (`RequestBatch.clocks`). */
  readonly times: readonly LinearTime[];
  readonly #snapshot: SharedSnapshot;
  readonly #octets: Uint8Array;
  #status: CsptpReplyContext['status'] | undefined;

  /** `memory`: of the state that another thread publishes. */
  constructor(memory?: SharedArrayBuffer) {
    this.#snapshot = new SharedSnapshot(memory ?? OCTETS);
    const { own } = this.#snapshot;
    this.#octets = new Uint8Array(own);
    this.times = Array.from({ length: CLOCKS }, (_, clock) => {
      const at = TIMES_AT + 8 * LINEAR_TIME_NUMBERS * clock;
      return new LinearTime(new Float64Array(own, at, LINEAR_TIME_NUMBERS));
    });
  }

  get memory(): SharedArrayBuffer {
    return this.#snapshot.memory;
  }

  /** `clocks`: at most `CLOCKS`, the system clock first. */
  publish(state: TimeState, quality: QualityOptions, clocks: readonly ClockId[]): void {
    const { timeFlags, status } = qualityOf(state, quality);
    const octets = this.#octets;
    octets.set([timeFlags, 0, status.plain.length, status.org.length]);
    octets.set(status.plain, PLAIN_AT);
    octets.set(status.org, ORG_AT);
    for (const [index, id] of clocks.entries()) {
      const time = HubTime.of(state, id, 'tai');
      const clock = state.clocks.find((each) => each.id === id);
      if (time === undefined || clock === undefined) continue;
      this.times[index]!.set(time, clock.reading);
      octets[KNOWN_AT]! |= 1 << index;
    }
    this.#snapshot.publish();
  }

  /** Reads the newest state. Returns true if there was a new one. */
  refresh(): boolean {
    if (!this.#snapshot.refresh()) return false;
    this.#status = undefined;
    return true;
  }

  /** Returns true if the hub knows the time of a clock (`RequestBatch.clocks`). */
  knows(clock: number): boolean {
    return ((this.#octets[KNOWN_AT]! >> clock) & 1) === 1;
  }

  get timeFlags(): number {
    return this.#octets[TIME_FLAGS_AT]!;
  }

  /** The status TLV in either dialect. */
  get status(): CsptpReplyContext['status'] {
    const octets = this.#octets;
    this.#status ??= {
      plain: octets.subarray(PLAIN_AT, PLAIN_AT + octets[PLAIN_OCTETS_AT]!),
      org: octets.subarray(ORG_AT, ORG_AT + octets[ORG_OCTETS_AT]!),
    };
    return this.#status;
  }
}
