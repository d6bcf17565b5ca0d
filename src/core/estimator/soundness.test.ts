import { expect } from 'chai';
import type { Observation } from '../../api/index.js';
import { ObservationUpdate } from './observation-update.js';
import { factorise } from './state/cholesky.js';
import { Covariance } from './state/covariance.js';
import { JointState } from './state/joint-state.js';
import { ObservationRow } from './state/observation-row.js';
import { SeededRandom } from './testing/random.js';
import { ROWS, row, shortened } from './testing/scenarios.js';
import { simulate } from './testing/simulator.js';
import { TrackFilter } from './track-filter.js';

describe('numerical soundness', () => {
  it('after 100 000 observations every covariance is symmetric and positive definite', function () {
    this.timeout(20_000);
    const state = new JointState(undefined);
    const observationUpdate = new ObservationUpdate(state);
    const random = new SeededRandom(5);
    state.advance(0n);
    state.addClock('system');
    const common = { kind: 'leg', clock: 'system', stamp: 'kernel', noiseFloorNs: 1e-3 } as const;
    const tracks = ['a', 'b', 'c'].map((key) => {
      const track = new TrackFilter(key, { ...common, monotonic: 0n, direction: 'inbound', transitNs: 0 }, 0n);
      state.layout.tracks.push(track);
      return track;
    });
    for (let n = 1; n <= 50_000; n++) {
      const monotonic = BigInt(n) * (n % 1000 === 0 ? 1_001_000_000n : 1_000_000_000n);
      state.advance(monotonic);
      const jitter = n % 3 === 0 ? 1e6 : 0.5;
      for (const direction of ['outbound', 'inbound'] as const)
        observationUpdate.process(tracks[n % 3]!, {
          ...common,
          monotonic,
          direction,
          transitNs: 1e4 + jitter * random.exponential(),
        });
    }
    for (const { covariance } of state.bank.members) {
      const { size } = covariance;
      const scale = Array.from({ length: size }, (_, i) => Math.sqrt(covariance.covariance(i, i)));
      const correlation = Float64Array.from({ length: size * size }, (_, at) => {
        const [i, j] = [Math.floor(at / size), at % size];
        expect(covariance.covariance(i, j)).to.equal(covariance.covariance(j, i));
        return covariance.covariance(i, j) / scale[i]! / scale[j]!;
      });
      for (let i = 0; i < size; i++) expect(scale[i]).to.be.within(1e-6, 1e9);
      factorise(correlation, size);
      for (let i = 0; i < size; i++) expect(correlation[i * size + i]).to.be.within(1e-9, 1.001);
    }
  });

  it('stays positive definite with 32 tracks, half of them exact to a picosecond beside priors of 0.2 s', function () {
    this.timeout(30_000);
    const state = new JointState([1e-4, 1e4]);
    const observationUpdate = new ObservationUpdate(state);
    const random = new SeededRandom(6);
    state.advance(0n);
    for (const clock of ['system', 'phc:0'] as const) state.addClock(clock);
    const noises = Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 1e-3 : 1e6));
    const read = (i: number, n: number): Observation => ({
      kind: 'reading',
      clock: i < 16 ? 'system' : 'phc:0',
      stamp: 'hardware',
      noiseFloorNs: 1e-3,
      noiseNs: n === 0 ? 0.2e9 : noises[i]!,
      monotonic: BigInt(n) * 1_000_000_000n,
      offsetNs: i * 1e6 + noises[i]! * random.normal(),
    });
    const tracks = noises.map((_, i) => new TrackFilter(`${i}`, read(i, 0), 0n));
    state.layout.tracks.push(...tracks);
    for (let n = 0; n < 200; n++) {
      state.advance(BigInt(n) * 1_000_000_000n);
      for (const [i, track] of tracks.entries()) observationUpdate.process(track, read(i, n));
    }
    for (const { covariance, x } of state.bank.members) {
      for (let i = 0; i < covariance.size; i++) {
        expect(x[i]).to.satisfy(Number.isFinite);
        expect(covariance.covariance(i, i)).to.be.within(1e-12, 1e19);
        for (let j = 0; j < i; j++) {
          const most = Math.sqrt(covariance.covariance(i, i) * covariance.covariance(j, j));
          expect(covariance.covariance(i, j)).to.equal(covariance.covariance(j, i));
          expect(Math.abs(covariance.covariance(i, j)) / most).to.be.below(1 + 1e-9);
        }
      }
    }
  });

  it('one covariance stays positive for a million updates and predictions', function () {
    this.timeout(30_000);
    const covariance = new Covariance(4);
    for (let i = 0; i < 4; i++) covariance.insert(i, 0.2e9 ** 2);
    const random = new SeededRandom(7);
    const row = new ObservationRow();
    const step = new Float64Array(4);
    for (let n = 0; n < 1e6; n++) {
      covariance.shear(n % 3, 3, 1);
      step.fill(0);
      step[3] = 1;
      covariance.addOuter(1e-4, step, 3);
      row
        .clear()
        .add(n % 3, 1)
        .add((n + 1) % 3, random.uniform() < 0.5 ? 1 : -1);
      covariance.project(row);
      covariance.condition(n % 7 === 0 ? 1e-6 : 1e12);
    }
    for (let i = 0; i < 4; i++) {
      expect(covariance.covariance(i, i)).to.be.within(1e-9, 1e6);
      expect(
        covariance.project(
          row
            .clear()
            .add(i, 1)
            .add((i + 1) % 4, -0.5),
        ),
      ).to.be.above(0);
    }
  });

  it('survives identical stamps, zero delay and coarse clocks', () => {
    const state = new JointState(undefined);
    const observationUpdate = new ObservationUpdate(state);
    state.advance(0n);
    state.addClock('system');
    const common = { kind: 'leg', clock: 'system', stamp: 'user', noiseFloorNs: 500 } as const;
    const first = { ...common, monotonic: 0n, direction: 'inbound', transitNs: 0 } as const;
    const track = new TrackFilter('a', first, 0n);
    state.layout.tracks.push(track);
    state.setBiasSigma(track, 100);
    for (let n = 0; n < 5_000; n++) {
      for (const direction of ['outbound', 'inbound'] as const)
        observationUpdate.process(track, { ...first, direction, monotonic: BigInt(n) * 1_000_000_000n });
    }
    const [system] = state.combine();
    expect(system!.offset).to.be.closeTo(0, 10);
    expect(Math.sqrt(system!.variance)).to.be.within(1, 500);
  });

  it('is deterministic: the same observations give the same bits', () => {
    const scenario = shortened(row('C 64 s'), 2_000);
    const [one, other] = [simulate(scenario, 3), simulate(scenario, 3)];
    expect(one.estimator.clock('system')).to.deep.equal(other.estimator.clock('system'));
    expect(one.rmsNs).to.equal(other.rmsNs);
    expect(simulate(scenario, 4).rmsNs).not.to.equal(one.rmsNs);
  });

  it('has rows with different names', () => {
    expect(new Set(ROWS.map(({ name }) => name)).size).to.equal(ROWS.length);
  });
});
