import type { Leg } from '../../../api/index.js';
import type { SavedShape } from '../types.js';
import { LateTail } from './late-tail.js';
import { type MixtureMoments, NOISE_SIGMAS, type NoiseModel, OutlierComponent, type Prediction } from './noise.js';
import { type LearningRate, NoiseShape, type OtherLikelihoods } from './noise-shape.js';
import { OutlierRate, SCALE_GROWTH } from './outlier-rate.js';

/** ρ = √r / J: from pure queueing (a sharp early edge) to almost Gaussian. */
const RHOS = [0.01, 0.1, 0.5, 2, 8];
const LEAST_LOG_WEIGHT = -20;
/** What a shape counts that may be the right one; the best counts 1. */
const COUNTS = 0.01;
/** Legs over which a scale is averaged in the long run. */
const MEMORY = 200;
/**
 * A noise of which nothing is known: each shape in scales this many decades off the guess, which is true to so many (one
 * standard deviation), until so many legs have decided between them.
 */
const DECADES = Array.from({ length: 13 }, (_, n) => (n - 8) / 3);
const GUESS_DECADES = 0.75;
const LEGS_TO_DECIDE = 32;
/** Legs that their decision is worth when the scale is learnt from there on. */
const DECIDED_COUNT = 8;

/** A late leg may be just that: all of one direction late is a route, both directions are noise. */
const LATE_AS_STRAY = 0.5;
/** By how much a noise has grown that makes both directions late. */
const OUTGROWN = 10;
/** Legs that a memory is worth. */
const RECALLED_COUNT = 32;
const LEAST_RECALLED_LOG_WEIGHT = -5;

/**
 * Noise of the legs of one path. A leg never arrives early, so a late one says almost nothing and an early one a lot, each
 * direction by itself. How sharp the early edge is, is not known: a bank of shapes, weighed by how well they predicted, and
 * collapsed into one pair of moments.
 */
export class LegNoise implements NoiseModel {
  private shapes: readonly NoiseShape[];
  private readonly members: number;
  private readonly tail: LateTail;
  private readonly growth = new OutlierRate();
  private readonly lateness = { inbound: new OutlierRate(), outbound: new OutlierRate() };
  private best: NoiseShape;
  private readonly pace: LearningRate = { direction: 'inbound', rate: 1, edgeRate: 1 };
  private lead = 0;
  stray = 0;
  /** Of the leg at hand: standard deviation of its noise without the tail. */
  private core = 0;
  private readonly rivals: OtherLikelihoods = { logUnit: 0, late: 0, wild: 0, part: 0 };
  private readonly wild = new OutlierComponent();
  /** For each member: chance that it is wild. */
  private readonly wildness: Float64Array;
  /** The leg at hand came before its time. */
  private early = false;
  private count = 0;
  private readonly legs = { inbound: 0, outbound: 0 };
  /** Direction of the last leg. */
  private lastWay: Leg['direction'] | undefined;

  /** `sigma`: the order of magnitude to be expected. */
  constructor(sigma: number, members: number) {
    this.members = members;
    this.shapes = this.guess(sigma);
    this.best = this.heaviest();
    this.wildness = new Float64Array(members);
    this.tail = new LateTail(members);
  }

  get mean(): number {
    return this.best.edge + this.best.scale;
  }

  get sigma(): number {
    return this.best.sigma;
  }

  /** Noise that was learnt from one direction alone has no place for its early edge, and is none to go on from. */
  get knowsBothWays(): boolean {
    return this.legs.inbound > 0 && this.legs.outbound > 0;
  }

