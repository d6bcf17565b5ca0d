import { expect } from 'chai';
import fc from 'fast-check';
import { hypot, hypot3 } from './hypot.js';

describe('hypot', () => {
  const number = fc.double({ noNaN: true });

  it('is Math.hypot to the last bit', () => {
    fc.assert(fc.property(number, number, (a, b) => hypot(a, b) === Math.hypot(a, b)));
    fc.assert(fc.property(number, number, number, (a, b, c) => hypot3(a, b, c) === Math.hypot(a, b, c)));
  });

  it('is so also where the terms are alike', () => {
    const near = fc.double({ min: 0.1, max: 10, noNaN: true });
    fc.assert(fc.property(near, near, (a, b) => hypot(a, b) === Math.hypot(a, b)));
    fc.assert(fc.property(near, near, near, (a, b, c) => hypot3(a, b, c) === Math.hypot(a, b, c)));
  });

  it('of numbers that are not one is none', () => {
    expect(hypot(Number.NaN, 1)).to.be.NaN;
    expect(hypot3(1, 2, Number.NaN)).to.be.NaN;
  });
});
