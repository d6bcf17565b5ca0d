import * as v from 'valibot';
import { duration, oneOf, table } from '../../api/index.js';

const figure = () => v.optional(duration({ min: '0s' }));

/**
 * `[reference]`: what others reach in this scenario, for the comparison that `npm run bench:accuracy` prints. Which figure
 * of the result is compared: the RMS; the peak and the recovery after an event; the RMS of the errors at the probes; the
 * time to a limit.
 */
export const reference = table({
  figure: oneOf(['rms', 'event', 'probes', 'within']),
  limit: v.optional(v.string('a duration such as "1ms"')),
  /** Measured with chrony 4.3 in the same noise. */
  chrony: figure(),
  'chrony-recovery': figure(),
  /** No linear filter can do better (steady-state Riccati solution). */
  linear: figure(),
  /** A filter that knows noise and wander and weighs by the round trip. */
  weighted: figure(),
  prototype: figure(),
  /** At or below it the row counts as done. */
  target: figure(),
  'target-recovery': figure(),
});

export type Reference = v.InferOutput<typeof reference>;
