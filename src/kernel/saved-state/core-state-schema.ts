import * as v from 'valibot';
import { type ClockId, printable } from '../../api/index.js';

/** Limits of any oscillator and any path on Earth. A file with numbers beyond them is damaged. */
const FASTEST_PPB = 500_000;
const LONGEST_NS = 100e9;
const LEAST_NS = 1e-3;
const MOST_RESTLESS = 1e-6;

/** Maximum number of clocks, and of paths. */
const MOST_KEPT = 1024;
/** Longest key or address, characters: an id and the name of a path. */
const LONGEST_KEY = 256;

const key = v.pipe(v.string(), v.maxLength(LONGEST_KEY), v.transform(printable));
const between = (least: number, most: number) => v.pipe(v.number(), v.minValue(least), v.maxValue(most));

const clock = v.object({
  clock: v.custom<ClockId>((id) => typeof id === 'string' && /^(system|phc:[^\p{C}]{1,256})$/u.test(id)),
  frequencyPpb: between(-FASTEST_PPB, FASTEST_PPB),
  sigmaPpb: between(1e-6, FASTEST_PPB),
  wanders: v.pipe(v.array(v.object({ wander: between(0, MOST_RESTLESS), weight: between(0, 1) })), v.maxLength(64)),
});

const track = v.object({
  key,
  address: key,
  delayNs: between(-LONGEST_NS, LONGEST_NS),
  delaySigmaNs: between(LEAST_NS, LONGEST_NS),
  noiseNs: between(LEAST_NS, LONGEST_NS),
  shapes: v.pipe(v.array(v.object({ rho: between(0, 1e3), logWeight: between(-100, 0) })), v.maxLength(64)),
});

/** The shape of a `SavedState` that comes from a file. */
export const coreStateSchema = v.object({
  clocks: v.pipe(v.array(clock), v.maxLength(MOST_KEPT)),
  tracks: v.pipe(v.array(track), v.maxLength(MOST_KEPT)),
});
