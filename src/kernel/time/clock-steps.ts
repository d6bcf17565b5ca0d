import type { ClockId, Instant, Ns } from '../../api/index.js';
import type { Host, HostClock } from '../host.js';

/** Smallest step of a clock against CLOCK_MONOTONIC that is noticed. Reading the two one after the other explains less. */
const JUMP_NS = 50_000;
/** Shortest sleep of a machine. */
const SHORTEST_SLEEP_NS = 1_000_000;
/** Number of readings that must show a step: an interrupted reading shows one only once. */
const JUMP_TRIES = 5;

/** Notices sleeps of the machine, and steps of its clocks by other programs. */
export class ClockSteps {
  readonly #host: Host;
  readonly #phases = new Map<ClockId, Instant>();
  #slept: Instant;

  constructor(host: Host) {
    this.#host = host;
    this.#slept = host.slept();
  }

  /** Accepts the present phase of a clock, which is new or was stepped by the hub. */
  settle(clock: HostClock): void {
    this.#phases.set(clock.id, clock.phase());
  }

  forget(id: ClockId): void {
    this.#phases.delete(id);
  }

  /** Returns the machine's sleep since the last call, ns; 0n without one. */
  slept(): Instant {
    const slept = jumpFrom(this.#slept, SHORTEST_SLEEP_NS, () => this.#host.slept());
    this.#slept += slept;
    // The system carries its clocks over a sleep: only a difference beyond the sleep is a step.
    if (slept !== 0n) for (const [id, phase] of this.#phases) this.#phases.set(id, phase + slept);
    return slept;
  }

  /** Returns another program's step of a clock since the last call, ns; 0n without one. Throws the errors of a reading. */
  stepped(clock: HostClock): Instant {
    const known = this.#phases.get(clock.id)!;
    const delta = jumpFrom(known, JUMP_NS, () => clock.phase());
    this.#phases.set(clock.id, known + delta);
    return delta;
  }
}

/** Returns the change of a difference of two clocks; 0n when it is less than `leastNs`. */
function jumpFrom(known: Instant, leastNs: Ns, read: () => Instant): Instant {
  let delta = read() - known;
  const isJump = (): boolean => Math.abs(Number(delta)) >= leastNs;
  for (let again = 0; again < JUMP_TRIES && isJump(); again++) delta = read() - known;
  return isJump() ? delta : 0n;
}
