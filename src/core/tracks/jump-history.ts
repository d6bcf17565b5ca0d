import type { Instant, Ns } from '../../api/index.js';
import type { TrackChanges } from '../estimator/types.js';

/** A jump of a source's time. */
export interface TimeJump {
  /** Undefined while its size is not known. */
  readonly jumpNs: Ns | undefined;
  /** CLOCK_MONOTONIC_RAW when it was found. */
  readonly at: Instant;
}

/** News about the jumps of a track. */
export interface JumpNews {
  /** A jump was found; otherwise the size of the last one has become known. */
  readonly isNew: boolean;
  /** Size of the jump if it has just become known, ns. */
  readonly foundNs: Ns | undefined;
}

/** Follows the estimator's counts of a track's restarts and jumps. */
export class JumpHistory {
  #restarts = 0;
  #jumps = 0;
  #last: TimeJump | undefined;

  get last(): TimeJump | undefined {
    return this.#last;
  }

  /** Returns true when the estimator has begun again with the track since the last call. */
  noteRestarts(restarts: number): boolean {
    const isNew = restarts !== this.#restarts;
    this.#restarts = restarts;
    return isNew;
  }

  noteJumps({ jumps, jumpNs }: TrackChanges, now: Instant): JumpNews | undefined {
    const isNew = jumps !== this.#jumps;
    const foundNs = jumpNs === this.#last?.jumpNs ? undefined : jumpNs;
    if (!isNew && foundNs === undefined) return undefined;
    this.#jumps = jumps;
    this.#last = { jumpNs, at: now };
    return { isNew, foundNs };
  }

  /** To be called when the estimator counts from zero again. */
  restart(): void {
    this.#jumps = 0;
  }
}
