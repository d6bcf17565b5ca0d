import * as v from 'valibot';
import {
  duration,
  flag,
  oneOf,
  port,
  rate,
  type StandardSchema,
  table,
  text,
  wholeNumber,
} from '../../../api/index.js';
import type { PluginCatalogue, PluginType } from '../config.js';

const type = (schema?: StandardSchema): PluginType => ({ summary: 'for the tests', schema });

/** Every kind of key that a plugin may take. */
const ntpSource = table({
  host: v.pipe(text('a host name or address'), v.description('Whom to ask.')),
  port: v.optional(port(), 123),
  'poll-min': v.pipe(
    v.optional(duration({ min: '1s', max: '1d' }), '64s'),
    v.description('Shortest interval | of asking.'),
  ),
  skew: v.optional(rate({ max: '500ppm' })),
  burst: v.optional(wholeNumber(1, 8), 4),
  iburst: v.optional(flag(), true),
  mode: v.optional(oneOf(['basic', 'interleaved']), 'basic'),
  limit: v.optional(table({ interval: v.optional(duration(), '2s'), rate: wholeNumber(1, 100) })),
  keys: v.optional(v.array(text('a key name'), 'a list of key names')),
});

/** A schema that says what a library says by itself. */
const raw = v.strictObject({ level: v.number(), shape: v.optional(v.picklist(['round', 'square'])) });

const ntpSink = table({
  listen: v.optional(text('an address and port such as "[::]:123"'), '[::]:123'),
  stratum: v.optional(wholeNumber(1, 15)),
});

export const CATALOGUE: PluginCatalogue = {
  types: new Map([
    ['source.ntp', type(ntpSource)],
    ['source.raw', type(raw)],
    ['source.gpsd', type(table({}))],
    ['sink.ntp', type(ntpSink)],
    ['sink.web', type(table({ listen: text('an address and port') }))],
  ]),
};

export { ntpSource };
