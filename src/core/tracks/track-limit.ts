import type { Observation } from '../../api/index.js';
import { carries, forgetTrack, type Source, type SourceTrack } from './source.js';

/**
 * Paths of one source: servers of a name, senders on a link, devices of a gpsd. Each is a dimension of the joint filter,
 * whose work grows with their square.
 */
export const MOST_TRACKS = 16;

/** True when the observation begins a track of its source and all places are taken. */
export const needsPlace = ({ tracks }: Source, { path = '' }: Observation): boolean =>
  tracks.size >= MOST_TRACKS && !tracks.has(path);

/**
 * Forgets the track of the source that has been silent longest, for a new one. One on which the estimate rests keeps its
 * place. Returns the track; undefined where all have to stay.
 */
export function freePlace(source: Source): SourceTrack | undefined {
  const [oldest] = [...source.tracks.values()].filter(isReplaceable).sort((a, b) => Number(a.last - b.last));
  if (oldest !== undefined) forgetTrack(oldest);
  return oldest;
}

/** A comparison of two local clocks depends on no peer. */
const isReplaceable = (track: SourceTrack): boolean => !carries(track) && track.kind !== 'link';
