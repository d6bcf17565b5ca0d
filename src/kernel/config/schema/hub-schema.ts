import * as v from 'valibot';
import { duration, flag, oneOf, path, table, wholeNumber } from '../../../api/index.js';
import type { SourceOptions } from '../../../core/engine/input.js';
import type { LogLevel, OnError } from '../config.js';

/** Most sources that can be asked to agree. */
const MOST_AGREEING = 64;

const described = <S extends v.GenericSchema>(schema: S, description: string) =>
  v.pipe(schema, v.description(description));

/** `[hub]` */
export const hubSchema = table({
  'min-agreeing': described(
    v.optional(wholeNumber(1, MOST_AGREEING), 1),
    'How many sources must agree before anything is combined.',
  ),
  'max-error': described(
    v.optional(duration({ min: '1ns' }), '1s'),
    'The error bound beyond which the hub calls itself unsynchronised and stops giving its time to others.',
  ),
  'tracking-error': described(
    v.optional(duration({ min: '1ns' })),
    'The error bound below which the hub calls itself tracking. Default: a tenth of `max-error`.',
  ),
  'free-run': described(
    v.optional(flag(), false),
    'Give the clock to others as it is while the hub is not synchronised: without any source, before the first one is known, and after holdover has passed `max-error`. For sites and benches whose machines only have to agree with each other.',
  ),
  'local-stratum': described(
    v.optional(wholeNumber(1, 15), 10),
    'With `free-run`: the stratum that NTP clients are given then. Sources of a greater stratum are not used: they may have their time from here.',
  ),
  'state-dir': described(
    v.optional(path('a path in quotes', 'folder')),
    "A folder where what was learnt (the oscillator's frequency, delays and noise of paths, what plugins leave behind) is kept for the next start. Relative to this file's folder.",
  ),
  'event-log': described(
    v.optional(path('a path in quotes')),
    "A regular file for raw observations, claims and decisions (JSON Lines), from which a run can be replayed: no link, FIFO or device. Relative to this file's folder.",
  ),
  'log-level': described(
    v.optional(oneOf(['debug', 'info', 'warn', 'silent'] satisfies LogLevel[]), 'info'),
    'How much is written to the log.',
  ),
});

/** `[target]` */
export const targetSchema = table({
  'max-error': described(
    v.optional(duration({ min: '1ns' })),
    'The error bound promised to others. Sources are asked often enough to keep it and no oftener, within their own limits.',
  ),
});

const onError = described(
  v.optional(oneOf(['retry', 'ignore', 'abort'] satisfies OnError[]), 'retry'),
  'When it cannot start: try again with back-off, go on without it, or end the hub.',
);
const enabled = described(v.optional(flag(), true), 'False: the table stays, the instance is not created.');

/** What every `[sink.<type>.<name>]` takes beside its plugin's own keys. */
export const sinkOptionsSchema = table({ enabled, 'on-error': onError });

/** What every `[source.<type>.<name>]` takes beside its plugin's own keys. */
export const sourceOptionsSchema = table({
  enabled,
  'on-error': onError,
  prefer: described(v.optional(flag(), false), 'Weigh it before others that agree.'),
  trust: described(v.optional(flag(), false), 'Its interval wins a vote by itself.'),
  require: described(v.optional(flag(), false), 'No tracking without it.'),
  noselect: described(v.optional(flag(), false), 'Watch it, never use it.'),
  offset: described(v.optional(duration(), '0s'), 'Added to what it says: a known error such as the antenna cable.'),
  asymmetry: described(
    v.optional(duration({ min: '0s' }), '0s'),
    'Believed difference of the two directions of its path: added to the bound.',
  ),
});

type SourceTable = v.InferOutput<typeof sourceOptionsSchema>;

export const toSourceOptions = (options: SourceTable): SourceOptions => ({
  prefer: options.prefer,
  trust: options.trust,
  require: options.require,
  noselect: options.noselect,
  offsetNs: options.offset,
  asymmetryNs: options.asymmetry,
});
