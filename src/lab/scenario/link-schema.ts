import * as v from 'valibot';
import { duration, type Ns, oneOf, table, text, wholeNumber } from '../../api/index.js';
import { share } from '../loopback/lab-table.js';
import type { BurstLossOptions } from '../network/burst-loss.js';
import type { DelayMode } from '../network/delay-modes.js';
import type { Shape } from '../network/link.js';
import type { MovingFloorOptions } from '../network/moving-floor.js';

/** A file of recorded numbers. `values` is empty until the scenario's traces are loaded. */
export interface TraceFile {
  readonly file: string;
  values: Float64Array;
}

/** One direction of a path as a scenario describes it. */
export interface LinkSetting {
  readonly baseNs: Ns;
  readonly jitterNs: Ns;
  readonly shape: Shape | 'trace' | 'modes';
  /** Delays in ns, for the shape `trace`. */
  readonly trace: TraceFile | undefined;
  readonly column: number | undefined;
  readonly modes: readonly DelayMode[] | undefined;
  readonly floor: MovingFloorOptions | undefined;
  readonly bursts: BurstLossOptions | undefined;
}

export const trace = () =>
  v.pipe(
    text('the name of a file'),
    v.transform((file): TraceFile => ({ file, values: new Float64Array(0) })),
  );

/** Number of a column in a trace, the first one being 1. */
export const column = () => wholeNumber(1, 1000);

const notNegative = (fallback: string) => v.optional(duration({ min: '0s' }), fallback);
const jitterShape = (fallback: Shape) => v.optional(oneOf(['exp', 'norm', 'none']), fallback);

const mode = v.pipe(
  table({ share: share(), at: duration({ min: '0s' }), jitter: notNegative('0s'), shape: jitterShape('norm') }),
  v.transform(({ share, at, jitter, shape }): DelayMode => ({ share, atNs: at, jitterNs: jitter, shape })),
);

const floor = v.pipe(
  table({
    shape: v.optional(oneOf(['sine', 'ramp', 'walk']), 'sine'),
    amplitude: duration({ min: '1ns' }),
    period: duration({ min: '1s' }),
  }),
  v.transform(
    ({ shape, amplitude, period }): MovingFloorOptions => ({ shape, amplitudeNs: amplitude, periodNs: period }),
  ),
);

const bursts = v.pipe(
  table({ every: duration({ min: '1ms' }), last: duration({ min: '1ms' }), loss: v.optional(share(), 1) }),
  v.transform(({ every, last, loss }): BurstLossOptions => ({ everyNs: every, lastNs: last, loss })),
);

/** One direction of a path: `{ base = "20ms", jitter = "1ms", shape = "exp" }`, or of shape `trace` or `modes`. */
export const link = () =>
  v.pipe(
    table({
      base: notNegative('0s'),
      jitter: notNegative('0s'),
      shape: v.optional(oneOf(['exp', 'norm', 'none', 'trace', 'modes']), 'none'),
      trace: v.optional(trace()),
      column: v.optional(column()),
      modes: v.optional(v.pipe(v.array(mode), v.minLength(1, 'a list of one mode or more'))),
      floor: v.optional(floor),
      bursts: v.optional(bursts),
    }),
    v.transform(
      ({ base, jitter, ...rest }): LinkSetting => ({
        ...{ baseNs: base, jitterNs: jitter, shape: rest.shape, trace: rest.trace, column: rest.column },
        ...{ modes: rest.modes, floor: rest.floor, bursts: rest.bursts },
      }),
    ),
  );
