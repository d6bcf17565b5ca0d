import type { Instant, Leg, Observation, Pulse, Reading } from '../../api/index.js';
import type { ClockEnsemble } from '../clocks/clock-ensemble.js';
import type { LeapSchedule } from '../leap/leap.js';
import type { StateRestorer } from '../persistence/state-restorer.js';
import { comeBack } from '../selection/admission.js';
import { mayVote } from '../selection/eligibility.js';
import { isTwoWay } from '../tracks/directions.js';
import { compareNumbering, ownNumber } from '../tracks/pulse-numbering.js';
import { carries, hasLapsed, heard, note, noteLeg, type Source, type SourceTrack, trackOf } from '../tracks/source.js';
import { freePlace, needsPlace } from '../tracks/track-limit.js';
import { comparable, refuses } from './comparable.js';
import type { SourceJumps } from './source-jumps.js';

export interface ObservationIntakeParts {
  readonly keeper: ClockEnsemble;
  readonly recollection: StateRestorer;
  readonly leap: LeapSchedule;
  readonly jumps: SourceJumps;
  readonly sources: ReadonlyMap<string, Source>;
  /** No date before this can be today's. Undefined: every date is believed. */
  readonly builtAt: Instant | undefined;
  readonly tell: (source: string, text: string) => void;
}

interface Moment {
  /** The living tracks on which the estimate rests. */
  readonly carriers: readonly SourceTrack[];
  readonly now: Instant;
}

/** Takes what a source observes: sorts it by paths, hands on to the estimator what can be used, and notes the rest. */
export class ObservationIntake {
  readonly #parts: ObservationIntakeParts;

  constructor(parts: ObservationIntakeParts) {
    this.#parts = parts;
  }

  /** Takes the observations of one input and returns the tracks that they belong to. */
  hear(source: Source, observations: readonly Observation[], { carriers, now }: Moment): readonly SourceTrack[] {
    const { keeper, jumps, sources } = this.#parts;
    source.silence = '';
    // The hub's own time would teach the estimator nothing but its own errors.
    if (source.kinship.ours !== undefined) {
      keeper.remove([...source.tracks.values()]);
      source.tracks.clear();
      return [];
    }
    const noted = [...observations].sort(byEventTime).flatMap((observation) => this.#note(source, observation, now));
    if (noted.length === 0) return [];
    if (noted.every(({ track }) => hasEnded(source.complaint, track))) source.complaint = undefined;
    const spoken = new Map<SourceTrack, Leg[]>();
    for (const { track, observation } of noted) {
      const legs = spoken.get(track) ?? [];
      spoken.set(track, legs);
      // One direction alone would move the phase by whatever happens to its delay.
      if (hasLapsed(track)) continue;
      if (track.lost) keeper.apply(comeBack(track, sources.values()));
      const fed = this.#feed(track, observation, now);
      jumps.follow(track, now);
      if (fed?.kind === 'leg') legs.push(fed);
    }
    keeper.weigh([...spoken.keys()].filter(carries), carriers, now);
    for (const [track, legs] of spoken) {
      heard(track, now);
      jumps.examine(track, legs);
    }
    return [...spoken.keys()];
  }

  /** Notes what an observation says about its track, before anything is made of it. Empty: the track is new and has no place. */
  #note(source: Source, observation: Observation, now: Instant) {
    if (needsPlace(source, observation)) {
      const gone = freePlace(source);
      if (gone === undefined) return [];
      this.#parts.keeper.remove([gone]);
    }
    const track = trackOf(source, observation);
    if (track.observations === 0) this.#parts.recollection.remind(track);
    note(track, observation);
    if (observation.kind === 'leg') noteLeg(track, observation.direction, now);
    return [{ track, observation }];
  }

  /** Hands an observation to the estimator as far as it can be used, and returns it as handed over. */
  #feed(track: SourceTrack, observation: Observation, now: Instant): Observation | undefined {
    const { keeper, leap, builtAt } = this.#parts;
    const { clocks } = keeper;
    const { taiMinusUtc } = leap.state(keeper.utc(now));
    const fit = comparable(observation, { clocks, options: track.source.options, taiMinusUtc });
    const usable = fit?.kind === 'pulse' ? this.#number(track, fit, now) : fit;
    const offered = { observation, usable, clock: clocks.get(observation.clock), builtAt };
    if (refuses(track, offered) || usable === undefined) return undefined;
    keeper.observe(track, usable);
    return usable;
  }

  /** A pulse is used once the second is known, by the vote or, where nothing votes, by its own number. */
  #number(track: SourceTrack, pulse: Pulse, now: Instant): Pulse | Reading | undefined {
    const { keeper, sources, tell } = this.#parts;
    const isVoted = () => [...sources.values()].some((source) => mayVote(source, now));
    if (!keeper.numbered(track)) return isVoted() ? undefined : ownNumber(pulse);
    const { clock, numberedOffsetNs } = pulse;
    const news = compareNumbering(track, numberedOffsetNs, keeper.clocks.get(clock)?.model?.offsetNs ?? 0);
    if (news !== undefined) tell(track.source.id, news);
    return pulse;
  }
}

/** Returns true when what the source complained of is no longer so on this path. */
const hasEnded = (complaint: Source['complaint'], { kind, directions }: SourceTrack): boolean =>
  kind !== 'exchange' || isTwoWay(directions, complaint?.at);

const byEventTime = (a: Observation, b: Observation): number => Number(a.monotonic - b.monotonic);
