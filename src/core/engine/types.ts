import type { ClockId, Ns, Stamp, TimeState } from '../../api/index.js';
import type { SavedState } from '../persistence/saved-state.js';
import type { Holdover } from '../quality/holdover.js';
import type { Action, Input } from './input.js';

/** The core: takes one input at a time and returns actions. The same inputs give the same results, bit for bit. */
export interface Engine {
  accept(input: Input): readonly Action[];
  /** Returns the time state at fresh readings of the clocks. Changes nothing. */
  state(stamps: readonly Stamp[]): TimeState;
  /** Returns the last decision about a clock, as a clause after its name. */
  decision(clock: ClockId): string;
  /** Returns the time until a source's next request is worth it, `minNs`..`maxNs`. Changes nothing. */
  pollAdvice(source: string, minNs: Ns, maxNs: Ns): Ns;
  /** Forecasts the system clock's bound without any source; undefined while nothing is known. */
  holdover(): Holdover | undefined;
  /** Returns what the next run should start from; undefined while the hub is unsynchronised. */
  savedState(): SavedState | undefined;
}
