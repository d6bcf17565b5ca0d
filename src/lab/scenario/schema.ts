import * as v from 'valibot';
import { duration, flag, oneOf, rate, table, text, wholeNumber } from '../../api/index.js';
import { sourceOptionsSchema } from '../../kernel/config/schema/hub-schema.js';
import { limits } from './limits-schema.js';
import { ptp } from './ptp-schema.js';
import {
  column,
  instant,
  link,
  notNegative,
  optionalDuration,
  optionalRate,
  positive,
  record,
  shape,
  share,
  sine,
  spike,
  trace,
  wander,
} from './quantities.js';
import { reference } from './reference-schema.js';

const event = <const E extends v.ObjectEntries>(entries: E) => table({ at: duration({ min: '0s' }), ...entries });

const clock = table({
  wander: v.optional(wander(), 0),
  frequency: v.optional(rate(), '0ppm'),
  offset: v.optional(duration(), '0s'),
  sine: v.optional(sine()),
  /** Recorded frequency errors, s/s, one a true second, beside the other keys. */
  trace: v.optional(trace()),
  column: v.optional(column()),
  event: v.optional(
    v.array(
      event({
        'frequency-step': optionalRate(),
        'phase-step': optionalDuration(),
        suspend: notNegative(),
        /** Error of the battery-backed clock that sets the machine's clock at its wake. */
        'rtc-error': optionalDuration(),
      }),
    ),
    [],
  ),
});

const { entries: options } = sourceOptionsSchema;

const server = table({
  name: text('a name'),
  address: v.optional(text('an address such as "198.51.100.1"')),
  offset: v.optional(duration(), '0s'),
  drift: v.optional(rate(), '0ppm'),
  stratum: v.optional(wholeNumber(1, 15), 1),
  refid: v.optional(text('a refid such as "GPS"')),
  'root-delay': v.optional(duration({ min: '0s' }), '0s'),
  'root-dispersion': v.optional(duration({ min: '0s' }), '1us'),
  poll: notNegative(),
  'poll-min': notNegative(),
  'poll-max': notNegative(),
  iburst: v.optional(flag(), true),
  up: link(),
  down: v.optional(link()),
  loss: v.optional(share(), 0),
  spike: v.optional(spike()),
  /** Time from the writing of the transmit timestamp to the departure of a reply. */
  sending: v.optional(
    table({
      base: v.optional(duration({ min: '0s' }), '0s'),
      jitter: v.optional(duration({ min: '0s' }), '0s'),
      shape: v.optional(shape(), 'exp'),
    }),
  ),
  /** The hub asks in the interleaved mode (RFC 9769), and the server has it. */
  interleaved: v.optional(flag(), false),
  /** The server is off at the start. */
  absent: v.optional(flag(), false),
  select: v.optional(
    table({
      prefer: options.prefer,
      trust: options.trust,
      require: options.require,
      noselect: options.noselect,
      offset: options.offset,
      asymmetry: options.asymmetry,
    }),
  ),
  event: v.optional(
    v.array(
      event({
        'up-extra': notNegative(),
        'down-extra': notNegative(),
        'offset-step': optionalDuration(),
        drift: optionalRate(),
        loss: v.optional(share()),
        spike: v.optional(spike()),
        /** The server goes off or comes back. */
        alive: v.optional(flag()),
        /** The operator adds the source to the configuration or removes it. */
        configured: v.optional(flag()),
      }),
    ),
    [],
  ),
});

const pps = table({
  name: text('a name'),
  jitter: v.optional(duration({ min: '0s' }), '0s'),
  shape: v.optional(shape(), 'norm'),
  offset: v.optional(duration(), '0s'),
  /** If given, the source numbers its seconds itself, with this error. */
  'numbering-error': optionalDuration(),
  'noise-floor': v.optional(duration({ min: '1ns' }), '50ns'),
  'bias-bound': v.optional(duration({ min: '0s' }), '100ns'),
  loss: v.optional(share(), 0),
  event: v.optional(v.array(event({ 'offset-step': optionalDuration(), loss: v.optional(share()) })), []),
});

const phc = table({
  name: text('a name'),
  wander: v.optional(wander(), 0),
  frequency: v.optional(rate(), '0ppm'),
  offset: v.optional(duration(), '0s'),
  trace: v.optional(trace()),
  column: v.optional(column()),
  poll: v.optional(duration({ min: '10ms' }), '1s'),
  /** Noise of one comparison with the system clock. */
  'link-noise': v.optional(duration({ min: '1ns' }), '100ns'),
  grandmaster: v.optional(
    table({
      offset: v.optional(duration(), '0s'),
      noise: duration({ min: '1ns' }),
      'bias-bound': v.optional(duration({ min: '0s' }), '100ns'),
      event: v.optional(
        v.array(
          event({
            'offset-step': duration(),
            /** The source reports the step at once, with its size. */
            announced: v.optional(flag(), false),
          }),
        ),
        [],
      ),
    }),
  ),
});

const hub = table({
  'min-agreeing': v.optional(wholeNumber(1, 64), 1),
  'max-error': v.optional(duration({ min: '1ns' }), '1s'),
  'tracking-error': v.optional(duration({ min: '1ns' })),
  'frequency-tolerance': v.optional(rate({ min: '0ppm' })),
  promise: v.optional(oneOf(['carriers', 'majority']), 'carriers'),
});

/** A scenario file: a clock, its sources, events, and the limits of the result. */
export const scenarioSchema = table({
  summary: v.optional(v.string('a sentence'), ''),
  duration: duration({ min: '1s' }),
  'steady-from': v.optional(duration({ min: '0s' }), '0s'),
  /** Interval of the hub's ticks. A run with minutes between its polls is as good and faster with 4 s. */
  tick: v.optional(duration({ min: '100ms' }), '1s'),
  start: v.optional(instant()),
  stamps: v.optional(oneOf(['hardware', 'kernel', 'user']), 'kernel'),
  clock,
  server: v.optional(v.array(server), []),
  pps: v.optional(v.array(pps), []),
  phc: v.optional(v.array(phc), []),
  ptp: v.optional(v.array(ptp), []),
  hub: v.optional(hub, {}),
  /** Keys of `[sink.system-clock.<name>]`. */
  steer: v.optional(record(v.unknown()), {}),
  leap: v.optional(table({ kind: oneOf(['insert', 'delete']), at: instant(), announced: v.optional(flag(), true) })),
  score: v.optional(
    table({
      /** The error counts as recovered within this. Default: three times the RMS before the event. */
      recovery: v.optional(duration({ min: '1ns' })),
      /** The result has the error at these instants. */
      probe: v.optional(v.array(duration({ min: '0s' })), []),
      'recovery-sigmas': v.optional(positive('a number'), 3),
    }),
    {},
  ),
  limits: v.optional(limits),
  reference: v.optional(reference),
});

export type Scenario = v.InferOutput<typeof scenarioSchema>;
export type ServerSetting = Scenario['server'][number];
export type PhcSetting = Scenario['phc'][number];
export type PulseSetting = Scenario['pps'][number];
