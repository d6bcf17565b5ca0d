import type { ClockId } from '../../../api/index.js';
import type { WanderBank } from '../oscillator/wander-bank.js';
import type { TrackFilter } from '../track-filter.js';
import { factorise, solve } from './cholesky.js';
import type { JointFilter } from './joint-filter.js';
import type { StateLayout } from './layout.js';

/** Sigma of the bias of a track that is not admitted. */
const FREE_BIAS_SIGMA_NS = 0.2e9;

/** θ of one clock over the whole bank. */
export interface CombinedClock {
  /** A track leads from a reference to it, directly or by comparisons with other clocks. */
  isAnchored: boolean;
  offset: number;
  /** Variance of θ plus the weighted mean of the biases: what data can show, ns². */
  variance: number;
  /** Variance from the asserted sigmas of the biases, to be added to the other, ns². */
  biasVariance: number;
  /** No admitted track anchors it: the sigma of an unknown bias was taken. */
  hasFreeBiases: boolean;
}

/**
 * θ of each clock from the tracks' phases y = H·θ + a, by generalised least squares with Σ = cov(y) + diag(σ²), where σ is
 * the asserted sigma of each bias. The assertions enter only here, never the filter. So a withdrawn track is left out
 * exactly, and a false source does not bend what the others taught.
 */
export class CombinedEstimate {
  readonly clocks: CombinedClock[] = [];
  private readonly layout: StateLayout;
  private tracks: TrackFilter[] = [];
  /** Above the diagonal cov(y); on and below it the Cholesky factor of Σ. */
  private covariances = new Float64Array(0);
  /** Diagonal of cov(y), with the bias of each path that moves. */
  private phaseVariances = new Float64Array(0);
  private biasSigmas = new Float64Array(0);
  /** Hᵀ. */
  private design = new Float64Array(0);
  private weights = new Float64Array(0);
  private normal = new Float64Array(0);
  /** Moments of θ for each clock, then for each member of the bank. */
  private offsets: Float64Array[] = [];
  private variances: Float64Array[] = [];

  constructor(layout: StateLayout) {
    this.layout = layout;
  }

  /** Must be called after a track or clock was added or removed, and after an admission or its withdrawal. */
  setStructure(members: number): void {
    const { layout } = this;
    this.clocks.length = 0;
    for (const _ of layout.clocks)
      this.clocks.push({ isAnchored: false, offset: 0, variance: 0, biasVariance: 0, hasFreeBiases: false });
    this.offsets = layout.clocks.map(() => new Float64Array(members));
    this.variances = layout.clocks.map(() => new Float64Array(members));
    const usable = layout.tracks.filter(({ phase }) => phase !== undefined);
    const admitted = usable.filter((track) => track.isAdmitted);
    this.markAnchored(admitted);
    const free = usable.filter((track) => !track.isAdmitted && !this.isAnchored(track.clock));
    for (const { clock } of free) this.clocks[layout.clocks.indexOf(clock)]!.hasFreeBiases = true;
    this.markAnchored(free);
    this.tracks = [...admitted, ...free].filter(
      ({ clock, versus }) => this.isAnchored(clock) && (versus === undefined || this.isAnchored(versus)),
    );
    this.allocate();
  }

  update(bank: WanderBank): void {
    for (const track of this.layout.tracks) track.weight = 0;
    const { clocks } = this.layout;
    for (let k = 0; k < bank.members.length; k++) {
      if (bank.isNegligibleForAll(k)) continue;
      this.solveWeights(bank.members[k]!);
      for (let c = 0; c < clocks.length; c++) this.addMember(c, k, bank.members[k]!, bank.weightsOf(clocks[c]!));
    }
    for (let c = 0; c < clocks.length; c++) this.mixMembers(c, bank, bank.weightsOf(clocks[c]!));
  }

  private isAnchored(clock: ClockId): boolean {
    return this.clocks[this.layout.clocks.indexOf(clock)]!.isAnchored;
  }

  /** Marks clocks as anchored: by a track against a reference, or by a comparison with a clock that is anchored. */
  private markAnchored(tracks: readonly TrackFilter[]): void {
    const { layout, clocks } = this;
    for (let changed = true; changed; ) {
      changed = false;
      for (const { clock, versus } of tracks) {
        const mine = clocks[layout.clocks.indexOf(clock)]!;
        const other = versus === undefined ? undefined : clocks[layout.clocks.indexOf(versus)]!;
        const anchored = mine.isAnchored || (other?.isAnchored ?? true);
        if (!anchored || (mine.isAnchored && (other?.isAnchored ?? true))) continue;
        mine.isAnchored = true;
        if (other !== undefined) other.isAnchored = true;
        changed = true;
      }
    }
  }

