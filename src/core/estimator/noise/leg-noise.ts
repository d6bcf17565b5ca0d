import type { Leg, Ns } from '../../../api/index.js';
import { hypot } from '../../arithmetic/hypot.js';
import type { SavedShape } from '../types.js';
import { EarlyMode } from './early-mode.js';
import { LastingDelay } from './lasting-delay.js';
import { LateRuns } from './late-runs.js';
import { LateTail } from './late-tail.js';
import { type MixtureMoments, type NoiseModel, OutlierComponent, type Prediction } from './noise.js';
import type { NoiseShape, OtherLikelihoods } from './noise-shape.js';
import { OutlierRate } from './outlier-rate.js';
import { ShapeBank } from './shape-bank.js';

/** Part of an outlier that a late leg counts as: late in one direction is a route, only late in both is noise. */
const LATE_AS_OUTLIER = 0.5;
/** Factor of the guess when the order of magnitude is searched again because both directions are late. */
const SEARCH_FACTOR = 10;
/**
 * Logarithm of the odds at which each direction's noise gets shapes of its own, and of the contrary odds at which both share
 * them again; the odds are limited to the latter. Odds are those of the last few hundred legs.
 */
const LOG_ODDS_TO_PART = 10;
const ODDS_RETENTION = 0.9975;
const DIRECTIONS = ['inbound', 'outbound'] as const;

/**
 * Noise of the legs of one path. A leg never arrives early, so a late one says almost nothing and an early one a lot, each
 * direction by itself. The sharpness of the early edge is unknown: a bank of shapes is weighed by how well they predicted,
 * and its mixture is reduced to one mean and variance.
 */
export class LegNoise implements NoiseModel {
  /** Shapes of the noise if it is alike in both directions. */
  private readonly shared: ShapeBank;
  /**
   * The same with an edge for each direction. It predicts as well as `own` where the directions differ by a constant only: a
   * route has changed, and the noise is alike.
   */
  private readonly level: ShapeBank;
  /** Shapes of the noise of each direction by itself. */
  private readonly own: Readonly<Record<Leg['direction'], ShapeBank>>;
  private readonly banks: readonly ShapeBank[];
  /** The directions have noise of their own. */
  private isApart = false;
  /** Logarithms of the odds that they have, against `shared` and against `level`. */
  private sharedOdds = 0;
  private levelOdds = 0;
  /** A route has changed: a difference between the directions may be the route's from now on, so it moves no phase. */
  private isSettled = false;
  private readonly lateRuns = new LateRuns();
  private direction: Leg['direction'] = 'inbound';
  /**
   * By how much, ns, the last leg moves the phase because the legs of the two directions turned out to have other shapes, and so
   * other edges, than was assumed.
   */
  phaseShift: Ns = 0;
  private readonly tail: LateTail;
  private readonly early: EarlyMode;
  private readonly lasting = new LastingDelay();
  private readonly outlierRate = new OutlierRate();
  /** Share of late legs by direction. */
  private readonly lateRates = { inbound: new OutlierRate(), outbound: new OutlierRate() };
  private leadMember = 0;
  outlierChance = 0;
  /** Standard deviation of the leg at hand if it is in no tail, ns. */
  private ordinarySigma: Ns = 0;
  private readonly others: OtherLikelihoods = { logUnit: 0, tail: 0, other: 0, ordinaryFraction: 0 };
  private readonly outlier = new OutlierComponent();
  /** For each member: probability that the leg at hand is an outlier. */
  private readonly outlierChances: Float64Array;
  /** Prediction of the leg at hand by the leading member, and its likelihoods. */
  private readonly lead = { residual: 0, variance: 0 };
  private readonly leadOthers: OtherLikelihoods = { logUnit: 0, tail: 0, other: 0, ordinaryFraction: 0 };
  private readonly legCounts = { inbound: 0, outbound: 0 };
  private lastDirection: Leg['direction'] | undefined;

  /** `sigma`: expected order of magnitude, ns. `members`: capacity of the wander bank. */
  constructor(sigma: Ns, members: number) {
    this.shared = new ShapeBank(sigma, members);
    this.level = new ShapeBank(sigma, members);
    this.level.setIdle(true);
    this.own = { inbound: new ShapeBank(sigma, members), outbound: new ShapeBank(sigma, members) };
    this.banks = [this.shared, this.level, this.own.inbound, this.own.outbound];
    this.setApart(false);
    this.outlierChances = new Float64Array(members);
    this.tail = new LateTail(members);
    this.early = new EarlyMode(members);
  }

