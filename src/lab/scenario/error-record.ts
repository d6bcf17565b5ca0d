import { type Mode, NS_PER_S, type Ns, type TimeState } from '../../api/index.js';
import type { LabHost } from '../host.js';

/** The true errors of the clock and the hub's statements, at each true second. */
export interface ErrorRecord {
  /** Seconds recorded: second k is at index k − 1. */
  readonly seconds: number;
  /** Reference − clock; if the hub only observes, reference − its corrected time. */
  readonly errorNs: Float64Array;
  /** Truth − the hub's statement. */
  readonly surpriseNs: Float64Array;
  /** The hub's sigma and bound of it. */
  readonly sigmaNs: Float64Array;
  readonly boundNs: Float64Array;
  /** Infinity while no majority of the voters agrees. */
  readonly majorityBoundNs: Float64Array;
  readonly modes: readonly { readonly atS: number; readonly mode: Mode }[];
  /** Seconds in which the clock was stepped. */
  readonly steps: readonly number[];
}

/** The truth of one second beside the hub's statement. */
export interface SecondTruth {
  /** Truth − the hub's statement. */
  readonly surpriseNs: Ns;
  readonly boundNs: Ns;
  /** Infinity while no majority of the voters agrees. */
  readonly majorityBoundNs: Ns;
}

export type OnSecond = (second: number, state: TimeState, truth: SecondTruth) => void;

export interface Recorder {
  readonly record: ErrorRecord;
}

/** Records from the start of virtual time for `durationNs`. */
export function startRecorder(
  host: LabHost,
  state: () => TimeState,
  durationNs: Ns,
  steered: boolean,
  onSecond?: OnSecond,
): Recorder {
  const seconds = Math.floor(durationNs / NS_PER_S);
  const column = () => new Float64Array(seconds);
  const modes: { atS: number; mode: Mode }[] = [];
  const steps: number[] = [];
  const record = {
    seconds,
    errorNs: column(),
    surpriseNs: column(),
    sigmaNs: column(),
    boundNs: column(),
    majorityBoundNs: column(),
    modes,
    steps,
  };
  const clock = host.clocks[0];
  let phase = clock.phase();
  const take = (second: number): void => {
    if (second < seconds) host.scheduler.at((second + 1) * NS_PER_S, () => take(second + 1));
    if (host.asleep) {
      repeat(record, second);
      return;
    }
    const current = state();
    const { mode, clocks } = current;
    const stated = clocks[0]!;
    const ageS = Number(host.monotonic() - stated.monotonic) / NS_PER_S;
    const errorNs = clock.errorNs();
    const at = second - 1;
    record.surpriseNs[at] = errorNs - (stated.offsetNs + stated.slopePpb * ageS);
    record.errorNs[at] = steered ? errorNs : record.surpriseNs[at]!;
    record.sigmaNs[at] = stated.sigmaNs;
    record.boundNs[at] = stated.boundNs + stated.boundGrowthPpb * ageS;
    record.majorityBoundNs[at] =
      (stated.majorityBoundNs ?? Number.POSITIVE_INFINITY) + (stated.majorityBoundGrowthPpb ?? 0) * ageS;
    onSecond?.(second, current, {
      surpriseNs: record.surpriseNs[at]!,
      boundNs: record.boundNs[at]!,
      majorityBoundNs: record.majorityBoundNs[at]!,
    });
    if (mode !== modes.at(-1)?.mode) modes.push({ atS: second, mode });
    const now = clock.phase();
    if (now !== phase) steps.push(second);
    phase = now;
  };
  host.scheduler.at(NS_PER_S, () => take(1));
  return { record };
}

/** Repeats the last second while the machine sleeps: its clock cannot be read. */
function repeat(record: ErrorRecord, second: number): void {
  const { errorNs, surpriseNs, sigmaNs, boundNs, majorityBoundNs } = record;
  for (const column of [errorNs, surpriseNs, sigmaNs, boundNs, majorityBoundNs])
    column[second - 1] = column[second - 2] ?? 0;
}
