import * as v from 'valibot';
import { described, duration, flag } from '../api/schema.js';
import type { Ns } from '../api/time.js';
import type { PollOptions } from './poll.js';

const INTERVAL = { min: '125ms', max: '36h' };
/** Default of poll-max in multiples of poll-min: long intervals cost accuracy and save next to nothing. */
const DEFAULT_RANGE = 4;

/**
 * The configuration keys `poll-min`, `poll-max` and `iburst` of a source that asks a server, with the sentences that differ.
 */
export const pollEntries = (defaultMin: string, advice: { readonly min: string; readonly iburst: string }) => ({
  'poll-min': described(
    v.optional(duration(INTERVAL), defaultMin),
    `Shortest interval between requests. ${advice.min}`,
  ),
  'poll-max': described(
    v.optional(duration(INTERVAL)),
    `Longest interval, used when a reply would add little. Long intervals cost accuracy, because the clock wanders meanwhile. Default: ${DEFAULT_RANGE} × \`poll-min\`.`,
  ),
  iburst: described(v.optional(flag(), true), advice.iburst),
});

/** The values of `pollEntries`. */
interface PollConfig {
  readonly 'poll-min': Ns;
  readonly 'poll-max'?: Ns | undefined;
  readonly iburst: boolean;
  readonly burst?: boolean;
}

/** The message of `isPollRange`. */
export const POLL_RANGE = 'a duration not below poll-min';

/** Returns false if poll-max is below poll-min. */
export const isPollRange = (config: PollConfig): boolean => maxNs(config) >= config['poll-min'];

/** Returns the options that `pollEntries` describe. */
export const pollOptions = (config: PollConfig): PollOptions => ({
  minNs: config['poll-min'],
  maxNs: maxNs(config),
  start: config.iburst ? 'burst' : 'steady',
  retries: config.burst ?? false,
});

const maxNs = (config: PollConfig): Ns => config['poll-max'] ?? DEFAULT_RANGE * config['poll-min'];
