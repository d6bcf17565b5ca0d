import * as v from 'valibot';
import { duration, oneOf, rate, table, text, wholeNumber } from '../../api/index.js';
import { positive, record } from './quantities.js';

const MODES = ['unsynchronised', 'converging', 'tracking', 'holdover'] as const;
const STATES = ['unreachable', 'warming', 'numbering', 'agrees', 'combined', 'rejected', 'disabled'] as const;

const limit = () => v.optional(duration({ min: '0s' }));
const range = () => v.optional(v.pipe(v.array(positive('a number')), v.length(2, 'two numbers, least and most')));
const oneOrMore = <const O extends readonly string[]>(options: O) => {
  const message = `one of ${options.map((option) => `"${option}"`).join(', ')}, or a list of them`;
  return v.pipe(
    v.union([v.picklist(options, message), v.array(v.picklist(options, message), message)], message),
    v.transform((value): readonly O[number][] => (Array.isArray(value) ? value : [value])),
  );
};

/** `[limits]`: the limits of a run. */
export const limits = table({
  rms: limit(),
  /** RMS of the error without its mean. */
  centred: limit(),
  max: limit(),
  'rms-frequency': v.optional(rate({ min: '0ppb' })),
  /** `{ "1ms" = "30s" }`: the error stays within 1 ms from 30 s on. */
  within: v.optional(record(duration({ min: '0s' })), {}),
  peak: limit(),
  recovery: limit(),
  /** Smallest and largest RMS of the normalised error. */
  normalised: range(),
  /** The same without the mean of truth − stated offset. */
  'centred-normalised': range(),
  /** Largest share of seconds in which the error is larger than the bound. */
  violations: v.optional(positive('a share from 0 to 1')),
  /** The same for the majority bound. */
  'majority-violations': v.optional(positive('a share from 0 to 1')),
  /** Largest error at the end. */
  end: limit(),
  bound: limit(),
  steps: v.optional(wholeNumber(0, 1_000_000)),
  /** Mode at the end. */
  mode: v.optional(oneOrMore(MODES)),
  /** Modes that must not occur in the steady part. */
  never: v.optional(oneOrMore(MODES), []),
  /** Modes that must occur, in this order. */
  modes: v.optional(v.array(v.picklist(MODES)), []),
  /** States at the end, by name. */
  sources: v.optional(record(oneOrMore(STATES)), {}),
  seed: v.optional(wholeNumber(0, 0xffff_ffff), 1),
  /** `miss`: the limits are known not to hold, for the reason in `because`. The test fails if they do hold. */
  expect: v.optional(oneOf(['hold', 'miss']), 'hold'),
  because: v.optional(text('a sentence')),
});

export type Limits = v.InferOutput<typeof limits>;
