import type { Input } from '../engine/input.js';
import type { StateRestorer } from '../persistence/state-restorer.js';
import { allTracks, forgetTrack, type Source } from '../tracks/source.js';
import type { ClockEnsemble } from './clock-ensemble.js';

type Presence = Extract<Input, { type: 'clock' | 'clock-gone' }>;

interface Keepers {
  readonly keeper: ClockEnsemble;
  readonly recollection: StateRestorer;
  readonly sources: ReadonlyMap<string, Source>;
}

/** A clock comes, or goes with all that was measured by it. The system clock stays, whatever is said. */
export function notePresence(input: Presence, { keeper, recollection, sources }: Keepers): void {
  const id = input.clock;
  if (input.type === 'clock') {
    if (keeper.declare(input)) recollection.remindClock(keeper.clocks.get(id)!);
    return;
  }
  const clock = keeper.clocks.get(id);
  if (clock === undefined || id === 'system') return;
  recollection.leave(clock);
  const tracks = allTracks(sources.values()).filter((track) => track.clock === id || track.versus === id);
  for (const track of tracks) forgetTrack(track);
  keeper.remove(tracks);
  keeper.forget(id);
}
