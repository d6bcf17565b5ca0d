import { type Ns, parseDuration } from '../../api/index.js';
import type { ErrorRecord as Truth } from './error-record.js';

/** The result of a run as `timehub simulate --json` prints it. Times in seconds after the start, errors in ns. */
export interface Score {
  /** RMS of the error in the steady part. */
  readonly rmsNs: Ns;
  readonly maxNs: Ns;
  /** Mean error of the steady part: for the most part the asymmetry of the paths. */
  readonly meanNs: Ns;
  /** RMS of the error of the steady part without that mean. */
  readonly centredNs: Ns;
  readonly rmsFrequencyPpb: number;
  /** First second from which the error stays within a limit for 300 s, by limit; null: never. */
  readonly withinS: Readonly<Record<string, number | null>>;
  /** Seconds from the first event until the error stays within three times its RMS before it; null: never. */
  readonly recoveryS: number | null;
  /** Largest error from the first event on. */
  readonly peakNs: Ns | null;
  /** RMS of (truth − stated offset) / stated sigma, steady part. */
  readonly normalisedErrorRms: number | null;
  /** The same without the mean of truth − stated offset. */
  readonly centredNormalised: number | null;
  /** Number of seconds of the steady part in which the error was larger than the bound. */
  readonly boundViolations: number;
  /** Number of seconds of the steady part in which the error was larger than a finite majority bound. */
  readonly majorityBoundViolations: number;
  readonly steadyS: number;
  readonly endNs: Ns;
  /** The hub's bound at the end. */
  readonly endBoundNs: Ns;
  /** The hub's majority bound at the end; Infinity without a majority. */
  readonly endMajorityBoundNs: Ns;
  readonly probesNs: readonly Ns[];
  readonly steps: number;
}

export interface ScoreOptions {
  readonly steadyFromNs: Ns;
  /** Time of the first event; Infinity without one. */
  readonly eventNs: Ns;
  /** Limit of the recovery. Default: three times the RMS before the event. */
  readonly recoveryNs: Ns | undefined;
  readonly within: readonly string[];
  readonly probesNs: readonly Ns[];
}

/** Time for which an error must stay within a limit, s. */
const HOLD_S = 300;
const RECOVERED_RMS = 3;
const USUAL_LIMITS = ['1ms', '100us', '10us'];

export function score(truth: Truth, options: ScoreOptions): Score {
  const { errorNs, seconds } = truth;
  const from = Math.max(1, Math.ceil(options.steadyFromNs / 1e9));
  const event = Math.min(seconds + 1, Math.ceil(options.eventNs / 1e9));
  const at = (second: number): Ns => errorNs[second - 1] ?? Number.NaN;
  const limits = [...new Set([...USUAL_LIMITS, ...options.within])];
  const quiet = rms(errorNs, from < event ? from : 1, event - 1);
  const limit = options.recoveryNs ?? RECOVERED_RMS * quiet;
  return {
    rmsNs: rms(errorNs, from, seconds),
    maxNs: largest(errorNs, from, seconds),
    ...centre(errorNs, from, seconds),
    rmsFrequencyPpb: rms(frequency(truth), from + 1, seconds),
    withinS: Object.fromEntries(limits.map((text) => [text, withinFrom(errorNs, parseDuration(text)!)])),
    recoveryS: event > seconds ? null : recovery(errorNs, event, limit),
    peakNs: event > seconds ? null : largest(errorNs, event, seconds),
    ...honesty(truth, from),
    steadyS: seconds - from + 1,
    endNs: at(seconds),
    endBoundNs: truth.boundNs[seconds - 1] ?? Number.NaN,
    endMajorityBoundNs: truth.majorityBoundNs[seconds - 1] ?? Number.NaN,
    probesNs: options.probesNs.map((ns) => at(Math.round(ns / 1e9))),
    steps: truth.steps.length,
  };
}

/** Returns the RMS over the seconds `from`..`to`. */
function rms(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let second = from; second <= to; second++) sum += values[second - 1]! ** 2;
  return Math.sqrt(sum / (to - from + 1));
}

function centre(errorNs: Float64Array, from: number, to: number): Pick<Score, 'meanNs' | 'centredNs'> {
  const meanNs = mean(errorNs, from, to);
  return {
    meanNs,
    centredNs: rms(
      errorNs.map((each) => each - meanNs),
      from,
      to,
    ),
  };
}

function mean(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let second = from; second <= to; second++) sum += values[second - 1]!;
  return sum / (to - from + 1);
}

function largest(values: Float64Array, from: number, to: number): number {
  let most = 0;
  for (let second = from; second <= to; second++) most = Math.max(most, Math.abs(values[second - 1]!));
  return most;
}

/** Returns the clock's rate error in each second, ppb; 0 in a second with a step. */
function frequency({ errorNs, steps }: Truth): Float64Array {
  const rate = new Float64Array(errorNs.length);
  for (let at = 1; at < rate.length; at++) rate[at] = errorNs[at]! - errorNs[at - 1]!;
  for (const second of steps) rate[second - 1] = 0;
  return rate;
}

/** Returns the first second from which the error stays within the limit for `HOLD_S`; null if there is none. */
function withinFrom(errorNs: Float64Array, limitNs: Ns, from = 1): number | null {
  let since = from;
  for (let second = from; second <= errorNs.length; second++) {
    if (!(Math.abs(errorNs[second - 1]!) <= limitNs)) since = second + 1;
    else if (second - since + 1 >= HOLD_S) return since;
  }
  return null;
}

/** Returns the seconds from the event until the error stays within the limit for `HOLD_S`. */
function recovery(errorNs: Float64Array, event: number, limitNs: Ns): number | null {
  let excursion = event;
  while (excursion <= errorNs.length && Math.abs(errorNs[excursion - 1]!) <= limitNs) excursion++;
  if (excursion > errorNs.length) return 0;
  const back = withinFrom(errorNs, limitNs, excursion);
  return back === null ? null : back - event;
}

function honesty(
  truth: Truth,
  from: number,
): Pick<Score, 'normalisedErrorRms' | 'centredNormalised' | 'boundViolations' | 'majorityBoundViolations'> {
  const meanNs = mean(truth.surpriseNs, from, truth.seconds);
  let sum = 0;
  let centred = 0;
  let counted = 0;
  let outside = 0;
  let outsideMajority = 0;
  for (let at = from - 1; at < truth.seconds; at++) {
    const surprise = truth.surpriseNs[at]!;
    const sigma = truth.sigmaNs[at]!;
    if (Math.abs(surprise) > truth.boundNs[at]!) outside++;
    if (Math.abs(surprise) > truth.majorityBoundNs[at]!) outsideMajority++;
    if (!Number.isFinite(sigma)) continue;
    sum += (surprise / sigma) ** 2;
    centred += ((surprise - meanNs) / sigma) ** 2;
    counted++;
  }
  const rmsOf = (squares: number) => (counted === 0 ? null : Math.sqrt(squares / counted));
  return {
    normalisedErrorRms: rmsOf(sum),
    centredNormalised: rmsOf(centred),
    boundViolations: outside,
    majorityBoundViolations: outsideMajority,
  };
}
