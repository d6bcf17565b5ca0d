import * as v from 'valibot';
import { duration, oneOf, table } from '../../api/index.js';

const figure = () => v.optional(duration({ min: '0s' }));

/**
 * `[reference]`: figures of other programs in this scenario, which `npm run bench:accuracy` compares with the result: the RMS;
 * the peak and the recovery after an event; the RMS of the errors at the probes; the time to a limit.
 */
export const reference = table({
  figure: oneOf(['rms', 'event', 'probes', 'within']),
  limit: v.optional(v.string('a duration such as "1ms"')),
  /** Measured with chrony 4.3 in the same noise. */
  chrony: figure(),
  'chrony-recovery': figure(),
  /** The best result of a linear filter (steady-state Riccati solution). */
  linear: figure(),
  /** Result of a filter that knows noise and wander and weighs by the round trip. */
  weighted: figure(),
  prototype: figure(),
  /** A result at or below it reaches the goal. */
  target: figure(),
  'target-recovery': figure(),
});

export type Reference = v.InferOutput<typeof reference>;
