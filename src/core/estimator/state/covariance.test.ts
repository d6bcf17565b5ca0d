import { expect } from 'chai';
import { SeededRandom } from '../testing/random.js';
import { Covariance } from './covariance.js';
import { ObservationRow } from './observation-row.js';

type Matrix = number[][];

const matrixOf = (covariance: Covariance): Matrix =>
  Array.from({ length: covariance.size }, (_, i) =>
    Array.from({ length: covariance.size }, (_, j) => covariance.covariance(i, j)),
  );

/** Returns a covariance of five variables that are all correlated. */
function entangled(seed: number): Covariance {
  const random = new SeededRandom(seed);
  const covariance = new Covariance(3);
  for (let i = 0; i < 5; i++) covariance.insert(i, 1 + random.uniform());
  for (let n = 0; n < 4; n++)
    covariance.addOuter(
      1,
      Float64Array.from({ length: 5 }, () => random.normal()),
      4,
    );
  return covariance;
}

function expectClose(actual: Matrix, wanted: Matrix): void {
  const scale = Math.max(...wanted.flat().map(Math.abs));
  actual.forEach((line, i) => {
    line.forEach((value, j) => {
      expect(value, `${i},${j}`).to.be.closeTo(wanted[i]![j]!, scale * 1e-12);
    });
  });
}

describe('covariance as U·D·Uᵀ', () => {
  it('adds an outer product', () => {
    const covariance = entangled(1);
    const before = matrixOf(covariance);
    const v = [1, -2, 0, 0.5, 3];
    covariance.addOuter(0.7, Float64Array.from(v), 4);
    expectClose(
      matrixOf(covariance),
      before.map((line, i) => line.map((value, j) => value + 0.7 * v[i]! * v[j]!)),
    );
  });

  it('conditions on a measurement as the textbook does, and leaves P·h in gain', () => {
    const covariance = entangled(2);
    const before = matrixOf(covariance);
    const h = [0, -1, 1, 0, 0];
    const ph = before.map((line) => line.reduce((sum, value, j) => sum + value * h[j]!, 0));
    const variance = ph.reduce((sum, value, i) => sum + value * h[i]!, 0);
    expect(covariance.project(new ObservationRow().add(1, -1).add(2, 1))).to.be.closeTo(variance, 1e-12);
    covariance.condition(0.3);
    ph.forEach((value, i) => {
      expect(covariance.gain[i]).to.be.closeTo(value, 1e-12);
    });
    expectClose(
      matrixOf(covariance),
      before.map((line, i) => line.map((value, j) => value - (ph[i]! * ph[j]!) / (variance + 0.3))),
    );
  });

  it('shears, inserts, separates and removes variables without changing the others', () => {
    const covariance = entangled(3);
    const before = matrixOf(covariance);
    covariance.shear(1, 4, 2);
    expect(covariance.covariance(1, 1)).to.be.closeTo(before[1]![1]! + 4 * before[1]![4]! + 4 * before[4]![4]!, 1e-12);
    covariance.shear(1, 4, -2);
    covariance.insert(2, 9);
    expect(matrixOf(covariance)[2]).to.deep.equal([0, 0, 9, 0, 0, 0]);
    covariance.remove(2);
    expectClose(matrixOf(covariance), before);
    covariance.makeIndependent(3, 7);
    const forgotten = matrixOf(covariance);
    expect(forgotten[3]).to.deep.equal([0, 0, 0, 7, 0]);
    const others = (matrix: Matrix) => matrix.filter((_, i) => i !== 3).map((line) => line.filter((_, j) => j !== 3));
    expectClose(others(forgotten), others(before));
    covariance.remove(3);
    expectClose(matrixOf(covariance), others(before));
  });

  it('is exact over twenty orders of magnitude: a sub-nanosecond noise after a prior of seconds', () => {
    const covariance = new Covariance(2);
    covariance.insert(0, 1e18);
    covariance.insert(1, 1e18);
    const sum = new ObservationRow().add(0, 1).add(1, 1);
    const difference = new ObservationRow().add(0, 1).add(1, -1);
    for (const row of [sum, difference]) {
      covariance.project(row);
      covariance.condition(0.01);
    }
    expect(covariance.project(sum)).to.be.closeTo(0.01, 1e-6);
    expect(covariance.project(difference)).to.be.closeTo(0.01, 1e-6);
    expect(covariance.covariance(0, 0)).to.be.closeTo(0.005, 1e-6);
  });
});