  get mean(): Ns {
    const { edge, scale } = this.bank.best;
    return edge + scale;
  }

  get sigma(): Ns {
    return this.bank.best.sigma;
  }

  /** Standard deviation of the other direction if the noise of the two is not alike, else 0, ns. */
  get otherSigma(): Ns {
    if (!this.isApart) return 0;
    return this.own[this.direction === 'inbound' ? 'outbound' : 'inbound'].best.sigma;
  }

  /** Standard deviation over both directions, ns. */
  get pathSigma(): Ns {
    const { own, isApart } = this;
    if (!isApart) return this.shared.best.sigma;
    return hypot(own.inbound.best.sigma, own.outbound.best.sigma) / Math.SQRT2;
  }

  /** False: the place of the early edge is unknown, and the noise says nothing of the other direction. */
  get hasBothDirections(): boolean {
    return this.legCounts.inbound > 0 && this.legCounts.outbound > 0;
  }

  get leastError(): Ns {
    return this.bank.leastError;
  }

  get rmsOverShapes(): Ns {
    return this.bank.rmsOverShapes;
  }

  /** The shapes for `restore`. */
  get savedShapes(): readonly SavedShape[] {
    return this.shared.saved;
  }

  /** Starts from the noise of an earlier run. */
  restore(sigma: Ns, saved: readonly SavedShape[]): this {
    for (const bank of this.banks) bank.restore(sigma, saved);
    this.setApart(false);
    return this;
  }

  /** Sets the direction of the next leg. */
  setDirection(direction: Leg['direction']): this {
    this.direction = direction;
    return this;
  }

  prepare(floor: number, leadMember: number): void {
    this.leadMember = leadMember;
    const { bank, idle } = this;
    for (const shape of bank.shapes) shape.prepare(floor);
    for (const shape of idle.shapes) shape.prepare(floor);
    for (const shape of this.level.shapes) {
      shape.setEdgeOf(this.direction);
      shape.prepare(floor);
    }
    const { best } = bank;
    this.ordinarySigma = Math.sqrt(best.sigma ** 2 + best.floorVariance);
    this.tail.prepare(this.ordinarySigma);
    this.early.prepare(best.edge, this.ordinarySigma);
    this.lasting.prepare(this.direction, best.edge, this.ordinarySigma);
  }

  evaluate(prediction: Prediction, member: number, out: MixtureMoments): void {
    const { tail, early, lasting, outlier, others } = this;
    const { shapes } = this.bank;
    tail.evaluate(prediction);
    early.evaluate(prediction);
    lasting.evaluate(prediction);
    outlier.expectedVariance = prediction.variance + this.ordinarySigma ** 2;
    outlier.evaluate(prediction);
    let top = Math.max(tail.logLikelihood, early.logLikelihood, lasting.logLikelihood, outlier.logLikelihood);
    for (const shape of shapes) {
      if (this.skips(shape, member)) continue;
      shape.evaluate(prediction);
      top = Math.max(top, shape.logLikelihood);
    }
    others.logUnit = top;
    others.tail = tail.fraction * Math.exp(tail.logLikelihood - top);
    const earlyChance = early.fraction * Math.exp(early.logLikelihood - top);
    const outlierChance = Math.exp(outlier.logLikelihood - top);
    const lastingChance = lasting.fraction * Math.exp(lasting.logLikelihood - top);
    others.other = earlyChance + lastingChance + outlierChance;
    others.ordinaryFraction = (1 - lasting.fraction) * (1 - tail.fraction - early.fraction);
    let weights = 0;
    out.reset();
    for (const shape of shapes) {
      if (this.skips(shape, member)) continue;
      shape.record(member, others);
      weights += shape.memberWeights[member]!;
      out.add(shape.moments);
    }
    if (member === this.leadMember) this.keepLead(prediction);
    tail.moments.share = weights * others.tail;
    out.add(tail.moments);
    early.moments.share = weights * earlyChance;
    out.add(early.moments);
    lasting.moments.share = weights * lastingChance;
    out.add(lasting.moments);
    outlier.moments.share = weights * outlierChance;
    out.add(outlier.moments);
    this.outlierChances[member] = outlier.moments.share / out.share;
    early.record(member, early.moments.share / out.share);
    tail.record(member, out);
    out.logUnit = top - Math.log(weights);
    out.finish();
  }

