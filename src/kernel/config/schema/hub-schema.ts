import * as v from 'valibot';
import { described, duration, flag, oneOf, path, rate, table, wholeNumber } from '../../../api/index.js';
import type { SourceOptions } from '../../../core/engine/input.js';
import type { LogLevel, OnError } from '../config.js';

/** Highest `min-agreeing`. */
const MOST_AGREEING = 64;

/** `[hub]` */
export const hubSchema = table({
  'min-agreeing': described(
    v.optional(wholeNumber(1, MOST_AGREEING), 1),
    'Number of sources that must agree before the hub uses any of them.',
  ),
  'max-error': described(
    v.optional(duration({ min: '1ns' }), '1s'),
    'Error bound above which the hub is unsynchronised and stops serving its time.',
  ),
  'tracking-error': described(
    v.optional(duration({ min: '1ns' })),
    'Error bound below which the hub is tracking. Default: a tenth of `max-error`.',
  ),
  'frequency-tolerance': described(
    v.optional(rate({ min: '0ppm', max: '500ppm' }), '5ppm'),
    'Greatest sudden change of the rate of a clock, as by temperature. The error bound grows by it from 2 s after the last answer of a source on, for eight of its intervals. `"5ppm"` suits an ordinary crystal, `"0.01ppm"` an OCXO.',
  ),
  promise: described(
    v.optional(oneOf(['carriers', 'majority']), 'carriers'),
    'The error bound that decides the mode, that NTP and PTP clients are told and that `[hub]` and `[target]` limit. carriers: the error is below it if the sources that carry the time are right. majority: whichever minority of the independent sources is wrong.',
  ),
  'free-run': described(
    v.optional(flag(), false),
    'Serve the clock as it is while the hub is not synchronised: without any source, before the first one is known, and after holdover has passed `max-error`. For sites and benches whose machines only have to agree with each other.',
  ),
  'local-stratum': described(
    v.optional(wholeNumber(1, 15), 10),
    'Stratum that NTP clients get while `free-run` applies. Sources of a higher stratum are not used: they may have their time from this hub.',
  ),
  'state-dir': described(
    v.optional(path('a path in quotes', 'folder')),
    "Folder in which the hub saves what it has learnt (the oscillator's frequency, delays and noise of paths, values of plugins) for the next start. Relative to this file's folder. Default: nothing is saved.",
  ),
  'event-log': described(
    v.optional(path('a path in quotes')),
    "File for raw observations, claims and decisions (JSON Lines), which `timehub replay` runs again: a regular file, no link, FIFO or device. Relative to this file's folder. Default: none.",
  ),
  'log-level': described(
    v.optional(oneOf(['debug', 'info', 'warn', 'silent'] satisfies LogLevel[]), 'info'),
    'Least severe messages that are logged.',
  ),
});

/** `[target]` */
export const targetSchema = table({
  'max-error': described(
    v.optional(duration({ min: '1ns' })),
    'Error bound to keep. Sources are asked often enough for it and no more often, within their own limits.',
  ),
});

const onError = described(
  v.optional(oneOf(['retry', 'ignore', 'abort'] satisfies OnError[]), 'retry'),
  'If the instance cannot start: try again with back-off, go on without it, or end the hub.',
);
const enabled = described(v.optional(flag(), true), 'false: the table stays, but the instance is not created.');

/** Keys of every `[sink.<type>.<name>]` beside those of its plugin. */
export const sinkOptionsSchema = table({ enabled, 'on-error': onError });

/** Keys of every `[source.<type>.<name>]` beside those of its plugin. */
export const sourceOptionsSchema = table({
  enabled,
  'on-error': onError,
  prefer: described(
    v.optional(flag(), false),
    'Among sources that agree, this one gets most of the weight. Without a majority, the preferred sources decide.',
  ),
  trust: described(v.optional(flag(), false), 'Trusted sources decide alone; the others do not vote.'),
  require: described(v.optional(flag(), false), 'The hub does not track unless a required source agrees.'),
  noselect: described(v.optional(flag(), false), 'The source is observed but never used.'),
  offset: described(
    v.optional(duration(), '0s'),
    "Added to the source's time: a known error such as the delay of an antenna cable.",
  ),
  asymmetry: described(
    v.optional(duration({ min: '0s' }), '0s'),
    'Believed difference between the delays of the two directions of the path, added to the error bound.',
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
