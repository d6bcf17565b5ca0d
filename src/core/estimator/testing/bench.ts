import type { Instant, Leg, Ns, Observation, Pulse, Reading } from '../../../api/index.js';
import { createEstimator, type Estimator, type Innovation } from '../index.js';
import { SeededRandom } from './random.js';

const SECOND = 1_000_000_000n;

export interface Path {
  readonly biasNs?: Ns;
  readonly delayNs?: Ns;
  readonly jitterNs?: Ns;
}

/** An estimator with one clock of constant slope; the test makes each observation. */
export class Bench {
  readonly estimator: Estimator = createEstimator();
  readonly random = new SeededRandom(7);
  /** Reference − clock. */
  offsetNs: Ns;
  slopePpb: number;
  now: Instant = 100n * SECOND;

  constructor(offsetNs: Ns = 3e6, slopePpb = 5000) {
    this.offsetNs = offsetNs;
    this.slopePpb = slopePpb;
    this.estimator.addClock('system', this.now);
  }

  wait(seconds: number): this {
    this.now += BigInt(Math.round(seconds * 1e9));
    this.offsetNs += this.slopePpb * seconds;
    return this;
  }

  exchange(track: string, path: Path = {}): readonly (Innovation | undefined)[] {
    return [this.leg(track, 'outbound', path), this.leg(track, 'inbound', path)];
  }

  leg(track: string, direction: Leg['direction'], path: Path = {}): Innovation | undefined {
    const innovation = this.estimator.observe(track, this.measureLeg(direction, path));
    return innovation && { ...innovation };
  }

  measureLeg(direction: Leg['direction'], { biasNs = 0, delayNs = 1e6, jitterNs = 10e3 }: Path = {}): Observation {
    const sign = direction === 'outbound' ? 1 : -1;
    const transitNs = sign * (this.offsetNs + biasNs) + delayNs + jitterNs * this.random.exponential();
    return { ...this.common(), kind: 'leg', direction, transitNs };
  }

  pulse(track: string, more: Partial<Pulse> = {}, jitterNs: Ns = 100): Innovation | undefined {
    const second = (this.now / SECOND) * SECOND;
    const edge = second - BigInt(Math.round(this.offsetNs + jitterNs * this.random.normal()));
    return this.estimator.observe(track, { ...this.common(), kind: 'pulse', edge, periodNs: 1e9, ...more });
  }

  reading(track: string, more: Partial<Reading> = {}, jitterNs: Ns = 1e3): Innovation | undefined {
    const offsetNs = this.offsetNs + jitterNs * this.random.normal();
    return this.estimator.observe(track, { ...this.common(), kind: 'reading', offsetNs, ...more });
  }

  /** Makes exchanges of some tracks in turn, one a second. */
  warm(tracks: readonly string[], rounds = 30, path: Path = {}): this {
    for (let n = 0; n < rounds * tracks.length; n++) {
      this.wait(1);
      this.exchange(tracks[n % tracks.length]!, path);
    }
    return this;
  }

  clock() {
    this.estimator.advance(this.now);
    return this.estimator.clock('system')!;
  }

  track(key: string) {
    this.estimator.advance(this.now);
    return this.estimator.track(key)!;
  }

  errorNs(): Ns {
    return this.clock().offsetNs - this.offsetNs;
  }

  private common() {
    return { clock: 'system', monotonic: this.now, stamp: 'kernel', noiseFloorNs: 10 } as const;
  }
}
