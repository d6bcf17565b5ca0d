import type { ClockId, Instant, Ns } from '../../api/index.js';
import type { Host, HostClock } from '../host.js';

/** A jump of a clock against CLOCK_MONOTONIC that reading the two one after the other cannot explain. */
const JUMP_NS = 50_000;
/** No machine falls asleep and wakes within less. */
const SHORTEST_SLEEP_NS = 1_000_000;
/** A jump is seen in every reading, a reading that was interrupted only in one. */
const JUMP_TRIES = 5;

/** Notices sleep, and steps of the clocks by somebody else's hand. */
export class ClockSteps {
  readonly #host: Host;
  readonly #phases = new Map<ClockId, Instant>();
  #slept: Instant;

  constructor(host: Host) {
    this.#host = host;
    this.#slept = host.slept();
  }

  /** From now on it stands where it stands: it is new, or we have stepped it ourselves. */
  settle(clock: HostClock): void {
    this.#phases.set(clock.id, clock.phase());
  }

  forget(id: ClockId): void {
    this.#phases.delete(id);
  }

  /** How long the machine has slept since the last look, ns; 0n: it has not. */
  slept(): Instant {
    const slept = jumpFrom(this.#slept, SHORTEST_SLEEP_NS, () => this.#host.slept());
    this.#slept += slept;
    // The system carries its clocks over a sleep: only what goes beyond that is a step.
    if (slept !== 0n) for (const [id, phase] of this.#phases) this.#phases.set(id, phase + slept);
    return slept;
  }

  /** By how much somebody else has stepped a clock since the last look, ns; 0n: nobody has. Throws what reading it throws. */
  stepped(clock: HostClock): Instant {
    const known = this.#phases.get(clock.id)!;
    const delta = jumpFrom(known, JUMP_NS, () => clock.phase());
    this.#phases.set(clock.id, known + delta);
    return delta;
  }
}

/** By how much a difference of two clocks has changed; 0n when that is less than `leastNs`. */
function jumpFrom(known: Instant, leastNs: Ns, read: () => Instant): Instant {
  let delta = read() - known;
  const isJump = (): boolean => Math.abs(Number(delta)) >= leastNs;
  for (let again = 0; again < JUMP_TRIES && isJump(); again++) delta = read() - known;
  return isJump() ? delta : 0n;
}
