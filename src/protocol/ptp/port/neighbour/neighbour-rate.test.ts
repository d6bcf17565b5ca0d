import { expect } from 'chai';
import { NeighbourRate } from './neighbour-rate.js';

const S = 1_000_000_000n;

describe('the rate of the neighbour', () => {
  /** One exchange a second with a neighbour that runs `ratePpb` faster, with errors of the stamps. */
  const measure = (ratePpb: number, errorsNs: readonly number[]): NeighbourRate => {
    const rate = new NeighbourRate();
    errorsNs.forEach((errorNs, n) => {
      rate.add(BigInt(n) * (S + BigInt(ratePpb)) + BigInt(errorNs), BigInt(n) * S);
    });
    return rate;
  };

  it('has a sigma from the deviations of its points from a line', () => {
    const rate = measure(20_000, [0, 1000, -1000, 1000, -1000, 1000, -1000, 0]);
    expect(rate.ratePpb).to.be.closeTo(20_000, 0.1);
    expect(rate.noisePpb(8)).to.be.closeTo((Math.SQRT2 * 1000) / 7, 50);
    expect(measure(20_000, Array(8).fill(0)).noisePpb(8)).to.be.closeTo((Math.SQRT2 * 8) / 7, 1e-3);
  });

  it('is distinguished from a step, with stamps that are half a millisecond off', () => {
    const rate = measure(20_000, [0, 4e5, -4e5, 4e5, -4e5, 4e5, 0, 0]);
    expect(rate.isSettled).to.equal(true);
    expect(rate.ratePpb).to.be.closeTo(20_000, 0.1);
  });

  it('survives a step of the neighbour, and is measured again over a whole window', () => {
    const stepped = [...Array(8).fill(0), ...Array(7).fill(5e6)];
    const rate = measure(20_000, stepped);
    expect(rate.isSettled).to.equal(false);
    expect(rate.ratePpb).to.be.closeTo(20_000, 0.1);
    rate.add(15n * (S - 30_000n) + 5_000_000n, 15n * S);
    expect(rate.ratePpb).to.be.below(0);
  });
});