  /** By any shape that counts. */
  get least(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { weight, rho, scale, edge } of this.shapes)
      if (weight > COUNTS) least = Math.min(least, edge - NOISE_SIGMAS * rho * scale);
    return least;
  }

  /** Root mean square of the noise, in all the scales that it may have. */
  get spread(): number {
    let [square, weights] = [0, 0];
    for (const { weight, sigma } of this.shapes) {
      square += weight * sigma ** 2;
      weights += weight;
    }
    return Math.sqrt(square / weights);
  }

  /** What is worth keeping for the next start, beside sigma. */
  get learnt(): readonly SavedShape[] {
    return this.shapes.map(({ rho, logWeight }) => ({ rho, logWeight }));
  }

  /** Starts from what was kept, as if a few dozen legs had shown it. */
  recall(sigma: number, memory: readonly SavedShape[]): this {
    this.shapes = RHOS.map((rho) => new NoiseShape(rho, sigma, this.members));
    for (const shape of this.shapes) {
      const logWeight = memory.find(({ rho }) => rho === shape.rho)?.logWeight ?? 0;
      shape.reweigh(Math.max(logWeight, LEAST_RECALLED_LOG_WEIGHT));
    }
    this.best = this.heaviest();
    this.count = RECALLED_COUNT;
    return this;
  }

  /** Which way the next leg goes. */
  turn(direction: Leg['direction']): this {
    this.pace.direction = direction;
    return this;
  }

  expect(floor: number, lead: number): void {
    this.lead = lead;
    this.core = Math.sqrt(this.best.sigma ** 2 + floor ** 2);
    this.tail.expect(this.core);
    for (const shape of this.shapes) shape.expect(floor);
  }

  weigh(prediction: Prediction, member: number, out: MixtureMoments): void {
    const { shapes, tail, wild, rivals } = this;
    if (member === this.lead) this.early = prediction.residual < this.best.edge;
    tail.weigh(prediction);
    wild.expected = prediction.variance + this.core ** 2;
    wild.weigh(prediction);
    let top = Math.max(tail.logLikelihood, wild.logLikelihood);
    for (const shape of shapes) {
      if (this.passes(shape, member)) continue;
      shape.weigh(prediction);
      top = Math.max(top, shape.logLikelihood);
    }
    rivals.logUnit = top;
    rivals.late = tail.part * Math.exp(tail.logLikelihood - top);
    rivals.wild = Math.exp(wild.logLikelihood - top);
    rivals.part = 1 - tail.part;
    let weights = 0;
    out.begin();
    for (const shape of shapes) {
      if (this.passes(shape, member)) continue;
      shape.compete(member, rivals);
      weights += shape.weight;
      out.add(shape);
    }
    tail.share = weights * rivals.late;
    out.add(tail);
    wild.share = weights * rivals.wild;
    out.add(wild);
    this.wildness[member] = wild.share / out.share;
    tail.note(member, out);
    out.logUnit = top - Math.log(weights);
    out.end();
  }

  settle(weights: Float64Array): void {
    const { tail, pace } = this;
    this.stray = 0;
    for (let k = 0; k < weights.length; k++) this.stray += weights[k]! * this.wildness[k]!;
    const isOpen = this.shapes.length > RHOS.length;
    const isTurn = this.isTurn();
    this.legs[pace.direction]++;
    this.lastWay = pace.direction;
    if (!isOpen && !isTurn) return;
    this.count++;
    tail.settle(weights);
    const rate = Math.max(2 / (this.count + 4), 1 / MEMORY);
    pace.rate = isOpen ? 0 : rate;
    for (const shape of this.shapes) {
      pace.edgeRate = shape === this.best ? rate : Math.min(rate * shape.haste, 1);
      shape.settle(weights, this.lead, pace);
    }
    this.best = this.heaviest();
    const top = this.best.logWeight;
    if (isTurn) this.growth.note(this.stray + tail.late * LATE_AS_STRAY);
    if (!this.early || this.stray < 0.5) this.lateness[pace.direction].note(this.stray + tail.late);
    for (const shape of this.shapes) shape.reweigh(Math.max(shape.logWeight - top, LEAST_LOG_WEIGHT));
    if (this.isOutgrown()) this.searchAnew();
    else if (this.growth.isDue) this.grow();
    else if (isOpen && this.count >= LEGS_TO_DECIDE) this.decide();
  }

  /**
   * Of a two-way path, after a leg: places the shapes' edges anew. Returns by how much the base delay must be moved for the
   * best shape's edge to be there again.
   */
  place(): number {
    for (const shape of this.shapes) shape.place();
    const by = this.best.edge;
    for (const shape of this.shapes) shape.move(by);
    return by;
  }

  /** Of each shape one goes on, at the mean scale of its copies and with the weight of all; it learns from now on. */
  private decide(): void {
    this.count = DECIDED_COUNT;
    this.shapes = RHOS.map((rho) => merged(this.shapes.filter((shape) => shape.rho === rho)));
    this.best = this.heaviest();
  }

  /**
   * All of one direction late is a route or a clock; it takes both directions to be noise, where there are two. What is too
   * early is never noise that has grown, since as much would be late: see `watch`.
   */
  private isOutgrown(): boolean {
    const { inbound, outbound } = this.lateness;
    if (this.legs.inbound === 0) return outbound.isDue;
    return inbound.isDue && (outbound.isDue || this.legs.outbound === 0);
  }

  /**
   * The noise of a path that is heard both ways is learnt from legs that follow one of the other direction: however many legs
   * one direction has for each of the other (eight Syncs for a Delay_Req), a route that gets longer is not taken for noise.
   */
  private isTurn(): boolean {
    const { inbound, outbound } = this.legs;
    return inbound === 0 || outbound === 0 || this.pace.direction !== this.lastWay;
  }

  private searchAnew(): void {
    this.lateness.inbound.reset();
    this.lateness.outbound.reset();
    this.count = 0;
    this.shapes = this.guess(this.best.sigma * OUTGROWN);
    this.best = this.heaviest();
  }

  private grow(): void {
    this.count = 0;
    for (const shape of this.shapes) shape.rescale(shape.scale * SCALE_GROWTH);
  }

  private guess(sigma: number): readonly NoiseShape[] {
    return RHOS.flatMap((rho) => DECADES.map((by) => guessed(rho, sigma, by, this.members)));
  }

  private heaviest(): NoiseShape {
    return heaviest(this.shapes);
  }

  /** A shape that counts for nothing is only kept up to date, by the member that counts most. */
  private passes(shape: NoiseShape, member: number): boolean {
    return shape.dormant && member !== this.lead;
  }
}

function guessed(rho: number, sigma: number, decades: number, members: number): NoiseShape {
  const shape = new NoiseShape(rho, sigma * 10 ** decades, members);
  shape.reweigh(-0.5 * (decades / GUESS_DECADES) ** 2);
  return shape;
}

const heaviest = (shapes: readonly NoiseShape[]): NoiseShape =>
  shapes.reduce((best, shape) => (shape.logWeight > best.logWeight ? shape : best));

/** The likeliest of some copies of one shape, at their geometric mean scale and with the weight of all. */
function merged(copies: readonly NoiseShape[]): NoiseShape {
  const best = heaviest(copies);
  let [sum, logScale] = [0, 0];
  for (const { logWeight, scale } of copies) {
    const weight = Math.exp(logWeight - best.logWeight);
    sum += weight;
    logScale += weight * Math.log(scale);
  }
  best.rescale(Math.exp(logScale / sum));
  best.reweigh(best.logWeight + Math.log(sum));
  return best;
}
