import type { Leg, Ns } from '../../../api/index.js';
import { MixtureComponent, type Prediction } from './noise.js';
import { logDensity } from './truncated-normal.js';

/** Least fraction of a mode that was seen at all. */
const LEAST_FRACTION = 0.002;
/** A greater fraction is no minority: its legs are the path, and the others are late. */
const GREATEST_FRACTION = 0.4;
/** Standard deviation of the first leg's place, as a share of its distance from the edge. */
const FIRST_SPREAD = 0.25;
/** Legs over which the fraction is averaged, and early legs over which their place is. */
const AVERAGED_LEGS = 500;
const AVERAGED_EARLY_LEGS = 50;
/** Probability of an early leg after the whole path has become shorter. */
const EARLY_ON_SHORTER_PATH = 0.99;
/** Logarithm of the odds against chance that show a shorter path. */
const LOG_ODDS_TO_DECIDE = Math.log(1e7);

/**
 * Legs of a mode before the early edge: a switch whose queue is empty for a few frames only. Such a leg says nothing: the many
 * that wait alike are the path. Fraction, distance from the edge and spread of the mode are learnt from both directions, the
 * first time from a leg that would be an outlier. Early legs that become too many show a shorter path.
 */
export class EarlyMode extends MixtureComponent {
  /** Fraction of all legs that are in the mode, 0..1. */
  fraction = 0;
  /** Probability that the last leg was in the mode, 0..1. */
  chance = 0;
  /** The last leg was in the mode, or an outlier before the edge. */
  isEarly = false;
  /** For each member: probability that the leg at hand is in the mode. */
  private readonly chances: Float64Array;
  /** Distance from the early edge, ns, its variance, and the early legs that showed both. */
  private placeNs: Ns = 0;
  private spreadSquare = 0;
  private earlyLegs = 0;
  private legs = 0;
  private edge: Ns = 0;
  private noiseVariance = 0;
  /** By direction: logarithm of the odds that all legs are early now. */
  private readonly logOdds = { inbound: 0, outbound: 0 };

  constructor(members: number) {
    super();
    this.chances = new Float64Array(members);
  }

  /** `edge` and `sigma`: of the ordinary noise of the leg at hand, ns. */
  prepare(edge: Ns, sigma: Ns): void {
    this.edge = edge;
    this.noiseVariance = sigma ** 2;
  }

  evaluate(prediction: Prediction): void {
    this.moments.variance = prediction.variance;
    const s2 = prediction.variance + this.noiseVariance + this.spreadSquare;
    const residual = prediction.residual - this.edge + this.placeNs;
    this.logLikelihood =
      this.earlyLegs === 0 ? Number.NEGATIVE_INFINITY : logDensity(residual / Math.sqrt(s2)) - 0.5 * Math.log(s2);
  }

  record(member: number, chance: number): void {
    this.chances[member] = chance;
  }

  /** `lead`: the prediction of the leading member. */
  learn(weights: Float64Array, lead: Prediction, outlierChance: number, direction: Leg['direction']): void {
    this.chance = 0;
    for (let k = 0; k < weights.length; k++) this.chance += weights[k]! * this.chances[k]!;
    this.legs = Math.min(this.legs + 1, AVERAGED_LEGS);
    const beforeNs = this.edge - lead.residual;
    const earlyChance = this.chance + (beforeNs > 0 ? outlierChance : 0);
    this.isEarly = earlyChance > 0.5;
    // A place that one leg has shown gives way to the next one.
    if (this.earlyLegs < 2 && outlierChance > 0.5 && beforeNs > 0) this.begin(beforeNs, direction);
    else if (this.earlyLegs > 0) this.learnMode(beforeNs, earlyChance, direction);
  }

  /** True when so many of the last legs were early that the path is shorter. */
  get isPathShorter(): boolean {
    return this.logOdds.inbound + this.logOdds.outbound > LOG_ODDS_TO_DECIDE;
  }

  forget(): void {
    this.earlyLegs = this.legs = this.fraction = this.chance = 0;
    this.isEarly = false;
    this.logOdds.inbound = this.logOdds.outbound = 0;
  }

  private begin(beforeNs: Ns, direction: Leg['direction']): void {
    this.placeNs = beforeNs;
    this.spreadSquare = (FIRST_SPREAD * beforeNs) ** 2;
    this.earlyLegs = this.chance = 1;
    this.fraction = this.limited(1 / this.legs);
    this.logOdds[direction] = Math.log(EARLY_ON_SHORTER_PATH / this.fraction);
  }

  private learnMode(beforeNs: Ns, earlyChance: number, direction: Leg['direction']): void {
    const odds = this.isEarly
      ? EARLY_ON_SHORTER_PATH / this.fraction
      : (1 - EARLY_ON_SHORTER_PATH) / (1 - this.fraction);
    this.logOdds[direction] = Math.max(this.logOdds[direction] + Math.log(odds), 0);
    this.fraction = this.limited(this.fraction + (earlyChance - this.fraction) / this.legs);
    if (this.chance <= 0.5) return;
    this.earlyLegs = Math.min(this.earlyLegs + 1, AVERAGED_EARLY_LEGS);
    const deviation = beforeNs - this.placeNs;
    this.placeNs += deviation / this.earlyLegs;
    this.spreadSquare += (deviation ** 2 - this.spreadSquare) / this.earlyLegs;
  }

  private limited(fraction: number): number {
    return Math.min(Math.max(fraction, LEAST_FRACTION), GREATEST_FRACTION);
  }
}
