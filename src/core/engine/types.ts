import type { ClockId, Ns, Stamp, TimeState } from '../../api/index.js';
import type { SavedState } from '../persistence/saved-state.js';
import type { Holdover } from '../quality/holdover.js';
import type { Action, Input } from './input.js';

/** The core: takes what happened, answers what to do, shows the time. Same inputs, same answers, bit for bit. */
export interface Engine {
  accept(input: Input): readonly Action[];
  /** The estimate at fresh readings of the clocks. Changes nothing. */
  state(stamps: readonly Stamp[]): TimeState;
  /** The last decision about a clock, in a sentence. */
  decision(clock: ClockId): string;
  /** How long a source may wait, within these, until another observation of its is worth asking for. Changes nothing. */
  pollAdvice(source: string, minNs: Ns, maxNs: Ns): Ns;
  /** How long the system clock would stay good without any source. Undefined while nothing is known. */
  holdover(): Holdover | undefined;
  /** What is worth keeping for the next start. Undefined while the time is not known. */
  savedState(): SavedState | undefined;
}
