import type { Instant, Ns, Observation } from 'timehub/api';

/** Below this the estimate finds its own way; no two Syncs of one time differ by more. */
const JUMP_NS = 100e3;
/** No clock that is still of use runs away faster than the fastest slewing. */
const FASTEST = 5e-4;

/** Sees that the time of a timeTransmitter has jumped between two Syncs: it was set, or has only just found the time. */
export class JumpWatch {
  #transitNs: Ns | undefined;
  #at: Instant = 0n;

  /** By how much, ns; undefined: it has not. */
  take(observation: Observation): Ns | undefined {
    const transitNs = inboundNs(observation);
    if (transitNs === undefined) return undefined;
    const before = this.#transitNs;
    const passedNs = Number(observation.monotonic - this.#at);
    this.#transitNs = transitNs;
    this.#at = observation.monotonic;
    if (before === undefined) return undefined;
    const jumpNs = before - transitNs;
    return Math.abs(jumpNs) > JUMP_NS + FASTEST * Math.abs(passedNs) ? jumpNs : undefined;
  }

  clear(): void {
    this.#transitNs = undefined;
  }
}

function inboundNs(observation: Observation): Ns | undefined {
  if (observation.kind === 'leg') return observation.direction === 'inbound' ? observation.transitNs : undefined;
  return observation.kind === 'reading' ? -observation.offsetNs : undefined;
}
