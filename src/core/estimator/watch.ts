import type { ClockId, Ns } from '../../api/index.js';
import type { JointState } from './joint-state.js';
import type { Noise } from './noise.js';
import type { Track } from './track.js';

/** So many strays in a row that agree are no strays. */
const STRAYS = 4;
/** So many good observations in a row after a new beginning, and it is forgotten. */
const CALM = 8;

/**
 * After each observation: what cannot be, again and again, is. The source was set, its route got shorter, the clock was
 * stepped by somebody: the track begins anew with its next observation, its noise stays known. A late leg is no such thing.
 */
export function watch(state: JointState, track: Track, noise: Noise, residualNs: Ns): void {
  if (noise === track.rates || (noise === track.legs && residualNs > 0)) return;
  const stray = noise.stray > 0.5;
  track.strays = stray ? (agrees(residualNs, track.strayNs) ? track.strays + 1 : 1) : 0;
  track.strayNs = residualNs;
  track.calm = stray ? 0 : track.calm + 1;
  if (track.calm > CALM) track.restarted = false;
  if (track.strays < STRAYS) return;
  track.anew = true;
  track.restarted = true;
  if (!track.outvoted) blameClock(state, track.clock);
}

/** A step stays where it is, a drift grows steadily; noise does neither. */
const agrees = (residualNs: Ns, beforeNs: Ns): boolean => residualNs / beforeNs > 0.4 && residualNs / beforeNs < 2.5;

/** When most tracks have to begin anew, it was the clock: its slope may be anything again. */
function blameClock({ layout, bank }: JointState, clock: ClockId): void {
  const tracks = layout.tracks.filter((track) => track.clock === clock && !track.outvoted);
  const restarted = tracks.filter((track) => track.restarted);
  if (restarted.length * 2 <= tracks.length) return;
  for (const track of restarted) track.restarted = false;
  bank.reopen(layout.slope(clock));
}
