import { type ClockId, type ClockWishes, type HardwareClock, HubError, type Stamp } from '../../api/index.js';
import type { Host, HostClock, HostPhc } from '../host.js';

/** One instance's hold on a hardware clock. */
export interface ClockUse {
  readonly clock: HardwareClock;
  release(): void;
}

interface Kept {
  readonly clock: HostClock;
  /** It is there whether anybody uses it or not. */
  readonly lasting: boolean;
  /** Whom to tell when it is lost: one a use. */
  readonly users: Set<(error: Error) => void>;
}

export interface OpenClocksParts {
  readonly host: Host;
  readonly came: (clock: HostClock) => void;
  /** A clock has gone; with the error when nobody meant it to. */
  readonly went: (id: ClockId, error: Error | undefined) => void;
}

/** The clocks that the hub knows: those of the host for ever, hardware clocks while an instance has them open. */
export class OpenClocks {
  readonly #parts: OpenClocksParts;
  readonly #kept = new Map<ClockId, Kept>();

  constructor(parts: OpenClocksParts) {
    this.#parts = parts;
    for (const clock of parts.host.clocks) this.#kept.set(clock.id, { clock, lasting: true, users: new Set() });
  }

  all(): readonly HostClock[] {
    return [...this.#kept.values()].map(({ clock }) => clock);
  }

  has(id: ClockId): boolean {
    return this.#kept.has(id);
  }

  /** Throws `TH_CLOCK_UNKNOWN`. */
  get(id: ClockId): HostClock {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept.clock;
    throw new HubError('TH_CLOCK_UNKNOWN', `there is no clock "${id}"`, {
      hint: `known: ${[...this.#kept.keys()].join(', ')}`,
    });
  }

  /** `lost` is called once, soon after the clock has ceased to answer. */
  open(id: ClockId, wishes: ClockWishes | undefined, lost: (error: Error) => void): ClockUse {
    const known = this.#kept.get(id) ?? this.#fetch(id, wishes);
    if (!isHardware(known.clock)) throw new HubError('TH_CLOCK_UNKNOWN', `"${id}" is no hardware clock`);
    const { clock } = known;
    if (wishes?.restNs !== undefined) clock.rest(wishes.restNs);
    known.users.add(lost);
    return {
      clock,
      release: () => {
        if (!known.users.delete(lost) || known.users.size > 0 || known.lasting) return;
        if (this.#kept.get(clock.id) === known) this.#putAway(clock, undefined);
      },
    };
  }

  /** What the clocks show. One that fails is lost, and its users are told. */
  read(): Stamp[] {
    return this.each((clock) => clock.read());
  }

  /** What `work` says of each clock that still answers. */
  each<T>(work: (clock: HostClock) => T): T[] {
    return this.all().flatMap((clock) => {
      try {
        return [work(clock)];
      } catch (error) {
        this.#lose(clock, error as Error);
        return [];
      }
    });
  }

  /** An interface and its device are two names of one clock. */
  #fetch(id: ClockId, wishes: ClockWishes | undefined): Kept {
    const clock = this.#parts.host.openClock(id, wishes);
    const known = this.#kept.get(clock.id);
    if (known !== undefined) {
      clock.close();
      return known;
    }
    const kept = { clock, lasting: false, users: new Set<(error: Error) => void>() };
    this.#kept.set(clock.id, kept);
    this.#parts.came(clock);
    return kept;
  }

  /** The only clock that every machine has cannot go: its errors are the hub's own. */
  #lose(clock: HostClock, error: Error): void {
    const kept = this.#kept.get(clock.id);
    if (!isHardware(clock) || kept === undefined) throw error;
    this.#putAway(clock, error);
    // What is going on now should come to its end before instances are stopped.
    this.#parts.host.after(0, () => {
      for (const lost of kept.users) lost(error);
    });
  }

  #putAway(clock: HostPhc, error: Error | undefined): void {
    this.#kept.delete(clock.id);
    clock.close();
    this.#parts.went(clock.id, error);
  }
}

const isHardware = (clock: HostClock): clock is HostPhc => 'facts' in clock;
