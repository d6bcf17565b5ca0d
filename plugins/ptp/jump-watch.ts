import type { Instant, Ns, Observation } from 'timehub/api';

/** Below this the estimate finds its own way. */
const JUMP_NS = 20e3;
/** No clock that is still of use runs away faster than the fastest slewing. */
const FASTEST = 5e-4;
/** Comparisons over a measured link that must say the same, where no other direction can confirm it. */
const READINGS = 3;
/** What is held back at most: this is no jump but an unsteady network. */
const MOST_HELD = 12;

interface Level {
  readonly seemsNs: Ns;
  readonly at: Instant;
}

interface Held extends Level {
  readonly observation: Observation;
  readonly way: string;
  readonly jumpNs: Ns;
}

export interface Passed {
  readonly observations: readonly Observation[];
  /** By how much the time had jumped before these. */
  readonly jumpNs?: Ns;
}

/**
 * Sees that the time of a timeTransmitter has jumped: it was set, or has only just found the time. A queue delays one
 * direction and lets the next message through; a jump shows in both, alike, and stays. Until that is clear the observations
 * in question are held back.
 */
export class JumpWatch {
  readonly #levels = new Map<string, Level>();
  #held: Held[] = [];

  take(observation: Observation): Passed {
    const seemsNs = apparentOffset(observation);
    if (seemsNs === undefined) return { observations: [observation] };
    const way = wayOf(observation);
    const level: Level = { seemsNs, at: observation.monotonic };
    const before = this.#levels.get(way);
    const jumpNs = before === undefined ? 0 : seemsNs - before.seemsNs;
    if (before === undefined || Math.abs(jumpNs) <= limitNs(before, level)) {
      this.#levels.set(way, level);
      return { observations: [...this.#release(), observation] };
    }
    this.#held.push({ ...level, observation, way, jumpNs });
    if (!this.#isConfirmed(way, jumpNs)) {
      return this.#held.length < MOST_HELD ? { observations: [] } : { observations: this.#settle() };
    }
    return { observations: this.#settle(), jumpNs };
  }

  clear(): void {
    this.#levels.clear();
    this.#held = [];
  }

  #isConfirmed(way: string, jumpNs: Ns): boolean {
    const alike = this.#held.filter((held) => Math.abs(held.jumpNs - jumpNs) <= JUMP_NS);
    return way === 'reading'
      ? alike.filter((held) => held.way === way).length >= READINGS
      : alike.some((held) => held.way !== way);
  }

  /** From here on what was held is how things are. */
  #settle(): readonly Observation[] {
    this.#levels.clear();
    for (const { way, seemsNs, at } of this.#held) this.#levels.set(way, { seemsNs, at });
    return this.#release();
  }

  #release(): readonly Observation[] {
    const observations = this.#held.map(({ observation }) => observation);
    this.#held = [];
    return observations;
  }
}

const limitNs = (a: Level, b: Level): Ns => JUMP_NS + FASTEST * Math.abs(Number(b.at - a.at));

const wayOf = (observation: Observation): string =>
  observation.kind === 'leg' ? observation.direction : observation.kind;

/** Reference − local, but for a delay that stays as it is. */
function apparentOffset(observation: Observation): Ns | undefined {
  if (observation.kind === 'leg') {
    return observation.direction === 'inbound' ? -observation.transitNs : observation.transitNs;
  }
  return observation.kind === 'reading' ? observation.offsetNs : undefined;
}