  learn(weights: Float64Array, switchedShare: Float64Array): void {
    const { tail, early, lasting, direction, shared, level, bank, idle, leadMember } = this;
    this.phaseShift = this.outlierChance = 0;
    for (let k = 0; k < weights.length; k++) this.outlierChance += weights[k]! * this.outlierChances[k]!;
    early.learn(weights, this.lead, this.outlierChance, direction);
    lasting.learn(direction, this.lead);
    const isTurn = this.isTurn();
    this.legCounts[direction]++;
    this.lastDirection = direction;
    if (!shared.isOpen && !isTurn) return;
    tail.learn(weights);
    bank.learn(weights, leadMember, direction);
    if (!this.isSettled) {
      this.teachBeside(idle, weights);
      this.teachBeside(level, weights);
      this.noteLateRun();
    }
    const isEarly = this.lead.residual < bank.best.edge;
    if (isTurn)
      this.outlierRate.add((isEarly ? 1 : LATE_AS_OUTLIER) * this.outlierChance + LATE_AS_OUTLIER * tail.chance);
    if (!isEarly || this.outlierChance < 0.5) this.lateRates[direction].add(this.outlierChance + tail.chance);
    this.updateWeights(bank, weights, switchedShare);
    if (!this.isSettled) {
      idle.updateWeights(weights, switchedShare, leadMember);
      level.updateWeights(weights, switchedShare, leadMember);
      this.updateOdds();
    }
    if (this.areBothDirectionsLate()) this.restartSearch();
    else if (this.outlierRate.isTooHigh) this.increaseScale();
    else if (shared.canClose) {
      for (const each of this.banks) each.close();
      this.setApart(false);
    }
  }

  /**
   * After a leg of a two-way path: sets the shapes' edges. Returns by how much, ns, the base delay must be moved for the best
   * shape's edge to be there again.
   */
  alignEdges(): Ns {
    const { shared, own, isApart } = this;
    for (const shape of shared.shapes) shape.setEdge();
    for (const direction of DIRECTIONS) for (const shape of own[direction].shapes) shape.setEdgeOf(direction);
    if (shared.isOpen) for (const bank of this.banks) bank.alignMeans();
    if (!isApart) {
      const by = shared.best.edge;
      for (const bank of this.banks) bank.shiftEdges(by - this.phaseShift, by + this.phaseShift);
      return by;
    }
    const [inbound, outbound] = [own.inbound.meanPlace, own.outbound.meanPlace];
    const by = (inbound + outbound) / 2;
    shared.shiftEdges(by - this.phaseShift, by + this.phaseShift);
    this.level.shiftEdges(by - this.phaseShift, by + this.phaseShift);
    own.inbound.shiftEdges(inbound, inbound);
    own.outbound.shiftEdges(outbound, outbound);
    return by;
  }

  /** True when the last leg was in the early mode, or an outlier before the edge. */
  get isEarly(): boolean {
    return this.early.isEarly;
  }

  /** True when the last leg is one of a minority that comes early on this path: it shows no change. */
  get isInEarlyMode(): boolean {
    return this.isEarly && !this.early.isPathShorter;
  }

  /** The path has become shorter: its modes are those of another path. */
  forgetEarlyMode(): void {
    this.early.forget();
  }

  /** The route of one direction has changed. Whether the directions have noise of their own stays as it is. */
  noteRouteChange(): void {
    this.isSettled = true;
  }

  /**
   * Returns true if the noise has outgrown its scale. One late direction is a route or a clock, so both must be late, where
   * there are two. Early legs never show greater noise, since as many would be late: see `checkForReset`.
   */
  private areBothDirectionsLate(): boolean {
    const { inbound, outbound } = this.lateRates;
    if (this.legCounts.inbound === 0) return outbound.isTooHigh;
    return inbound.isTooHigh && (outbound.isTooHigh || this.legCounts.outbound === 0);
  }

  /**
   * Returns true if the leg may teach the noise: on a two-way path, only a leg that follows one of the other direction. So
   * both directions teach alike, however many legs the busy one has (eight Syncs for a Delay_Req), and a route that gets
   * longer is not taken for noise.
   */
  private isTurn(): boolean {
    const { inbound, outbound } = this.legCounts;
    return inbound === 0 || outbound === 0 || this.direction !== this.lastDirection;
  }

