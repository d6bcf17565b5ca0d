import { type ClockId, duration, flag, hardwareClock, oneOf, rate, table, text, wholeNumber } from 'timehub/api';
import * as v from 'valibot';

const clock = () =>
  v.pipe(
    hardwareClock(),
    v.transform((name): ClockId => `phc:${name}`),
    v.description('The clock: an interface that has one, or the device.'),
  );

const channel = {
  channel: v.pipe(v.optional(wholeNumber(0, 255), 0), v.description('The channel of the clock.')),
  pin: v.pipe(
    v.optional(text('the name or number of a pin such as "SDP0"')),
    v.description('The pin that the channel is led to. Default: as it is set already.'),
  ),
};

export const sourceConfig = table({
  clock: clock(),
  interval: v.pipe(
    v.optional(duration({ min: '10ms', max: '1h' }), '1s'),
    v.description('How often the clock is compared with the system clock, and read at all.'),
  ),
  samples: v.pipe(
    v.optional(wholeNumber(1, 25), 5),
    v.description('Readings a comparison, of which the quickest counts. 1 for clocks that are slow to read.'),
  ),
  pulse: v.optional(
    table({
      ...channel,
      edge: v.pipe(
        v.optional(oneOf(['rising', 'falling']), 'rising'),
        v.description('The edge that marks the second.'),
      ),
      period: v.pipe(
        v.optional(duration({ min: '1ms', max: '1h' }), '1s'),
        v.description('From one pulse to the next.'),
      ),
      precision: v.pipe(
        v.optional(duration({ min: '1ns', max: '10ms' }), '10ns'),
        v.description('How good a stamp is (one sigma).'),
      ),
    }),
  ),
});

export const sinkConfig = table({
  clock: clock(),
  steer: v.pipe(
    v.optional(flag(), false),
    v.description('false: observe only. true: steer the clock; needs write permission on its device.'),
  ),
  'step-threshold': v.pipe(
    v.optional(duration({ min: '100ns' }), '100us'),
    v.description('Set the clock at once when it is further off than this; below, it is slewed.'),
  ),
  'step-updates': v.pipe(
    v.optional(wholeNumber(-1, 1_000_000), -1),
    v.description('Steps are allowed during so many first updates. 0: never. -1: always.'),
  ),
  'max-slew': v.pipe(
    v.optional(rate({ min: '1ppm', max: '100000ppm' }), '500ppm'),
    v.description("The most that an offset is slewed with, on top of the oscillator's own correction."),
  ),
  output: v.optional(
    table({
      ...channel,
      period: v.pipe(
        v.optional(duration({ min: '10ns', max: '1h' }), '1s'),
        v.description('From one pulse to the next.'),
      ),
      width: v.pipe(v.optional(duration({ min: '1ns' })), v.description("Length of a pulse. Default: the driver's.")),
      phase: v.pipe(
        v.optional(duration({ min: '0s' }), '0s'),
        v.description('How long after the whole period the edge comes.'),
      ),
    }),
  ),
});

export type PhcSourceConfig = v.InferOutput<typeof sourceConfig>;
export type PhcSinkConfig = v.InferOutput<typeof sinkConfig>;
