import type { Instant, Leg, Observation, Pulse, Reading } from '../../api/index.js';
import type { ClockEnsemble } from '../clocks/clock-ensemble.js';
import type { LeapSchedule } from '../leap/leap.js';
import type { StateRestorer } from '../persistence/state-restorer.js';
import { mayVote } from '../selection/eligibility.js';
import { readingOf } from '../tracks/pulse-numbering.js';
import type { Source, SourceTrack } from '../tracks/source.js';
import { exceedsTrackLimit, forgetOldestTrack } from '../tracks/track-limit.js';
import { comparable, refusalOf } from './comparable.js';
import type { SourceJumps } from './source-jumps.js';

export interface ObservationIntakeParts {
  readonly ensemble: ClockEnsemble;
  readonly restorer: StateRestorer;
  readonly leap: LeapSchedule;
  readonly jumps: SourceJumps;
  readonly sources: ReadonlyMap<string, Source>;
  /** No earlier date is today's; undefined: every date is accepted. */
  readonly builtAt: Instant | undefined;
  readonly emitEvent: (source: string, text: string) => void;
}

/** Takes observations of a source: sorts them by path, hands the usable ones to the estimator, and updates the tracks. */
export class ObservationIntake {
  readonly #parts: ObservationIntakeParts;

  constructor(parts: ObservationIntakeParts) {
    this.#parts = parts;
  }

  /** Processes the observations of one input and returns their tracks. `carriers`: the tracks on which the estimate rests. */
  accept(
    source: Source,
    observations: readonly Observation[],
    carriers: readonly SourceTrack[],
    now: Instant,
  ): readonly SourceTrack[] {
    const { ensemble, jumps } = this.#parts;
    // The hub's own time would teach the estimator only the hub's errors.
    if (source.dependence.ours !== undefined) {
      ensemble.remove([...source.tracks.values()]);
      source.tracks.clear();
      return [];
    }
    const noted = [...observations].sort(byEventTime).flatMap((observation) => this.#note(source, observation, now));
    if (noted.length === 0) return [];
    if (noted.every(({ track }) => hasEnded(source.complaint?.at, track))) source.clearComplaint();
    const legsOf = new Map<SourceTrack, Leg[]>();
    for (const { track, observation } of noted) {
      const legs = legsOf.get(track) ?? [];
      legsOf.set(track, legs);
      // One direction alone would move the phase by any change of its delay.
      if (track.hasLapsed) continue;
      jumps.comeBack(track);
      const used = this.#estimate(track, observation, now);
      jumps.update(track, now);
      if (used?.kind === 'leg') legs.push(used);
    }
    ensemble.learnAnswerNoise(
      [...legsOf.keys()].filter((track) => track.carries),
      carriers,
      now,
    );
    for (const [track, legs] of legsOf) {
      track.cadence.update(now, track.silentAfterNs);
      jumps.checkCausality(track, legs);
    }
    return [...legsOf.keys()];
  }

  /** Notes what an observation says about its track. Empty if it begins a track for which the source has no place. */
  #note(source: Source, observation: Observation, now: Instant) {
    const { ensemble, restorer } = this.#parts;
    if (exceedsTrackLimit(source, observation)) {
      const forgotten = forgetOldestTrack(source);
      if (forgotten === undefined) return [];
      ensemble.remove([forgotten]);
    }
    const track = source.trackOf(observation);
    if (track.cadence.observations === 0) restorer.restoreTrack(track);
    track.note(observation);
    if (observation.kind === 'leg') track.noteLeg(observation, now);
    return [{ track, observation }];
  }

  /** Hands an observation to the estimator if it is usable, and returns it as it was handed over. */
  #estimate(track: SourceTrack, observation: Observation, now: Instant): Observation | undefined {
    const { ensemble, leap, builtAt } = this.#parts;
    const { clocks } = ensemble;
    const { taiMinusUtc } = leap.state(ensemble.utc(now));
    const compared = comparable(observation, { clocks, options: track.source.options, taiMinusUtc });
    const usable = compared?.kind === 'pulse' ? this.#number(track, compared, now) : compared;
    if (observation.kind !== 'rate') {
      const refusal = refusalOf(observation, usable, clocks.get(observation.clock), builtAt);
      track.refuse(refusal);
      if (refusal !== undefined) return undefined;
    }
    if (usable !== undefined) ensemble.observe(track, usable);
    return usable;
  }

  /** Numbers a pulse by the estimate; while that is not known and no source has a vote, by the pulse's own number. */
  #number(track: SourceTrack, pulse: Pulse, now: Instant): Pulse | Reading | undefined {
    const { ensemble, sources, emitEvent } = this.#parts;
    if (!ensemble.canNumber(track))
      return [...sources.values()].some((source) => mayVote(source, now)) ? undefined : readingOf(pulse);
    const news = track.numbering.compare(pulse, ensemble.clocks.get(pulse.clock)?.model?.offsetNs ?? 0);
    if (news !== undefined) emitEvent(track.source.id, news);
    return pulse;
  }
}

/** Returns true when the fault that the source reported at `complainedAt` no longer affects this path. */
const hasEnded = (complainedAt: Instant | undefined, { kind, directions }: SourceTrack): boolean =>
  kind !== 'exchange' || directions.isTwoWay(complainedAt);

const byEventTime = (a: Observation, b: Observation): number => Number(a.monotonic - b.monotonic);
