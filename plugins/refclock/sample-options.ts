import { duration, text } from 'timehub/api';
import * as v from 'valibot';

const REFERENCE = 'one to four letters or digits such as "GPS"';

/** Keys of the tables of all sources that take samples of other programs. */
export const sampleOptions = {
  precision: v.pipe(
    v.optional(duration({ min: '1ns', max: '1s' }), '1us'),
    v.description('Standard deviation of a sample that averaging does not reduce.'),
  ),
  'max-latency': v.pipe(
    v.optional(duration({ min: '0s', max: '2s' }), '1ms'),
    v.description(
      'Greatest constant error of the samples, a part of the error bound. "10us" suits pulses that the kernel stamps, "500ms" sentences of a receiver.',
    ),
  ),
  timeout: v.pipe(
    v.optional(duration({ min: '1s', max: '1h' }), '10s'),
    v.description('The source counts as unreachable after this time without a sample.'),
  ),
  reference: v.pipe(
    v.optional(v.pipe(text(REFERENCE), v.regex(/^[A-Za-z0-9]{1,4}$/, REFERENCE)), 'SOCK'),
    v.description('What the program has its time from. NTP clients of the hub are told it as reference ID.'),
  ),
};
