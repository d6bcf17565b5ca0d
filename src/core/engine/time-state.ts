import type { ClockId, ClockState, Instant, Stamp, TimeState } from '../../api/index.js';
import type { Clock } from '../clocks/clock.js';
import { boundGrowthPpb, boundNs, type ClockModel, extrapolate, offsetAt } from '../clocks/clock-model.js';
import { usualScale } from '../clocks/timescale.js';
import type { TrackEstimate } from '../estimator/types.js';
import type { LeapSchedule } from '../leap/leap.js';
import type { Quality } from '../quality/quality.js';
import { reportOf, sharesOf } from '../selection/reasons.js';
import { allTracks, type Source, type SourceTrack } from '../tracks/source.js';
import type { PromiseBasis } from './input.js';
import type { ModeState } from './mode.js';

export interface TimeStateParts {
  readonly stamps: readonly Stamp[];
  /** CLOCK_MONOTONIC_RAW of the last input. */
  readonly now: Instant;
  readonly mode: ModeState;
  /** Description of local mode, a sentence without its subject; undefined while it is off. */
  readonly local: string | undefined;
  readonly clocks: ReadonlyMap<ClockId, Clock>;
  readonly sources: ReadonlyMap<string, Source>;
  readonly leap: LeapSchedule;
  readonly quality: Quality;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
  /** The models with the majority bound. */
  readonly majority: ReadonlyMap<ClockId, ClockModel>;
  readonly promise: PromiseBasis;
}

/** Returns the time state at fresh readings of the clocks; a clock without one is shown at the last input. */
export function timeState(parts: TimeStateParts): TimeState {
  const { stamps, mode, local, clocks, sources, leap, quality, estimate, majority, promise } = parts;
  const now = stamps.reduce((newest, { monotonic }) => (monotonic > newest ? monotonic : newest), parts.now);
  const system = clockState(clocks.get('system'), 'system', parts, now);
  const others = [...clocks.values()].filter(({ id }) => id !== 'system');
  const model = clocks.get('system')?.model;
  const corrected = system.reading + BigInt(Math.round(system.offsetNs)) + (now - system.monotonic);
  const leapState = leap.state(model === undefined ? undefined : corrected);
  const utc = (at: Instant) => (model === undefined ? undefined : corrected - (now - at));
  const shares = sharesOf(
    allTracks(sources.values()).filter(({ carries }) => carries),
    estimate,
  );
  const changeNs = (track: SourceTrack): number => {
    const clock = clocks.get(track.clock)?.model;
    return clock === undefined ? 0 : offsetAt(clock, now) - clock.offsetNs;
  };
  const upstream = quality.upstream();
  const promised = promise === 'majority' ? majority.get('system') : model;
  const state: { -readonly [field in keyof TimeState]: TimeState[field] } = {
    mode: mode.mode,
    reason: local === undefined ? mode.reason : `${mode.reason}; ${local}`,
    modeSince: mode.since,
    monotonic: now,
    clocks: [system, ...others.map((clock) => clockState(clock, clock.id, parts, now))],
    leap: leapState,
    sources: [...sources.values()].map((source) => reportOf(source, { now, estimate, shares, utc, changeNs })),
    local: local !== undefined,
    promise,
    ntp: quality.ntp(promised, now, leapState.pending, corrected),
    ptp: quality.ptp(promised, now),
  };
  if (upstream !== undefined) state.upstream = upstream;
  return state;
}

function clockState(
  clock: Clock | undefined,
  id: ClockId,
  { stamps, majority }: TimeStateParts,
  now: Instant,
): ClockState {
  const stamp = stamps.find((one) => one.clock === id);
  const monotonic = stamp?.monotonic ?? now;
  const last = clock?.reading;
  const reading = stamp?.time ?? (last === undefined ? 0n : last.time + (monotonic - last.monotonic));
  const frequencyPpb = clock?.frequencyPpb ?? 0;
  const steered = clock?.servo !== undefined;
  const scale = clock?.scale ?? usualScale(id);
  if (clock?.model === undefined)
    return {
      id,
      scale,
      reading,
      monotonic,
      steered,
      offsetNs: 0,
      sigmaNs: Number.POSITIVE_INFINITY,
      boundNs: Number.POSITIVE_INFINITY,
      boundGrowthPpb: 0,
      majorityBoundNs: Number.POSITIVE_INFINITY,
      majorityBoundGrowthPpb: 0,
      slopePpb: 0,
      frequencyPpb,
      frequencySigmaPpb: Number.POSITIVE_INFINITY,
    };
  const model = extrapolate(clock.model, monotonic);
  const { majorityBoundNs, majorityBoundGrowthPpb } = majorityBound(majority.get(id), monotonic);
  return {
    id,
    scale,
    reading,
    monotonic,
    steered,
    offsetNs: model.offsetNs,
    sigmaNs: model.sigmaNs,
    boundNs: boundNs(model),
    boundGrowthPpb: boundGrowthPpb(model),
    majorityBoundNs,
    majorityBoundGrowthPpb,
    slopePpb: model.slopePpb,
    frequencyPpb: frequencyPpb + model.slopePpb,
    frequencySigmaPpb: model.slopeSigmaPpb,
  };
}

function majorityBound(
  model: ClockModel | undefined,
  at: Instant,
): Required<Pick<ClockState, 'majorityBoundNs' | 'majorityBoundGrowthPpb'>> {
  if (model === undefined || !Number.isFinite(model.distanceNs))
    return { majorityBoundNs: Number.POSITIVE_INFINITY, majorityBoundGrowthPpb: 0 };
  const then = extrapolate(model, at);
  return { majorityBoundNs: boundNs(then), majorityBoundGrowthPpb: boundGrowthPpb(then) };
}
