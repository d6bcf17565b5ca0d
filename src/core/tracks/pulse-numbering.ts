import { formatDuration, type Ns, type Pulse, type Reading } from '../../api/index.js';
import type { SourceTrack } from './source.js';

/** A numbering that contradicts the estimate for this many pulses in a row is no accident. */
const SLIPPED_PULSES = 3;

/** Notes by how many periods a receiver's own numbering of its pulses is from the estimate. Answers news, if it is any. */
export function compareNumbering(track: SourceTrack, numberedNs: Ns | undefined, offsetNs: Ns): string | undefined {
  if (numberedNs === undefined) return undefined;
  const slip = Math.round((offsetNs - numberedNs) / track.periodNs);
  track.slipRun = slip === track.slip ? track.slipRun + 1 : 1;
  track.slip = slip;
  return track.slipRun === SLIPPED_PULSES ? slipOf(track) : undefined;
}

/** What a pulse says by its own number; undefined when it has none. */
export function ownNumber(pulse: Pulse): Reading | undefined {
  const { clock, monotonic, stamp, noiseFloorNs, numberedOffsetNs: offsetNs } = pulse;
  return offsetNs === undefined ? undefined : { kind: 'reading', clock, monotonic, stamp, noiseFloorNs, offsetNs };
}

/** How a receiver numbers its pulses, where the others say otherwise. */
export function slipOf({ slip, slipRun, periodNs }: SourceTrack): string | undefined {
  if (slip === 0 || slipRun < SLIPPED_PULSES) return undefined;
  const by = formatDuration(Math.abs(slip) * periodNs);
  return `numbers its pulses ${by} too ${slip > 0 ? 'low' : 'high'}; the other sources are believed`;
}
