import { expect } from 'chai';
import type { ClockId } from '../../../api/index.js';
import { ObservationUpdate } from '../observation-update.js';
import { JointState } from '../state/joint-state.js';
import { SeededRandom } from '../testing/random.js';
import { TrackFilter } from '../track-filter.js';
import { DEFAULT_WANDERS } from './wander-lines.js';

const S = 1_000_000_000n;

/** Two clocks of different kinds that are compared every second; the second has a reference too. */
class Bench {
  readonly state = new JointState(undefined);
  readonly observationUpdate = new ObservationUpdate(this.state);
  readonly random: SeededRandom;
  readonly noiseNs: number;
  readonly sigmas: readonly [number, number];
  readonly slopes = [0, 0];
  readonly offsets = [0, 0];
  private readonly tracks = new Map<string, TrackFilter>();
  private second = 0;

  /** `sigmas`: standard deviations of one second's change of slope, ns/s. */
  constructor(sigmas: readonly [number, number], { seed = 3, noiseNs = 50 } = {}) {
    this.sigmas = sigmas;
    this.random = new SeededRandom(seed);
    this.noiseNs = noiseNs;
    this.state.advance(0n);
    for (const clock of ['system', 'phc:0'] as const) this.state.addClock(clock);
  }

  run(seconds: number): this {
    for (let n = 0; n < seconds; n++) {
      this.second++;
      for (const c of [0, 1]) {
        this.slopes[c] = this.slopes[c]! + this.sigmas[c]! * this.random.normal();
        this.offsets[c] = this.offsets[c]! + this.slopes[c]!;
      }
      this.read('link', 'phc:0', this.offsets[1]! - this.offsets[0]!, 'system');
      this.read('master', 'phc:0', this.offsets[1]!);
    }
    return this;
  }

  /** Returns the decimal logarithm of the clock's wander, (ns/s)² per second. */
  decades(clock: ClockId): number {
    return this.state.bank
      .wanderWeights(clock)
      .reduce((sum, weight, grade) => sum + weight * Math.log10(DEFAULT_WANDERS[grade]!), 0);
  }

  /** Returns the learnt noise of a track / its true noise. */
  noiseOf(key: 'link' | 'master'): number {
    return this.tracks.get(key)!.phaseNoise!.sigma / this.noiseNs;
  }

  private read(key: string, clock: ClockId, offsetNs: number, versus?: ClockId): void {
    const monotonic = BigInt(this.second) * S;
    const reading = {
      kind: 'reading',
      clock,
      stamp: 'hardware',
      noiseFloorNs: 1,
      monotonic,
      noiseNs: this.noiseNs,
      offsetNs: offsetNs + this.noiseNs * this.random.normal(),
      ...(versus === undefined ? {} : { versus }),
    } as const;
    this.state.advance(monotonic);
    const track = this.tracks.get(key) ?? new TrackFilter(key, reading, monotonic);
    if (!this.tracks.has(key)) this.state.layout.tracks.push(track);
    this.tracks.set(key, track);
    this.observationUpdate.process(track, reading);
  }
}

describe('the bank of wanders', () => {
  it('learns which of two clocks is the restless one, and by how much', () => {
    for (const [system, card] of [
      [3, 0.1],
      [0.1, 3],
      [0.1, 10],
    ] as const) {
      const bench = new Bench([system, card]).run(2_000);
      const ratio = 2 * Math.log10(system / card);
      expect(bench.decades('system') - bench.decades('phc:0')).to.be.closeTo(ratio, 1.5);
    }
  });

  it('does not take noise for wander, although both are unknown', () => {
    for (const seed of [101, 102, 103, 104, 105, 106]) {
      const bench = new Bench([10, 0.1], { seed, noiseNs: 10 }).run(600);
      for (const key of ['link', 'master'] as const)
        expect(bench.noiseOf(key), `${key}, ${seed}`).to.be.within(0.6, 1.6);
      expect(bench.decades('system')).to.be.closeTo(2, 0.7);
    }
  });

  it('has a line of members for each clock', () => {
    expect(new Bench([1, 1]).state.bank.members).to.have.lengthOf(2 * DEFAULT_WANDERS.length);
  });

  it('keeps what is known when a clock is added later', () => {
    const { state } = new Bench([1, 0.1]).run(300);
    const before = state.bank.momentsAt('system', state.layout.slope('system'));
    state.addClock('phc:1');
    const after = state.bank.momentsAt('system', state.layout.slope('system'));
    expect(after.mean).to.be.closeTo(before.mean, 3 * Math.sqrt(before.variance));
    expect(Math.sqrt(after.variance / before.variance)).to.be.within(0.5, 2);
    expect(state.bank.members).to.have.lengthOf(3 * DEFAULT_WANDERS.length);
  });
});