  private restartSearch(): void {
    this.lateRates.inbound.reset();
    this.lateRates.outbound.reset();
    const sigma = this.pathSigma * SEARCH_FACTOR;
    for (const bank of this.banks) bank.open(sigma);
    this.sharedOdds = this.levelOdds = 0;
    this.isSettled = false;
    this.setApart(false);
  }

  private increaseScale(): void {
    const { shared, level, isApart } = this;
    for (const bank of isApart ? this.banks : [shared, level]) bank.increaseScale();
  }

  /** The shapes by which the leg at hand is judged, and those that only run beside. */
  private get bank(): ShapeBank {
    return this.isApart ? this.own[this.direction] : this.shared;
  }

  private get idle(): ShapeBank {
    return this.isApart ? this.shared : this.own[this.direction];
  }

  private setApart(isApart: boolean): void {
    this.isApart = isApart;
    this.shared.setIdle(isApart);
    this.level.setIdle(true);
    for (const direction of DIRECTIONS) this.own[direction].setIdle(!isApart);
  }

  private keepLead({ residual, variance }: Prediction): void {
    const { lead, leadOthers, others } = this;
    lead.residual = residual;
    lead.variance = variance;
    leadOthers.logUnit = others.logUnit;
    leadOthers.tail = others.tail;
    leadOthers.other = others.other;
    leadOthers.ordinaryFraction = others.ordinaryFraction;
  }

  /** Shows a leg to shapes by which it is not judged, with the prediction of the leading member. */
  private teachBeside(bank: ShapeBank, weights: Float64Array): void {
    for (const shape of bank.shapes) {
      shape.evaluate(this.lead);
      shape.record(this.leadMember, this.leadOthers);
    }
    bank.learn(weights, this.leadMember, this.direction);
  }

  /** Updates the weights of the shapes. Where they move the edge of one direction, this is delay and phase. */
  private updateWeights(bank: ShapeBank, weights: Float64Array, switchedShare: Float64Array): void {
    const { direction, isApart } = this;
    if (isApart) for (const shape of bank.shapes) shape.setEdgeOf(direction);
    const before = isApart ? bank.meanPlace : 0;
    bank.updateWeights(weights, switchedShare, this.leadMember);
    if (isApart && !this.isSettled)
      this.phaseShift += ((direction === 'outbound' ? 1 : -1) * (bank.meanPlace - before)) / 2;
  }

  private noteLateRun(): void {
    const { isKnown, best } = this.own[this.direction];
    if (!isKnown) return;
    if (this.lateRuns.note(this.direction, (this.lead.residual - best.edge) / best.sigma)) this.isSettled = true;
  }

  /** Decides by the odds whether the directions have shapes of their own. */
  private updateOdds(): void {
    const { shared, level, own, direction } = this;
    const evidence = own[direction].logEvidence;
    this.sharedOdds = limitedOdds(this.sharedOdds * ODDS_RETENTION + evidence - shared.logEvidence);
    this.levelOdds = limitedOdds(this.levelOdds * ODDS_RETENTION + evidence - level.logEvidence);
    if (!this.hasBothDirections || shared.isOpen || this.lateRuns.mayBeRoute) return;
    if (!this.isApart && Math.min(this.sharedOdds, this.levelOdds) >= LOG_ODDS_TO_PART) {
      this.setApart(true);
      for (const each of DIRECTIONS) for (const shape of own[each].shapes) shape.setEdgeOf(each);
      const limit = Math.max(shared.best.sigma, own.inbound.best.sigma, own.outbound.best.sigma);
      const shift = (own.outbound.meanPlace - own.inbound.meanPlace) / 2;
      this.phaseShift = Math.min(Math.max(shift, -limit), limit);
    } else if (this.isApart && this.sharedOdds <= -LOG_ODDS_TO_PART) {
      this.setApart(false);
      this.phaseShift = (shared.best.edgeOf('outbound') - shared.best.edgeOf('inbound')) / 2;
    }
  }

  /** A dormant shape is evaluated by the leading member alone, to keep its weight current. */
  private skips(shape: NoiseShape, member: number): boolean {
    return shape.isDormant && member !== this.leadMember;
  }
}

const limitedOdds = (logOdds: number): number => Math.min(Math.max(logOdds, -LOG_ODDS_TO_PART), LOG_ODDS_TO_PART);
