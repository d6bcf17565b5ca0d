import { type ClockId, duration, flag, hardwareClock, oneOf, rate, table, text, wholeNumber } from 'timehub/api';
import * as v from 'valibot';

const clock = () =>
  v.pipe(
    hardwareClock(),
    v.transform((name): ClockId => `phc:${name}`),
    v.description('The interface that has the clock, or the device.'),
  );

const channel = {
  channel: v.pipe(v.optional(wholeNumber(0, 255), 0), v.description('Channel of the clock.')),
  pin: v.pipe(
    v.optional(text('the name or number of a pin such as "SDP0"')),
    v.description('Name or number of the pin that the channel uses. Default: the pin that is set already.'),
  ),
};

export const sourceConfig = table({
  clock: clock(),
  interval: v.pipe(
    v.optional(duration({ min: '10ms', max: '1h' }), '1s'),
    v.description('Interval between comparisons with the system clock, which are also the only readings of the clock.'),
  ),
  samples: v.pipe(
    v.optional(wholeNumber(1, 25), 5),
    v.description('Readings in one comparison, of which the quickest counts. 1 suits clocks that are slow to read.'),
  ),
  pulse: v.pipe(
    v.optional(
      table({
        ...channel,
        edge: v.pipe(v.optional(oneOf(['rising', 'falling']), 'rising'), v.description('Edge that marks the second.')),
        period: v.pipe(
          v.optional(duration({ min: '1ms', max: '1h' }), '1s'),
          v.description('Interval between pulses.'),
        ),
        precision: v.pipe(
          v.optional(duration({ min: '1ns', max: '10ms' }), '10ns'),
          v.description('Standard deviation of a stamp.'),
        ),
      }),
    ),
    v.description('Stamps the pulses at an input of the clock. Default: no pulses.'),
  ),
});

export const sinkConfig = table({
  clock: clock(),
  steer: v.pipe(
    v.optional(flag(), false),
    v.description(
      'Steer the clock; needs write permission on its device. Without the permission, or with `false`, the hub only observes the clock.',
    ),
  ),
  'step-threshold': v.pipe(
    v.optional(duration({ min: '100ns' }), '100us'),
    v.description('Offsets above this are corrected at once, smaller ones are slewed.'),
  ),
  'step-updates': v.pipe(
    v.optional(wholeNumber(-1, 1_000_000), -1),
    v.description('Number of first updates in which a step is allowed. 0: never. -1: always.'),
  ),
  'max-slew': v.pipe(
    v.optional(rate({ min: '1ppm', max: '100000ppm' }), '500ppm'),
    v.description("Highest slewing rate, in addition to the correction of the oscillator's own frequency error."),
  ),
  output: v.pipe(
    v.optional(
      table({
        ...channel,
        period: v.pipe(
          v.optional(duration({ min: '10ns', max: '1h' }), '1s'),
          v.description('Interval between pulses.'),
        ),
        width: v.pipe(v.optional(duration({ min: '1ns' })), v.description("Length of a pulse. Default: the driver's.")),
        phase: v.pipe(
          v.optional(duration({ min: '0s' }), '0s'),
          v.description('Delay of the edge after the whole period.'),
        ),
      }),
    ),
    v.description('Makes pulses at an output of the clock, once it is within `step-threshold`. Default: no pulses.'),
  ),
});

export type PhcSourceConfig = v.InferOutput<typeof sourceConfig>;
export type PhcSinkConfig = v.InferOutput<typeof sinkConfig>;