  private allocate(): void {
    const { layout, tracks } = this;
    const n = tracks.length;
    const m = layout.clocks.length;
    this.covariances = new Float64Array(n * n);
    this.phaseVariances = new Float64Array(n);
    this.normal = new Float64Array(m * m);
    this.weights = new Float64Array(m * n);
    this.design = new Float64Array(m * n);
    this.biasSigmas = Float64Array.from(tracks, ({ biasSigmaNs }) => biasSigmaNs ?? FREE_BIAS_SIGMA_NS);
    tracks.forEach((track, i) => {
      this.design[layout.clocks.indexOf(track.clock) * n + i] = 1;
      if (track.versus !== undefined) this.design[layout.clocks.indexOf(track.versus) * n + i] = -1;
    });
  }

  /** Sets `weights` to W = (Hᵀ·Σ⁻¹·H)⁻¹·Hᵀ·Σ⁻¹ of one member. */
  private solveWeights(member: JointFilter): void {
    const { tracks, covariances, phaseVariances, biasSigmas, design, weights, normal } = this;
    const n = tracks.length;
    const m = this.clocks.length;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const shared = member.covariance.covariance(tracks[i]!.phase!, tracks[j]!.phase!);
        covariances[i * n + j] = shared;
        covariances[j * n + i] = shared;
      }
      const { phase, floor } = tracks[i]!;
      phaseVariances[i] = member.covariance.covariance(phase!, phase!) + floor.biasVariance;
      covariances[i * n + i] = phaseVariances[i]! + biasSigmas[i]! ** 2;
    }
    factorise(covariances, n);
    weights.set(design);
    for (let c = 0; c < m; c++) solve(covariances, n, weights, c * n);
    for (let c = 0; c < m; c++) {
      for (let e = 0; e <= c; e++) {
        let sum = c === e && !this.clocks[c]!.isAnchored ? 1 : 0;
        for (let i = 0; i < n; i++) sum += design[c * n + i]! * weights[e * n + i]!;
        normal[c * m + e] = sum;
      }
    }
    factorise(normal, m);
    for (let i = 0; i < n; i++) solve(normal, m, weights, i, n);
  }

  /** Sets the moments of clock `c` by member `k`, and adds its weights, times its share, to those of the tracks. */
  private addMember(c: number, k: number, member: JointFilter, shares: Float64Array): void {
    const { tracks, weights, biasSigmas, covariances, phaseVariances } = this;
    const n = tracks.length;
    let offset = 0;
    let variance = 0;
    let biasVariance = 0;
    for (let i = 0; i < n; i++) {
      const track = tracks[i]!;
      const weight = weights[c * n + i]!;
      offset += weight * member.x[track.phase!]!;
      variance += weight * weight * phaseVariances[i]!;
      for (let j = 0; j < i; j++) variance += 2 * weight * weights[c * n + j]! * covariances[j * n + i]!;
      biasVariance += (weight * biasSigmas[i]!) ** 2;
      if (track.clock === this.layout.clocks[c] && track.isAdmitted) track.weight += shares[k]! * weight;
    }
    this.offsets[c]![k] = offset;
    this.variances[c]![k] = Math.max(variance, 0);
    this.clocks[c]!.biasVariance = biasVariance;
  }

  private mixMembers(c: number, bank: WanderBank, shares: Float64Array): void {
    const clock = this.clocks[c]!;
    const offsets = this.offsets[c]!;
    clock.offset = 0;
    clock.variance = 0;
    let all = 0;
    for (let k = 0; k < shares.length; k++) if (!bank.isNegligible(c, k)) all += shares[k]!;
    for (let k = 0; k < shares.length; k++)
      if (!bank.isNegligible(c, k)) clock.offset += (shares[k]! / all) * offsets[k]!;
    for (let k = 0; k < shares.length; k++) {
      if (bank.isNegligible(c, k)) continue;
      clock.variance += (shares[k]! / all) * (this.variances[c]![k]! + (offsets[k]! - clock.offset) ** 2);
    }
  }
}
