import * as v from 'valibot';
import { duration, flag, oneOf, table, text, wholeNumber } from '../../api/index.js';
import { link, notNegative, optionalDuration, share } from './quantities.js';

const KINDS = ['announce', 'sync', 'follow-up', 'delay-resp', 'pdelay-resp', 'pdelay-resp-follow-up'] as const;

const kinds = () => {
  const message = `a list of ${KINDS.map((kind) => `"${kind}"`).join(', ')}`;
  return v.array(v.picklist(KINDS, message), message);
};

/** log2 of seconds, written as a duration. */
const interval = (fallback: string) => {
  const message = 'an interval of a power of two seconds, from 7.8125ms to 64s';
  return v.pipe(
    v.optional(duration({ min: '7.8125ms', max: '64s' }), fallback),
    v.transform((ns) => Math.log2(ns / 1e9)),
    v.check((log) => Number.isInteger(log), message),
  );
};

/** Keys that an event may change. */
const state = {
  /** Messages that the timeTransmitter does not send; and messages whose correctionField has the value for "too large". */
  mute: v.optional(kinds()),
  spoiled: v.optional(kinds()),
  'delay-port': v.optional(wholeNumber(1, 65534)),
  'up-loss': v.optional(share()),
  'down-loss': v.optional(share()),
};

/** `[[ptp]]`: a timeTransmitter at its own interface of the machine. The plugin source.ptp follows it. */
export const ptp = table({
  name: text('a name'),
  offset: v.optional(duration(), '0s'),
  'sync-interval': interval('125ms'),
  'delay-interval': interval('1s'),
  /** The delay mechanism of the hub. */
  delay: v.optional(oneOf(['e2e', 'p2p']), 'e2e'),
  'two-step': v.optional(flag(), false),
  up: link(),
  down: v.optional(link()),
  ...state,
  event: v.optional(
    v.array(
      table({
        at: duration({ min: '0s' }),
        'up-extra': notNegative(),
        'down-extra': notNegative(),
        'offset-step': optionalDuration(),
        ...state,
      }),
    ),
    [],
  ),
});

export type PtpSetting = v.InferOutput<typeof ptp>;
export type PtpState = Pick<PtpSetting, keyof typeof state>;
