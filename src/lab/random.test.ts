import { expect } from 'chai';
import { createRandom } from './random.js';

const draw = (seed: number, name = ''): number[] => {
  const random = createRandom(seed, name);
  return Array.from({ length: 50 }, () => random.uniform());
};

describe('seeded randomness', () => {
  it('repeats itself for a seed and differs for another', () => {
    expect(draw(1)).to.deep.equal(draw(1));
    expect(draw(1)).to.not.deep.equal(draw(2));
    expect(draw(1, 'a')).to.not.deep.equal(draw(1, 'b'));
  });

  it('forks into independent streams', () => {
    const quiet = createRandom(5).fork('a');
    const parent = createRandom(5);
    const busy = parent.fork('b');
    for (let k = 0; k < 100; k++) busy.uniform();
    const late = parent.fork('a');
    expect(late.uniform()).to.equal(quiet.uniform());
  });

  it('has the stated mean and variance', () => {
    const random = createRandom(3);
    const mean = (of: () => number): number => Array.from({ length: 40_000 }, of).reduce((a, b) => a + b) / 40_000;
    expect(mean(() => random.uniform())).to.be.closeTo(0.5, 0.01);
    expect(mean(() => random.normal())).to.be.closeTo(0, 0.02);
    expect(mean(() => random.normal() ** 2)).to.be.closeTo(1, 0.03);
    expect(mean(() => random.exponential())).to.be.closeTo(1, 0.02);
    expect(mean(() => random.exponential() ** 2)).to.be.closeTo(2, 0.1);
  });
});
