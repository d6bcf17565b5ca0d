import * as v from 'valibot';
import {
  defineSink,
  defineSource,
  duration,
  flag,
  oneOf,
  port,
  rate,
  type SinkDefinition,
  type SourceDefinition,
  type StandardSchema,
  table,
  text,
  wholeNumber,
} from '../../../api/index.js';
import type { PluginCatalogue, PluginType } from '../config.js';

/** Returns an entry of a catalogue: a type such as `source.ntp` that has this schema and is never created. */
export function pluginType(
  id: string,
  config: StandardSchema,
  more: Pick<SourceDefinition, 'instances' | 'spreadsNames'> & Pick<SinkDefinition, 'steers'> = {},
): readonly [string, PluginType] {
  const [kind, type = ''] = id.split('.');
  const parts = {
    type,
    summary: 'for the tests',
    stability: 'beta',
    needs: [],
    config,
    create: unused,
    ...more,
  } as const;
  return [id, { summary: parts.summary, definition: kind === 'source' ? defineSource(parts) : defineSink(parts) }];
}

const unused = (): never => {
  throw new Error('no test creates it');
};

/** A schema with every kind of key. */
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

/** A schema with the messages of its library. */
const raw = v.strictObject({ level: v.number(), shape: v.optional(v.picklist(['round', 'square'])) });

const ntpSink = table({
  listen: v.optional(text('an address and port such as "[::]:123"'), '[::]:123'),
  stratum: v.optional(wholeNumber(1, 15)),
});

export const CATALOGUE: PluginCatalogue = {
  types: new Map([
    pluginType('source.ntp', ntpSource),
    pluginType('source.raw', raw),
    pluginType('source.gpsd', table({})),
    pluginType('sink.ntp', ntpSink),
    pluginType('sink.web', table({ listen: text('an address and port') })),
  ]),
};

export { ntpSource };
