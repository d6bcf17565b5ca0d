import { expect } from 'chai';
import { STEADY } from './bound-growth.js';
import { boundGrowthPpb, boundNs, type ClockModel, extrapolate, notBelow, quickened, stepped } from './clock-model.js';

const S = 1_000_000_000n;
const MODEL: ClockModel = {
  at: 10n * S,
  offsetNs: 500,
  sigmaNs: 30,
  slopePpb: -7,
  slopeSigmaPpb: 4,
  wander: 1e-18,
  distanceNs: 1000,
  ...STEADY,
  floorNs: 0,
};

describe('clock model', () => {
  it("follows its slope while its uncertainty grows with the oscillator's wander", () => {
    const later = extrapolate(MODEL, 20n * S);
    expect(later.offsetNs).to.equal(430);
    const together = Math.SQRT2 * 30 * 40;
    expect(later.sigmaNs).to.be.closeTo(Math.sqrt(30 ** 2 + together + 40 ** 2 + 1000 / 3), 1e-9);
    expect(later.slopeSigmaPpb).to.be.closeTo(Math.sqrt(16 + 10), 1e-9);
    expect(later.at).to.equal(20n * S);
  });

  it('is as uncertain of the past', () => {
    expect(extrapolate(MODEL, 0n).sigmaNs).to.equal(extrapolate(MODEL, 20n * S).sigmaNs);
  });

  it('bounds the error by the distance and six sigmas, and gives the growth of the bound', () => {
    expect(boundNs(MODEL)).to.equal(1180);
    expect(boundGrowthPpb(MODEL)).to.be.closeTo(boundNs(extrapolate(MODEL, 11n * S)) - 1180, 1e-9);
  });

  it('follows steps and changes of rate of the clock', () => {
    expect(stepped(MODEL, 200).offsetNs).to.equal(300);
    const faster = extrapolate(quickened(MODEL, 3, 20n * S), 20n * S);
    expect(faster).to.include({ offsetNs: 430, slopePpb: -10 });
  });

  it('keeps the uncertainty of its rate however often the clock is steered', () => {
    let steered = MODEL;
    for (let at = 11n * S; at < 110n * S; at += S) steered = quickened(steered, at % 2n === 0n ? 3 : -3, at);
    expect(extrapolate(steered, 110n * S).sigmaNs).to.equal(extrapolate(MODEL, 110n * S).sigmaNs);
  });

  it('never falls below a bound that holdover has promised, and does not add up promises', () => {
    const surer = (at: bigint) => ({ ...MODEL, at });
    let held = notBelow(surer(11n * S), MODEL);
    const peakNs = boundNs(extrapolate(MODEL, 11n * S));
    expect(boundNs(held)).to.equal(peakNs);
    for (let at = 12n * S; at < 60n * S; at += S) held = notBelow(surer(at), held);
    expect(boundNs(held)).to.equal(peakNs);
    expect(boundNs(extrapolate(held, 200n * S))).to.equal(boundNs(extrapolate(surer(59n * S), 200n * S)));
  });
});
