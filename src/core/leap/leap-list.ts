import { HubError, type Instant } from '../../api/index.js';
import { EMBEDDED_LEAP_TABLE } from './leap-seconds.js';
import type { LeapStep, LeapTable } from './leap-table.js';

const UNIX_EPOCH_NTP_S = 2_208_988_800n;
const NS_PER_S = 1_000_000_000n;

/**
 * Returns the table of the machine's own leap-seconds.list, or the embedded one if that is missing, broken or older. Never
 * throws; a fault of the file is in `complaint`.
 */
export function readLeapTable(text: string | undefined, origin = 'leap-seconds.list'): LeapTable {
  if (text === undefined) return EMBEDDED_LEAP_TABLE;
  try {
    const table = parseLeapSeconds(text, origin);
    return table.expires >= EMBEDDED_LEAP_TABLE.expires ? table : EMBEDDED_LEAP_TABLE;
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return { ...EMBEDDED_LEAP_TABLE, complaint: `${error.message}; ${EMBEDDED_LEAP_TABLE.origin} is used` };
  }
}

/**
 * Reads leap-seconds.list as IERS and tzdata publish it: `NTP-seconds TAI−UTC # comment`, the expiry in `#@`. The hash in
 * `#h` is ignored. Throws `TH_CLOCK_LEAP_TABLE`.
 */
export function parseLeapSeconds(text: string, origin: string): LeapTable {
  const steps: LeapStep[] = [];
  let expires: Instant | undefined;
  for (const line of text.split(/\r?\n/)) {
    const expiry = /^#@\s*(\d+)/.exec(line);
    if (expiry !== null) expires = fromNtp(expiry[1]!);
    const body = line.replace(/#.*/, '').trim();
    if (body === '') continue;
    const step = /^(\d{9,11})\s+(\d{1,3})$/.exec(body);
    if (step === null) throw broken(origin, `the line "${line.slice(0, 60)}" is neither a leap second nor a comment`);
    steps.push({ at: fromNtp(step[1]!), taiMinusUtc: Number(step[2]) });
  }
  if (steps.length === 0) throw broken(origin, 'it lists no leap second');
  if (expires === undefined) throw broken(origin, 'it does not say when it expires (#@)');
  if (steps.some((step, i) => i > 0 && !follows(step, steps[i - 1]!)))
    throw broken(origin, 'its lines are out of order');
  return { origin, expires, steps };
}

const fromNtp = (seconds: string): Instant => (BigInt(seconds) - UNIX_EPOCH_NTP_S) * NS_PER_S;

const follows = (step: LeapStep, before: LeapStep): boolean =>
  step.at > before.at && Math.abs(step.taiMinusUtc - before.taiMinusUtc) === 1;

const broken = (origin: string, why: string): HubError =>
  new HubError('TH_CLOCK_LEAP_TABLE', `${origin} cannot be read as a list of leap seconds: ${why}`, {
    hint: 'reinstall tzdata',
  });
