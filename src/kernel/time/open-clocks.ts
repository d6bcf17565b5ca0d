import { type ClockId, type ClockWishes, type HardwareClock, HubError, type Stamp } from '../../api/index.js';
import type { Host, HostClock, HostPhc } from '../host.js';

/** A hardware clock that one instance has open. */
export interface ClockUse {
  readonly clock: HardwareClock;
  release(): void;
}

interface OpenClock {
  readonly clock: HostClock;
  /** True for a clock of the host, which stays open without users. */
  readonly lasting: boolean;
  /** Called when the clock is lost, one for each use. */
  readonly users: Set<(error: Error) => void>;
}

export interface OpenClocksParts {
  readonly host: Host;
  readonly opened: (clock: HostClock) => void;
  /** `error`: undefined after the last user has closed the clock. */
  readonly gone: (id: ClockId, error: Error | undefined) => void;
}

/** The clocks that the hub knows: those of the host, and hardware clocks while an instance has them open. */
export class OpenClocks {
  readonly #parts: OpenClocksParts;
  readonly #clocks = new Map<ClockId, OpenClock>();

  constructor(parts: OpenClocksParts) {
    this.#parts = parts;
    for (const clock of parts.host.clocks) this.#clocks.set(clock.id, { clock, lasting: true, users: new Set() });
  }

  all(): readonly HostClock[] {
    return [...this.#clocks.values()].map(({ clock }) => clock);
  }

  has(id: ClockId): boolean {
    return this.#clocks.has(id);
  }

  /** Throws `TH_CLOCK_UNKNOWN`. */
  get(id: ClockId): HostClock {
    const kept = this.#clocks.get(id);
    if (kept !== undefined) return kept.clock;
    throw new HubError('TH_CLOCK_UNKNOWN', `there is no clock "${id}"`, {
      hint: `known: ${[...this.#clocks.keys()].join(', ')}`,
    });
  }

  /** `lost` is called once, soon after the clock stopped answering. */
  open(id: ClockId, wishes: ClockWishes | undefined, lost: (error: Error) => void): ClockUse {
    const known = this.#clocks.get(id) ?? this.#open(id, wishes);
    if (!isHardware(known.clock)) throw new HubError('TH_CLOCK_UNKNOWN', `"${id}" is not a hardware clock`);
    const { clock } = known;
    if (wishes?.restNs !== undefined) clock.rest(wishes.restNs);
    known.users.add(lost);
    return {
      clock,
      release: () => {
        if (!known.users.delete(lost) || known.users.size > 0 || known.lasting) return;
        if (this.#clocks.get(clock.id) === known) this.#remove(clock, undefined);
      },
    };
  }

  /** Reads the clocks. A clock that fails is lost, and its users are called. */
  read(): Stamp[] {
    return this.each((clock) => clock.read());
  }

  /** Returns the result of `work` for each clock that answers. */
  each<T>(work: (clock: HostClock) => T): T[] {
    const results: T[] = [];
    for (const clock of this.all()) {
      try {
        results.push(work(clock));
      } catch (error) {
        this.#lose(clock, error as Error);
      }
    }
    return results;
  }

  /** The clock may be open already under another name: an interface and its device are one clock. */
  #open(id: ClockId, wishes: ClockWishes | undefined): OpenClock {
    const clock = this.#parts.host.openClock(id, wishes);
    const known = this.#clocks.get(clock.id);
    if (known !== undefined) {
      clock.close();
      return known;
    }
    const kept = { clock, lasting: false, users: new Set<(error: Error) => void>() };
    this.#clocks.set(clock.id, kept);
    this.#parts.opened(clock);
    return kept;
  }

  /** The system clock cannot be lost: its errors are faults of the hub. */
  #lose(clock: HostClock, error: Error): void {
    const kept = this.#clocks.get(clock.id);
    if (!isHardware(clock) || kept === undefined) throw error;
    this.#remove(clock, error);
    // Later, so that the present input is finished before instances are stopped.
    this.#parts.host.after(0, () => {
      for (const lost of kept.users) lost(error);
    });
  }

  #remove(clock: HostPhc, error: Error | undefined): void {
    this.#clocks.delete(clock.id);
    clock.close();
    this.#parts.gone(clock.id, error);
  }
}

const isHardware = (clock: HostClock): clock is HostPhc => 'facts' in clock;
