import { expect } from 'chai';
import { SeededRandom } from '../testing/random.js';
import { NoiseShape } from './noise-shape.js';
import { ShapeWeights } from './shape-weights.js';

const EVEN = Float64Array.of(0.5, 0.5);
const NOT_SWITCHED = Float64Array.of(0, 0);
const ALONE = { logUnit: 0, tail: 0, other: 0, ordinaryFraction: 1 };

/** Sharp and round noise of 10 ns, and a member of the bank for each kind of residual. */
function shapes(): readonly [NoiseShape, NoiseShape] {
  return [new NoiseShape(0.01, 10, 2), new NoiseShape(8, 10, 2)];
}

function show(
  model: ShapeWeights,
  all: readonly NoiseShape[],
  residuals: readonly number[],
  switchedShare = NOT_SWITCHED,
): void {
  for (const shape of all) {
    shape.prepare(0.1);
    for (const [member, residual] of residuals.entries()) {
      shape.evaluate({ residual, variance: 1 });
      shape.record(member, ALONE);
    }
  }
  model.learn(all, EVEN, switchedShare, 0);
}

describe('the weights of the shapes', () => {
  it('are learnt by each member for itself', () => {
    const model = new ShapeWeights();
    const [sharp, round] = shapes();
    const random = new SeededRandom(9);
    for (let n = 0; n < 50; n++) show(model, [sharp, round], [10 * random.exponential(), 10 * random.normal()]);
    expect(sharp.memberWeights[0]).to.be.above(0.99);
    expect(round.memberWeights[1]).to.be.above(0.99);
    expect(sharp.weight / round.weight).to.be.closeTo(1, 0.02);
  });

  it('are those of all members after a switch of the wander', () => {
    const model = new ShapeWeights();
    const [sharp, round] = shapes();
    for (let n = 0; n < 50; n++) show(model, [sharp, round], [2, -15]);
    expect(round.memberWeights[1]).to.be.above(0.99);
    show(model, [sharp, round], [2, -15], Float64Array.of(0, 1));
    expect(round.memberWeights[1]).to.be.closeTo(0.5, 0.02);
  });

  it('of a shape are those of all its copies', () => {
    const [one, other] = [new NoiseShape(2, 10, 2), new NoiseShape(2, 20, 2)];
    one.setLogWeight(Math.log(0.5));
    other.setLogWeight(Math.log(0.25));
    one.addWeightsOf([other]);
    expect(Math.exp(one.logWeight)).to.be.closeTo(0.75, 1e-12);
    expect(one.memberWeights[1]).to.be.closeTo(0.75, 1e-12);
  });
});
