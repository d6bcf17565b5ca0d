import { expect } from 'chai';
import { STEADY } from '../clocks/bound-growth.js';
import { boundNs, type ClockModel, extrapolate } from '../clocks/clock-model.js';
import { ClosedLoop } from '../testing/closed-loop.js';
import { describeHoldover, HORIZON_NS, holdoverOf } from './holdover.js';

const MODEL: ClockModel = {
  at: 0n,
  offsetNs: 0,
  sigmaNs: 1000,
  slopePpb: 0,
  slopeSigmaPpb: 10,
  wander: 1e-18,
  distanceNs: 20_000,
  ...STEADY,
  floorNs: 0,
};

describe('the forecast of holdover', () => {
  it('ends when the bound reaches the target', () => {
    const { lastsNs } = holdoverOf(MODEL, 1e6);
    expect(boundNs(extrapolate(MODEL, BigInt(Math.round(lastsNs))))).to.be.closeTo(1e6, 1e3);
  });

  it('is zero if the bound is above the target already', () => {
    expect(holdoverOf(MODEL, 10_000).lastsNs).to.equal(0);
  });

  it('has an end of 400 days', () => {
    expect(holdoverOf({ ...MODEL, wander: 1e-30, slopeSigmaPpb: 1e-6 }, 1e9).lastsNs).to.equal(HORIZON_NS);
  });

  it('comes true when the sources fall silent', () => {
    const world = new ClosedLoop({ slowPpb: 3000, wanderPpb: 1, core: { trackingErrorNs: 3e6 } });
    const sources = ['ntp.a', 'ntp.b'].map((id) => world.add({ id, everyNs: 16e9 }));
    world.run(4000);
    const foretold = world.engine.holdover()!;
    expect(foretold.targetErrorNs).to.equal(3e6);
    for (const source of sources) world.kill(source);
    const from = world.elapsedS;
    while (world.clock().boundNs < 3e6) world.run(60);
    expect(world.elapsedS - from).to.be.closeTo(foretold.lastsNs / 1e9, (0.1 * foretold.lastsNs) / 1e9);
  });
});

describe('the sentence about holdover', () => {
  const found = { targetErrorNs: 1e6, boundNs: 5e4, lastsNs: 11_500e9 };

  it('says what would happen without sources', () => {
    expect(describeHoldover(found, 'tracking')).to.equal(
      'If all of them fell silent now, the error bound would exceed 1 ms after about 3 h 10 min.',
    );
    expect(describeHoldover({ ...found, lastsNs: HORIZON_NS }, 'tracking')).to.equal(
      'If all of them fell silent now, the error bound would stay below 1 ms for more than a year.',
    );
  });

  it('says what will happen when all sources are silent', () => {
    expect(describeHoldover(found, 'holdover')).to.equal(
      'Unless a source comes back, the error bound will exceed 1 ms after about 3 h 10 min.',
    );
  });

  it('says that the target is missed', () => {
    expect(describeHoldover({ ...found, boundNs: 2e6, lastsNs: 0 }, 'tracking')).to.equal(
      'The error bound is 2 ms, above the target of 1 ms.',
    );
  });
});
