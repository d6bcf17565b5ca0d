import type { Observation } from '../../api/index.js';
import type { Source, SourceTrack } from './source.js';

/**
 * Greatest number of paths of one source: servers of a name, senders on a link, devices of a gpsd. Each is a dimension of the
 * joint filter, whose work grows with their square.
 */
export const MOST_TRACKS = 16;

/** Returns true when the observation begins a track and the source has as many as it may. */
export const exceedsTrackLimit = ({ tracks }: Source, { path = '' }: Observation): boolean =>
  tracks.size >= MOST_TRACKS && !tracks.has(path);

/** Forgets and returns the track that has been silent longest; undefined if the estimate rests on all of them. */
export function forgetOldestTrack(source: Source): SourceTrack | undefined {
  const [oldest] = [...source.tracks.values()]
    .filter(isReplaceable)
    .sort((a, b) => Number(a.cadence.last - b.cadence.last));
  if (oldest !== undefined) source.forget(oldest);
  return oldest;
}

/** A comparison of two local clocks stays: it depends on no peer. */
const isReplaceable = (track: SourceTrack): boolean => !track.carries && track.kind !== 'link';
