import type { Input } from '../engine/input.js';
import type { StateRestorer } from '../persistence/state-restorer.js';
import { allTracks, type Source } from '../tracks/source.js';
import type { ClockEnsemble } from './clock-ensemble.js';

type PresenceInput = Extract<Input, { type: 'clock' | 'clock-gone' }>;

interface PresenceParts {
  readonly ensemble: ClockEnsemble;
  readonly restorer: StateRestorer;
  readonly sources: ReadonlyMap<string, Source>;
}

/** Adds a clock, or removes it with all tracks that it measured. The system clock always stays. */
export function notePresence(input: PresenceInput, { ensemble, restorer, sources }: PresenceParts): void {
  const id = input.clock;
  if (input.type === 'clock') {
    if (ensemble.declare(input)) restorer.restoreClock(ensemble.clocks.get(id)!);
    return;
  }
  const clock = ensemble.clocks.get(id);
  if (clock === undefined || id === 'system') return;
  restorer.keep(clock);
  const tracks = allTracks(sources.values()).filter((track) => track.clock === id || track.versus === id);
  for (const track of tracks) track.source.forget(track);
  ensemble.remove(tracks);
  ensemble.forget(id);
}
